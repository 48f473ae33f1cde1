"""Each value's place in one array: values that are never needed at once share memory."""

from collections.abc import Collection
from dataclasses import dataclass
from math import prod

from badak.formats.steps.kinds import KINDS
from badak.formats.steps.program import Program


@dataclass
class _Slot:
    """Memory of one value, or of several that are computed in place, and the steps that need it."""

    size: int
    first: int
    last: int
    offset: int = -1


@dataclass(frozen=True)
class Arena:
    """The places of the values.

    Attributes:
        offsets: value -> its first element; the caller holds the image and the output.
        size: number of elements.
    """

    offsets: dict[int, int]
    size: int


def arranged(program: Program, outside: Collection[int]) -> Arena:
    """Give every value a place, but for those `outside`, which the caller holds.

    The largest come first, each at the lowest offset that is free: Pisarchyk and Lee 2020,
    *Efficient memory management for deep neural net inference*, section 5.3, greedy by size.

    Example:
        >>> from badak.formats.steps.lower import lowered
        >>> from badak.models import SimpleConvNet
        >>> program = lowered(SimpleConvNet(), "C export")
        >>> arranged(program, {0, program.output}).size  # 30 * 24 * 24 and 30 * 12 * 12
        21600
    """
    slot_of: dict[int, _Slot] = {}
    last_read = {value: n for n, step in enumerate(program.steps) for value in step.inputs}
    for number, step in enumerate(program.steps):
        end = last_read.get(step.output, number)
        mergeable = [
            value
            for value in step.inputs
            if KINDS[step.op].in_place
            and value in slot_of
            and last_read[value] == number
            and prod(program.shapes[value]) == prod(program.shapes[step.output])
        ]
        if mergeable and step.output not in outside:
            slot = slot_of[mergeable[0]]
            slot.last = end
        else:
            slot = _Slot(prod(program.shapes[step.output]), number, end)
        if step.output not in outside:
            slot_of[step.output] = slot
    slots = list({id(slot): slot for slot in slot_of.values()}.values())
    for slot in sorted(slots, key=lambda slot: -slot.size):
        slot.offset = _lowest(slot, [other for other in slots if other.offset >= 0])
    size = max((slot.offset + slot.size for slot in slots), default=0)
    return Arena({value: slot.offset for value, slot in slot_of.items()}, size)


def _lowest(slot: _Slot, placed: list[_Slot]) -> int:
    """The lowest offset at which the slot overlaps no other that is in use at the same time."""
    offset = 0
    for other in sorted(placed, key=lambda slot: slot.offset):
        apart = other.last < slot.first or slot.last < other.first
        if not apart and other.offset < offset + slot.size:
            offset = max(offset, other.offset + other.size)
    return offset
