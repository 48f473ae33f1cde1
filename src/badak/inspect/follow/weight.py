"""explain_weight_gradient: one cell of a parameter's gradient, as a sum over places."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array, Indices, Shape
from badak.inspect.follow.kinds import kind_of
from badak.inspect.follow.step import PARAMETER_AXES, checked_index
from badak.inspect.follow.targets import Of, backward
from badak.network import Network


@dataclass(frozen=True)
class ExplainedWeightGradient:
    """One number of a parameter's gradient, taken apart; ``products.sum() == gradient``.

    Attributes:
        parameter: its name, ``"conv1.weight"``.
        index: which of its numbers.
        layer: whose parameter it is.
        kind: the layer's class by name.
        value: the number.
        gradient: the logit's, or the loss's, by the number.
        how: "sum", or "unknown" if it is no such sum; the arrays are then None.
        inputs: (OH, OW), or (1,): what the number is multiplied by at each place: 1 for a bias.
        gradients: likewise, of the output there.
        products: likewise.
        rows: (OH,) which row of the input that is; below 0 or from H on it is padding.
        columns: (OW,) likewise.
        channel: the input's map, or unit.
        filter: the output's map, or unit.
    """

    parameter: str
    index: Shape
    layer: str
    kind: str
    value: float
    gradient: float
    how: Literal["sum", "unknown"]
    inputs: Array | None = field(default=None, repr=False)
    gradients: Array | None = field(default=None, repr=False)
    products: Array | None = field(default=None, repr=False)
    rows: Indices | None = field(default=None, repr=False)
    columns: Indices | None = field(default=None, repr=False)
    channel: int | None = None
    filter: int | None = None


def explain_weight_gradient(
    net: Network,
    image: ArrayLike,
    parameter: str,
    index: Sequence[int],
    label: int,
    of: Of = "loss",
) -> ExplainedWeightGradient:
    """Take one number of a parameter's gradient apart: a sum over all places that share it.

    As in prediction, dropout is off and batch norm uses its running statistics.

    Args:
        net: the network.
        image: (C, H, W): float, or uint8 in 0..255; the gradient is this image's alone.
        parameter: its name, such as ``"conv1.weight"`` or ``"block1.conv1.bias"``.
        index: which of its numbers: (filter, channel, row, column) of a convolution's weight.
        label: the class.
        of: "logit": the class's, before the softmax; "loss": the network's for this label.

    Raises:
        BadakError: no such parameter, number or class, an image that does not fit, or an output
            that is not finite.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> net, image = SimpleConvNet(), np.ones((1, 28, 28))
        >>> result = explain_weight_gradient(net, image, "conv1.weight", (3, 0, 2, 2), label=7)
        >>> result.products.shape, bool(np.isclose(result.products.sum(), result.gradient))
        ((24, 24), True)
    """
    parameters = net.parameters()
    checks.choice(parameter, "parameter", parameters)
    index = checked_index(index, parameters[parameter].shape, PARAMETER_AXES)
    name, _, key = parameter.rpartition(".")
    seen = backward(net, image, label, of)
    step, grad_y = next(step for step in seen.steps if step.name == name), seen.gradients[name]
    _, cache = step.layer.forward(step.inputs[0][None], training=False)
    _, grads = step.layer.backward(grad_y[None], cache)
    cell = kind_of(step.layer).cell(step, key, index, grad_y)
    own = ExplainedWeightGradient(
        parameter,
        index,
        name,
        step.kind,
        float(parameters[parameter][index]),
        float(grads[key][index]),
        "unknown",
    )
    if cell is None:
        return own
    return replace(
        own,
        how="sum",
        inputs=cell.inputs,
        gradients=cell.gradients,
        products=np.asarray(cell.inputs * cell.gradients),
        rows=cell.rows,
        columns=cell.columns,
        channel=cell.channel,
        filter=cell.filter,
    )
