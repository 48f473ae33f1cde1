"""What each ONNX operator is as a layer: a table from its name to the function that reads it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from badak.errors import FormatError
from badak.formats.onnx.axes import checked_axes, checked_axis
from badak.formats.onnx.call import Call, Made, Value, short, sides
from badak.formats.onnx.file import as_numbers
from badak.formats.onnx.layers.affine import batch_norm, conv, gemm, matmul, shifted
from badak.layers import (
    ELU,
    GELU,
    AvgPool2d,
    Dropout,
    GlobalAvgPool2d,
    Hardtanh,
    Layer,
    LeakyReLU,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Tanh,
    ZeroPad2d,
)
from badak.ops.window import Window

LARGEST_FLOAT = float(np.finfo(np.float32).max)


def add(call: Call) -> Value:
    """A bias if one input is constant; else two paths, or more, that join."""
    if len(call.inputs) == 1:
        return call.gives(call.value())
    arrays = [one for one in call.inputs if isinstance(one, np.ndarray)]
    if not arrays:
        return _joined(_parts(call), "Add")
    if len(call.inputs) != 2 or len(arrays) != 1:
        raise FormatError("it must add one constant to one value, or values to another")
    place = 1 if isinstance(call.at(1), np.ndarray) else 0
    return shifted(call, call.value(1 - place), call.floats(place))


def concat(call: Call) -> Value:
    """Paths that end side by side."""
    axis = checked_axis(call.integer("axis", 1), len(call.value().axes) + 1)
    if len(call.inputs) == 1:
        return call.gives(call.value())
    parts = _parts(call)
    y = _joined(parts, "Concat")
    if y.axes[axis - 1 : axis] != (0,):
        raise FormatError(f"its axis must be that of the channels; got {axis}")
    if y.order is not None:
        raise FormatError("it puts rows together that were laid out with the channels last")
    if len({part.shape[1:] for part in parts}) > 1:
        raise FormatError(f"its inputs must differ in channels alone; got {_shapes(parts)}")
    return replace(y, shape=(sum(map(len, parts)), *y.shape[1:]))


def _parts(call: Call) -> list[Value]:
    """The values that join; all rows if some are."""
    places = range(len(call.inputs))
    rows = any(call.value(place).rows for place in places)
    return [call.flat(place) if rows else call.value(place) for place in places]


def _joined(parts: list[Value], kind: str) -> Value:
    first = parts[0]
    same = {(len(part.shape), part.axes, part.order) for part in parts}
    if len(same) > 1 or (kind == "Add" and len({part.shape for part in parts}) > 1):
        raise FormatError(f"its inputs must have one shape and layout; got {_shapes(parts)}")
    return replace(first, sources=tuple(part.name for part in parts), made=(), joins=kind)


def _shapes(parts: list[Value]) -> str:
    return ", ".join(str(part.file_shape) for part in parts)


def max_pool(call: Call) -> Value:
    """MaxPool2d."""
    x = call.image()
    kernel = call.pair("kernel_shape", [])
    stride, dilation = call.pair("strides", [1, 1]), call.pair("dilations", [1, 1])
    padding = call.padding(Window(kernel, stride, dilation=dilation), x)
    ceil_mode = bool(call.integer("ceil_mode", 0))
    call.integer("storage_order", 0)  # it orders the second output, which badak does not have
    layer = MaxPool2d(short(kernel), short(stride), padding, short(dilation), ceil_mode)
    return call.gives(x, Made(layer))


def avg_pool(call: Call) -> Value:
    """AvgPool2d."""
    x = call.image()
    kernel = call.pair("kernel_shape", [])
    stride, dilation = call.pair("strides", [1, 1]), call.pair("dilations", [1, 1])
    if dilation != (1, 1):
        raise FormatError(f"its dilations must be 1 in average pooling; got {dilation}")
    padding = call.padding(Window(kernel, stride), x)
    ceil_mode = bool(call.integer("ceil_mode", 0))
    include = bool(call.integer("count_include_pad", 0)) or padding == 0
    layer = AvgPool2d(short(kernel), short(stride), padding, ceil_mode, include)
    return call.gives(x, Made(layer))


def global_max_pool(call: Call) -> Value:
    """MaxPool2d over the whole map."""
    x = call.image()
    return call.gives(x, Made(MaxPool2d(short((x.shape[1], x.shape[2])))))


def reduce_mean(call: Call) -> Value:
    """GlobalAvgPool2d; AvgPool2d over whole rows, or whole columns, if it is over one of them."""
    x, axes = call.value(), call.axes()
    keep = bool(call.integer("keepdims", 1))
    if call.integer("noop_with_empty_axes", 0) and not axes:
        return call.gives(x)
    places = checked_axes(axes, len(x.axes) + 1)
    over = {x.axes[place - 1] for place in places if place}
    wide = over.intersection(x.wide)  # a mean over one number is that number
    if not places or 0 in places or (wide and (0 in wide or len(x.shape) != 3)):
        raise FormatError(f"it must be the mean over rows and columns; got axes {axes}")
    left = x.axes if keep else tuple(axis for axis in x.axes if axis not in over)
    if not wide:
        return call.gives(x, axes=left)
    _, rows, columns = (size if axis in over else 1 for axis, size in enumerate(x.shape))
    whole = (rows, columns) == x.shape[1:]
    layer = GlobalAvgPool2d() if whole else AvgPool2d((rows, columns))
    return call.gives(x, Made(layer), axes=left)


def mean(call: Call) -> Value:
    """Nothing: badak adds paths, and has no layer for their mean."""
    if len(call.inputs) != 1:
        raise FormatError(f"it must take one value; it is the mean of {len(call.inputs)}")
    return call.gives(call.value())


def lrn(call: Call) -> Value:
    """LocalResponseNorm; ONNX divides alpha by size."""
    x, size = call.image(), call.integer("size", 0)
    if size < 1 or size % 2 == 0:
        raise FormatError(f"its size must be odd: an even one has no middle; got {size}")
    alpha, beta = call.real("alpha", 1e-4) / size, call.real("beta", 0.75)
    return call.gives(x, Made(LocalResponseNorm(size, alpha, beta, call.real("bias", 1.0))))


def dropout(call: Call) -> Value:
    """Dropout, for those who train on."""
    x = call.value()
    ratio = call.scalar(1) if call.at(1) is not None else call.real("ratio", 0.5)
    call.integer("seed", 0)
    if call.at(2) is not None and call.array(2).any():
        raise FormatError("its training_mode must be false: prediction drops nothing")
    return call.gives(x, Made(Dropout(ratio)))


def clip(call: Call) -> Value:
    """ReLU from 0 up, else Hardtanh."""
    x = call.value()
    least = call.scalar(1) if call.at(1) is not None else call.real("min", -LARGEST_FLOAT)
    most = call.scalar(2) if call.at(2) is not None else call.real("max", LARGEST_FLOAT)
    return _between(call, x, least, most)


def _between(call: Call, x: Value, least: float, most: float) -> Value:
    least, most = max(least, -LARGEST_FLOAT), min(most, LARGEST_FLOAT)
    if (least, most) == (-LARGEST_FLOAT, LARGEST_FLOAT):
        return call.gives(x)
    if (least, most) == (0.0, LARGEST_FLOAT):
        return call.gives(x, Made(ReLU()))
    return call.gives(x, Made(Hardtanh(least, most)))


def limit(call: Call) -> Value:
    """Max or Min with one number: half a Clip."""
    if len(call.inputs) == 1:
        return call.gives(call.value())
    if len(call.inputs) != 2:
        raise FormatError(f"it must compare a value with one number; it takes {len(call.inputs)}")
    place = 1 if isinstance(call.at(1), np.ndarray) else 0
    x, number = call.value(1 - place), call.scalar(place)
    if call.node.op == "Max":
        return _between(call, x, number, LARGEST_FLOAT)
    return _between(call, x, -LARGEST_FLOAT, number)


def pad(call: Call) -> Value:
    """ZeroPad2d."""
    x = call.value()
    pads = as_numbers(call.array(1)) if call.at(1) is not None else call.integers("pads", [])
    constant = call.scalar(2) if call.at(2) is not None else call.real("value", 0.0)
    mode = call.word("mode", "constant")
    rank = len(x.axes) + 1
    axes = checked_axes(call.axes(3) if call.at(3) is not None else range(rank), rank)
    if len(pads) != 2 * len(axes):
        raise FormatError(f"it must have two pads per axis; got {pads} for axes {axes}")
    own = [None, *x.axes]
    rim = {own[axis]: (pads[i], pads[i + len(axes)]) for i, axis in enumerate(axes)}
    (top, bottom), (left, right) = rim.pop(1, (0, 0)), rim.pop(2, (0, 0))
    if not any((top, bottom, left, right)) and not any(map(any, rim.values())):
        return call.gives(x)
    if len(x.shape) != 3 or any(map(any, rim.values())) or mode != "constant" or constant != 0:
        raise FormatError(
            f"it must put zeros around maps; got mode {mode[:20]!r}, value {constant}, {pads}"
        )
    return call.gives(x, Made(ZeroPad2d(sides([top, left, bottom, right]))))


def softmax(call: Call) -> Value:
    """Nothing: badak's networks end with logits."""
    x = call.flat() if call.value().rows else call.value()
    axis = call.integer("axis", -1 if call.opset >= 13 else 1)
    place = checked_axis(axis, len(x.axes) + 1)
    # Until opset 12 all axes from this one on competed with one another.
    over = x.axes[place - 1 :] if call.opset < 13 else x.axes[place - 1 : place]
    if place == 0 or 0 not in over or x.places != 1:
        raise FormatError(f"it must go over the classes, at the end; got axis {axis} of {x.shape}")
    return call.gives(x, probabilities=True)


