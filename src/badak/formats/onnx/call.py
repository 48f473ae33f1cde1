"""One node of an ONNX graph as the table of operators sees it: checked inputs and attributes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array, Shape
from badak.errors import FormatError
from badak.formats.onnx.file import LARGEST, Node, as_numbers
from badak.layers import Flatten, Layer
from badak.ops.window import Padding, Pair, Window

# How files lay out maps: as badak does, and as TensorFlow does, with the channels last.
CHANNELS_FIRST, CHANNELS_LAST = (0, 1, 2), (1, 2, 0)


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
        axes: which axis of `shape` each axis of the file's array is, after that of the images; the
            file may leave out an axis of size 1.
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
    axes: tuple[int, ...] = CHANNELS_FIRST
    order: Shape | None = None
    probabilities: bool = False

    @property
    def file_shape(self) -> Shape:
        """Of one image as the file holds it."""
        return tuple(self.shape[axis] for axis in self.axes)

    @property
    def wide(self) -> list[int]:
        """Those of `axes` along which numbers lie: the others have size 1."""
        return [axis for axis in self.axes if self.shape[axis] != 1]

    @property
    def mixed(self) -> bool:
        """Whether the file's order of numbers is another than badak's."""
        return self.order is not None or self.wide != sorted(self.wide)

    def laid(self, sizes: Sequence[int]) -> tuple[int, ...] | None:
        """The axes of an array of these sizes that has the same numbers in the same order, or None.

        Only axes of size 1 may then come, go and move, which computes nothing.
        """
        if [size for size in sizes if size != 1] != [self.shape[axis] for axis in self.wide]:
            return None
        for layout in (CHANNELS_FIRST, CHANNELS_LAST) if len(self.shape) == 3 else ():
            same = replace(self, axes=layout)
            if same.file_shape == tuple(sizes) and same.wide == self.wide:
                return layout
        wide = iter(self.wide)
        narrow = (axis for axis, size in enumerate(self.shape) if size == 1)
        axes = tuple(next(narrow if size == 1 else wide, -1) for size in sizes)
        return None if -1 in axes else axes

    @property
    def rows(self) -> bool:
        """Whether it is rows, but not the channels of maps of one place."""
        return len(self.axes) == 1 and (len(self.shape) == 1 or self.axes != (0,))

    @property
    def places(self) -> int:
        """Rows times columns."""
        return int(np.prod(self.shape[1:], dtype=object))

    def __len__(self) -> int:
        return self.shape[0]


Input = Value | NDArray[Any] | None


@dataclass
class Call:
    """A node with what it takes. Attributes are taken out as they are read; none may be left.

    Attributes:
        node: the node.
        inputs: what its inputs are.
        opset: which edition of the operators the file means.
        batch: how many images the file declares; None if any number may come.
        element: the number of the images' element type.
        attributes: those not read yet.
        before: values that a reader put between the node and what it takes.
    """

    node: Node
    inputs: list[Input]
    opset: int
    batch: int | None
    element: int
    attributes: dict[str, Any] = field(init=False)
    before: list[Value] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.attributes = dict(self.node.attributes)

    def at(self, place: int) -> Input:
        """An input, or None where it is left out."""
        return self.inputs[place] if place < len(self.inputs) else None

    def value(self, place: int = 0) -> Value:
        """An input that flows; not one after a softmax, which ends the network."""
        x = self.at(place)
        if not isinstance(x, Value):
            raise FormatError(f"its input {place} must come from the images; it is constant")
        if x.probabilities:
            raise FormatError("it stands after a softmax, which badak reads at the end alone")
        return x

    def image(self, place: int = 0) -> Value:
        """An input of maps (C, H, W), in this order."""
        x = self.value(place)
        if len(x.shape) != 3 or x.file_shape != x.shape or x.mixed:
            raise FormatError(f"its input must be maps (C, H, W); it is {x.file_shape}")
        return x

    def flat(self, place: int = 0) -> Value:
        """An input of rows (D,)."""
        x = self.value(place)
        if len(x.axes) != 1:
            raise FormatError(f"its input must be rows (N, D); it is {x.file_shape}")
        if len(x.shape) == 1:
            return x
        # The file's array is a row already, as of (C, 1, 1) whose axes of size 1 it left out.
        rows = self.gives(x, Made(Flatten()), name=f"{x.name} in rows", axes=(0,))
        self.before.append(rows)
        return rows

    def array(self, place: int) -> NDArray[Any]:
        """An input that is constant."""
        array = self.at(place)
        if not isinstance(array, np.ndarray):
            kind = "left out" if array is None else "made from the images"
            raise FormatError(f"its input {place} must be constant; it is {kind}")
        return array

    def floats(self, place: int, *axes: int) -> Array:
        """A constant input of float numbers, with this many axes."""
        array = self.array(place)
        if array.dtype.kind != "f" or (axes and array.ndim not in axes):
            number = " or ".join(map(str, axes)) or "any number of"
            raise FormatError(
                f"its input {place} must hold floats on {number} axes; it is {array.dtype} "
                f"{array.shape}"
            )
        return array

    def scalar(self, place: int) -> float:
        """A constant input of one float."""
        number = self.floats(place)
        if number.size != 1:
            raise FormatError(f"its input {place} must be one number; it has shape {number.shape}")
        return as_written(float(number.reshape(())))

    def integer(self, name: str, default: int) -> int:
        """An integer attribute."""
        return int(self._attribute(name, default, int, "an integer"))

    def real(self, name: str, default: float) -> float:
        """A number attribute."""
        return as_written(self._attribute(name, default, float, "a number"))

    def word(self, name: str, default: str) -> str:
        """A word attribute."""
        return str(self._attribute(name, default, str, "a word"))

    def axes(self, place: int = 1) -> list[int]:
        """Axes, as they stand: an input, or the attribute that was before it; [] where left out."""
        if self.at(place) is not None:
            return as_numbers(self.array(place))
        return self.integers("axes", [])

    def integers(self, name: str, default: Sequence[int]) -> list[int]:
        """An attribute of integers, each of a size that can be."""
        numbers = self._attribute(name, list(default), list, "a list of integers")
        if any(type(number) is not int or abs(number) > LARGEST for number in numbers):
            raise FormatError(f"its {name} must be integers up to {LARGEST}; got {numbers[:8]}")
        return list(numbers)

    def pair(self, name: str, default: Sequence[int]) -> Pair:
        """An attribute of two integers, at least 1: rows and columns."""
        numbers = self.integers(name, default)
        if len(numbers) != 2 or min(numbers) < 1:
            raise FormatError(f"its {name} must be two integers, at least 1; got {numbers[:8]}")
        return numbers[0], numbers[1]

    def _attribute(self, name: str, default: Any, kind: type, words: str) -> Any:
        value = self.attributes.pop(name, default)
        if type(value) is not kind:
            raise FormatError(f"its {name} must be {words}; got {str(value)[:80]}")
        return value

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
        if word == "SAME_LOWER":  # the odd row before, not after
            (top, bottom), (left, right) = replace(window, padding="same").sides(*x.shape[1:])
            return sides([bottom, right, top, left])
        return "same" if word == "SAME_UPPER" else 0

    def gives(self, x: Value, *made: Made, **changes: Any) -> Value:
        """The output: x and layers after it, whose shape theirs follow from.

        Without layers it is x under another name, so that what follows sees what made x.
        """
        if not made and x.sources and x.uses == 1:
            return replace(x, **changes)
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
