"""Gemm, alpha * A @ B + beta * C, and MatMul."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import ops
from badak.arrays import FLOATS, Array, as_floats
from badak.formats.onnx.node import Node


def gemm(node: Node, a: Array, b: Array, c: Array | None = None) -> Array:
    """Multiply a (N, D) by b (D, M), each transposed if the node says so, and add c.

    PyTorch and Keras export a linear layer with alpha and beta 1, transB 1 and c (M,): that is
    one call of ops.linear, and no weight is copied.
    """
    a = as_floats(a, "A", 2)
    b = as_floats(b, "B", 2, a.dtype)
    x = a.T if node.get("transA", 0) else a  # (N, D)
    weight = b if node.get("transB", 0) else b.T  # (M, D)
    alpha, beta = node.get("alpha", 1.0), node.get("beta", 1.0)
    plain = c is not None and c.shape == (len(weight),) and alpha == beta == 1
    y = ops.linear(x, weight, c if plain else None)
    if plain:
        return y
    y = y * a.dtype.type(alpha)
    if c is None:
        return y
    return y + np.broadcast_to(as_floats(c, "C", dtype=a.dtype), y.shape) * a.dtype.type(beta)


def matmul(_: Node, a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """The product of two matrices, or of stacks of them, as NumPy's."""
    if a.ndim == b.ndim == 2 and a.dtype.type in FLOATS:
        return ops.linear(a, b.T)
    return np.asarray(a @ b)