def gelu(call: Call) -> Value:
    """GELU."""
    return call.gives(call.value(), Made(GELU(call.word("approximate", "none"))))


def _simple(kind: Callable[..., Layer], image: bool = False, **attributes: float) -> Any:
    """A reader of one layer that takes these attributes, here with ONNX's defaults, in order."""

    def read(call: Call) -> Value:
        x = call.image() if image else call.value()
        given = [call.real(name, default) for name, default in attributes.items()]
        return call.gives(x, Made(kind(*given)))

    return read


READERS: dict[str, Callable[[Call], Value]] = {
    "Conv": conv,
    "Gemm": gemm,
    "MatMul": matmul,
    "Add": add,
    "Sum": add,
    "Concat": concat,
    "MaxPool": max_pool,
    "AveragePool": avg_pool,
    "GlobalAveragePool": _simple(GlobalAvgPool2d, image=True),
    "GlobalMaxPool": global_max_pool,
    "ReduceMean": reduce_mean,
    "Mean": mean,
    "BatchNormalization": batch_norm,
    "LRN": lrn,
    "Dropout": dropout,
    "Relu": _simple(ReLU),
    "LeakyRelu": _simple(LeakyReLU, alpha=0.01),
    "Elu": _simple(ELU, alpha=1.0),
    "Gelu": gelu,
    "Sigmoid": _simple(Sigmoid),
    "Tanh": _simple(Tanh),
    "Clip": clip,
    "Max": limit,
    "Min": limit,
    "Pad": pad,
    "Softmax": softmax,
    "LogSoftmax": softmax,
}
