"""Steps whose weights are one number for all, for each channel or for each place of an image."""

from badak import layers, ops
from badak.arrays import Array, Shape
from badak.formats.steps.kinds.real import computed
from badak.formats.steps.program import Operation, Step


def _prelu(layer: layers.PReLU, shape: Shape) -> Operation:
    weight = layer.parameters["weight"]
    return Operation("prelu", {"count": len(weight)}, {"weight": weight})


def _run_prelu(step: Step, x: Array) -> Array:
    return ops.prelu(x, step.arrays["weight"])


KINDS = (computed("prelu", {layers.PReLU: _prelu}, _run_prelu, in_place=True),)
