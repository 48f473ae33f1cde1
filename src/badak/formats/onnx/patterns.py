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
from badak.formats.onnx.pending import Affine, Pending
from badak.formats.onnx.value import Loaded
from badak.layers import (
    ELU,
    GELU,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Layer,
    Mish,
    ReLU,
    ReLU6,
    ScaledTanh,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
)

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
POINTWISE = (ELU, Hardsigmoid, Hardtanh, ReLU, ReLU6, Sigmoid, Softplus, Tanh)
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


def simplified(steps: Sequence[Step]) -> list[Step]:
    """The same steps with a layer for each group of them that is one, in all paths."""
    result: list[Step] = []
    for step in steps:
        if isinstance(step, Join):
            step = replace(step, paths=tuple(map(simplified, step.paths)))
        elif isinstance(step, Web):
            strands = (
                replace(strand, steps=tuple(simplified(strand.steps))) for strand in step.strands
            )
            step = replace(step, strands=tuple(strands))
        result.append(step)
        _merge(result)
        for count in range(1, min(LONGEST, len(result)) + 1):
            layer = _activation(result[-count:])
            if layer is not None:
                result[-count:] = [Loaded(layer, node=step.node)]
                break
    return result


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
    ends = [_computed(path, x) for path in join.paths]
    if join.kind not in JOINED or any(end is None for end in ends):
        return None
    return np.asarray(reduce(JOINED[join.kind], ends))


def _function(step: Loaded, x: NDArray[Any]) -> NDArray[Any] | None:
    layer = step.layer
    if isinstance(layer, Affine):
        weight, bias = step.arrays[0]["weight"], step.arrays[0]["bias"]
        return None if weight.ndim or bias.ndim else weight * x + bias
    if isinstance(layer, Pending):
        name, _, power = layer.text.partition(" ")
        if name == "Pow":
            return np.asarray(np.power(x, float(power)))
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


def _spread(array: Array, rank: int) -> Array:
    """One number per channel against one for each place."""
    return array.reshape(-1, 1, 1) if array.ndim == 1 and rank > 1 else array


def _narrow(array: Array) -> Array:
    return array.reshape(-1) if array.ndim == 3 and array.shape[1:] == (1, 1) else array
