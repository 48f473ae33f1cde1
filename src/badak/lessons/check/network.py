"""The reader's network: its `gradient` compared with central differences of its own `loss`."""

import contextlib
import copy
import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from badak.arrays import Array
from badak.lessons.check.arguments import Unfit
from badak.lessons.check.compare import number
from badak.lessons.check.diagnose import Raised
from badak.lessons.check.errors import cause_of_error
from badak.lessons.check.finding import Finding
from badak.lessons.check.reader import guarded

CLASSES, ROWS, STEP, ENTRIES, TOLERANCE = 3, 4, 1e-5, 8, 1e-3
LABELS = np.array([1, 0, 2, 1])
# Constructor's argument -> its value for a small network on maps, or on rows.
SMALL = {
    "input_dim": (1, 8, 8),
    "conv_param": {"filter_num": 2, "filter_size": 3, "pad": 0, "stride": 1},
    "hidden_size": 5,
    "output_size": CLASSES,
    "input_size": 6,
    "hidden_size_list": [5],
    "weight_init_std": 0.5,
}

LARGER = SMALL | {  # to see that a change is right by more than chance
    "input_dim": (1, 10, 10),
    "conv_param": {"filter_num": 3, "filter_size": 3, "pad": 0, "stride": 1},
    "hidden_size": 4,
    "input_size": 7,
    "hidden_size_list": [4],
    "weight_init_std": 0.1,  # far from where the loss clips
}


def is_network(kind: type) -> bool:
    """Whether a class has the methods of the book's networks.

    Example:
        >>> is_network(int)
        False
    """
    return all(callable(getattr(kind, name, None)) for name in ("predict", "loss"))


def check_network(
    kind: type, path: str, sizes: Mapping[str, Any] = SMALL, only: str = ""
) -> list[Finding]:
    """Return the findings about a network's predict, accuracy and gradient.

    Args:
        kind: the reader's class.
        path: its file.
        sizes: the constructor's arguments.
        only: a parameter; no other's gradient is looked at.

    Raises:
        Unfit: its constructor needs arguments of unknown meaning.
    """
    np.random.seed(3)  # noqa: NPY002 - the book's networks draw from it
    net = guarded(path, kind, **_arguments(kind, sizes))
    if isinstance(net, Raised):
        return [_raised(kind, "__init__", net, "")]
    x, words = _inputs(kind, sizes)
    labels = LABELS.copy()
    scores = guarded(path, net.predict, x.copy())
    if isinstance(scores, Raised):
        return _misplaced(kind, net) or [_raised(kind, "predict", scores, words)]
    if np.shape(scores) != (ROWS, CLASSES):
        values = {"output": "predict", "input": words, "got": str(np.shape(scores)),
                  "expected": str((ROWS, CLASSES))}  # fmt: skip
        return [Finding(kind.__name__, "shape", _line(kind, "predict"), "", values)]
    t = labels
    loss = guarded(path, net.loss, x, t)
    if isinstance(loss, Raised):  # the simple forms of chapter 4 take one-hot rows alone
        t = np.eye(CLASSES)[labels]
        loss = guarded(path, net.loss, x, t)
    if isinstance(loss, Raised):
        return [_raised(kind, "loss", loss, words)]
    if isinstance(loss, (float, np.floating)) and not np.isfinite(loss):
        values = {"output": "loss", "input": words, "place": "", "got": str(loss)}
        line = _line(kind, "loss")
        return [Finding(kind.__name__, "nan", line, "", values | {"expected": "> 0"})]
    findings = list(_accuracy(kind, net, x, t, np.asarray(scores), path))
    if callable(getattr(net, "gradient", None)):
        np.random.seed(3)  # noqa: NPY002
        fresh = guarded(
            path, kind, **_arguments(kind, sizes)
        )  # has not seen a loss: gradient must do all
        slopes = _gradient(kind, fresh, x, t, path, words, only)
        findings += (slopes and _misplaced(kind, net)) or slopes
    return findings


def loss_of(kind: type, path: str) -> float:
    """Return the loss of the small network as it is made; NaN if there is none."""
    np.random.seed(3)  # noqa: NPY002
    net = guarded(path, kind, **_arguments(kind, SMALL))
    loss = guarded(path, net.loss, _inputs(kind, SMALL)[0], LABELS.copy()) if net else np.nan
    return np.nan if isinstance(loss, Raised) else round(float(loss), 9)


