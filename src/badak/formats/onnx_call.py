"""One node of an ONNX graph as the table of operators sees it: checked inputs and attributes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array, Shape
from badak.errors import FormatError
from badak.formats.onnx_check import LARGEST, Node
from badak.layers import Layer
from badak.ops.window import Padding, Pair, Window


@dataclass(frozen=True)
class Made:
    """A layer, and the arrays that it and what it holds need: one dict for each leaf, in order."""

    layer: Layer
    arrays: tuple[dict[str, Array], ...] = ({},)


@dataclass(frozen=True)
class Value:
    """What flows through the network: one array an image.

    Attributes:
        name: in the file.
        shape: of one image as badak holds it: (C, H, W), or (D,).
        sources: names of the values that it is made from; several where paths join.
        made: the layers that make it from its one source.
        joins: "Add" or "Concat" where paths join.
        uses: how many nodes take it.
        channels_last: whether the file holds it as (H, W, C), as TensorFlow does.
        order: (C, H, W) where the file laid it out in a row as (H, W, C).
        probabilities: whether a softmax made it, which badak leaves to `predict_proba` and the
            loss; and so what it is made from are the logits.
    """

    name: str
    shape: Shape
    sources: tuple[str, ...] = ()
    made: tuple[Made, ...] = ()
    joins: str = ""
    uses: int = 1
    channels_last: bool = False
    order: Shape | None = None
    probabilities: bool = False

    @property
    def file_shape(self) -> Shape:
        """Of one image as the file holds it."""
        return (*self.shape[1:], self.shape[0]) if self.channels_last else self.shape

    @property
    def mixed(self) -> bool:
        """Whether the file's order of numbers is another than badak's."""
        return self.order is not None or (self.channels_last and min(len(self), self.places) > 1)

    @property
    def places(self) -> int:
        """Rows times columns."""
        return int(np.prod(self.shape[1:], dtype=object))

    def __len__(self) -> int:
        return self.shape[0]


Input = Value | NDArray[Any] | None


@dataclass
class Call:
    """A node with what it takes. Attributes are taken out as they are read; none may be left."""

    node: Node
    inputs: list[Input]
    opset: int
    batch: int | None
    attributes: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.attributes = dict(self.node.attributes)

    def at(self, place: int) -> Input:
        """An input, or None where it is left out."""
        return self.inputs[place] if place < len(self.inputs) else None

    def value(self, place: int = 0) -> Value:
        """An input that flows; not one behind a softmax, which ends the network."""
        found = self.at(place)
        if not isinstance(found, Value):
            raise FormatError(f"its input {place} must come from the images; it is constant")
        if found.probabilities:
            raise FormatError("it stands behind a softmax, which badak reads at the end alone")
        return found

    def image(self, place: int = 0) -> Value:
        """An input of maps (C, H, W), in this order."""
        found = self.value(place)
        if len(found.shape) != 3 or found.channels_last:
            raise FormatError(f"its input must be maps (C, H, W); it is {found.file_shape}")
        return found

    def flat(self, place: int = 0) -> Value:
        """An input of rows (D,)."""
        found = self.value(place)
        if len(found.shape) != 1:
            raise FormatError(f"its input must be rows (N, D); it is {found.file_shape}")
        return found

    def array(self, place: int) -> NDArray[Any]:
        """An input that is constant."""
        found = self.at(place)
        if not isinstance(found, np.ndarray):
            kind = "left out" if found is None else "made from the images"
            raise FormatError(f"its input {place} must be constant; it is {kind}")
        return found

    def floats(self, place: int, *axes: int) -> Array:
        """A constant input of float numbers, with this many axes."""
        found = self.array(place)
        if found.dtype.kind != "f" or (axes and found.ndim not in axes):
            number = " or ".join(map(str, axes)) or "any number of"
            raise FormatError(
                f"its input {place} must hold floats on {number} axes; it is {found.dtype} "
                f"{found.shape}"
            )
        return found

    def scalar(self, place: int) -> float:
        """A constant input of one float."""
        found = self.floats(place)
        if found.size != 1:
            raise FormatError(f"its input {place} must be one number; it has shape {found.shape}")
        return as_written(float(found.reshape(())))

    def integer(self, name: str, default: int) -> int:
        """An integer attribute."""
        return int(self._attribute(name, default, int, "an integer"))

    def real(self, name: str, default: float) -> float:
        """A number attribute."""
        return as_written(self._attribute(name, default, float, "a number"))

    def word(self, name: str, default: str) -> str:
        """A word attribute."""
        return str(self._attribute(name, default, str, "a word"))

    def integers(self, name: str, default: Sequence[int]) -> list[int]:
        """An attribute of integers, each of a size that can be."""
        found = self._attribute(name, list(default), list, "a list of integers")
        if any(type(number) is not int or abs(number) > LARGEST for number in found):
            raise FormatError(f"its {name} must be integers up to {LARGEST}; got {found[:8]}")
        return list(found)

    def pair(self, name: str, default: Sequence[int]) -> Pair:
        """An attribute of two integers, at least 1: rows and columns."""
        found = self.integers(name, default)
        if len(found) != 2 or min(found) < 1:
            raise FormatError(f"its {name} must be two integers, at least 1; got {found[:8]}")
        return found[0], found[1]

    def _attribute(self, name: str, default: Any, kind: type, words: str) -> Any:
        found = self.attributes.pop(name, default)
        if type(found) is not kind:
            raise FormatError(f"its {name} must be {words}; got {str(found)[:80]}")
        return found

    def padding(self, window: Window, x: Value) -> Padding:
        """Its pads, or what its auto_pad means for this input."""
        pads = self.integers("pads", [0, 0, 0, 0])
        word = self.word("auto_pad", "NOTSET")
        if word == "NOTSET":
            return sides(pads)
        if word not in ("SAME_UPPER", "SAME_LOWER", "VALID"):
            raise FormatError(f"its auto_pad must be a way that ONNX has; got {word[:40]!r}")
        if any(pads):
            raise FormatError(f"it must have pads or auto_pad; got {pads[:8]} and {word}")
        if word == "SAME_LOWER":  # the odd row before, not behind
            (top, bottom), (left, right) = replace(window, padding="same").sides(*x.shape[1:])
            return sides([bottom, right, top, left])
        return "same" if word == "SAME_UPPER" else 0

    def gives(self, x: Value, *made: Made, **changes: Any) -> Value:
        """The output: layers behind x, whose shape theirs follow from."""
        shape = x.shape
        for one in made:
            shape = one.layer.output_shape(shape)
        start = replace(x, sources=(x.name,), made=made, joins="", uses=1, shape=shape)
        return replace(start, **changes)

    def finish(self) -> None:
        """Refuse what no reader asked for."""
        if self.attributes:
            raise FormatError(
                f"it has attributes that badak does not know: {list(self.attributes)}"
            )


def as_written(number: float) -> float:
    """The number that its writer meant, of which the file holds the nearest float32: 1e-05."""
    return float(str(np.float32(number)))


def sides(pads: Sequence[int]) -> Padding:
    """ONNX's pads [top, left, bottom, right], in the shortest form that badak has."""
    if len(pads) != 4 or min(pads) < 0:
        raise FormatError(f"its pads must be four integers, at least 0; got {list(pads)[:8]}")
    top, left, bottom, right = pads
    if (top, left) != (bottom, right):
        return (top, bottom), (left, right)
    return top if top == left else (top, left)


def short(pair: Pair) -> int | Pair:
    """One number for two equal ones."""
    return pair[0] if pair[0] == pair[1] else pair
