"""Steps that compute in real numbers also in a program of integers."""

from collections.abc import Mapping

import numpy as np

from badak.formats.steps.kinds.kind import Kind, Lowering, Run
from badak.formats.steps.program import Operation, Step
from badak.formats.steps.scale import Integers, Scale, Scales, clipped, single
from badak.layers import Layer


def _quantise(step: Step, scales: Scales) -> tuple[Operation, Scale]:
    (x,), y = scales.inputs, scales.output
    more = {"scale_x": single(x.step), "zero_x": x.zero}
    more |= {"per_step_y": single(1 / y.step), "zero_y": y.zero}
    return Operation(step.op, {**step.numbers, **more}, step.arrays), y


def computed(
    op: str, lowerings: Mapping[type[Layer], Lowering], run: Run, in_place: bool = False
) -> Kind:
    """A kind whose integers become real numbers, `run` computes, and the result integers again."""

    def run_int8(step: Step, x: Integers) -> Integers:
        n = step.numbers
        y = run(step, Scale(n["scale_x"], int(n["zero_x"])).real(x))
        return clipped(np.rint(y * np.float32(n["per_step_y"])) + n["zero_y"])

    return Kind(op, lowerings, run=run, run_int8=run_int8, quantise=_quantise, in_place=in_place)
