"""The reader's functions and classes, called in the book's forms."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from badak.lessons.check.arguments import Unfit, fitted
from badak.lessons.check.compare import same
from badak.lessons.check.diagnose import Raised, Run
from badak.lessons.check.subjects import Subject, Trial
from badak.lessons.check.subjects.drawn import other_batch

# A gradient -> the names that readers give it.
STORED = {
    "dW": ("dW", "dw", "grad_W", "grad_w", "W_grad", "grad_weight", "weight_grad"),
    "db": ("db", "dB", "grad_b", "b_grad", "grad_bias", "bias_grad"),
    "dgamma": ("dgamma", "grad_gamma"),
    "dbeta": ("dbeta", "grad_beta"),
}
AFTERWARDS = ("dx_again", "predicted", "updated")  # no result of the first backward
SETTLED = 300  # training passes after which the running statistics are those of the batch


def run_function(call: Callable[..., Any], path: str) -> Run:
    """Return how to run a function: {"out": its result, "changed": "out" if its input changes}."""

    def run(trial: Trial) -> Mapping[str, Any]:
        roles = {**trial.given, **trial.made}
        if "f" in trial.made:  # numerical_gradient(f, x)
            roles = {**trial.made, **trial.given}
        arguments = fitted(call, roles)
        before = trial.copy().given
        results = {"out": guarded(path, call, *arguments)}
        return results | _changed(before, trial.given, "out")

    return run


def run_layer(kind: Callable[..., Any], path: str, subject: Subject) -> Run:
    """Return how to make a layer and run it: its outputs, gradients and what it changes."""

    def run(trial: Trial) -> Mapping[str, Any]:
        layer = guarded(path, kind, *fitted(kind, trial.made))
        outputs = list(subject.right)
        if isinstance(layer, Raised):
            return dict.fromkeys(outputs, layer)
        forward = _method(layer, ("forward", "__call__"))
        if forward is None:
            raise Unfit
        before = trial.copy().given
        out = guarded(path, forward, *fitted(forward, {**trial.given, "training": True}))
        results = {outputs[0]: out, **_changed(before, trial.given, outputs[0])}
        backward = _method(layer, ("backward",))
        if isinstance(out, Raised):
            return results | dict.fromkeys(outputs[1:], out)
        if backward is None:
            return results
        results |= _gradients(layer, backward, trial, path, outputs)
        if "dx_again" in outputs and not isinstance(results["dx"], Raised):
            kept = np.array(results["dx"], copy=True)
            again = guarded(path, backward, *_dout(backward, 1))
            results |= {"dx": kept, "dx_again": again}
        if "predicted" in outputs:
            results["predicted"] = _predict(forward, trial, path, SETTLED)
            results["updated"] = _updated(forward, trial, path, subject)
        return results

    return run


def _gradients(
    layer: Any, backward: Callable[..., Any], trial: Trial, path: str, outputs: list[str]
) -> dict[str, Any]:
    got = guarded(path, backward, *_dout(backward, trial.dout))
    wanted = [name for name in outputs[1:] if name not in AFTERWARDS]
    if isinstance(got, Raised):
        return dict.fromkeys(outputs[1:], got)
    if isinstance(got, tuple) and len(got) == len(wanted):
        return dict(zip(wanted, got, strict=True))
    return {"dx": got} | {name: _stored(layer, name) for name in wanted if name != "dx"}


def _dout(backward: Callable[..., Any], dout: Any) -> list[Any]:
    """The argument for backward; a loss's may take none."""
    try:
        return fitted(backward, {"dout": dout})
    except Unfit:
        if np.ndim(dout):
            raise
        return []


def _stored(layer: Any, name: str) -> Any:
    """A gradient: an attribute, or an entry of a dictionary of gradients."""
    for alias in STORED.get(name, (name,)):
        if getattr(layer, alias, None) is not None:
            return getattr(layer, alias)
    for place in ("grads", "gradients", "grad"):
        grads = getattr(layer, place, None)
        keys = (*STORED.get(name, ()), name, name[1:])
        if isinstance(grads, dict):
            return next((grads[key] for key in keys if key in grads), None)
        if isinstance(grads, (list, tuple)) and len(grads) == 2:
            return grads[list(STORED).index(name) % 2] if name in STORED else None
    return None


def _predict(forward: Callable[..., Any], trial: Trial, path: str, passes: int) -> Any:
    with np.errstate(all="ignore"):
        for _ in range(passes):
            guarded(path, forward, *fitted(forward, {"x": trial.x.copy(), "training": True}))
    return guarded(path, forward, *fitted(forward, {"x": other_batch(trial), "training": False}))


def _updated(forward: Callable[..., Any], trial: Trial, path: str, subject: Subject) -> Any:
    """The prediction after another batch, if it shows the known fault; else the right one."""
    guarded(path, forward, *fitted(forward, {"x": other_batch(trial), "training": True}))
    got = _predict(forward, trial, path, 0)
    wrong = subject.wrong["updated"].values()
    known = any(same(got, compute(trial), subject.rtol) for compute in wrong)
    return got if known else subject.right["updated"](trial)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any], output: str) -> dict[str, str]:
    same = all(np.array_equal(before[name], after[name]) for name in before)
    return {} if same else {"changed": output}


def _method(layer: Any, names: tuple[str, ...]) -> Callable[..., Any] | None:
    return next((getattr(layer, n) for n in names if callable(getattr(layer, n, None))), None)


def guarded(path: str, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Return the result of the reader's code, or what it raised.

    Example:
        >>> guarded("", int, "seven").name
        'ValueError'
    """
    try:
        with np.errstate(all="ignore"):
            return call(*arguments, **named)
    except (Exception, SystemExit) as fault:
        return Raised.of(fault, path)


def lines_of(kind: Any, subject: Subject) -> dict[str, int]:
    """Return the line where each output is computed: forward's or backward's, or the function's."""

    def line(call: Any) -> int:
        try:
            return int(inspect.unwrap(call).__code__.co_firstlineno)
        except AttributeError:
            return 0

    if not inspect.isclass(kind):
        return {"out": line(kind)}
    forward = line(getattr(kind, "forward", None) or getattr(kind, "__call__", None))  # noqa: B004
    backward = line(getattr(kind, "backward", None))
    ahead = ("out", "loss", "predicted", "updated")
    return {name: forward if name in ahead else backward for name in subject.right}
