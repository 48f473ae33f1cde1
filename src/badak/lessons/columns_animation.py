"""columns_animation: im2col and col2im of a real layer, column by column."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array, Indices
from badak.errors import ArgumentTypeError, BadakError, shown
from badak.inspect.features.filters import Convolution, convolutions, filters_of
from badak.inspect.follow.grid import Grid
from badak.inspect.follow.kinds.conv import group_of
from badak.inspect.follow.kinds.window import size_of, under
from badak.inspect.follow.targets import backward
from badak.network import Network
from badak.ops.window import Pair

BLOCK = 4  # places along each side, if not given
MOST = 64  # places


@dataclass(frozen=True, eq=False)
class ColumnsAnimation:
    """A block of a convolution's outputs, what im2col copies for it, and what col2im adds up.

    One channel of the input; P places of the output, row by row; R cells of the kernel.

    Attributes:
        layer: the convolution's name.
        channel: of its input.
        kernel: (KH, KW).
        places: (P, 2) row and column of each place in the output.
        block: how many rows and columns of places.
        pixels: (P, R, 2) row and column of the input under each cell; off the map it is padding.
        rows: the rows of the input that are shown.
        columns: likewise.
        input: (rows, columns) the input there; NaN in padding.
        matrix: (R, P) what im2col copies, 0 in padding; its columns are the places.
        gradients: (R, P) the gradient of each copy: filters.T @ the outputs' gradients.
        sums: (P + 1, rows, columns) the input's gradient, from these places alone, before each
            column is added, and at the end.
    """

    layer: str
    channel: int
    kernel: tuple[int, int]
    places: Indices = field(repr=False)
    block: tuple[int, int]
    pixels: Indices = field(repr=False)
    rows: Indices = field(repr=False)
    columns: Indices = field(repr=False)
    input: Array = field(repr=False)
    matrix: Array = field(repr=False)
    gradients: Array = field(repr=False)
    sums: Array = field(repr=False)

    @property
    def copies(self) -> Indices:
        """(rows, columns) how often each pixel is copied, and so how many gradients it gets."""
        counts = np.zeros(self.input.shape, np.int64)
        for place in self.pixels:
            np.add.at(counts, self.within(place), 1)
        return counts

    def within(self, place: Indices) -> tuple[Indices, Indices]:
        """Where in the shown input the pixels (R, 2) of a place lie."""
        return place[:, 0] - self.rows[0], place[:, 1] - self.columns[0]

    def __str__(self) -> str:
        (kh, kw), (down, across) = self.kernel, self.block
        inside = ~np.isnan(self.input)
        pixels, most = int(inside.sum()), int(self.copies[inside].max())
        return (
            f"im2col lays the {kh}x{kw} pixels under each of {down}x{across} places of "
            f"{self.layer} into a column: a matrix of {self.matrix.shape[0]} rows and "
            f"{self.matrix.shape[1]} columns, {self.matrix.size} numbers from {pixels} pixels, "
            f"because windows overlap and a pixel is copied up to {most} times. On the way back "
            "each copy has a gradient of its own, and col2im adds them where the copies came from, "
            "with +=: it is im2col's adjoint, not its inverse."
        )


def columns_animation(
    net: Network,
    image: ArrayLike,
    label: int,
    layer: str | None = None,
    *,
    channel: int = 0,
    block: Sequence[int] | None = None,
    start: Sequence[int] | None = None,
) -> ColumnsAnimation:
    """Follow im2col and col2im of a layer through a block of places of its output.

    Any network and image show it. `badak.lessons.draw.columns_animation` makes a film of it.

    Args:
        net: the network.
        image: (C, H, W): float, or uint8 in 0..255.
        label: the image's class, for the gradients of the loss.
        layer: the name of a convolution; the first if None.
        channel: of the layer's input.
        block: rows and columns of places, at most 64 together; if None, 4x4, or all if fewer.
        start: row and column of the first place; if None, those of the block whose outputs have the
            largest gradients.

    Raises:
        ArgumentTypeError: block or start is no pair of integers.
        BadakError: no such convolution or channel; an image or label that does not fit; a block
            that does not fit the output, or has more than 64 places; an output that is not finite.

    Source: Chellapilla et al. 2006; the book's chapter 7.4.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> result = columns_animation(SimpleConvNet(), np.ones((1, 28, 28)), 7)
        >>> result.matrix.shape, result.input.shape, int(result.copies.max())
        ((25, 16), (8, 8), 16)
    """
    name, known = _named(net, layer)
    seen = backward(net, image, label, "loss")
    step = next(step for step in seen.steps if step.name == name)
    (shape,) = step.shapes
    checks.integer(channel, "channel", maximum=shape[0] - 1)
    block, places = _places(abs(seen.gradients[name]).sum(axis=0), block, start)
    group = group_of(known, shape[0], step.output.shape[0], channel=channel)
    grids = [
        under(known.window(shape), size_of(shape), place, np.array([channel]))
        for place in places.tolist()
    ]
    pixels = np.stack(  # (P, R, 2)
        [np.stack(np.meshgrid(*grid.axes[1:], indexing="ij"), -1).reshape(-1, 2) for grid in grids]
    )
    rows, columns = (
        np.arange(pixels[..., axis].min(), pixels[..., axis].max() + 1) for axis in (0, 1)
    )
    whole = Grid((np.array([channel]), rows, columns))
    values = np.where(whole.inside(shape), whole.of(step.inputs[0]), np.nan)[0]
    weight = filters_of(known)[list(group.filters), channel - group.channels.start]
    grads = seen.gradients[name][list(group.filters)][:, places[:, 0], places[:, 1]]  # (Fg, P)
    gradients = weight.reshape(len(weight), -1).T @ grads  # (R, Fg) @ (Fg, P)
    sums = np.zeros((len(places) + 1, len(rows), len(columns)), gradients.dtype)
    for number, place in enumerate(pixels):
        sums[number + 1] = sums[number]
        np.add.at(
            sums[number + 1],
            (place[:, 0] - rows[0], place[:, 1] - columns[0]),
            gradients[:, number],
        )
    return ColumnsAnimation(
        layer=name,
        channel=channel,
        kernel=(weight.shape[1], weight.shape[2]),
        places=places,
        block=block,
        pixels=pixels,
        rows=rows,
        columns=columns,
        input=values,
        matrix=np.stack([grid.of(step.inputs[0]).reshape(-1) for grid in grids], axis=1),
        gradients=gradients,
        sums=sums,
    )


def _named(net: Network, layer: str | None) -> tuple[str, Convolution]:
    """A convolution and its name; the first if None."""
    known = convolutions(net)
    if not known:
        raise BadakError("net must have a convolution; it has none")
    name = next(iter(known)) if layer is None else checks.choice(layer, "layer", known)
    return name, known[name]


def _places(
    sizes: Array, block: Sequence[int] | None, start: Sequence[int] | None
) -> tuple[Pair, Indices]:
    """The block, checked, and its places (P, 2), row by row; `sizes` (OH, OW) are of gradients."""
    block = [min(BLOCK, most) for most in sizes.shape] if block is None else block
    rows, columns = (
        checks.integer(count, "block", minimum=1, maximum=most)
        for count, most in zip(_pair(block, "block"), sizes.shape, strict=True)
    )
    if rows * columns > MOST:
        raise BadakError(f"block must have at most {MOST} places; got {rows}x{columns}")
    if start is None:
        sums = sliding_window_view(sizes, (rows, columns)).sum(axis=(2, 3))
        start = divmod(int(sums.argmax()), sums.shape[1])
    top, left = (
        checks.integer(first, "start", maximum=most - count)
        for first, most, count in zip(
            _pair(start, "start"), sizes.shape, (rows, columns), strict=True
        )
    )
    places = np.indices((rows, columns)).reshape(2, -1).T  # (2, rows, columns) -> (P, 2)
    return (rows, columns), places + np.array([top, left])


def _pair(value: Sequence[int], name: str) -> Pair:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise ArgumentTypeError(f"{name} must be a pair (rows, columns); got {shown(value)}")
    return value[0], value[1]
