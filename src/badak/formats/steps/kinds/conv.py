"""Convolution, and the layers that are a kind of convolution.

Letters: C channels, F filters, KH x KW window.
"""

from typing import Any

import numpy as np

from badak import layers, ops
from badak.arrays import Array, Shape
from badak.formats.steps.kinds.kind import Kind
from badak.formats.steps.kinds.products import exact_sums, integer_conv, quantised_weights
from badak.formats.steps.kinds.window import geometry_of, numbers_of, pair
from badak.formats.steps.program import Operation, Step
from badak.formats.steps.scale import Integers, Scale, Scales, clipped, rounded
from badak.ops.window import Window


def _operation(window: Window, shape: Shape, groups: int, weight: Any, bias: Any) -> Operation:
    numbers = {**numbers_of(window, shape), "groups": groups}
    bias = np.zeros(len(weight)) if bias is None else bias
    return Operation("conv", numbers, {"weight": weight, "bias": bias})


def _conv(layer: layers.Conv2d, shape: Shape) -> Operation:
    weight, bias = layer.parameters["weight"], layer.parameters.get("bias")
    return _operation(layer.window(shape), shape, layer.groups, weight, bias)


def _table(layer: layers.TableConv2d, shape: Shape) -> Operation:
    weight, bias = layer.connected_weight(), layer.parameters["bias"]
    return _operation(layer.window(shape), shape, 1, weight, bias)


def _widen(layer: layers.Widen2d, shape: Shape) -> Operation:
    # (F, C, 1, 1): each filter copies a map, or none.
    weight = np.eye(layer.out_channels, shape[0])[:, :, None, None]
    return _operation(layer.window(shape), shape, 1, weight, None)


def each_map(window: Window, shape: Shape, factor: Any, bias: Any) -> Operation:
    """A convolution of each map by itself, all weights of its window the same factor."""
    weight = np.broadcast_to(np.reshape(factor, (-1, 1, 1, 1)), (len(factor), 1, *window.kernel))
    return _operation(window, shape, shape[0], weight, bias)


def _subsample(layer: layers.Subsample2d, shape: Shape) -> Operation:
    weight, bias = layer.parameters["weight"], layer.parameters["bias"]
    return each_map(layer.window(shape), shape, weight, bias)


def _convolved(step: Step, x: Array, weight: Array, bias: Array) -> Array:
    """The step's convolution with weights of the input's dtype."""
    more = {**geometry_of(step), "dilation": pair(step, "dh", "dw")}
    return ops.conv2d(x, weight, bias, groups=int(step.numbers["groups"]), **more)


def _run(step: Step, x: Array) -> Array:
    return _convolved(step, x, step.arrays["weight"], step.arrays["bias"])


def _quantise(step: Step, scales: Scales) -> tuple[Operation, Scale]:
    (x,) = scales.inputs
    arrays, worth = quantised_weights(step, x)
    return integer_conv(step.numbers, arrays, worth, x, scales.output)


def _run_int8(step: Step, x: Integers) -> Integers:
    if x[0].size == step.arrays["weight"].shape[1]:  # a linear layer's: one place
        x = x.reshape(len(x), -1, 1, 1)  # (N, C, H, W) -> (N, C * H * W, 1, 1)
    sums = exact_sums(step, x, lambda *arrays: _convolved(step, *arrays))
    factor, shift = (
        step.arrays[key][:, None, None].astype(np.int64) for key in ("factor", "shift")
    )
    return clipped(rounded(sums * factor, shift) + int(step.numbers["zero_y"]))


KINDS = (
    Kind(
        "conv",
        lowerings={
            layers.Conv2d: _conv,
            layers.TableConv2d: _table,
            layers.Widen2d: _widen,
            layers.Subsample2d: _subsample,
        },
        run=_run,
        quantise=_quantise,
        run_int8=_run_int8,
    ),
)
