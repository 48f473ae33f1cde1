"""Activations: document, check, hand on.

An op takes x of any shape, float32 or float64, and returns y like x. Its backward takes grad_y, the
gradient of y, and what forward saved (x or y), both of one shape and dtype, and returns grad_x like
them. All raise ArgumentTypeError for arrays that are not floats, or dtypes that differ, and
BadakError for shapes that differ, or an option out of range.
"""

import numpy as np

from badak import checks
from badak.arrays import Array, as_floats, check_shape
from badak.ops import edition


def relu(x: Array) -> Array:
    """Return ``max(x, 0)`` (Nair and Hinton 2010; the book's chapter 5.5).

    Example:
        >>> relu(np.array([-1.0, 0.0, 2.0]))
        array([0., 0., 2.])
    """
    x = as_floats(x, "x")
    return np.asarray(edition.of(x.dtype).relu(x))


def relu_backward(grad_y: Array, y: Array) -> Array:
    """Return the gradient for relu's input: ``grad_y`` if y > 0, else 0.

    Example:
        >>> relu_backward(np.ones(3), np.array([0.0, 0.0, 2.0]))
        array([0., 0., 1.])
    """
    grad_y, y = saved_pair(grad_y, y, "y")
    return np.asarray(edition.of(grad_y.dtype).relu_backward(grad_y, y))


def leaky_relu(x: Array, negative_slope: float = 0.01) -> Array:
    """Return ``x`` if x > 0, else ``negative_slope * x`` (Maas et al. 2013).

    Example:
        >>> leaky_relu(np.array([-1.0, 0.0, 2.0]), 0.5)
        array([-0.5,  0. ,  2. ])
    """
    x = as_floats(x, "x")
    negative_slope = checks.real(negative_slope, "negative_slope")
    return np.asarray(edition.of(x.dtype).leaky_relu(x, negative_slope))


def leaky_relu_backward(grad_y: Array, x: Array, negative_slope: float = 0.01) -> Array:
    """Return the gradient for leaky_relu's input: ``grad_y`` times the slope at x.

    Example:
        >>> leaky_relu_backward(np.ones(3), np.array([-1.0, 0.0, 2.0]), 0.5)
        array([0.5, 0.5, 1. ])
    """
    grad_y, x = saved_pair(grad_y, x, "x")
    negative_slope = checks.real(negative_slope, "negative_slope")
    return np.asarray(edition.of(grad_y.dtype).leaky_relu_backward(grad_y, x, negative_slope))


def hardtanh(x: Array, min_val: float = -1.0, max_val: float = 1.0) -> Array:
    """Return ``min(max(x, min_val), max_val)``.

    Example:
        >>> hardtanh(np.array([-1.0, 2.0, 7.0]), 0, 6)
        array([0., 2., 6.])
    """
    x = as_floats(x, "x")
    limits = _limits(min_val, max_val)
    return np.asarray(edition.of(x.dtype).hardtanh(x, *limits))


def hardtanh_backward(
    grad_y: Array, x: Array, min_val: float = -1.0, max_val: float = 1.0
) -> Array:
    """Return the gradient for hardtanh's input: ``grad_y`` if min_val < x < max_val, else 0.

    Example:
        >>> hardtanh_backward(np.ones(3), np.array([-1.0, 2.0, 7.0]), 0, 6)
        array([0., 1., 0.])
    """
    grad_y, x = saved_pair(grad_y, x, "x")
    limits = _limits(min_val, max_val)
    return np.asarray(edition.of(grad_y.dtype).hardtanh_backward(grad_y, x, *limits))


def sigmoid(x: Array) -> Array:
    """Return ``1 / (1 + exp(-x))``, without overflow (the book's chapter 3).

    Example:
        >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
        array([0. , 0.5, 1. ])
    """
    x = as_floats(x, "x")
    return np.asarray(edition.of(x.dtype).sigmoid(x))


