"""Update rules: one kernel, which takes the name of the rule and its numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import _core
from badak.arrays import Array
from badak.ops.step import StepNumbers


def sgd_update(parameter: Array, gradient: Array, lr: float) -> tuple[Array]:
    (new,) = _stepped("sgd", [parameter], gradient, StepNumbers(lr))
    return (new,)


def momentum_update(
    parameter: Array, gradient: Array, velocity: Array, lr: float, momentum: float, nesterov: bool
) -> tuple[Array, Array]:
    numbers = StepNumbers(lr, keep=momentum)
    rule = "nesterov" if nesterov else "momentum"
    new, velocity = _stepped(rule, [parameter, velocity], gradient, numbers)
    return new, velocity


def adagrad_update(
    parameter: Array, gradient: Array, squares: Array, lr: float, eps: float
) -> tuple[Array, Array]:
    numbers = StepNumbers(lr, eps=eps)
    new, squares = _stepped("adagrad", [parameter, squares], gradient, numbers)
    return new, squares


def rmsprop_update(
    parameter: Array, gradient: Array, squares: Array, lr: float, alpha: float, eps: float
) -> tuple[Array, Array]:
    numbers = StepNumbers(lr, keep=alpha, eps=eps)
    new, squares = _stepped("rmsprop", [parameter, squares], gradient, numbers)
    return new, squares


def adam_update(
    parameter: Array,
    gradient: Array,
    mean: Array,
    squares: Array,
    t: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
) -> tuple[Array, Array, Array]:
    numbers = StepNumbers.adam(t, lr, betas, eps)
    new, mean, squares = _stepped("adam", [parameter, mean, squares], gradient, numbers)
    return new, mean, squares


def bind_update(
    rule: str, parameters: dict[str, Array], state: dict[str, Array], keys: list[list[str]]
) -> Any:
    """The core's Update, or None if it cannot use these very arrays."""
    return _core.Update.bind(rule, parameters, state, keys)


def _stepped(
    rule: str, arrays: Sequence[Array], gradient: Array, numbers: StepNumbers
) -> list[Array]:
    """A parameter and its slots after one step of a rule."""
    new = [np.empty_like(array) for array in arrays]
    _core.update(rule, numbers, gradient, arrays, new)
    return new
