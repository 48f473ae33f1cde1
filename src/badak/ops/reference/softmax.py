"""Softmax and log-softmax along one axis; every array keeps its shape."""

import numpy as np

from badak.arrays import Array


def softmax(x: Array, axis: int) -> Array:
    """exp(x) over its sum along an axis; the largest is subtracted first, so none overflows."""
    powers = np.exp(_from_largest(x, axis))
    total: Array = powers.sum(axis=axis, keepdims=True)
    return powers / total


def softmax_backward(grad_y: Array, y: Array, axis: int) -> Array:
    """The output times the gradient minus its mean, which the output weights."""
    mean: Array = (grad_y * y).sum(axis=axis, keepdims=True)
    return y * (grad_y - mean)


def log_softmax(x: Array, axis: int) -> Array:
    """log(softmax(x)), without taking the logarithm of a number that rounds to 0."""
    shifted = _from_largest(x, axis)
    total: Array = np.exp(shifted).sum(axis=axis, keepdims=True)
    return shifted - np.log(total)


def log_softmax_backward(grad_y: Array, y: Array, axis: int) -> Array:
    """grad_y - softmax * sum of grad_y."""
    total: Array = grad_y.sum(axis=axis, keepdims=True)
    return grad_y - np.exp(y) * total


def _from_largest(x: Array, axis: int) -> Array:
    """The values minus their largest along an axis; NaN if that is infinite, as in PyTorch."""
    largest: Array = x.max(axis=axis, keepdims=True)
    with np.errstate(invalid="ignore", over="ignore"):  # too far below for a float is -inf
        return x - largest
