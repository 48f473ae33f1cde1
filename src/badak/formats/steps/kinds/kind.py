"""Kind: all that is known of one kind of step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from badak.arrays import Shape
from badak.formats.steps.program import Operation, Step
from badak.formats.steps.scale import Scale, Scales
from badak.layers import Layer

Lowering = Callable[[Any, Shape], Operation]
Run = Callable[..., Any]
Quantise = Callable[[Step, Scales], tuple[Operation, Scale | None]]


def unsupported(step: Step, *_: Any) -> Any:
    """Stand in for what a kind does not have."""
    raise NotImplementedError(f"{step.name}: a program of this arithmetic has no {step.op}")


@dataclass(frozen=True)
class Kind:
    """One kind of step. C and the page have a function of its name each, and nothing else.

    Attributes:
        op: its name.
        lowerings: class of a layer -> what turns the layer and its input's shape into the step.
        run: computes the output from the step and its inputs: float arrays (N, *shape).
        run_int8: likewise in a program of integers, to the bit as C does.
        quantise: the integer step for a float one, and the scale of its output, None for floats.
        in_place: whether each place of the output needs the same place of the inputs alone, so
            that both may be one memory.
    """

    op: str
    lowerings: Mapping[type[Layer], Lowering] = field(default_factory=dict)
    run: Run = unsupported
    run_int8: Run = unsupported
    quantise: Quantise = unsupported
    in_place: bool = False