def sigmoid_backward(grad_y: Array, y: Array) -> Array:
    """Return the gradient for sigmoid's input: ``grad_y * y * (1 - y)``.

    Example:
        >>> sigmoid_backward(np.ones(2), np.array([0.5, 1.0]))
        array([0.25, 0.  ])
    """
    grad_y, y = saved_pair(grad_y, y, "y")
    return np.asarray(edition.of(grad_y.dtype).sigmoid_backward(grad_y, y))


def tanh(x: Array) -> Array:
    """Return the hyperbolic tangent, ``(exp(x) - exp(-x)) / (exp(x) + exp(-x))``.

    Example:
        >>> tanh(np.array([0.0, 1000.0]))
        array([0., 1.])
    """
    x = as_floats(x, "x")
    return np.asarray(edition.of(x.dtype).tanh(x))


def tanh_backward(grad_y: Array, y: Array) -> Array:
    """Return the gradient for tanh's input: ``grad_y * (1 - y ** 2)``.

    Example:
        >>> tanh_backward(np.ones(2), np.array([0.5, 1.0]))
        array([0.75, 0.  ])
    """
    grad_y, y = saved_pair(grad_y, y, "y")
    return np.asarray(edition.of(grad_y.dtype).tanh_backward(grad_y, y))


def elu(x: Array, alpha: float = 1.0) -> Array:
    """Return ``x`` if x > 0, else ``alpha * (exp(x) - 1)`` (Clevert et al. 2015).

    Example:
        >>> elu(np.array([-1000.0, 0.0, 2.0]))
        array([-1.,  0.,  2.])
    """
    x = as_floats(x, "x")
    alpha = checks.real(alpha, "alpha")
    return np.asarray(edition.of(x.dtype).elu(x, alpha))


def elu_backward(grad_y: Array, x: Array, alpha: float = 1.0) -> Array:
    """Return the gradient for elu's input: ``grad_y`` if x > 0, else ``grad_y * alpha * exp(x)``.

    Example:
        >>> elu_backward(np.ones(3), np.array([-1000.0, 0.0, 2.0]))
        array([0., 1., 1.])
    """
    grad_y, x = saved_pair(grad_y, x, "x")
    alpha = checks.real(alpha, "alpha")
    return np.asarray(edition.of(grad_y.dtype).elu_backward(grad_y, x, alpha))


def gelu(x: Array, approximate: str = "none") -> Array:
    """Return ``x * P(x)``, P the standard normal distribution (Hendrycks and Gimpel 2016).

    ``P(x) = (1 + erf(x / sqrt(2))) / 2``; or, with approximate="tanh", the paper's
    ``(1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ** 3))) / 2``.

    Example:
        >>> gelu(np.array([0.0, 100.0]))
        array([  0., 100.])
    """
    x = as_floats(x, "x")
    checks.choice(approximate, "approximate", ("none", "tanh"))
    return np.asarray(edition.of(x.dtype).gelu(x, approximate))


def gelu_backward(grad_y: Array, x: Array, approximate: str = "none") -> Array:
    """Return the gradient for gelu's input: ``grad_y * (P(x) + x * P'(x))``.

    Example:
        >>> gelu_backward(np.ones(2), np.array([0.0, 100.0]))
        array([0.5, 1. ])
    """
    grad_y, x = saved_pair(grad_y, x, "x")
    checks.choice(approximate, "approximate", ("none", "tanh"))
    return np.asarray(edition.of(grad_y.dtype).gelu_backward(grad_y, x, approximate))


def saved_pair(grad_y: Array, saved: Array, name: str) -> tuple[Array, Array]:
    """Return a gradient and the array that forward saved, both of one shape and dtype."""
    saved = as_floats(saved, name)
    grad_y = as_floats(grad_y, "grad_y", dtype=saved.dtype)
    check_shape(grad_y, "grad_y", saved.shape)
    return grad_y, saved


def _limits(min_val: float, max_val: float) -> tuple[float, float]:
    min_val = checks.real(min_val, "min_val")
    return min_val, checks.real(max_val, "max_val", above=min_val)
