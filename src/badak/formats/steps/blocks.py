"""Blocks of memory: values whose places depend on each other, such as one computed in place."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


def rounded_up(number: int, multiple: int) -> int:
    """The smallest multiple that is not below the number."""
    return -(-number // multiple) * multiple


class Use(NamedTuple):
    """Elements that the steps first to last need, from `start` in their block."""

    start: int
    size: int
    first: int
    last: int

    @property
    def end(self) -> int:
        """The element after the last."""
        return self.start + self.size

    def meets(self, other: "Use", shift: int = 0) -> bool:
        """Whether some step needs elements of both, if the other one is moved up by `shift`."""
        together = self.first <= other.last and other.first <= self.last
        return together and self.start < other.end + shift and other.start + shift < self.end


@dataclass(eq=False)
class Block:
    """Memory that is placed as a whole; parts of it may be free at times.

    Attributes:
        uses: what needs it.
        offset: its first element in the arena.
    """

    uses: list[Use] = field(default_factory=list)
    offset: int = 0

    @property
    def size(self) -> int:
        """Number of elements from the start of the first use to the end of the last."""
        return max(use.end for use in self.uses)

    def live(self, step: int) -> int:
        """The number of elements that a step needs; what several uses share counts once."""
        total = end = 0
        for use in sorted(use for use in self.uses if use.first <= step <= use.last):
            total += max(0, use.end - max(use.start, end))
            end = max(end, use.end)
        return total

    def free_after(self, step: int, start: int, size: int) -> bool:
        """Whether no later step needs any of these elements."""
        rest = Use(start, size, step + 1, max(use.last for use in self.uses))
        return not any(use.meets(rest) for use in self.uses)

    def take_in(self, other: "Block", shift: int, part: Use) -> bool:
        """Add the uses of another block, moved up by `shift`, if they disturb none here.

        Args:
            other: the block.
            shift: from its places to those here.
            part: the elements here that hold the same numbers as there.

        Returns:
            Whether it was possible.
        """
        moved = [use._replace(start=use.start + shift) for use in other.uses]
        inside = all(use.start >= 0 for use in moved)
        own, *taken = self.uses
        alone = not any(use.meets(old) for use in moved for old in taken)
        same = all(
            part.start <= use.start and use.end <= part.end for use in moved if use.meets(own)
        )
        if inside and alone and same:
            self.uses += moved
        return inside and alone and same

    def rise_above(self, placed: Iterable["Block"], multiple: int) -> None:
        """Go to the lowest offset at which nothing that is placed is needed at the same time.

        Args:
            placed: the blocks that have their offsets.
            multiple: of which the offset must be.
        """
        fixed = [
            (use, old, block.offset)
            for block in placed
            for old in block.uses
            for use in self.uses
            if use.first <= old.last and old.first <= use.last
        ]
        self.offset, risen = 0, True
        while risen:
            risen = False
            for use, old, offset in fixed:
                if use.meets(old, offset - self.offset):
                    self.offset = rounded_up(old.end + offset - use.start, multiple)
                    risen = True
