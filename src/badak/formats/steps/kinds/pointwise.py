"""Functions of one value, which become tables in integers; and the steps to integers and back."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from badak import layers, ops
from badak.arrays import Array, Shape
from badak.formats.steps.kinds.kind import Kind, Lowering, Run
from badak.formats.steps.program import Operation, Step
from badak.formats.steps.scale import HIGH, LOW, Integers, Scale, Scales, clipped
from badak.layers import Layer
from badak.layers.activation import Activation


def _function(op: str, lowerings: Mapping[type[Layer], Lowering], run: Run) -> Kind:
    return Kind(op, lowerings, run=run, quantise=partial(_quantise, run), in_place=True)


def _layer(op: str, layer: type[Layer], run: Run) -> Kind:
    """The kind for a layer whose numbers are its constructor's arguments."""

    def lowering(layer: Layer, shape: Shape) -> Operation:
        return Operation(op, {key: float(number) for key, number in layer.config().items()})

    return _function(op, {layer: lowering}, run)


def _activation(op: str, *kinds: type[Activation]) -> Kind:
    """The kind for layers that are the op of this name with numbers as its options."""

    def lowering(layer: Activation, shape: Shape) -> Operation:
        return Operation(op, {key: float(number) for key, number in layer.options().items()})

    def run(step: Step, x: Array) -> Array:
        y: Array = getattr(ops, op)(x, **step.numbers)
        return y

    return _function(op, dict.fromkeys(kinds, lowering), run)


def _gelu(layer: layers.GELU, shape: Shape) -> Operation:
    return Operation("gelu_tanh" if layer.approximate == "tanh" else "gelu")


def _quantise(run: Run, step: Step, scales: Scales) -> tuple[Operation, Scale]:
    """A table of the results for all 256 integers."""
    (x,), y = scales.inputs, scales.output
    reals = ((np.arange(LOW, HIGH + 1) - x.zero) * x.step).astype(np.float32)
    results = np.rint(run(step, reals[None])[0] / y.step) + y.zero
    return Operation("table", arrays={"table": clipped(results)}), y


def _run_table(step: Step, x: Integers) -> Integers:
    results: Integers = step.arrays["table"][x.astype(np.int64) - LOW]
    return results


def _scaled_tanh(step: Step, x: Array) -> Array:
    return ops.scale(ops.tanh(ops.scale(x, step.numbers["slope"])), step.numbers["amplitude"])


def _to_integers(step: Step, x: Array) -> Integers:
    n = step.numbers
    steps = np.clip(np.float32(n["per_step"]) * x.astype(np.float32), -512, 512)
    return clipped(np.trunc(steps + np.float32(512.5)) - 512 + n["zero"])


def _to_floats(step: Step, x: Integers) -> Array:
    return Scale(step.numbers["scale"], int(step.numbers["zero"])).real(x)


KINDS = (
    _layer("relu", layers.ReLU, lambda step, x: ops.relu(x)),
    _activation("hardtanh", layers.ReLU6, layers.Hardtanh),
    _activation("leaky_relu", layers.LeakyReLU),
    _layer("sigmoid", layers.Sigmoid, lambda step, x: ops.sigmoid(x)),
    _activation("hardsigmoid", layers.Hardsigmoid),
    _layer("tanh", layers.Tanh, lambda step, x: ops.tanh(x)),
    _layer("scaled_tanh", layers.ScaledTanh, _scaled_tanh),
    _activation("softplus", layers.Softplus),
    _activation("elu", layers.ELU),
    _activation("selu", layers.SELU),
    _activation("silu", layers.SiLU),
    _activation("hardswish", layers.Hardswish),
    _activation("mish", layers.Mish),
    _function("gelu", {layers.GELU: _gelu}, lambda step, x: ops.gelu(x, "none")),
    _function("gelu_tanh", {}, lambda step, x: ops.gelu(x, "tanh")),
    Kind("table", run_int8=_run_table, in_place=True),
    Kind("quantise", run_int8=_to_integers),
    Kind("dequantise", run_int8=_to_floats),
)
