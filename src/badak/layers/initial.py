"""Initial weights: normal(std), Xavier, He.

All draw in float64 and round, so that a float32 and a float64 network of one seed agree.
"""

import math
from typing import Any

import numpy as np

from badak import checks
from badak.arrays import Array, Shape
from badak.errors import BadakError, shown

WeightInit = str | float


def normal(shape: Shape, std: float, generator: np.random.Generator, dtype: Any) -> Array:
    """Draw weights from N(0, std^2), as the book's ``weight_init_std`` does.

    Example:
        >>> normal((2, 3), 0.01, np.random.default_rng(0), np.float32).shape
        (2, 3)
    """
    checks.memory(8 * math.prod(shape), f"a weight {shape}")
    if isinstance(generator, Undrawn):
        return np.zeros(shape, dtype)
    return (std * generator.standard_normal(shape)).astype(dtype)


def he_std(fan_in: int, fan_out: int) -> float:
    """sqrt(2 / fan_in): keeps the variance through ReLU layers (He et al. 2015, eq. 10).

    Example:
        >>> he_std(50, 10)
        0.2
    """
    return math.sqrt(2 / fan_in)


def xavier_std(fan_in: int, fan_out: int) -> float:
    """sqrt(2 / (fan_in + fan_out)): for tanh and sigmoid (Glorot and Bengio 2010, eq. 16).

    Example:
        >>> xavier_std(40, 10)
        0.2
    """
    return math.sqrt(2 / (fan_in + fan_out))


INITIALIZERS = {"he": he_std, "xavier": xavier_std}


class Undrawn(np.random.Generator):
    """For layers whose weights come from a file: they begin as zeros, which cost no time.

    Example:
        >>> weight("he", (1, 2), (2, 1), Undrawn(np.random.PCG64(0)), np.float32)
        array([[0., 0.]], dtype=float32)
    """


def check(weight_init: WeightInit) -> WeightInit:
    """Return `weight_init`, or raise BadakError: neither a known word nor a standard deviation.

    Example:
        >>> check("glorot")
        Traceback (most recent call last):
        badak.errors.BadakError: weight_init must be 'he', 'xavier' or a standard deviation; got ...
    """
    if isinstance(weight_init, str):
        if weight_init not in INITIALIZERS:
            words = ", ".join(repr(word) for word in INITIALIZERS)
            raise BadakError(
                f"weight_init must be {words} or a standard deviation; got {shown(weight_init)}"
            )
        return weight_init
    return checks.real(weight_init, "weight_init", minimum=0)


def weight(
    weight_init: WeightInit,
    shape: Shape,
    fans: tuple[int, int],
    generator: np.random.Generator,
    dtype: Any,
) -> Array:
    """Draw a weight as `weight_init` says: a word of `INITIALIZERS` or a standard deviation.

    Example:
        >>> weight("he", (4, 50), (50, 4), np.random.default_rng(0), np.float32).dtype
        dtype('float32')
    """
    if isinstance(weight_init, str):
        return normal(shape, INITIALIZERS[weight_init](*fans), generator, dtype)
    return normal(shape, weight_init, generator, dtype)
