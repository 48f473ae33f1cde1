"""Dropout and BatchNormalization (the book's chapter 6.3): judged by what they must keep.

Both have more than one right form: dropout may scale in training or in prediction, and running
statistics may begin with 0 or 1. So their outputs are compared with each other, not with one form.
"""

from typing import Any

import numpy as np

from badak.lessons.check.subjects.base import Subject, Trial, numbers

SHARE = 0.3  # of the values, dropped


def dropout(layer: Any) -> dict[str, Any]:
    """Return what a dropout with ratio `SHARE` does, as numbers that a right one fixes."""
    x = np.linspace(1, 2, 4000).reshape(40, 100)
    out = np.asarray(layer.forward(x.copy(), True), float)
    factors = out / x
    kept = factors != 0
    scale = float(factors[kept].mean()) if kept.any() else 0.0
    dout = np.linspace(2, 1, 4000).reshape(40, 100)
    dx = np.asarray(layer.backward(dout.copy()), float)
    predicted = np.asarray(layer.forward(x.copy(), False), float)
    return {
        "dropped": round(float(1 - kept.mean()), 1),
        "one_scale": bool(np.allclose(factors[kept], scale)),
        "mean": round(float(predicted.mean() / x.mean() / max(scale * (1 - SHARE), 1e-9)), 2),
        "dx": float(np.abs(dx / dout - factors).max()),
        "predicted_random": bool(not np.allclose(predicted / x, (predicted / x).mean())),
    }


DROPOUT_FAULTS = (
    ("predicted_random", True, "drops_in_prediction"),
    ("dropped", round(1 - SHARE, 1), "keeps_what_it_should_drop"),
    ("dropped", 0.0, "drops_nothing"),
    ("mean", round(1 / (1 - SHARE), 2), "dropout_scale"),
    ("mean", round(1 - SHARE, 2), "dropout_scale_twice"),
)


