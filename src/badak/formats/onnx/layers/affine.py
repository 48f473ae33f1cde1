"""ONNX's products and sums with constants as layers: Conv2d, Linear and BatchNorm2d.

A constant added after a product is its bias, and batch norm of rows a part of it.
"""

from dataclasses import replace

import numpy as np

from badak.arrays import Array
from badak.errors import FormatError
from badak.formats.onnx.call import Call, Made, Value, short
from badak.layers import BatchNorm2d, Conv2d, Linear
from badak.ops.window import Window


def conv(call: Call) -> Value:
    """Conv2d."""
    x, weight = call.image(), call.floats(1, 4)
    bias = None if call.at(2) is None else call.floats(2, 1)
    window = Window.of(
        call.pair("kernel_shape", weight.shape[2:]),
        call.pair("strides", [1, 1]),
        0,
        call.pair("dilations", [1, 1]),
    )
    groups = call.integer("group", 1)
    filters, channels, *kernel = weight.shape
    if tuple(kernel) != window.kernel:
        raise FormatError(f"its kernel_shape is {window.kernel}, and its weight {weight.shape}")
    if groups < 1 or channels * groups != len(x):
        raise FormatError(
            f"its weight {weight.shape} in {groups} groups takes {channels * groups} channels; "
            f"the input has {len(x)}"
        )
    if bias is not None and bias.shape != (filters,):
        raise FormatError(f"its bias must be {(filters,)}, one a filter; it is {bias.shape}")
    layer = Conv2d(
        filters,
        short(window.kernel),
        short(window.stride),
        call.padding(window, x),
        short(window.dilation),
        groups,
        bias is not None,
    )
    return call.gives(x, Made(layer, (_arrays(weight, bias),)))


def _arrays(weight: Array, bias: Array | None) -> dict[str, Array]:
    return {"weight": weight} if bias is None else {"weight": weight, "bias": bias}


def gemm(call: Call) -> Value:
    """Linear; alpha and beta go into its arrays."""
    x, weight = call.flat(), call.floats(1, 2)
    alpha, beta = call.real("alpha", 1.0), call.real("beta", 1.0)
    if call.integer("transA", 0):
        raise FormatError("its transA must be 0: rows are images")
    weight = alpha * (weight if call.integer("transB", 0) else weight.T)
    y = _linear(call, x, weight)
    if call.at(2) is None or beta == 0:
        return y
    return shifted(call, y, beta * call.floats(2))


def matmul(call: Call) -> Value:
    """Linear without bias."""
    return _linear(call, call.flat(), call.floats(1, 2).T)


def _linear(call: Call, x: Value, weight: Array) -> Value:
    """A Linear whose columns are put in badak's order where the file laid maps out in another."""
    if weight.shape[1] != len(x):
        raise FormatError(f"its weight takes rows of {weight.shape[1]}; the input has {len(x)}")
    if x.order is not None:
        c, h, w = x.order
        weight = weight.reshape(-1, h, w, c).transpose(0, 3, 1, 2).reshape(weight.shape)
    layer = Linear(len(weight), bias=False)
    return call.gives(x, Made(layer, ({"weight": weight},)), order=None)


def shifted(call: Call, y: Value, shift: Array) -> Value:
    """Give the convolution or linear layer that ends `y` a bias, or a larger one."""
    last = y.made[-1] if y.made and y.uses == 1 else None
    if last is None or not isinstance(last.layer, (Conv2d, Linear)):
        raise FormatError(
            "it adds a constant, which badak reads right after a convolution or matrix product "
            "alone, as its bias"
        )
    form = tuple(1 if axis else len(y) for axis in y.axes)
    tail = _tail(shift, len(form))
    if tail not in (form, (1,) * len(form)):
        raise FormatError(f"it must add one number per channel, {form}; it adds {shift.shape}")
    bias = np.broadcast_to(shift.reshape(-1), len(y)) + last.arrays[0].get("bias", 0)
    layer = type(last.layer)(**last.layer.config() | {"bias": True})
    made = Made(layer, ({**last.arrays[0], "bias": bias},))
    return replace(y, made=(*y.made[:-1], made))


def _tail(array: Array, axes: int) -> tuple[int, ...]:
    """A shape as broadcasting sees it against this many axes and one of images before them."""
    shape = array.shape
    if len(shape) == axes + 1 and shape[0] == 1:
        shape = shape[1:]
    return (*[1] * (axes - len(shape)), *shape)


def batch_norm(call: Call) -> Value:
    """BatchNorm2d; after a Linear, for which badak has none, a part of its weight and bias."""
    x = call.value()
    if call.integer("training_mode", 0) or call.integer("spatial", 1) != 1:
        raise FormatError("it must use its running statistics, one pair a channel")
    arrays = [call.floats(place, 1) for place in (1, 2, 3, 4)]
    if any(array.shape != (len(x),) for array in arrays):
        raise FormatError(f"its arrays must be {(len(x),)}; got {[one.shape for one in arrays]}")
    weight, bias, mean, var = arrays
    if not (var >= 0).all():
        raise FormatError(f"its variances must be at least 0; got {var.min()}")
    eps = max(call.real("epsilon", 1e-5), 1e-30)  # what eps 0 means, to the last bit
    momentum = 1 - call.real("momentum", 0.9)
    if x.axes[:1] != (0,):
        raise FormatError("its channels must stand in the second place")
    if len(x.shape) == 1:
        return _scaled(call, x, weight, bias, mean, np.sqrt(var.astype(np.float64) + eps))
    layer = BatchNorm2d(round(momentum, 7), eps)
    named = {"weight": weight, "bias": bias, "running_mean": mean, "running_var": var}
    return call.gives(x, Made(layer, (named,)))


def _scaled(call: Call, x: Value, *numbers: Array) -> Value:
    """Put batch norm of rows into the Linear before it: as it predicts, so it trains on."""
    gain, bias, mean, std = numbers
    last = x.made[-1] if x.made and x.uses == 1 else None
    if last is None or not isinstance(last.layer, Linear):
        raise FormatError("it norms rows, which badak reads right after a matrix product alone")
    factor = (gain / std)[:, None]
    old = last.arrays[0]
    arrays = _arrays(old["weight"] * factor, (old.get("bias", 0) - mean) * factor[:, 0] + bias)
    made = Made(Linear(len(x)), (arrays,))
    return replace(x, made=(*x.made[:-1], made))