def params_of(kind: type) -> set[str]:
    """Return the names of a network's parameters; none if it cannot be made."""
    net = guarded("", kind, **_arguments(kind, SMALL))
    return set(getattr(net, "params", ()))


def _misplaced(kind: type, net: Any) -> list[Finding]:
    """A layer that is a class, not an object; or one object at two places.

    It remembers the input of the last place alone.
    """
    for name, held in vars(net).items():
        layers = list(held.values()) if isinstance(held, dict) else held
        if not isinstance(layers, (list, tuple)):
            continue
        layers = [layer for layer in layers if callable(getattr(layer, "backward", None))]
        for i, layer in enumerate(layers):
            values = {"name": type(layer).__name__, "place": f"self.{name}"}
            line = _line(kind, "__init__")
            if isinstance(layer, type):
                values |= {"name": layer.__name__, "advice": f"{layer.__name__}()"}
                return [Finding(kind.__name__, "a_class", line, "class_not_object", values)]
            if any(layer is other for other in layers[:i]):
                return [Finding(kind.__name__, "shared", line, "layer_shared", values)]
    return []


def _arguments(kind: type, sizes: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {}
    for name, parameter in inspect.signature(kind).parameters.items():
        if name in sizes:
            wanted[name] = copy.deepcopy(sizes[name])
        elif parameter.default is parameter.empty and parameter.kind in (
            parameter.POSITIONAL_ONLY,
            parameter.POSITIONAL_OR_KEYWORD,
        ):
            raise Unfit
    return wanted


def _inputs(kind: type, sizes: Mapping[str, Any]) -> tuple[Array, str]:
    wanted = _arguments(kind, sizes)
    if "input_dim" not in wanted and "input_size" not in wanted:
        raise Unfit
    shape = (ROWS, *wanted.get("input_dim", (wanted.get("input_size"),)))
    return np.random.default_rng(5).standard_normal(shape), f"x {shape}"


def _raised(kind: type, method: str, raised: Raised, words: str) -> Finding:
    values = {"output": method, "input": words, "error": raised.name, "text": raised.text}
    fault = cause_of_error(raised.name, raised.text)
    return Finding(kind.__name__, "raised", raised.line or _line(kind, method), fault, values)


def _line(kind: type, method: str) -> int:
    code = getattr(getattr(kind, method, None), "__code__", None)
    return code.co_firstlineno if code else 0


def _accuracy(
    kind: type, net: Any, x: Array, t: Array, scores: Array, path: str
) -> Iterator[Finding]:
    if not callable(getattr(net, "accuracy", None)):
        return
    classes = t if t.ndim == 1 else t.argmax(axis=1)
    right = float((scores.argmax(axis=1) == classes).mean())
    got = guarded(path, net.accuracy, x, t)
    if isinstance(got, Raised):
        yield _raised(kind, "accuracy", got, f"x {x.shape}, t {t.tolist()}")
    elif got is None or not np.isclose(float(got), right):
        fault = ""
        if got is not None:
            fault = "count_not_share" if np.isclose(float(got), right * len(x)) else ""
            across = float((scores.argmax(axis=0) == np.eye(CLASSES)[classes].argmax(axis=0)).sum())
            if not fault and np.isclose(float(got), across / len(x)):
                fault = "argmax_axis"
            few = "batch_size" in inspect.signature(net.accuracy).parameters
            fault = fault or ("batches_left_out" if few and float(got) == 0 else "")
        values = {"output": "accuracy", "place": "", "input": f"x {x.shape}, t {t.tolist()}"}
        values |= {"got": "None" if got is None else number(got), "expected": number(right)}
        yield Finding(kind.__name__, "value", _line(kind, "accuracy"), fault, values)


def _gradient(
    kind: type, net: Any, x: Array, t: Array, path: str, words: str, only: str
) -> list[Finding]:
    grads = guarded(path, net.gradient, x.copy(), t.copy())
    if isinstance(grads, Raised):
        told = _raised(kind, "gradient", grads, words)
        vague = told.fault in ("", "shape_unfit", "broadcast", "product_shapes", "reshape_count")
        return [replace(told, fault="layers_not_reversed") if vague and _onward(kind) else told]
    params, line = getattr(net, "params", None), _line(kind, "gradient")
    values: dict[str, Any] = {"output": "gradient", "input": words}
    if not isinstance(params, dict) or not isinstance(grads, dict):
        values |= {"expected": "dict", "got": type(grads).__name__}
        return [Finding(kind.__name__, "type", line, "gradient_no_dict", values)]
    if abs(_loss(net, x, t) - _loss(net, x, t)) > 0:
        return []  # the loss draws numbers of its own: nothing to compare with
    params = {only: params[only]} if only in params else params
    entries = 2 if only else ENTRIES
    numeric = {name: _numeric(net, array, x, t, entries) for name, array in params.items()}
    findings = []
    for name, array in params.items():
        found = _compare(name, np.shape(array), grads, numeric)
        if found:
            kind_of, fault, more = found
            more = values | {"output": f"gradient['{name}']"} | more
            findings.append(Finding(kind.__name__, kind_of, line, fault, more))
    return findings[:3]


def _onward(kind: type) -> bool:
    """Whether gradient goes through the layers in a loop, and nothing turns their order."""
    with contextlib.suppress(OSError, TypeError):
        code = inspect.getsource(kind.gradient)  # type: ignore[attr-defined]
        loop = re.search(r"for .+:\s+.*\.backward\(", code)
        return bool(loop) and not re.search(r"revers|::\s*-1|range\(.*-1\)", code)
    return False


def _loss(net: Any, x: Array, t: Array) -> float:
    np.random.seed(3)  # noqa: NPY002 - dropout draws the same each time
    return float(net.loss(x, t))


def _numeric(net: Any, array: Array, x: Array, t: Array, entries: int) -> dict[int, float]:
    """Entry -> the central difference of the loss, for some entries that are at no kink."""
    flat = array.reshape(-1)
    slopes = {}
    for i in np.unique(np.linspace(0, array.size - 1, entries).astype(int)).tolist():
        kept = flat[i]
        values = []
        for step in (STEP, 3 * STEP):
            flat[i] = kept + step
            above = _loss(net, x, t)
            flat[i] = kept - step
            values.append((above - _loss(net, x, t)) / (2 * step))
        flat[i] = kept
        if abs(values[0] - values[1]) < 1e-6 + 1e-3 * abs(values[0]):
            slopes[i] = values[0]
    return slopes


def _compare(
    name: str, shape: Any, grads: dict[str, Any], numeric: dict[str, dict[int, float]]
) -> tuple[str, str, dict[str, Any]] | None:
    """What is wrong with one gradient: its kind, its fault, its numbers."""
    got = grads.get(name)
    if got is None:
        return "none", "gradient_left_out", {"expected": str(shape)}
    if np.shape(got) != shape:
        return (
            "shape",
            _other(got, name, numeric),
            {"got": str(np.shape(got)), "expected": str(shape)},
        )
    flat = np.asarray(got, float).reshape(-1)
    slopes = numeric[name]
    size = max(map(abs, slopes.values()), default=0.0)
    wrong = [i for i, s in slopes.items() if not abs(flat[i] - s) <= TOLERANCE * size + 1e-7]
    if not wrong:
        return None
    place = f"[{', '.join(map(str, np.unravel_index(wrong[0], shape)))}]"
    values = {"place": place, "got": number(flat[wrong[0]]), "expected": number(slopes[wrong[0]])}
    return "slope", _why(flat, slopes, size) or _other(got, name, numeric), values


def _why(flat: Array, slopes: dict[int, float], size: float) -> str:
    if size == 0:
        return "params_copied"
    for factor, fault in ((ROWS, "not_divided_by_batch"), (1 / ROWS, "divided_twice"),
                          (-1, "sign_of_gradient"), (0, "gradient_zero")):  # fmt: skip
        if all(
            abs(flat[i] - factor * s) <= TOLERANCE * size * max(1, factor)
            for i, s in slopes.items()
        ):
            return fault
    return ""


def _other(got: Any, name: str, numeric: dict[str, dict[int, float]]) -> str:
    """Whether it is the gradient of another parameter."""
    flat = np.asarray(got, float).reshape(-1)
    for other, slopes in numeric.items():
        size = max(map(abs, slopes.values()), default=0.0)
        if other != name and size and max(slopes) < len(flat) and all(
            abs(flat[i] - s) <= TOLERANCE * size for i, s in slopes.items()
        ):  # fmt: skip
            return "gradients_swapped"
    return ""
