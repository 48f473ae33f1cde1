"""Where each value lies in one block of memory, so that those never needed at once share it."""

from collections.abc import Collection
from dataclasses import dataclass
from math import prod

from badak.formats.steps.kinds import KINDS
from badak.formats.steps.program import Program


@dataclass
class _Block:
    """Values that share one memory, and the steps between which it is in use."""

    size: int
    first: int
    last: int
    offset: int = -1


@dataclass(frozen=True)
class Arena:
    """Where the values lie.

    Attributes:
        offsets: value -> its first element; the image's and the output's lie with the caller.
        size: elements in all.
    """

    offsets: dict[int, int]
    size: int


def arranged(program: Program, outside: Collection[int]) -> Arena:
    """Give every value its place: the largest first, each as low as its neighbours in time allow.

    Args:
        program: the steps.
        outside: the numbers of values that lie with the caller: the image and the logits.

    Returns:
        The places. Pisarchyk and Lee 2020, *Efficient memory management for deep neural net
        inference*, section 5.3: greedy by size.

    Example:
        >>> from badak.formats.steps.lower import lowered
        >>> from badak.models import SimpleConvNet
        >>> program = lowered(SimpleConvNet(), "a test")
        >>> arranged(program, {0, program.output}).size  # 30 * 24 * 24 and 30 * 12 * 12
        21600
    """
    block_of: dict[int, _Block] = {}
    last_read = {value: n for n, step in enumerate(program.steps) for value in step.inputs}
    for number, step in enumerate(program.steps):
        end = last_read.get(step.output, number)
        mergeable = [
            value
            for value in step.inputs
            if KINDS[step.op].in_place and value in block_of and last_read[value] == number
        ]
        if mergeable and step.output not in outside:
            block = block_of[mergeable[0]]
            block.last = end
        else:
            block = _Block(prod(program.shapes[step.output]), number, end)
        if step.output not in outside:
            block_of[step.output] = block
    blocks = list({id(block): block for block in block_of.values()}.values())
    for block in sorted(blocks, key=lambda one: -one.size):
        block.offset = _lowest(block, [one for one in blocks if one.offset >= 0])
    size = max((block.offset + block.size for block in blocks), default=0)
    return Arena({value: block.offset for value, block in block_of.items()}, size)


def _lowest(block: _Block, placed: list[_Block]) -> int:
    """The lowest offset at which a block meets none that is in use at the same time."""
    offset = 0
    for other in sorted(placed, key=lambda one: one.offset):
        apart = other.last < block.first or block.last < other.first
        if not apart and other.offset < offset + block.size:
            offset = max(offset, other.offset + other.size)
    return offset
