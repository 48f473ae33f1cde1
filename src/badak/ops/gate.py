"""Activations that are x times a share of it, which grows from 0 on the far left to 1 on the right.

Arguments, results and errors are as in `badak.ops.activation`.
"""

import numpy as np  # noqa: F401  # for the examples

from badak import checks
from badak.arrays import Array
from badak.ops.pointwise import pointwise, pointwise_backward


def silu(x: Array) -> Array:
    """Return ``x / (1 + exp(-x))``, also called swish (Ramachandran et al. 2017).

    Example:
        >>> silu(np.array([-1000.0, 0.0, 1000.0]))
        array([  -0.,    0., 1000.])
    """
    return pointwise("silu", x)


def silu_backward(grad_y: Array, x: Array) -> Array:
    """Return the gradient for silu's input: ``grad_y * s * (1 + x * (1 - s))``, s the sigmoid.

    Example:
        >>> silu_backward(np.ones(2), np.array([0.0, 1000.0]))
        array([0.5, 1. ])
    """
    return pointwise_backward("silu_backward", grad_y, x)


def hardswish(x: Array) -> Array:
    """Return ``x * min(max(x + 3, 0), 6) / 6`` (Howard et al. 2019, section 5.2).

    Example:
        >>> hardswish(np.array([-4.0, 1.5, 4.0]))
        array([-0.   ,  1.125,  4.   ])
    """
    return pointwise("hardswish", x)


def hardswish_backward(grad_y: Array, x: Array) -> Array:
    """Return the gradient for hardswish's input: ``grad_y * (2 * x + 3) / 6`` if -3 < x < 3.

    Below it is 0, above ``grad_y``.

    Example:
        >>> hardswish_backward(np.ones(3), np.array([-4.0, 1.5, 4.0]))
        array([0., 1., 1.])
    """
    return pointwise_backward("hardswish_backward", grad_y, x)


def mish(x: Array) -> Array:
    """Return ``x * tanh(log(1 + exp(x)))`` (Misra 2019).

    Example:
        >>> mish(np.array([0.0, 1000.0]))
        array([   0., 1000.])
    """
    return pointwise("mish", x)


def mish_backward(grad_y: Array, x: Array) -> Array:
    """Return the gradient for mish's input: ``grad_y * (t + x * (1 - t ** 2) * sigmoid(x))``.

    t is ``tanh(log(1 + exp(x)))``.

    Example:
        >>> mish_backward(np.ones(2), np.array([0.0, 1000.0]))
        array([0.6, 1. ])
    """
    return pointwise_backward("mish_backward", grad_y, x)


def gelu(x: Array, approximate: str = "none") -> Array:
    """Return ``x * P(x)``, P the standard normal distribution (Hendrycks and Gimpel 2016).

    ``P(x) = (1 + erf(x / sqrt(2))) / 2``; or, with approximate="tanh", the paper's
    ``(1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ** 3))) / 2``.

    Example:
        >>> gelu(np.array([0.0, 100.0]))
        array([  0., 100.])
    """
    checks.choice(approximate, "approximate", ("none", "tanh"))
    return pointwise("gelu", x, approximate)


def gelu_backward(grad_y: Array, x: Array, approximate: str = "none") -> Array:
    """Return the gradient for gelu's input: ``grad_y * (P(x) + x * P'(x))``.

    Example:
        >>> gelu_backward(np.ones(2), np.array([0.0, 100.0]))
        array([0.5, 1. ])
    """
    checks.choice(approximate, "approximate", ("none", "tanh"))
    return pointwise_backward("gelu_backward", grad_y, x, approximate)
