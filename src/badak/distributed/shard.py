"""Shards: which images of an epoch each process learns from, and in which steps.

The epoch's order is cut into steps, and each step into one piece for every process and every
micro-batch: all processes make the same number of passes, with one image at least, and each image
is shown once.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from badak.arrays import Indices
from badak.data import Batch, Dataset, Loader
from badak.data.loader import MAX_SEED, Augment
from badak.errors import BadakError


class Part(NamedTuple):
    """A process's part of one step.

    Attributes:
        batches: one for each micro-batch.
        images: how many the step has, of all processes.
    """

    batches: list[Batch]
    images: int


class Shards:
    """The steps of what is left of an epoch, for `size` processes.

    Args:
        left: the images that are left, in the epoch's order.
        size: how many processes there are.
        batch_size: images of one process in one micro-batch.
        accumulate: micro-batches of one process in one step.

    Raises:
        BadakError: fewer images than processes.

    Attributes:
        cuts: for each step the places in `left` between which the pieces lie.

    Example:
        >>> shards = Shards(np.arange(11), size=2, batch_size=2)
        >>> [[piece.tolist() for piece in shards.pieces(0, step)] for step in range(len(shards))]
        [[[0, 1]], [[4, 5]], [[8]]]
        >>> [[piece.tolist() for piece in shards.pieces(1, step)] for step in range(len(shards))]
        [[[2, 3]], [[6, 7]], [[9, 10]]]
    """

    def __init__(self, left: Indices, size: int, batch_size: int, accumulate: int = 1) -> None:
        if len(left) < size:
            raise BadakError(
                f"each of the {size} workers needs an image at each step; {len(left)} are left: "
                "use fewer workers, or more images"
            )
        self.left, self.size, self.accumulate = left, size, accumulate
        whole = size * batch_size * accumulate
        ends = list(range(whole, len(left), whole))
        # A rest of fewer images than processes joins the step before it.
        if ends and len(left) - ends[-1] < size:
            ends.pop()
        ends.append(len(left))
        self.cuts: list[Indices] = []
        for start, end in zip([0, *ends[:-1]], ends, strict=True):
            count = end - start
            most = -(-count // size)
            passes = min(accumulate, -(-most // batch_size), count // size)
            self.cuts.append(start + np.arange(size * passes + 1) * count // (size * passes))

    def __len__(self) -> int:
        """How many steps there are."""
        return len(self.cuts)

    def images(self, step: int) -> int:
        """Count the images of a step, of all processes."""
        return int(self.cuts[step][-1] - self.cuts[step][0])

    def pieces(self, rank: int, step: int) -> list[Indices]:
        """Return the images of a process in a step, for each micro-batch."""
        cuts = self.cuts[step]
        passes = (len(cuts) - 1) // self.size
        places = range(rank * passes, (rank + 1) * passes)
        return [self.left[cuts[place] : cuts[place + 1]] for place in places]


class ShardLoader(Loader):
    """The batches of one process: as `Loader` makes them, of the pieces that its shard has.

    Args:
        dataset: all images; those of other processes are not read.
        shards: the steps that are left.
        rank: the number of the process.
        seed: as in `Loader`; augmentation draws other numbers on each rank.
        epoch: which epoch, from 0.
        done: steps of the epoch before these: the numbers that augmentation draws depend on it.
        augment: as in `Loader`.
    """

    def __init__(
        self,
        dataset: Dataset,
        shards: Shards,
        rank: int,
        seed: int,
        epoch: int,
        done: int = 0,
        augment: Augment | None = None,
    ) -> None:
        super().__init__(dataset, 1, of_rank(seed, rank), epoch, augment, order=shards.left)
        self.shards = shards
        pieces = [shards.pieces(rank, step) for step in range(len(shards))]
        self._passes = [len(own) for own in pieces]
        self._pieces = [piece for own in pieces for piece in own]
        self._first = done * shards.accumulate  # only an epoch's last step has fewer
        self.batch_count = len(self._pieces)

    def parts(self) -> Iterator[Part]:
        """Yield this process's part of each step."""
        batches = iter(self)
        for step, passes in enumerate(self._passes):
            yield Part([next(batches) for _ in range(passes)], self.shards.images(step))

    def _make(self, order: Indices, index: int) -> Batch:
        """Make the batch of piece number `index`."""
        return self._batch(self._pieces[index], self._first + index)


def of_rank(seed: int, rank: int) -> int:
    """Return a seed of its own for each process; that of the first one is the seed itself."""
    if rank == 0:
        return seed
    return int(np.random.SeedSequence([seed, rank]).generate_state(1, np.uint64)[0]) & MAX_SEED
