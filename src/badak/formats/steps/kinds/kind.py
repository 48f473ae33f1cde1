"""Kind: everything about one kind of step, except its functions in C and JavaScript."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from badak.arrays import Shape
from badak.formats.steps.program import Operation, Step
from badak.formats.steps.scale import Scale, Scales
from badak.layers import Layer

Lowering = Callable[[Any, Shape], Operation]
Joining = Callable[[Shape, Shape], Operation]
Run = Callable[..., Any]
Quantise = Callable[[Step, Scales], tuple[Operation, Scale | None]]


def unsupported(step: Step, *_: Any) -> Any:
    """Raise an error: the kind has no such function."""
    raise NotImplementedError(f"{step.name}: a program of this arithmetic has no {step.op}")


def keep_scale(step: Step, scales: Scales) -> tuple[Operation, Scale]:
    """Turn a step that copies numbers into integers: they mean what they meant before."""
    return Operation(step.op, step.numbers), scales.inputs[0]


@dataclass(frozen=True)
class Kind:
    """One kind of step; `c/functions` and `page/network.js` hold the functions named after it.

    Attributes:
        op: its name.
        lowerings: class of a layer -> what turns the layer and its input's shape into the step.
        joins: class of a block -> what turns the shapes of two of its ends into the step.
        run: computes the output from the step and its inputs: float arrays (N, *shape).
        run_int8: the same in a program of integers, bit for bit as C does.
        quantise: returns the integer operation for a float step, and the scale of its output; no
            scale if that is float.
        in_place: whether the output may overwrite an input: each element is written when no
            other needs what was there; or a function that says so of a step.
        side_by_side: whether the output is the inputs, one after another.
        keeps_scale: whether an integer means the same in its inputs and output.
    """

    op: str
    lowerings: Mapping[type[Layer], Lowering] = field(default_factory=dict)
    joins: Mapping[type[Layer], Joining] = field(default_factory=dict)
    run: Run = unsupported
    run_int8: Run = unsupported
    quantise: Quantise = unsupported
    in_place: bool | Callable[[Step], bool] = False
    side_by_side: bool = False
    keeps_scale: bool = False

    def overwrites(self, step: Step) -> bool:
        """Whether the step's output may overwrite an input."""
        return self.in_place(step) if callable(self.in_place) else self.in_place
