"""add, multiply and scale."""

from badak.arrays import Array


def add(x: Array, other: Array) -> Array:
    """The sum of two arrays of one shape."""
    return x + other


def multiply(x: Array, other: Array) -> Array:
    """The product: (N, C, H, W) and (N, C, 1, 1) -> (N, C, H, W), in either order."""
    return x * other


def multiply_backward(grad_y: Array, x: Array, other: Array) -> tuple[Array, Array]:
    """Each factor's gradient is the other one; a gate's is summed over its map."""
    return _like(x, grad_y * other), _like(other, grad_y * x)


def _like(factor: Array, grad: Array) -> Array:
    if factor.shape == grad.shape:
        return grad
    summed: Array = grad.sum(axis=(-2, -1), keepdims=True)  # (N, C, H, W) -> (N, C, 1, 1)
    return summed


def scale(x: Array, factor: float) -> Array:
    """Every value times the factor."""
    return factor * x
