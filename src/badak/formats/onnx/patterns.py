"""The layers that a graph's steps are: exporters write activations as the arithmetic behind them.

No two write it alike, so steps are known by what they compute at some points, not by their form.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array
from badak.formats.onnx.chain import Join, Step, Web
from badak.formats.onnx.pending import Affine, Clamp, Crop, LowPad, Pending
from badak.formats.onnx.value import Loaded
from badak.layers import (
    ELU,
    GELU,
    AvgPool2d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Layer,
    MaxPool2d,
    Mish,
    ReLU,
    ReLU6,
    ScaledTanh,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
    ZeroPad2d,
)
from badak.ops.window import Sides, Window

LONGEST = 5  # steps that are one activation
POINTS = np.linspace(-9, 9, 181)
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Abs": np.abs,
    "Erf": np.vectorize(math.erf),
    "Exp": np.exp,
    "Log": np.log,
    "Reciprocal": np.reciprocal,
    "Sqrt": np.sqrt,
}
JOINED: dict[str, Callable[..., Any]] = {
    "Add": np.add,
    "Div": np.divide,
    "Max": np.maximum,
    "Min": np.minimum,
    "Mul": np.multiply,
    "Sub": np.subtract,
}
WITH_NUMBER: dict[str, Callable[..., Any]] = {
    "Greater": np.greater,
    "GreaterOrEqual": np.greater_equal,
    "Less": np.less,
    "LessOrEqual": np.less_equal,
    "Pow": np.power,
}
POINTWISE = (ELU, Hardsigmoid, Hardtanh, ReLU, ReLU6, Sigmoid, Softplus, Tanh)
POSITIVE = (Hardsigmoid, ReLU, ReLU6, Sigmoid, Softplus)
KEEPS_SIGN = (AvgPool2d, Dropout, Flatten, GlobalAvgPool2d, MaxPool2d, ZeroPad2d)
ACTIVATIONS: list[Layer] = [
    SiLU(),
    Hardswish(),
    Hardsigmoid(),
    Mish(),
    GELU(),
    GELU("tanh"),
    Softplus(),
]
EXPECTED = [layer.forward(POINTS[None], training=False)[0][0] for layer in ACTIVATIONS]


def simplified(steps: Sequence[Step], positive: bool = False) -> list[Step]:
    """The same steps with a layer for each group of them that is one, in all paths.

    Args:
        steps: what a graph computes.
        positive: whether no number that they take can be negative.
    """
    result: list[Step] = []
    for step in steps:
        if isinstance(step, Loaded) and isinstance(step.layer, Clamp):
            if _positive(result, positive):
                continue
            step = replace(step, layer=ReLU())
        if isinstance(step, Join):
            before = _positive(result, positive)
            step = replace(step, paths=tuple(simplified(path, before) for path in step.paths))
        elif isinstance(step, Web):
            strands = (
                replace(strand, steps=tuple(simplified(strand.steps))) for strand in step.strands
            )
            step = replace(step, strands=tuple(strands))
        result.append(step)
        _merge(result)
        _absorb(result)
        for count in range(1, min(LONGEST, len(result)) + 1):
            layer = _activation(result[-count:])
            if layer is not None:
                result[-count:] = [Loaded(layer, node=step.node)]
                break
    return result


def _positive(steps: Sequence[Step], before: bool) -> bool:
    """Whether no number after these steps can be negative, where `before` says so of them."""
    for place in range(len(steps) - 1, -1, -1):
        step = steps[place]
        if isinstance(step, Web):
            return False
        if isinstance(step, Join):
            earlier = _positive(steps[:place], before)
            sums = step.kind in ("Add", "Concat", "Max", "Min", "Mul")
            return sums and all(_positive(path, earlier) for path in step.paths)
        if not isinstance(step.layer, KEEPS_SIGN):
            bounded = isinstance(step.layer, Hardtanh) and step.layer.min_val >= 0
            return bounded or isinstance(step.layer, POSITIVE)
    return before


def _activation(steps: Sequence[Step]) -> Layer | None:
    """The layer that does what these steps do together; None if there is no such layer."""
    last = steps[-1]
    if len(steps) == 1 and not isinstance(last, Join):
        return None
    if len(steps) == 3 and isinstance(steps[1], Loaded) and isinstance(steps[1].layer, Tanh):
        slope, amplitude = (_factor(step) for step in (steps[0], last))
        if slope > 0 and amplitude > 0:
            return ScaledTanh(amplitude, slope)
    with np.errstate(all="ignore"):
        y = _computed(steps, POINTS)
    for layer, expected in zip(ACTIVATIONS, EXPECTED, strict=True):
        if y is not None and np.allclose(y, expected, rtol=1e-5, atol=1e-5):
            return layer
    return None


def _computed(steps: Sequence[Step], x: NDArray[Any]) -> NDArray[Any] | None:
    """What steps make of `x`; None if they do more than one function of each number."""
    for step in steps:
        if isinstance(step, Web):
            return None
        y = _joined(step, x) if isinstance(step, Join) else _function(step, x)
        if y is None:
            return None
        x = y
    return x


def _joined(join: Join, x: NDArray[Any]) -> NDArray[Any] | None:
    ends = [end for path in join.paths if (end := _computed(path, x)) is not None]
    if len(ends) < len(join.paths):
        return None
    if join.kind == "Where":
        return np.asarray(np.where(ends[0] != 0, ends[1], ends[2]))
    if join.kind not in JOINED:
        return None
    return np.asarray(reduce(JOINED[join.kind], ends))


def _function(step: Loaded, x: NDArray[Any]) -> NDArray[Any] | None:
    layer = step.layer
    if isinstance(layer, Affine):
        weight, bias = step.arrays[0]["weight"], step.arrays[0]["bias"]
        return None if weight.ndim or bias.ndim else weight * x + bias
    if isinstance(layer, Pending):
        name, _, number = layer.text.partition(" ")
        if number and name in WITH_NUMBER:
            return np.asarray(WITH_NUMBER[name](x, float(number)))
        return np.asarray(FUNCTIONS[name](x)) if name in FUNCTIONS else None
    if isinstance(layer, POINTWISE):
        return np.asarray(layer.forward(x[None], training=False)[0][0])
    return None


def _factor(step: Step) -> float:
    """What a step multiplies every number by, and does nothing else; 0 if it does."""
    if not isinstance(step, Loaded) or not isinstance(step.layer, Affine):
        return 0.0
    weight, bias = step.arrays[0]["weight"], step.arrays[0]["bias"]
    return 0.0 if weight.ndim or bias.any() else float(str(np.float32(weight)))


def _merge(steps: list[Step]) -> None:
    """Make one step of the last two if both multiply and add."""
    pair = [step for step in steps[-2:] if isinstance(step, Loaded)]
    if len(pair) < 2 or not all(isinstance(step.layer, Affine) for step in pair):
        return
    first, second = (step.arrays[0] for step in pair)
    rank = max(array.ndim for array in (*first.values(), *second.values()))
    a, b, c, d = (
        _spread(arrays[key], rank) for arrays in (first, second) for key in ("weight", "bias")
    )
    merged: dict[str, Array] = {"weight": _narrow(a * c), "bias": _narrow(b * c + d)}
    steps[-2:] = [replace(pair[1], arrays=(merged,))]


def _absorb(steps: list[Step]) -> None:
    """Make one layer of two that differ in padding alone from one.

    A padding of the lowest number is one of the max pooling after it; what is cut off after a
    transposed convolution is its padding, which cuts; two cuts are one.
    """
    pair = [step for step in steps[-2:] if isinstance(step, Loaded)]
    if len(pair) < 2:
        return
    first, second = (step.layer for step in pair)
    layer: Layer | None = None
    if isinstance(first, LowPad) and _takes(second, first):
        layer = MaxPool2d(**second.config() | {"padding": first.sides})
    elif isinstance(first, Crop) and isinstance(second, Crop):
        layer = Crop(sides=_more(first.sides, second.sides))
    elif isinstance(first, ConvTranspose2d) and isinstance(second, Crop):
        padding = _more(first.spread.sides(1, 1), second.sides)
        layer = ConvTranspose2d(**first.config() | {"padding": padding})
    if layer is not None:
        arrays = pair[0].arrays if isinstance(first, ConvTranspose2d) else pair[1].arrays
        steps[-2:] = [Loaded(layer, arrays, pair[1].node)]


def _takes(layer: Layer, pad: LowPad) -> bool:
    """Whether a layer is max pooling to which this padding is none of the numbers it sees."""
    if not isinstance(layer, MaxPool2d) or layer.padding != 0:
        return False
    window = Window.of(layer.kernel_size, 1, 0, layer.dilation)
    pairs = zip(window.kernel, pad.sides, strict=True)
    return not pad.edge or (
        window.dilation == (1, 1) and all(max(sides) < size for size, sides in pairs)
    )


def _more(first: Sides, second: Sides) -> Sides:
    """Both paddings, side by side."""
    (top, bottom), (left, right) = first
    (up, down), (west, east) = second
    return (top + up, bottom + down), (left + west, right + east)


def _spread(array: Array, rank: int) -> Array:
    """One number per channel against one for each place."""
    return array.reshape(-1, 1, 1) if array.ndim == 1 and rank > 1 else array


def _narrow(array: Array) -> Array:
    return array.reshape(-1) if array.ndim == 3 and array.shape[1:] == (1, 1) else array
