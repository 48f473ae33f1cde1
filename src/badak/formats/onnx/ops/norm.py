"""Normalisations: none depends on how many axes follow the channels.

N images, C channels; all other axes as one row of P values.
"""

import math

import numpy as np

from badak import ops
from badak.arrays import Array
from badak.errors import BadakError
from badak.formats.onnx.axes import checked_axis
from badak.formats.onnx.node import Node


def paper_alpha(alpha: float, size: int) -> float:
    """The paper's alpha, and badak's, of ONNX's, which its operator divides by the size."""
    return alpha / size


def onnx_alpha(alpha: float, size: int) -> float:
    """ONNX's alpha of the paper's."""
    return alpha * size


def lrn(node: Node, x: Array) -> Array:
    """Divide each value of x (N, C, ...) by a power of its neighbouring channels' squares."""
    size = node.get("size", None)
    if not isinstance(size, int) or size < 1:
        raise BadakError(f"size must be a number of channels, at least 1; got {size}")
    alpha = paper_alpha(node.get("alpha", 1e-4), size)
    maps = _rows(x)
    if size % 2 == 0:  # ONNX's even window reaches one further ahead, badak's one further back
        maps = maps[:, ::-1]
    y, _ = ops.local_response_norm(maps, size, alpha, node.get("beta", 0.75), node.get("bias", 1.0))
    return (y[:, ::-1] if size % 2 == 0 else y).reshape(x.shape)


def batch_normalization(
    node: Node, x: Array, scale: Array, bias: Array, mean: Array, var: Array
) -> Array | tuple[Array, Array, Array]:
    """Normalise each channel of x (N, C, ...); in training mode by its own statistics."""
    if node.opset < 14 and (len(node.outputs) > 1 or not node.get("spatial", 1)):
        raise BadakError(
            f"training, or one mean per pixel, of operator set {node.opset} is not read: "
            "export the model for inference, with operator set 14 or later"
        )
    if not node.get("training_mode", 0):
        return _normalized(node, x, scale, bias, mean, var)
    momentum, rows = node.get("momentum", 0.9), _rows(x)
    batch_mean, batch_var = rows.mean(axis=(0, 2, 3)), rows.var(axis=(0, 2, 3))  # biased, as ONNX
    y = _normalized(node, x, scale, bias, batch_mean, batch_var)
    running_mean = mean * momentum + batch_mean * (1 - momentum)
    running_var = var * momentum + batch_var * (1 - momentum)
    return y, running_mean.astype(mean.dtype), running_var.astype(var.dtype)


def _normalized(node: Node, x: Array, scale: Array, bias: Array, mean: Array, var: Array) -> Array:
    """ONNX lets the statistics be of another float type than x."""
    scale, bias, mean, var = (np.asarray(value, x.dtype) for value in (scale, bias, mean, var))
    epsilon = node.get("epsilon", 1e-5)
    result = ops.batch_norm2d(_rows(x), scale, bias, mean, var, training=False, eps=epsilon)
    return result.y.reshape(x.shape)


def instance_normalization(node: Node, x: Array, scale: Array, bias: Array) -> Array:
    """Normalise each channel of each image by itself."""
    rows, eps = _rows(x), node.get("epsilon", 1e-5)
    return ops.group_norm(rows, rows.shape[1], scale, bias, eps).y.reshape(x.shape)


def group_normalization(node: Node, x: Array, scale: Array, bias: Array) -> Array:
    """Normalise groups of channels; until operator set 20 scale and bias are one per group."""
    rows, groups, eps = _rows(x), node.get("num_groups", 0), node.get("epsilon", 1e-5)
    if node.opset < 21 and groups > 0:
        scale, bias = (array.repeat(rows.shape[1] // groups) for array in (scale, bias))
    node.get("stash_type", 1)
    return ops.group_norm(rows, groups, scale, bias, eps).y.reshape(x.shape)


def layer_normalization(
    node: Node, x: Array, scale: Array, bias: Array | None = None
) -> tuple[Array, Array, Array]:
    """Normalise all numbers on the axes from `axis` on; also mean and inverse deviation."""
    axis = checked_axis(node.get("axis", -1), x.ndim)
    node.get("stash_type", 1)
    rows = x.reshape(math.prod(x.shape[:axis]), math.prod(x.shape[axis:]))
    y, *statistics = ops.layer_norm(rows, eps=node.get("epsilon", 1e-5))
    y = y.reshape(x.shape) * scale
    kept = (*x.shape[:axis], *[1] * (x.ndim - axis))
    mean, inverse_std = (array.reshape(kept) for array in statistics)
    return y if bias is None else y + bias, mean, inverse_std


def _rows(x: Array) -> Array:
    """(N, C, ...) -> (N, C, 1, P)."""
    if x.ndim < 2:
        raise BadakError(f"X must have axes N and C; got {x.shape}")
    return x.reshape(*x.shape[:2], 1, -1)
