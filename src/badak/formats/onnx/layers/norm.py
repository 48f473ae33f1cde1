"""Normalisation, both ways."""

import math

import numpy as np

from badak.arrays import Shape
from badak.errors import FormatError
from badak.formats.onnx.axes import checked_axis
from badak.formats.onnx.call import Call
from badak.formats.onnx.ops.norm import onnx_alpha, paper_alpha
from badak.formats.onnx.value import Loaded, Value
from badak.formats.onnx.writer import GraphWriter
from badak.layers import (
    BatchNorm1d,
    BatchNorm2d,
    FrozenBatchNorm2d,
    GroupNorm,
    InstanceNorm2d,
    LayerNorm,
    LocalResponseNorm,
)
from badak.layers.batch_norm import BatchNorm


def write_batch_norm(graph: GraphWriter, name: str, layer: BatchNorm, x: str, shape: Shape) -> str:
    """ONNX's momentum is the share of the running statistics that stays, badak's the new share."""
    inputs = [x, *graph.state(name, layer)]
    momentum = 1 - layer.momentum
    return graph.add("BatchNormalization", inputs, name, epsilon=layer.eps, momentum=momentum)


def write_frozen_batch_norm(
    graph: GraphWriter, name: str, layer: FrozenBatchNorm2d, x: str, shape: Shape
) -> str:
    """The same node: in ONNX it does not train."""
    return graph.add("BatchNormalization", [x, *graph.state(name, layer)], name, epsilon=layer.eps)


def read_batch_norm(call: Call) -> Value:
    """BatchNorm2d; of rows BatchNorm1d."""
    x = call.value()
    trains = call.node.opset < 7 and not call.integer("is_test", 0)
    if trains or call.integer("training_mode", 0) or call.integer("spatial", 1) != 1:
        raise FormatError("it must use its running statistics, one pair per channel")
    arrays = [call.floats(place, 1) for place in (1, 2, 3, 4)]
    if any(array.shape != (len(x),) for array in arrays):
        raise FormatError(f"its arrays must be {(len(x),)}; got {[a.shape for a in arrays]}")
    if not (arrays[3] >= 0).all():
        raise FormatError(f"its variances must be at least 0; got {arrays[3].min()}")
    eps = max(call.real("epsilon", 1e-5), 1e-30)  # what eps 0 means, to the last bit
    momentum = 1 - call.real("momentum", 0.9)
    if not (x.file_shape == x.shape or x.layout.goes_along(0, x.shape)):
        raise FormatError("its channels must be the second axis")
    if len(x.shape) == 1:
        arrays = [x.layout.placed(array) for array in arrays]
    kind = BatchNorm1d if len(x.shape) == 1 else BatchNorm2d
    layer = kind(round(momentum, 7), eps)
    names = ("weight", "bias", "running_mean", "running_var")
    named = dict(zip(names, arrays, strict=True))
    return call.gives(x, Loaded(layer, (named,)))


def write_group_norm(graph: GraphWriter, name: str, layer: GroupNorm, x: str, shape: Shape) -> str:
    """InstanceNormalization of the groups as channels; opset 21 has a node for it."""
    groups = layer.num_groups
    ones, zeros = (
        graph.array(f"{name}.{key}", np.full(groups, value))
        for key, value in (("ones", 1), ("zeros", 0))
    )
    to_groups = graph.array(f"{name}.to_groups", [0, groups, -1], np.int64)
    to_maps = graph.array(f"{name}.to_maps", [0, *shape], np.int64)
    y = graph.add("Reshape", [x, to_groups], f"{name}.groups")
    inputs = [y, ones, zeros]
    y = graph.add("InstanceNormalization", inputs, f"{name}.normal", epsilon=layer.eps)
    if not layer.affine:
        return graph.add("Reshape", [y, to_maps], name)
    y = graph.add("Reshape", [y, to_maps], f"{name}.maps")
    places = graph.array(f"{name}.places", [1, 2], np.int64)
    weight, bias = (
        graph.add("Unsqueeze", [array, places], f"{array}.spread")
        for array in graph.state(name, layer)
    )
    y = graph.add("Mul", [y, weight], f"{name}.scaled")
    return graph.add("Add", [y, bias], name)


