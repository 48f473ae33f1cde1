"""Linear layers, and distances to fixed codes.

In integers a linear layer becomes a convolution at one place; the last layer becomes "logits".
"""

from typing import Any

import numpy as np

from badak import layers, ops
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.formats.steps.kinds.kind import Kind
from badak.formats.steps.kinds.products import exact_sums, integer_conv, quantised_weights
from badak.formats.steps.kinds.window import CELLS, SIDES
from badak.formats.steps.program import Operation, Step
from badak.formats.steps.scale import Integers, Scale, Scales, single


def _flat(x: Any) -> Any:
    return x.reshape(len(x), -1)  # (N, C, H, W) -> (N, C * H * W)


def _linear(layer: layers.Linear, shape: Shape) -> Operation:
    weight = layer.parameters["weight"]
    bias = layer.parameters.get("bias", np.zeros(len(weight)))
    return Operation("linear", arrays={"weight": weight, "bias": bias})


def _run(step: Step, x: Array) -> Array:
    return ops.linear(_flat(x), step.arrays["weight"], step.arrays["bias"])


def _quantise(step: Step, scales: Scales) -> tuple[Operation, Scale | None]:
    (x,) = scales.inputs
    arrays, worth = quantised_weights(step, x)
    if scales.last:
        return Operation("logits", {"zero_x": x.zero}, {**arrays, "scale": worth}), None
    # One place, as many maps as inputs.
    numbers = {**dict.fromkeys((*CELLS, "groups"), 1.0), **dict.fromkeys(SIDES, 0.0)}
    arrays["weight"] = arrays["weight"][:, :, None, None]
    return integer_conv(numbers, arrays, worth, x, scales.output)


def _run_logits(step: Step, x: Integers) -> Array:
    sums = exact_sums(step, _flat(x), ops.linear)
    scaled: Array = sums.astype(np.float32) * step.arrays["scale"]
    return scaled


def _rbf(layer: layers.EuclideanRBF, shape: Shape) -> Operation:
    return Operation("rbf", arrays={"weight": layer.buffers["codes"]})


def _run_rbf(step: Step, x: Array) -> Array:
    return -ops.squared_distance(_flat(x), step.arrays["weight"])


def _quantise_rbf(step: Step, scales: Scales) -> tuple[Operation, None]:
    if not scales.last:
        raise BadakError(f"{step.name}: int8 supports EuclideanRBF only as the last layer")
    (x,) = scales.inputs
    numbers = {"scale_x": single(x.step), "zero_x": x.zero}
    return Operation("rbf", numbers, step.arrays), None


def _run_rbf_int8(step: Step, x: Integers) -> Array:
    scale = Scale(step.numbers["scale_x"], int(step.numbers["zero_x"]))
    return _run_rbf(step, scale.real(x))


KINDS = (
    Kind("linear", {layers.Linear: _linear}, run=_run, quantise=_quantise),
    Kind("logits", run_int8=_run_logits),
    Kind(
        "rbf",
        {layers.EuclideanRBF: _rbf},
        run=_run_rbf,
        quantise=_quantise_rbf,
        run_int8=_run_rbf_int8,
    ),
)
