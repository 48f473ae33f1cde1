"""Loader: the batches of one epoch, shuffled, augmented and prepared one batch ahead.

All randomness in batch b of epoch e depends only on (seed, e, b), so any batch can be made again
without the batches before it: a resumed run needs no hidden state.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from badak import checks
from badak.arrays import Images, Indices, Labels
from badak.data.dataset import Dataset
from badak.errors import ArgumentTypeError, BadakError

Augment = Callable[[Images, np.random.Generator], Images]

MAX_SEED = 2**63 - 1


class Batch(NamedTuple):
    """Some images (B, C, H, W) and their labels (B,)."""

    images: Images
    labels: Labels


class Loader:
    """The batches of one epoch; each image occurs exactly once, the last batch may be smaller.

    Args:
        dataset: the images.
        batch_size: images per batch.
        seed: decides the order and the augmentation, together with the epoch.
        epoch: which epoch, from 0.
        augment: called as augment(images, generator) on each batch; must return new images of the
            same shape and dtype. See `badak.data.augment`.
        shuffle: False keeps the data set's order.
        start: the first batch to make; 3 skips three batches and yields the same rest.
        prefetch: if images are augmented, make the next batch in a thread while the caller works
            on this one. The batches are the same without.
        order: the images of the epoch, (M,) indices such as `badak.data.balanced_order` returns,
            instead of each image once; `shuffle` is then ignored.

    Raises:
        ArgumentTypeError: an argument of the wrong type.
        BadakError: batch_size 0, a negative seed or epoch, start past the last batch.

    Source: the book draws each batch with replacement and so shows 63 % of the images per epoch
    ("Deep Learning from Scratch", chapter 4.5); this loader reshuffles instead, as is usual.

    Example:
        >>> data = Dataset(np.zeros((5, 1, 2, 2)), [0, 1, 2, 3, 4])
        >>> for batch in Loader(data, 2, seed=0, epoch=0):
        ...     print(batch.labels)
        [2 4]
        [3 0]
        [1]
    """

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int,
        seed: int = 0,
        epoch: int = 0,
        augment: Augment | None = None,
        shuffle: bool = True,
        start: int = 0,
        prefetch: bool = True,
        order: Indices | None = None,
    ) -> None:
        if not isinstance(dataset, Dataset):
            raise ArgumentTypeError(f"dataset must be a Dataset; got {type(dataset).__name__}")
        if augment is not None and not callable(augment):
            raise ArgumentTypeError(
                f"augment must be a function augment(images, generator); got {augment!r}"
            )
        self.dataset = dataset
        self.batch_size = checks.integer(batch_size, "batch_size", minimum=1)
        self.seed = checks.integer(seed, "seed", maximum=MAX_SEED)
        self.epoch = checks.integer(epoch, "epoch")
        self.augment = augment
        self.shuffle = shuffle
        self._order = None if order is None else dataset._places(order)
        count = len(dataset) if self._order is None else len(self._order)
        self.batch_count = -(-count // self.batch_size)  # rounded up
        self.start = checks.integer(start, "start", maximum=self.batch_count)
        self.prefetch = prefetch and augment is not None  # indexing is faster than a thread

    @property
    def order(self) -> Indices:
        """The order of the images: (N,) indices into the data set, each once, or as given."""
        if self._order is not None:
            return self._order
        count = len(self.dataset)
        if not self.shuffle:
            return np.arange(count)
        return np.random.default_rng([self.seed, self.epoch]).permutation(count)

    def __len__(self) -> int:
        """How many batches there are from `start`."""
        return self.batch_count - self.start

    def __iter__(self) -> Iterator[Batch]:
        order = self.order
        if not self.prefetch or len(self) < 2:
            for index in range(self.start, self.batch_count):
                yield self._make(order, index)
            return
        # Leaving the block, even early, waits for the thread to end.
        with ThreadPoolExecutor(1, "badak-loader") as worker:
            ahead = worker.submit(self._make, order, self.start)
            for index in range(self.start + 1, self.batch_count):
                ready = ahead.result()  # raises here what was raised in the thread
                ahead = worker.submit(self._make, order, index)
                yield ready
            yield ahead.result()

    def _make(self, order: Indices, index: int) -> Batch:
        """Make batch number `index`, from the seed, the epoch and the number alone."""
        chosen = order[index * self.batch_size : (index + 1) * self.batch_size]
        images, labels = self.dataset.images[chosen], self.dataset.labels[chosen]
        if self.augment is None:
            return Batch(images, labels)
        generator = np.random.default_rng([self.seed, self.epoch, index + 1])
        changed = self.augment(images, generator)
        form = (getattr(changed, "shape", None), getattr(changed, "dtype", None))
        if form != (images.shape, images.dtype):
            raise BadakError(
                f"augment must return images of shape {images.shape} and dtype {images.dtype}; "
                f"got shape {form[0]}, dtype {form[1]} from {self.augment!r}"
            )
        return Batch(changed, labels)
