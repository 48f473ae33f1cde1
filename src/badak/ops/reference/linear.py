"""Linear (the book's Affine): N rows of D inputs to M outputs."""

from badak.arrays import Array


def linear(x: Array, weight: Array, bias: Array | None) -> Array:
    """The inputs times the weight's rows, plus bias."""
    y = x @ weight.T  # (N, D) @ (D, M) -> (N, M)
    return y if bias is None else y + bias


def linear_backward(
    grad_y: Array, x: Array, weight: Array, need_grad_x: bool
) -> tuple[Array | None, Array, Array]:
    """Gradients of input, weight and bias."""
    grad_weight = grad_y.T @ x  # (M, N) @ (N, D) -> (M, D)
    grad_bias = grad_y.sum(axis=0)  # (N, M) -> (M,)
    return grad_y @ weight if need_grad_x else None, grad_weight, grad_bias  # -> (N, D)
