"""Activations: document, check, hand on.

NumPy makes a plain number of an array without axes; asarray makes it an array again.
"""

import numpy as np

from badak import checks
from badak.arrays import Array, as_floats, check_shape
from badak.ops import edition


def relu(x: Array) -> Array:
    """max(x, 0), with gradient 0 at 0 (Nair and Hinton 2010; the book's chapter 5.5).

    Args:
        x: any shape, float32 or float64.

    Returns:
        Array like x.

    Raises:
        ArgumentTypeError: no floats.

    Example:
        >>> relu(np.array([-1.0, 0.0, 2.0]))
        array([0., 0., 2.])
    """
    x = as_floats(x, "x")
    return np.asarray(edition.of(x.dtype).relu(x))


def relu_backward(grad_y: Array, y: Array) -> Array:
    """Gradient of `relu` for its input.

    Args:
        grad_y: gradient of the output.
        y: the output of relu.

    Returns:
        grad_x, like x.

    Raises:
        ArgumentTypeError: dtypes that differ.
        BadakError: shapes that differ.

    Example:
        >>> relu_backward(np.ones(3), np.array([0.0, 0.0, 2.0]))
        array([0., 0., 1.])
    """
    grad_y, y = saved_pair(grad_y, y, "y")
    return np.asarray(edition.of(grad_y.dtype).relu_backward(grad_y, y))


def leaky_relu(x: Array, negative_slope: float = 0.01) -> Array:
    """Identity where positive, negative_slope * x elsewhere (Maas et al. 2013).

    Args:
        x: any shape, float32 or float64.
        negative_slope: the slope on the left of 0.

    Returns:
        Array like x.

    Raises:
        ArgumentTypeError: no floats.
        BadakError: a slope that is no finite number.

    Example:
        >>> leaky_relu(np.array([-1.0, 0.0, 2.0]), 0.5)
        array([-0.5,  0. ,  2. ])
    """
    x = as_floats(x, "x")
    negative_slope = checks.real(negative_slope, "negative_slope")
    return np.asarray(edition.of(x.dtype).leaky_relu(x, negative_slope))


def leaky_relu_backward(grad_y: Array, x: Array, negative_slope: float = 0.01) -> Array:
    """Gradient of `leaky_relu` for its input.

    Args:
        grad_y: gradient of the output.
        x: the input of leaky_relu.
        negative_slope: the slope on the left of 0.

    Returns:
        grad_x, like x.

    Raises:
        ArgumentTypeError: dtypes that differ.
        BadakError: shapes that differ.

    Example:
        >>> leaky_relu_backward(np.ones(3), np.array([-1.0, 0.0, 2.0]), 0.5)
        array([0.5, 0.5, 1. ])
    """
    grad_y, x = saved_pair(grad_y, x, "x")
    negative_slope = checks.real(negative_slope, "negative_slope")
    return np.asarray(edition.of(grad_y.dtype).leaky_relu_backward(grad_y, x, negative_slope))


def hardtanh(x: Array, min_val: float = -1.0, max_val: float = 1.0) -> Array:
    """The values, but none below min_val and none above max_val.

    Args:
        x: any shape, float32 or float64.
        min_val: the least output.
        max_val: the largest output.

    Returns:
        Array like x.

    Raises:
        ArgumentTypeError: no floats.
        BadakError: limits that are no finite numbers, or min_val not below max_val.

    Example:
        >>> hardtanh(np.array([-1.0, 2.0, 7.0]), 0, 6)
        array([0., 2., 6.])
    """
    x = as_floats(x, "x")
    min_val = checks.real(min_val, "min_val")
    max_val = checks.real(max_val, "max_val", above=min_val)
    return np.asarray(edition.of(x.dtype).hardtanh(x, min_val, max_val))


