"""The weights of an operation, with the factors that follow it multiplied in, in float64."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import layers as kinds
from badak.layers import Layer
from badak.layers.batch_norm import BatchNorm
from badak.layers.batch_norm import factors as batch_norm_factors
from badak.network.prediction.graph import Operation

Numbers = NDArray[np.floating[Any]]


def weights(operation: Operation) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A filter's weight and bias, or a scale's factors and shifts, as the native core takes them.

    The weight is (F, C / groups, KH, KW); a linear layer's is (M, H * W * C), as maps lie in
    memory.
    """
    first, *more = operation.layers
    if operation.kind == "scale":
        weight, bias = factors(first, operation.makes.shape[0])
    else:
        weight, bias = _filters(operation, first)
    for layer in more:
        factor, shift = factors(layer, len(weight))
        weight = weight * factor.reshape(-1, *(1,) * (weight.ndim - 1))
        bias = bias * factor + shift
    return np.ascontiguousarray(weight, np.float32), np.ascontiguousarray(bias, np.float32)


def factors(layer: Layer, count: int) -> tuple[Numbers, Numbers]:
    """What a layer multiplies each of `count` channels by, and what it adds then."""
    if isinstance(layer, (BatchNorm, kinds.FrozenBatchNorm2d)):
        return batch_norm_factors(layer, layer.eps)
    if isinstance(layer, kinds.Normalize):
        return layer.factors(count, np.float64)
    arrays = layer.parameters | layer.buffers
    weight = arrays["weight"]
    bias = arrays.get("bias", np.zeros_like(weight))
    return _spread(weight, count), _spread(bias, count)


def _spread(numbers: Any, count: int) -> Numbers:
    return np.broadcast_to(numbers.ravel().astype(np.float64), count)


def _filters(operation: Operation, layer: Any) -> tuple[Numbers, Numbers]:
    if isinstance(layer, kinds.ZeroPad2d):  # copies
        return np.ones((operation.groups, 1, 1, 1)), np.zeros(operation.groups)
    if isinstance(layer, kinds.TableConv2d):
        weight = layer.connected_weight()
    else:
        weight = layer.parameters["weight"]
    bias = layer.parameters.get("bias", np.zeros(len(weight)))
    if isinstance(layer, kinds.Subsample2d) and operation.window is not None:
        window = (len(weight), 1, *operation.window.kernel)
        weight = np.broadcast_to(weight[:, None, None, None], window)
    if operation.kind == "linear":
        maps = weight.reshape(len(weight), *operation.reads[0].shape)
        weight = maps.transpose(0, 2, 3, 1).reshape(len(weight), -1)
    return weight.astype(np.float64), bias.astype(np.float64)
