"""The squared distance of N rows of D numbers to K centres."""

from badak.arrays import Array


def squared_distance(x: Array, centres: Array) -> Array:
    """The differences' squares, summed."""
    apart = x[:, None] - centres  # (N, 1, D) - (K, D) -> (N, K, D)
    y: Array = (apart * apart).sum(axis=2)  # -> (N, K)
    return y


def squared_distance_backward(grad_y: Array, x: Array, centres: Array) -> Array:
    """Twice the differences, each times its distance's gradient, summed over the centres."""
    apart = x[:, None] - centres  # (N, K, D)
    grad_x: Array = 2 * (grad_y[:, :, None] * apart).sum(axis=1)  # -> (N, D)
    return grad_x
