"""Call: a node of an ONNX graph as a reader of layers sees it, inputs and attributes checked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array
from badak.errors import FormatError
from badak.formats.onnx.file import LARGEST
from badak.formats.onnx.layout import Layout
from badak.formats.onnx.node import Node
from badak.formats.onnx.value import Loaded, Value
from badak.layers import Flatten
from badak.ops.window import Pair

Input = Value | NDArray[Any] | None


@dataclass
class Call:
    """A node with its inputs.

    Attributes:
        node: the node.
        inputs: what its inputs are.
        batch: how many images the file declares; None if any number may come.
        before: values that a reader put between the node and what it takes.
    """

    node: Node
    inputs: list[Input]
    batch: int | None
    before: list[Value] = field(default_factory=list, init=False)

    def at(self, place: int) -> Input:
        """An input, or None if it is left out."""
        return self.inputs[place] if place < len(self.inputs) else None

    def value(self, place: int = 0) -> Value:
        """An input that flows; not one after a softmax, which ends the network."""
        x = self.at(place)
        if not isinstance(x, Value):
            raise FormatError(f"its input {place} must come from the images; it is constant")
        if x.probabilities:
            raise FormatError(
                "it follows a softmax; badak supports softmax only as the last operation"
            )
        return x

    def any(self) -> Value:
        """The first input, also after a softmax: there the shape may still change."""
        x = self.at(0)
        return x if isinstance(x, Value) else self.value()

    def image(self, place: int = 0) -> Value:
        """An input of maps (C, H, W), in this order."""
        x = self.value(place)
        if len(x.shape) == 3 and x.layout == Layout.of(x.shape):
            return x
        raise FormatError(f"its input must be maps (C, H, W); it is {x.file_shape}")

    def flat(self, place: int = 0) -> Value:
        """An input of rows (D,)."""
        x = self.value(place)
        if len(x.layout.axes) != 1:
            raise FormatError(f"its input must be rows (N, D); it is {x.file_shape}")
        if len(x.shape) == 1:
            return x
        # The file's array is a row already, as of (C, 1, 1) whose axes of size 1 it left out.
        rows = self.gives(x, Loaded(Flatten()), name=f"{x.name} in rows", layout=x.layout)
        self.before.append(rows)
        return rows

    def array(self, place: int) -> NDArray[Any]:
        """An input that is constant."""
        array = self.at(place)
        if not isinstance(array, np.ndarray):
            kind = "left out" if array is None else "computed from the images"
            raise FormatError(f"its input {place} must be constant; it is {kind}")
        return array

    def floats(self, place: int, *axes: int) -> Array:
        """A constant input of float numbers, with this many axes."""
        array = self.array(place)
        if array.dtype.kind != "f" or (axes and array.ndim not in axes):
            number = " or ".join(map(str, axes)) or "any number of"
            unit = "axis" if axes == (1,) else "axes"
            raise FormatError(
                f"its input {place} must hold floats with {number} {unit}; it is {array.dtype} "
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
        """Axes as the file gives them: an input, or the older attribute; [] if left out."""
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
        value = self.node.get(name, default)
        if type(value) is not kind:
            raise FormatError(f"its {name} must be {words}; got {str(value)[:80]}")
        return value

    def gives(self, x: Value, *layers: Loaded, **changes: Any) -> Value:
        """The output: x and layers after it, whose shape theirs follow from.

        Without layers it is x under another name, so that the next node sees the layers of x.
        """
        if not layers and x.sources and x.uses == 1:
            return replace(x, **changes)
        shape = x.shape
        for step in layers:
            shape = step.layer.output_shape(shape)
        if "layout" not in changes:
            if x.layout == Layout.of(x.shape):
                layout: Layout | None = Layout.of(shape)
            else:
                layout = x.layout if shape == x.shape else x.layout.moved(x.shape, shape)
            if layout is None:
                raise FormatError(f"its input must be maps (C, H, W); it is {x.file_shape}")
            changes["layout"] = layout
        layers = tuple(replace(step, node=step.node or str(self.node)) for step in layers)
        start = replace(x, sources=(x.name,), layers=layers, joins="", uses=1, shape=shape)
        return replace(start, **changes)


def as_written(number: float) -> float:
    """The number that its writer meant, of which the file holds the nearest float32: 1e-05."""
    return float(str(np.float32(number)))


def as_numbers(array: NDArray[Any]) -> list[int]:
    """A small array of integers as Python's."""
    if array.dtype.kind != "i" or array.ndim > 1 or array.size > 16:
        raise FormatError(
            f"sizes and axes must be a short list of integers; got {array.dtype} {array.shape}"
        )
    return [int(number) for number in np.atleast_1d(array)]
