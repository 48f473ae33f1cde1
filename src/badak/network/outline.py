"""outline: what layers typed by hand make of an image, as far as they fit; nothing runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from badak import checks
from badak.arrays import Shape
from badak.errors import BadakError, where
from badak.layers import Layer, initial
from badak.layers.naming import named
from badak.network.architecture import checked_input_shape
from badak.network.summary import Row, Summary
from badak.network.typed import read_pieces


class Fault(NamedTuple):
    """What is wrong with a text of layers, and where it stands there.

    Attributes:
        start: the place of the first character of the layer at fault.
        end: the place after its last; of an empty one the same.
        message: in words.
    """

    start: int
    end: int
    message: str


@dataclass(frozen=True)
class Outline:
    """The layers of a text.

    Attributes:
        layers: those up to the first fault, by name.
        places: start and end in the text, one pair per layer.
        summary: their numbers.
        faults: in the order of the text; none if a network can be built of it.
    """

    layers: dict[str, Layer]
    places: tuple[tuple[int, int], ...]
    summary: Summary
    faults: tuple[Fault, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """One per layer."""
        return self.summary.rows


def outline(text: str, input_shape: Sequence[int], num_classes: int | None = None) -> Outline:
    """Return what is known of layers that somebody types, also while the text is faulty.

    Args:
        text: as `badak.network.typed.parse_layers` takes it.
        input_shape: (C, H, W) of one image.
        num_classes: K, which the last layer must give; None if any output is right.

    Returns:
        The layers before the first fault with their shapes, parameters and FLOPs; and all faults: a
        piece that says no layer, the first layer that does not fit the one before it, or an output
        that does not fit the classes.

    Raises:
        ArgumentTypeError: an argument of the wrong type.
        BadakError: a text that is too long, or sizes below 1.

    Example:
        >>> typed = outline("conv 30 5, relu, pool 30, linear 10", (1, 28, 28))
        >>> [(row.name, row.output_shape) for row in typed.rows]
        [('conv1', (30, 24, 24)), ('relu1', (30, 24, 24))]
        >>> typed.faults[0]
        Fault(start=17, end=24, message="MaxPool2d 'pool1': a 30x30 kernel covers 30x30 and ...
    """
    shape = checked_input_shape(input_shape)
    if num_classes is not None:
        checks.integer(num_classes, "num_classes", minimum=1)
    pieces = list(read_pieces(text))
    faults = [Fault(piece.start, piece.end, piece.fault) for piece in pieces if not piece.layer]
    good = []
    for piece in pieces:
        if piece.layer is None:
            break
        good.append(piece.layer)
    layers: dict[str, Layer] = {}
    output: Shape = shape
    undrawn = initial.Undrawn(np.random.PCG64(0))
    for piece, (name, layer) in zip(pieces, _named(good).items(), strict=False):
        try:
            with where(f"{type(layer).__name__} {name!r}"):
                output = layer.build(output, undrawn, np.dtype(np.float32))
        except BadakError as fault:
            faults.append(Fault(piece.start, piece.end, str(fault)))
            break
        layers[name] = layer
    if not faults and num_classes is not None and output != (num_classes,):
        start, end = pieces[-1].start, pieces[-1].end
        faults.append(Fault(start, end, _wrong_end(output, num_classes)))
    places = tuple((piece.start, piece.end) for piece in pieces[: len(layers)])
    summary = Summary.of(layers, shape, np.float32) if layers else Summary(shape, ())
    return Outline(layers, places, summary, tuple(sorted(faults)))


def _named(layers: list[Layer]) -> dict[str, Layer]:
    return named(layers) if layers else {}


def _wrong_end(output: Shape, num_classes: int) -> str:
    end = f"linear {num_classes}" if len(output) == 1 else f"flatten, linear {num_classes}"
    return (
        f"the last layer gives {output}, and {num_classes} classes need ({num_classes},): "
        f"end in {end}"
    )