def read_group_norm(call: Call) -> Value:
    """GroupNorm; until opset 20 the file has one scale and one bias per group."""
    x, groups = call.image(), call.integer("num_groups", 0)
    call.integer("stash_type", 1)
    if groups < 1 or len(x) % groups:
        raise FormatError(f"its num_groups must divide the {len(x)} channels; got {groups}")
    weight, bias = call.floats(1, 1), call.floats(2, 1)
    size = len(x) if call.node.opset >= 21 else groups
    if weight.shape != (size,) or bias.shape != (size,):
        raise FormatError(f"its arrays must be {(size,)}; got {weight.shape} and {bias.shape}")
    named = {"weight": weight.repeat(len(x) // size), "bias": bias.repeat(len(x) // size)}
    return call.gives(x, Loaded(GroupNorm(groups, call.real("epsilon", 1e-5)), (named,)))


def write_instance_norm(
    graph: GraphWriter, name: str, layer: InstanceNorm2d, x: str, shape: Shape
) -> str:
    """One node, which always has weights."""
    constants = graph.state(name, layer) or [
        graph.array(f"{name}.{key}", np.full(shape[0], value))
        for key, value in (("ones", 1), ("zeros", 0))
    ]
    return graph.add("InstanceNormalization", [x, *constants], name, epsilon=layer.eps)


def read_instance_norm(call: Call) -> Value:
    """InstanceNorm2d, or GroupNorm if a Reshape made groups of channels."""
    x = call.value()
    groups = x.file_shape[0]
    if len(x.shape) != 3 or not x.layout.plain or len(x) % groups:
        raise FormatError(f"its input must be maps (C, H, W), or in groups; it is {x.file_shape}")
    weight, bias = call.floats(1, 1), call.floats(2, 1)
    if weight.shape != (groups,) or bias.shape != (groups,):
        raise FormatError(f"its arrays must be {(groups,)}; got {weight.shape} and {bias.shape}")
    eps, size = call.real("epsilon", 1e-5), len(x) // groups
    layer = GroupNorm(groups, eps) if size > 1 else InstanceNorm2d(eps, affine=True)
    named = {"weight": weight.repeat(size), "bias": bias.repeat(size)}
    return call.gives(x, Loaded(layer, (named,)))


def write_layer_norm(graph: GraphWriter, name: str, layer: LayerNorm, x: str, shape: Shape) -> str:
    """One node; of each place's channels between two that move them to the end and back."""
    constants, eps = graph.state(name, layer), layer.eps
    if layer.axes == "all" or len(shape) == 1:
        inputs = [x, *constants]
        return graph.add("LayerNormalization", inputs, name, axis=1, epsilon=eps)
    inputs = [graph.add("Transpose", [x], f"{name}.last", perm=[0, 2, 3, 1]), *constants]
    y = graph.add("LayerNormalization", inputs, f"{name}.normal", axis=-1, epsilon=eps)
    return graph.add("Transpose", [y], name, perm=[0, 3, 1, 2])


def read_layer_norm(call: Call) -> Value:
    """LayerNorm of the channels at each place, or of all numbers of an image."""
    x = call.value()
    place = checked_axis(call.integer("axis", -1), len(x.file_shape) + 1)
    call.integer("stash_type", 1)
    sizes = x.file_shape[place - 1 :]
    channels = len(sizes) == 1 and x.layout.goes_along(place - 1, x.shape)
    if place == 0 or not (channels or math.prod(sizes) == math.prod(x.shape)):
        raise FormatError(f"it must go over the channels or all of {x.file_shape}; got {place}")
    weight = call.floats(1)
    bias = np.zeros_like(weight) if call.at(2) is None else call.floats(2)
    if (weight.shape, bias.shape) != (sizes, sizes):
        raise FormatError(f"its arrays must be {sizes}; got {weight.shape} and {bias.shape}")
    named = {"weight": weight, "bias": bias}
    if not channels:
        named = {key: x.layout.placed(array).reshape(x.shape) for key, array in named.items()}
    layer = LayerNorm("channels" if channels else "all", call.real("epsilon", 1e-5))
    return call.gives(x, Loaded(layer, (named,)))


def write_local_response_norm(
    graph: GraphWriter, name: str, layer: LocalResponseNorm, x: str, shape: Shape
) -> str:
    """One node for an odd size; no runtime supports an even one, which has no middle."""
    if layer.size % 2:
        alpha = onnx_alpha(layer.alpha, layer.size)
        return graph.add(
            "LRN", [x], name, size=layer.size, alpha=alpha, beta=layer.beta, bias=layer.k
        )
    # A 1x1 convolution of the squares whose filters see the neighbours of one channel each.
    place = np.arange(shape[0])
    apart = place - place[:, None]
    near = (apart >= -(layer.size // 2)) & (apart <= (layer.size - 1) // 2)
    weight = graph.array(f"{name}.near", near[:, :, None, None] * layer.alpha)
    bias = graph.array(f"{name}.k", np.full(shape[0], layer.k))
    beta = graph.array(f"{name}.beta", layer.beta)
    squares = graph.add("Mul", [x, x], f"{name}.squares")
    scale = graph.add("Conv", [squares, weight, bias], f"{name}.scale", kernel_shape=[1, 1])
    power = graph.add("Pow", [scale, beta], f"{name}.power")
    return graph.add("Div", [x, power], name)


def read_local_response_norm(call: Call) -> Value:
    """LocalResponseNorm."""
    x, size = call.image(), call.integer("size", 0)
    if size < 1 or size % 2 == 0:
        raise FormatError(f"its size must be odd: an even one has no middle; got {size}")
    alpha, beta = paper_alpha(call.real("alpha", 1e-4), size), call.real("beta", 0.75)
    return call.gives(x, Loaded(LocalResponseNorm(size, alpha, beta, call.real("bias", 1.0))))


WRITERS = {
    BatchNorm2d: write_batch_norm,
    BatchNorm1d: write_batch_norm,
    FrozenBatchNorm2d: write_frozen_batch_norm,
    InstanceNorm2d: write_instance_norm,
    LayerNorm: write_layer_norm,
    GroupNorm: write_group_norm,
    LocalResponseNorm: write_local_response_norm,
}
READERS = {
    "BatchNormalization": read_batch_norm,
    "GroupNormalization": read_group_norm,
    "InstanceNormalization": read_instance_norm,
    "LayerNormalization": read_layer_norm,
    "LRN": read_local_response_norm,
}