def hardtanh_backward(
    grad_y: Array, x: Array, min_val: float = -1.0, max_val: float = 1.0
) -> Array:
    """Gradient of `hardtanh` for its input: that of the values strictly between the limits.

    Args:
        grad_y: gradient of the output.
        x: the input of hardtanh.
        min_val: the least output.
        max_val: the largest output.

    Returns:
        grad_x, like x.

    Raises:
        ArgumentTypeError: dtypes that differ.
        BadakError: shapes that differ, or limits as in hardtanh.

    Example:
        >>> hardtanh_backward(np.ones(3), np.array([-1.0, 2.0, 7.0]), 0, 6)
        array([0., 1., 0.])
    """
    grad_y, x = saved_pair(grad_y, x, "x")
    min_val = checks.real(min_val, "min_val")
    max_val = checks.real(max_val, "max_val", above=min_val)
    return np.asarray(edition.of(grad_y.dtype).hardtanh_backward(grad_y, x, min_val, max_val))


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow (the book's chapter 3).

    Args:
        x: any shape, float32 or float64.

    Returns:
        Array like x.

    Raises:
        ArgumentTypeError: no floats.

    Example:
        >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
        array([0. , 0.5, 1. ])
    """
    x = as_floats(x, "x")
    return np.asarray(edition.of(x.dtype).sigmoid(x))


def sigmoid_backward(grad_y: Array, y: Array) -> Array:
    """Gradient of `sigmoid` for its input.

    Args:
        grad_y: gradient of the output.
        y: the output of sigmoid.

    Returns:
        grad_x, like x.

    Raises:
        ArgumentTypeError: dtypes that differ.
        BadakError: shapes that differ.

    Example:
        >>> sigmoid_backward(np.ones(2), np.array([0.5, 1.0]))
        array([0.25, 0.  ])
    """
    grad_y, y = saved_pair(grad_y, y, "y")
    return np.asarray(edition.of(grad_y.dtype).sigmoid_backward(grad_y, y))


def tanh(x: Array) -> Array:
    """The hyperbolic tangent of each value.

    Args:
        x: any shape, float32 or float64.

    Returns:
        Array like x.

    Raises:
        ArgumentTypeError: no floats.

    Example:
        >>> tanh(np.array([0.0, 1000.0]))
        array([0., 1.])
    """
    x = as_floats(x, "x")
    return np.asarray(edition.of(x.dtype).tanh(x))


def tanh_backward(grad_y: Array, y: Array) -> Array:
    """Gradient of `tanh` for its input.

    Args:
        grad_y: gradient of the output.
        y: the output of tanh.

    Returns:
        grad_x, like x.

    Raises:
        ArgumentTypeError: dtypes that differ.
        BadakError: shapes that differ.

    Example:
        >>> tanh_backward(np.ones(2), np.array([0.5, 1.0]))
        array([0.75, 0.  ])
    """
    grad_y, y = saved_pair(grad_y, y, "y")
    return np.asarray(edition.of(grad_y.dtype).tanh_backward(grad_y, y))


def elu(x: Array, alpha: float = 1.0) -> Array:
    """Identity where positive, alpha * (exp(x) - 1) elsewhere (Clevert et al. 2015).

    Args:
        x: any shape, float32 or float64.
        alpha: the limit on the far left is -alpha.

    Returns:
        Array like x.

    Raises:
        ArgumentTypeError: no floats.
        BadakError: an alpha that is no finite number.

    Example:
        >>> elu(np.array([-1000.0, 0.0, 2.0]))
        array([-1.,  0.,  2.])
    """
    x = as_floats(x, "x")
    alpha = checks.real(alpha, "alpha")
    return np.asarray(edition.of(x.dtype).elu(x, alpha))


def elu_backward(grad_y: Array, x: Array, alpha: float = 1.0) -> Array:
    """Gradient of `elu` for its input.

    Args:
        grad_y: gradient of the output.
        x: the input of elu.
        alpha: the limit on the far left is -alpha.

    Returns:
        grad_x, like x.

    Raises:
        ArgumentTypeError: dtypes that differ.
        BadakError: shapes that differ.

    Example:
        >>> elu_backward(np.ones(3), np.array([-1000.0, 0.0, 2.0]))
        array([0., 1., 1.])
    """
    grad_y, x = saved_pair(grad_y, x, "x")
    alpha = checks.real(alpha, "alpha")
    return np.asarray(edition.of(grad_y.dtype).elu_backward(grad_y, x, alpha))


def gelu(x: Array, approximate: str = "none") -> Array:
    """Each value times the share of a normal distribution below it (Hendrycks and Gimpel 2016).

    Args:
        x: any shape, float32 or float64.
        approximate: "none" for the exact form by erf, "tanh" for the paper's approximation.

    Returns:
        Array like x.

    Raises:
        ArgumentTypeError: no floats.
        BadakError: another word.

    Example:
        >>> gelu(np.array([0.0, 100.0]))
        array([  0., 100.])
    """
    x = as_floats(x, "x")
    checks.choice(approximate, "approximate", ("none", "tanh"))
    return np.asarray(edition.of(x.dtype).gelu(x, approximate))


def gelu_backward(grad_y: Array, x: Array, approximate: str = "none") -> Array:
    """Gradient of `gelu` for its input.

    Args:
        grad_y: gradient of the output.
        x: the input of gelu.
        approximate: "none" for the exact form by erf, "tanh" for the paper's approximation.

    Returns:
        grad_x, like x.

    Raises:
        ArgumentTypeError: dtypes that differ.
        BadakError: shapes that differ.

    Example:
        >>> gelu_backward(np.ones(2), np.array([0.0, 100.0]))
        array([0.5, 1. ])
    """
    grad_y, x = saved_pair(grad_y, x, "x")
    checks.choice(approximate, "approximate", ("none", "tanh"))
    return np.asarray(edition.of(grad_y.dtype).gelu_backward(grad_y, x, approximate))


def saved_pair(grad_y: Array, saved: Array, name: str) -> tuple[Array, Array]:
    """Return a gradient and the array forward saved, of one shape and dtype."""
    saved = as_floats(saved, name)
    grad_y = as_floats(grad_y, "grad_y", dtype=saved.dtype)
    check_shape(grad_y, "grad_y", saved.shape)
    return grad_y, saved
