"""explain_gradient: one number's gradient, as the sum of what comes back to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array, Indices, Shape
from badak.inspect.follow.explain import Worked
from badak.inspect.follow.formula import used
from badak.inspect.follow.grid import Grid
from badak.inspect.follow.kinds import How, kind_of
from badak.inspect.follow.step import Step, checked_index
from badak.inspect.follow.targets import Of, backward
from badak.layers.block import Block
from badak.layers.walk import INPUT
from badak.network import Network


@dataclass(frozen=True)
class GradientShare(Worked):
    """What one layer passes back to a number that it read; ``products.sum() == value``.

    Attributes:
        layer: the layer that read it.
        kind: its class by name.
        how: as in `ExplainedNumber`.
        grid: where the outputs lie that the number went into; None if the layer is one's own.
        weights: (grid's shape) each output's slope by the number.
        gradients: likewise, each output's gradient.
        products: likewise.
        matrix_rows: of a convolution: (rows, columns) of the grid, the row of the im2col matrix of
            its group in which the number was copied for that place.
        matrix_columns: likewise, the column.
    """

    layer: str
    kind: str
    how: How
    grid: Grid | None
    weights: Array | None = field(repr=False)
    gradients: Array | None = field(repr=False)
    products: Array | None = field(repr=False)
    matrix_rows: Indices | None = field(repr=False)
    matrix_columns: Indices | None = field(repr=False)

    @property
    def overlaps(self) -> Array | None:
        """(rows, columns) of the grid: the numbers that col2im adds up into this one."""
        if self.matrix_rows is None or self.products is None:
            return None
        overlaps: Array = self.products.sum(axis=0)
        return overlaps


@dataclass(frozen=True)
class ExplainedGradient:
    """The gradient of one number, taken apart: the sum of its readers' shares.

    Attributes:
        layer: whose output the number is; ``""`` is the image.
        index: (channel, y, x), or (unit,).
        value: the number.
        gradient: the logit's, or the loss's, by the number.
        readers: what each layer that read it passes back; empty for the network's output.
    """

    layer: str
    index: Shape
    value: float
    gradient: float
    readers: tuple[GradientShare, ...]


def explain_gradient(
    net: Network, image: ArrayLike, layer: str, index: Sequence[int], label: int, of: Of = "logit"
) -> ExplainedGradient:
    """Take the gradient of one number apart: which outputs it went into, with which weights.

    Args:
        net: the network; dropout is off and batch norm uses its running statistics.
        image: (C, H, W): float, or uint8 in 0..255.
        layer: whose output the number is, inside a block ``"block1.conv1"``; ``""`` the image's.
        index: (channel, y, x) there, or (unit,) of a flat layer.
        label: the class.
        of: "logit": the class's, before the softmax; "loss": the network's for this label.

    Raises:
        BadakError: no such layer, place or class, an image that does not fit, or an output that
            is not finite.

    Source: the chain rule, by Rumelhart, Hinton and Williams 1986; the book's chapters 5 and 7.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> net, image = SimpleConvNet(), np.ones((1, 28, 28))
        >>> result = explain_gradient(net, image, "", (0, 9, 9), label=7)
        >>> [(share.layer, share.weights.shape) for share in result.readers]
        [('conv1', (30, 5, 5))]
        >>> bool(np.isclose(result.readers[0].overlaps.sum(), result.gradient))
        True
    """
    seen = backward(net, image, label, of)
    outputs = {INPUT: seen.image} | {step.name: step.output for step in seen.steps}
    checks.choice(layer, "layer", outputs)
    index = checked_index(index, outputs[layer].shape)
    with np.errstate(all="ignore"):  # numbers in between may be infinite
        readers = [
            _share(step, end, index, seen.gradients[step.name])
            for step in seen.steps
            for end, read in enumerate(step.reads)
            if read == layer
        ]
    return ExplainedGradient(
        layer,
        index,
        float(outputs[layer][index]),
        float(seen.gradients[layer][index]),
        tuple(readers),
    )


def _share(step: Step, end: int, index: Shape, grad_y: Array) -> GradientShare:
    kind = kind_of(step.layer)
    recipe = kind.back(step, end, index)
    grid, numbers = recipe.grid, dict(recipe.numbers)
    weights = grads = products = None
    if grid is None or recipe.weights is None:
        value = numbers["gradient"] = float(_passed_back(step, end, grad_y)[index])
    else:
        grads = grid.of(grad_y)
        # Of a window that lies beyond the map there is no output.
        weights = np.where(grid.inside(grad_y.shape), recipe.weights, grad_y.dtype.type(0))
        products = weights * grads
        value = numbers["total"] = float(products.sum(dtype=np.float64))
        if grads.size == 1:
            numbers["gradient"] = grads.item()
    rows, columns = recipe.matrix or (None, None)
    return GradientShare(
        formula=recipe.formula,
        numbers=used(recipe.formula, numbers),
        value=value,
        layer=step.name,
        kind=step.kind,
        how=kind.how,
        grid=grid,
        weights=weights,
        gradients=grads,
        products=products,
        matrix_rows=rows,
        matrix_columns=columns,
    )


def _passed_back(step: Step, end: int, grad_y: Array) -> Array:
    """The gradient of an input by the layer's own backward."""
    layer, ends = step.layer, [array[None] for array in step.inputs]
    if isinstance(layer, Block):
        parts = layer.split(grad_y[None], layer.join(ends)[1])
        return np.asarray(parts[end][0])
    _, cache = layer.forward(ends[0], training=False)
    grad_x, _ = layer.backward(grad_y[None], cache)
    return np.asarray(grad_x[0])
