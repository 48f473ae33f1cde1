"""Steps whose weights are one number for all, for each channel or for each place of an image.

For each channel of maps, a product and a sum are a convolution, which others may take in.
"""

from typing import Any

import numpy as np

from badak import layers, ops
from badak.arrays import Array, Shape
from badak.formats.steps.kinds.conv import each_map
from badak.formats.steps.kinds.real import computed
from badak.formats.steps.program import Operation, Step
from badak.layers.batch_norm import BatchNorm, factors
from badak.ops.window import Window


def _prelu(layer: layers.PReLU, shape: Shape) -> Operation:
    weight = layer.parameters["weight"]
    return Operation("prelu", {"count": len(weight)}, {"weight": weight})


def _run_prelu(step: Step, x: Array) -> Array:
    return ops.prelu(_met(step, x), step.arrays["weight"].ravel()).reshape(x.shape)


def _scale(layer: layers.Scale, shape: Shape) -> Operation:
    arrays = layer.parameters | layer.buffers
    weight = arrays["weight"]
    return scaled(shape, weight, arrays.get("bias", np.zeros_like(weight)))


def _normalize(layer: layers.Normalize, shape: Shape) -> Operation:
    return scaled(shape, *layer.factors(shape[0], np.float64))


def _batch_norm(layer: BatchNorm | layers.FrozenBatchNorm2d, shape: Shape) -> Operation:
    return scaled(shape, *factors(layer, layer.eps))


def scaled(shape: Shape, weight: Any, bias: Any) -> Operation:
    """The step for x * weight + bias, on an input of this shape."""
    if len(shape) == 3 and weight.size in (1, shape[0]):
        weight, bias = (np.broadcast_to(array, shape[:1]) for array in (weight, bias))
        return each_map(Window.of(1), shape, weight, bias)
    return Operation("scale", {"count": weight.size}, {"weight": weight, "bias": bias})


def _run_scale(step: Step, x: Array) -> Array:
    weight, bias = (step.arrays[key].ravel() for key in ("weight", "bias"))
    return ops.scale_shift(_met(step, x), weight, bias).reshape(x.shape)


def _met(step: Step, x: Array) -> Array:
    """(N, ...) -> (N, count, what each number meets)."""
    return x.reshape(len(x), int(step.numbers["count"]), -1)


KINDS = (
    computed("prelu", {layers.PReLU: _prelu}, _run_prelu, in_place=True),
    computed(
        "scale",
        {
            layers.Scale: _scale,
            layers.Normalize: _normalize,
            **dict.fromkeys(
                (layers.BatchNorm2d, layers.BatchNorm1d, layers.FrozenBatchNorm2d), _batch_norm
            ),
        },
        _run_scale,
        in_place=True,
    ),
)
