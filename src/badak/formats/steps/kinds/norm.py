"""Normalisation by the values of the image itself; batch norm becomes a convolution."""

import numpy as np

from badak import layers, ops
from badak.arrays import Array, Shape
from badak.formats.steps.kinds.kind import Kind, Lowering, Run
from badak.formats.steps.program import Operation, Step
from badak.formats.steps.scale import Integers, Scale, Scales, clipped, single


def _lrn(layer: layers.LocalResponseNorm, shape: Shape) -> Operation:
    keys = ("size", "alpha", "beta", "k")
    return Operation("lrn", {key: float(getattr(layer, key)) for key in keys})


def _run_lrn(step: Step, x: Array) -> Array:
    n = step.numbers
    return ops.local_response_norm(x, int(n["size"]), n["alpha"], n["beta"], n["k"])[0]


def _group(layer: layers.GroupNorm, shape: Shape) -> Operation:
    arrays = layer.parameters or {"weight": np.ones(shape[0]), "bias": np.zeros(shape[0])}
    return Operation("group_norm", {"groups": layer.num_groups, "eps": layer.eps}, arrays)


def _run_group(step: Step, x: Array) -> Array:
    n = step.numbers
    return ops.group_norm(x, int(n["groups"]), **step.arrays, eps=n["eps"]).y


def _quantise(step: Step, scales: Scales) -> tuple[Operation, Scale]:
    (x,), y = scales.inputs, scales.output
    more = {"scale_x": single(x.step), "zero_x": x.zero}
    more |= {"per_step_y": single(1 / y.step), "zero_y": y.zero}
    return Operation(step.op, {**step.numbers, **more}, step.arrays), y


def _real(op: str, lowering: Lowering, layer: type[layers.Layer], run: Run) -> Kind:
    """A kind whose integers become real numbers, `run` computes, and the result integers again."""

    def run_int8(step: Step, x: Integers) -> Integers:
        n = step.numbers
        y = run(step, Scale(n["scale_x"], int(n["zero_x"])).real(x))
        return clipped(np.rint(y * np.float32(n["per_step_y"])) + n["zero_y"])

    return Kind(op, {layer: lowering}, run=run, quantise=_quantise, run_int8=run_int8)


KINDS = (
    _real("lrn", _lrn, layers.LocalResponseNorm, _run_lrn),
    _real("group_norm", _group, layers.GroupNorm, _run_group),
)
