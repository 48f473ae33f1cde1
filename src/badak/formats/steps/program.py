"""A network as a flat list of steps over numbered values: what C and HTML export write."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Shape
from badak.errors import BadakError


@dataclass(frozen=True)
class Operation:
    """What a step computes, without its place in a program.

    Attributes:
        op: the name of its kind, one of `badak.formats.steps.kinds.KINDS`.
        numbers: its geometry and constants by name.
        arrays: its weights by name.
    """

    op: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Step(Operation):
    """An operation on numbered values; its arrays are float32, whole numbers once quantised.

    Attributes:
        name: of the layer it comes from, such as ``block1.conv2``.
        inputs: the numbers of the values it reads.
        output: the number of the value it writes.
    """

    name: str
    inputs: tuple[int, ...]
    output: int


class LayerOutput(NamedTuple):
    """What a layer gives: its name and kind, the number of the value, and the shape of it."""

    name: str
    kind: str
    value: int
    shape: Shape


@dataclass
class Program:
    """Steps in order; value 0 is the image.

    Attributes:
        shapes: of each value.
        steps: what computes the values.
        layers: the output of every layer, in order.
        output: the number of the value that holds the logits.
    """

    shapes: list[Shape]
    steps: list[Step] = field(default_factory=list)
    layers: list[LayerOutput] = field(default_factory=list)
    output: int = 0

    def add(self, operation: Operation, name: str, inputs: tuple[int, ...], shape: Shape) -> int:
        """Append a step and return the number of the value it writes."""
        self.shapes.append(tuple(shape))
        output = len(self.shapes) - 1
        arrays = {
            key: np.ascontiguousarray(a, np.float32 if a.dtype.kind == "f" else a.dtype)
            for key, a in operation.arrays.items()
        }
        op, numbers = operation.op, operation.numbers
        self.steps.append(Step(op, numbers, arrays, name=name, inputs=inputs, output=output))
        return output

    def readers(self, value: int) -> list[Step]:
        """The steps that read a value."""
        return [step for step in self.steps if value in step.inputs]

    def weight_count(self) -> int:
        """The number of weights in all steps."""
        return sum(array.size for step in self.steps for array in step.arrays.values())

    def check_weights(self, what: str, maximum: int) -> None:
        """Raise an error if a format, such as ``C export``, cannot hold the weights."""
        count = self.weight_count()
        if count > maximum:
            raise BadakError(
                f"{what} supports at most {maximum:,} weights; the network has {count:,}: "
                "use a smaller model or another format"
            )
        for step in self.steps:
            for key, array in step.arrays.items():
                if not np.isfinite(array).all():
                    raise BadakError(
                        f"{what} needs finite weights; {step.name}.{key} has NaN or infinity"
                    )
