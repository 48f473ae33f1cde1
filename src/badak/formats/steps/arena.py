"""Each value's place in one array: values that are never needed at once share memory."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from math import prod

from badak.arrays import Shape
from badak.formats.steps.blocks import Block, Use, rounded_up
from badak.formats.steps.kinds import KINDS
from badak.formats.steps.program import Program, Step

# More orders to try, if the usual ones need more than any arrangement must.
TRIES = 30
# Which inputs are computed side by side: all; or some are copied, and leave room until then.
TAKEN = (slice(None), slice(-1), slice(0))
ORDERS: tuple[Callable[[Block], int], ...] = (
    lambda block: -block.size,
    lambda block: -sum(use.size * (use.last - use.first + 1) for use in block.uses),
    lambda block: min(use.first for use in block.uses),
    lambda block: -max(use.last for use in block.uses),
)


@dataclass(frozen=True)
class Arena:
    """The places of the values.

    Attributes:
        offsets: value -> its first element; the caller holds the image and the output.
        scratch: number of a step -> the first element of its working memory.
        size: number of elements.
        bound: the most that any one step needs, with what is computed in place as here.
    """

    offsets: dict[int, int]
    scratch: dict[int, int]
    size: int
    bound: int


def arranged(
    program: Program,
    outside: Collection[int],
    scratch: Mapping[int, int] | None = None,
    multiple: int = 1,
) -> Arena:
    """Give every value a place.

    Args:
        program: the steps.
        outside: the values that the caller holds: the image and the logits.
        scratch: number of a step -> elements that it needs while it runs.
        multiple: of which all places are.

    Returns:
        The places: blocks in several orders, each at the lowest offset that is free; the best
        order counts. Pisarchyk and Lee 2020, *Efficient memory management for deep neural net
        inference*, section 5.3, which has one order: by size.

    Example:
        >>> from badak.formats.steps.lower import lowered
        >>> from badak.models import SimpleConvNet
        >>> program = lowered(SimpleConvNet(), "C export")
        >>> arranged(program, {0, program.output}).size  # 30 * 24 * 24, pooled in place
        17280
    """
    arenas = [
        _arranged(program, _places(program, outside, taken), scratch or {}, multiple)
        for taken in TAKEN
    ]
    return min(arenas, key=lambda arena: arena.size)


def _arranged(
    program: Program,
    places: dict[int, tuple[Block, int]],
    scratch: Mapping[int, int],
    multiple: int,
) -> Arena:
    """The best arrangement of these blocks."""
    working = {n: Block([Use(0, size, n, n)]) for n, size in scratch.items()}
    blocks = list({id(block): block for block, _ in places.values()}.values())
    blocks += working.values()
    live = (sum(block.live(n) for block in blocks) for n in range(len(program.steps)))
    bound = rounded_up(max(live, default=0), multiple)
    size = _placed(blocks, bound, multiple)
    offsets = {value: block.offset + start for value, (block, start) in places.items()}
    return Arena(offsets, {n: block.offset for n, block in working.items()}, size, bound)


def _places(
    program: Program, outside: Collection[int], taken: slice
) -> dict[int, tuple[Block, int]]:
    """Return each value's block, and where it starts there.

    Args:
        program: the steps.
        outside: the values that the caller holds.
        taken: which inputs are computed in place, if a step puts them side by side.
    """
    places: dict[int, tuple[Block, int]] = {}
    last_read = {value: n for n, step in enumerate(program.steps) for value in step.inputs}
    for n, step in enumerate(program.steps):
        if step.output in outside:
            continue
        shape = program.shapes[step.output]
        block, start = Block(), 0
        for value in step.inputs if KINDS[step.op].overwrites(step) else ():
            if value in places and _fits(shape, program.shapes[value]):
                size = prod(program.shapes[value])
                if places[value][0].free_after(n, places[value][1], size):
                    block, start = places[value]
                    break
        block.uses.append(Use(start, prod(shape), n, last_read.get(step.output, n)))
        places[step.output] = block, start
        if KINDS[step.op].side_by_side:
            _take_in(places, program, step, taken)
    return places


def _fits(output: Shape, value: Shape) -> bool:
    """Whether the output may lie where the value lies."""
    if prod(output) == prod(value):
        return True
    return len(output) == len(value) and all(a <= b for a, b in zip(output, value, strict=True))


def _take_in(
    places: dict[int, tuple[Block, int]], program: Program, step: Step, taken: slice
) -> None:
    """Let the inputs be computed where the output has them side by side, if that is possible."""
    whole, _ = places[step.output]
    at = 0
    for value in step.inputs:
        size = prod(program.shapes[value])
        block, start = places.get(value, (whole, 0))
        if (
            value in step.inputs[taken]
            and block is not whole
            and whole.take_in(block, at - start, Use(at, size, 0, 0))
        ):
            for other, (old, place) in places.items():
                if old is block:
                    places[other] = whole, place + at - start
        at += size


def _placed(blocks: list[Block], bound: int, multiple: int) -> int:
    """Give each block an offset; return the number of elements."""
    best, offsets, order = None, [0] * len(blocks), blocks
    orders = [sorted(blocks, key=key) for key in ORDERS]
    for _ in range(len(ORDERS) + TRIES):
        order = orders.pop(0) if orders else _promoted(order)
        size = _in_order(order, multiple)
        if best is None or size < best:
            best, offsets = size, [block.offset for block in blocks]
        if best <= bound:
            break
    for block, offset in zip(blocks, offsets, strict=True):
        block.offset = offset
    return best or 0


def _promoted(order: list[Block]) -> list[Block]:
    """The order in which the block that now lies highest comes first."""
    top = max(order, key=lambda block: block.offset + block.size)
    return [top, *(block for block in order if block is not top)]


def _in_order(order: Iterable[Block], multiple: int) -> int:
    """Give each block the lowest offset that is free; return the number of elements."""
    placed: list[Block] = []
    for block in order:
        block.rise_above(placed, multiple)
        placed.append(block)
    top = max((block.offset + block.size for block in placed), default=0)
    return rounded_up(top, multiple)