def dropout_faults(seen: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return the fault and its numbers; None if the dropout is right.

    Example:
        >>> dropout_faults({"dropped": 0.0, "mean": 1.0, "dx": 0.0, "predicted_random": False})[0]
        'drops_nothing'
    """
    expected = {"dropped": SHARE, "mean": 1.0, "predicted_random": False}
    for name, value, fault in DROPOUT_FAULTS:
        if seen[name] == value:
            return fault, {"output": name, "got": str(seen[name]), "expected": str(expected[name])}
    for name in ("dropped", "mean"):
        if seen[name] != expected[name]:
            return "", {"output": name, "got": str(seen[name]), "expected": str(expected[name])}
    if not seen["dx"] < 1e-6:
        return "mask_of_forward", {"output": "dx", "got": f"{seen['dx']:.3g}", "expected": "0"}
    return None


def _trial(n: int, d: int) -> Trial:
    made = {"gamma": numbers(d, seed=1) + 3, "beta": numbers(d, seed=2)}
    return Trial(made, {"x": 4 * numbers(n, d)}, numbers(n, d, seed=3))


def _normal(t: Trial, ddof: int = 0) -> Any:
    return (t.x - t.x.mean(axis=0)) / np.sqrt(t.x.var(axis=0, ddof=ddof) + 1e-7)


def _dx(t: Trial, mean: bool = True, var: bool = True) -> Any:
    normal, grad = _normal(t), t.dout * t.gamma
    centre = grad.mean(axis=0) if mean else 0
    spread = normal * (grad * normal).mean(axis=0) if var else 0
    return (grad - centre - spread) / np.sqrt(t.x.var(axis=0) + 1e-7)


def other_batch(t: Trial) -> Any:
    """Return a batch of other mean and variance, for the prediction."""
    return 2 * t.x + 5


def predicted(t: Trial, ddof: int = 0) -> Any:
    """Return the prediction for `other_batch` after training on t.x alone, long enough."""
    normal = (other_batch(t) - t.x.mean(axis=0)) / np.sqrt(t.x.var(axis=0, ddof=ddof) + 1e-7)
    return t.gamma * normal + t.beta


def updated(t: Trial, share: float = 0.1) -> Any:
    """Return what `predicted` does after one more pass, over `other_batch`: its share counts."""
    other = other_batch(t)
    mean, var = ((1 - share) * f(t.x, axis=0) + share * f(other, axis=0) for f in (np.mean, np.var))
    return t.gamma * (other - mean) / np.sqrt(var + 1e-7) + t.beta


def _by(t: Trial, x: Any) -> Any:
    """The prediction with the mean and variance of x."""
    normal = (other_batch(t) - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-7)
    return t.gamma * normal + t.beta


def _plainly(t: Trial, var: float) -> Any:
    """The prediction with a mean of 0 and this variance: as at the beginning."""
    return t.gamma * other_batch(t) / np.sqrt(var + 1e-6) + t.beta


def _whole(t: Trial) -> Any:
    return t.gamma * (t.x - t.x.mean()) / np.sqrt(t.x.var() + 1e-7) + t.beta


def _over_columns(t: Trial) -> Any:
    centred = t.x - t.x.mean(axis=1, keepdims=True)
    return t.gamma * centred / np.sqrt(t.x.var(axis=1, keepdims=True) + 1e-7) + t.beta


BATCH_NORM = Subject(
    "BatchNormalization",
    ("batchnormalization", "batchnorm", "batchnorm1d", "batchnormalisation"),
    "layer",
    (_trial(3, 2), _trial(6, 4)),
    {
        "out": lambda t: t.gamma * _normal(t) + t.beta,
        "dx": _dx,
        "dgamma": lambda t: (t.dout * _normal(t)).sum(axis=0),
        "dbeta": lambda t: t.dout.sum(axis=0),
        "predicted": predicted,
        "updated": updated,
    },
    {
        "out": {
            "variance_not_rooted": lambda t: (
                t.gamma * (t.x - t.x.mean(axis=0)) / t.x.var(axis=0) + t.beta
            ),
            "norm_axis": _over_columns,
            "whole_batch": _whole,
            "unbiased_variance": lambda t: t.gamma * _normal(t, 1) + t.beta,
            "scale_forgotten": _normal,
            "shift_forgotten": lambda t: t.gamma * _normal(t),
            "scale_forgotten ": lambda t: _normal(t) + t.beta,
            "mean_not_subtracted": lambda t: (
                t.gamma * t.x / np.sqrt(t.x.var(axis=0) + 1e-7) + t.beta
            ),
        },
        "dx": {
            "mean_is_constant": lambda t: _dx(t, mean=False),
            "variance_is_constant": lambda t: _dx(t, var=False),
            "both_are_constant": lambda t: _dx(t, mean=False, var=False),
            "scale_forgotten": lambda t: _dx(t) / t.gamma,
        },
        "dgamma": {
            "norm_input": lambda t: (t.dout * t.x).sum(axis=0),
            "bias_axis": lambda t: (t.dout * _normal(t)).sum(axis=1),
            "mean_instead_of_sum": lambda t: (t.dout * _normal(t)).mean(axis=0),
        },
        "dbeta": {
            "bias_axis": lambda t: t.dout.sum(axis=1),
            "bias_one_number": lambda t: t.dout.sum(),
            "mean_instead_of_sum": lambda t: t.dout.mean(axis=0),
        },
        "predicted": {
            "predicts_with_batch": lambda t: _by(t, other_batch(t)),
            "statistics_not_kept": lambda t: _plainly(t, 0),
            "statistics_not_kept of 1": lambda t: _plainly(t, 1),
            "variance_not_rooted": lambda t: (
                t.gamma * (other_batch(t) - t.x.mean(axis=0)) / t.x.var(axis=0) + t.beta
            ),
            "scale_forgotten": lambda t: (predicted(t) - t.beta) / t.gamma + t.beta,
            "shift_forgotten": lambda t: predicted(t) - t.beta,
            "scale_forgotten and shift": lambda t: (predicted(t) - t.beta) / t.gamma,
        },
        "updated": {"momentum_swapped": lambda t: updated(t, 0.9)},
    },
    rtol=1e-4,  # and "updated" is judged by its one fault: statistics may be kept in other ways
    also={"predicted": (lambda t: predicted(t, 1),)},
)
