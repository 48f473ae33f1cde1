"""Activations: document, check, hand on.

An op takes x of any shape, float32 or float64, and returns y like x. Its backward takes grad_y, the
gradient of y, and what forward saved (x or y), both of one shape and dtype, and returns grad_x like
them. All raise ArgumentTypeError for arrays that are not floats, or dtypes that differ, and
BadakError for shapes that differ, or an option out of range.
"""

import numpy as np  # noqa: F401  # for the examples

from badak import checks
from badak.arrays import Array
from badak.ops.pointwise import pointwise, pointwise_backward


def relu(x: Array) -> Array:
    """Return ``max(x, 0)`` (Nair and Hinton 2010; the book's chapter 5.5).

    Example:
        >>> relu(np.array([-1.0, 0.0, 2.0]))
        array([0., 0., 2.])
    """
    return pointwise("relu", x)


def relu_backward(grad_y: Array, y: Array) -> Array:
    """Return the gradient for relu's input: ``grad_y`` if y > 0, else 0.

    Example:
        >>> relu_backward(np.ones(3), np.array([0.0, 0.0, 2.0]))
        array([0., 0., 1.])
    """
    return pointwise_backward("relu_backward", grad_y, y, saved="y")


def leaky_relu(x: Array, negative_slope: float = 0.01) -> Array:
    """Return ``x`` if x > 0, else ``negative_slope * x`` (Maas et al. 2013).

    Example:
        >>> leaky_relu(np.array([-1.0, 0.0, 2.0]), 0.5)
        array([-0.5,  0. ,  2. ])
    """
    negative_slope = checks.real(negative_slope, "negative_slope")
    return pointwise("leaky_relu", x, negative_slope)


def leaky_relu_backward(grad_y: Array, x: Array, negative_slope: float = 0.01) -> Array:
    """Return the gradient for leaky_relu's input: ``grad_y`` times the slope at x.

    Example:
        >>> leaky_relu_backward(np.ones(3), np.array([-1.0, 0.0, 2.0]), 0.5)
        array([0.5, 0.5, 1. ])
    """
    negative_slope = checks.real(negative_slope, "negative_slope")
    return pointwise_backward("leaky_relu_backward", grad_y, x, negative_slope)


def hardtanh(x: Array, min_val: float = -1.0, max_val: float = 1.0) -> Array:
    """Return ``min(max(x, min_val), max_val)``.

    Example:
        >>> hardtanh(np.array([-1.0, 2.0, 7.0]), 0, 6)
        array([0., 2., 6.])
    """
    limits = _limits(min_val, max_val)
    return pointwise("hardtanh", x, *limits)


def hardtanh_backward(
    grad_y: Array, x: Array, min_val: float = -1.0, max_val: float = 1.0
) -> Array:
    """Return the gradient for hardtanh's input: ``grad_y`` if min_val < x < max_val, else 0.

    Example:
        >>> hardtanh_backward(np.ones(3), np.array([-1.0, 2.0, 7.0]), 0, 6)
        array([0., 1., 0.])
    """
    limits = _limits(min_val, max_val)
    return pointwise_backward("hardtanh_backward", grad_y, x, *limits)


def hardsigmoid(x: Array) -> Array:
    """Return ``min(max(x + 3, 0), 6) / 6`` (Howard et al. 2019, section 5.2).

    Example:
        >>> hardsigmoid(np.array([-4.0, 0.0, 4.0]))
        array([0. , 0.5, 1. ])
    """
    return pointwise("hardsigmoid", x)


def hardsigmoid_backward(grad_y: Array, x: Array) -> Array:
    """Return the gradient for hardsigmoid's input: ``grad_y / 6`` if -3 < x < 3, else 0.

    Example:
        >>> hardsigmoid_backward(np.array([6.0, 6.0]), np.array([0.0, 4.0]))
        array([1., 0.])
    """
    return pointwise_backward("hardsigmoid_backward", grad_y, x)


def sigmoid(x: Array) -> Array:
    """Return ``1 / (1 + exp(-x))``, without overflow (the book's chapter 3).

    Example:
        >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
        array([0. , 0.5, 1. ])
    """
    return pointwise("sigmoid", x)


def sigmoid_backward(grad_y: Array, y: Array) -> Array:
    """Return the gradient for sigmoid's input: ``grad_y * y * (1 - y)``.

    Example:
        >>> sigmoid_backward(np.ones(2), np.array([0.5, 1.0]))
        array([0.25, 0.  ])
    """
    return pointwise_backward("sigmoid_backward", grad_y, y, saved="y")


def tanh(x: Array) -> Array:
    """Return the hyperbolic tangent, ``(exp(x) - exp(-x)) / (exp(x) + exp(-x))``.

    Example:
        >>> tanh(np.array([0.0, 1000.0]))
        array([0., 1.])
    """
    return pointwise("tanh", x)


def tanh_backward(grad_y: Array, y: Array) -> Array:
    """Return the gradient for tanh's input: ``grad_y * (1 - y ** 2)``.

    Example:
        >>> tanh_backward(np.ones(2), np.array([0.5, 1.0]))
        array([0.75, 0.  ])
    """
    return pointwise_backward("tanh_backward", grad_y, y, saved="y")


def softplus(x: Array, beta: float = 1.0, threshold: float = 20.0) -> Array:
    """Return ``log(1 + exp(beta * x)) / beta``, or x if beta * x > threshold.

    It is a smooth relu (Dugas et al. 2001); the logarithm never overflows. beta is above 0.

    Example:
        >>> softplus(np.array([-1000.0, 1000.0]))
        array([   0., 1000.])
    """
    return pointwise("softplus", x, *_softplus_options(beta, threshold))


def softplus_backward(grad_y: Array, x: Array, beta: float = 1.0, threshold: float = 20.0) -> Array:
    """Return the gradient for softplus's input: ``grad_y / (1 + exp(-beta * x))``.

    Above the threshold it is ``grad_y``.

    Example:
        >>> softplus_backward(np.ones(3), np.array([-1000.0, 0.0, 1000.0]))
        array([0. , 0.5, 1. ])
    """
    return pointwise_backward("softplus_backward", grad_y, x, *_softplus_options(beta, threshold))


def elu(x: Array, alpha: float = 1.0) -> Array:
    """Return ``x`` if x > 0, else ``alpha * (exp(x) - 1)`` (Clevert et al. 2015).

    Example:
        >>> elu(np.array([-1000.0, 0.0, 2.0]))
        array([-1.,  0.,  2.])
    """
    alpha = checks.real(alpha, "alpha")
    return pointwise("elu", x, alpha)


def elu_backward(grad_y: Array, x: Array, alpha: float = 1.0) -> Array:
    """Return the gradient for elu's input: ``grad_y`` if x > 0, else ``grad_y * alpha * exp(x)``.

    Example:
        >>> elu_backward(np.ones(3), np.array([-1000.0, 0.0, 2.0]))
        array([0., 1., 1.])
    """
    alpha = checks.real(alpha, "alpha")
    return pointwise_backward("elu_backward", grad_y, x, alpha)


def selu(x: Array) -> Array:
    """Return ``1.0507 * elu(x, 1.67326)``, both numbers to more digits (Klambauer et al. 2017).

    Example:
        >>> selu(np.array([-1000.0, 0.0, 1.0])).round(4)
        array([-1.7581,  0.    ,  1.0507])
    """
    return pointwise("selu", x)


def selu_backward(grad_y: Array, x: Array) -> Array:
    """Return the gradient for selu's input: 1.0507 times that of elu.

    Example:
        >>> selu_backward(np.ones(2), np.array([-1000.0, 1.0])).round(4)
        array([0.    , 1.0507])
    """
    return pointwise_backward("selu_backward", grad_y, x)


def _softplus_options(beta: float, threshold: float) -> tuple[float, float]:
    return checks.real(beta, "beta", above=0), checks.real(threshold, "threshold")


def _limits(min_val: float, max_val: float) -> tuple[float, float]:
    min_val = checks.real(min_val, "min_val")
    return min_val, checks.real(max_val, "max_val", above=min_val)
