"""Loader: the batches of one epoch, shuffled, augmented and prepared ahead of the caller.

Stored images stay bytes as long as possible: they are read, augmented as uint8, and scaled last.
All randomness in batch b of epoch e depends only on (seed, e, b), so any batch can be made again
without the batches before it: a resumed run needs no hidden state.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.arrays import Array, Images, Indices, Labels, scaled
from badak.data.ahead import ahead
from badak.data.dataset import Dataset
from badak.data.stored import StoredImages
from badak.errors import ArgumentTypeError, BadakError

# Called as augment(images, generator); one that mixes images also takes and returns targets (N, K).
Augment = Callable[..., Any]

MAX_SEED = 2**63 - 1
MOST_THREADS = 256


class Batch(NamedTuple):
    """Some images (B, C, H, W) and their labels (B,), or (B, K) rows if they were mixed."""

    images: Images
    labels: Labels | Array


class Loader:
    """The batches of one epoch; each image occurs exactly once, the last batch may be smaller.

    Args:
        dataset: the images.
        batch_size: images per batch.
        seed: decides the order and the augmentation, together with the epoch.
        epoch: which epoch, from 0.
        augment: called as augment(images, generator) on each batch; must return new images of the
            same shape and dtype. If it has an attribute `mixes`, as the transforms of
            `badak.data.augment` have, it gets images as they are stored: uint8 if they come from a
            folder. If `mixes` is true, it is called as augment(images, targets, generator) with
            one-hot rows (B, K) float32, and returns both.
        shuffle: False keeps the data set's order.
        start: the first batch to make; 3 skips three batches and yields the same rest.
        prefetch: if images are augmented or stored in a file, make the next batches in threads
            while the caller works on this one. The batches are the same without.
        threads: how many; as many batches are ready or being made, so each costs the memory of a
            batch. With more than one, `augment` must allow several calls at a time.
        order: the images of the epoch, (M,) indices such as `badak.data.balanced_order` returns,
            instead of each image once; `shuffle` is then ignored.

    Raises:
        ArgumentTypeError: an argument of the wrong type.
        BadakError: batch_size or threads 0, a negative seed or epoch, start past the last batch.

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
        threads: int = 1,
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
        stored = isinstance(dataset.images, StoredImages)
        # Indexing an array is faster than a thread.
        self.prefetch = prefetch and (augment is not None or stored)
        self.threads = checks.integer(threads, "threads", minimum=1, maximum=MOST_THREADS)

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
        order, numbers = self.order, range(self.start, self.batch_count)
        if not self.prefetch or len(self) < 2:
            for index in numbers:
                yield self._make(order, index)
            return
        yield from ahead(
            lambda index: self._make(order, index),
            numbers,
            self.threads,
            depth=self.threads,
            name="badak-loader",
        )

    def _make(self, order: Indices, index: int) -> Batch:
        """Make batch number `index`, from the seed, the epoch and the number alone."""
        return self._batch(order[index * self.batch_size : (index + 1) * self.batch_size], index)

    def _batch(self, chosen: Indices, index: int) -> Batch:
        labels: Labels | Array = self.dataset.labels[chosen]
        images = self._read(chosen)
        if self.augment is not None:
            generator = np.random.default_rng([self.seed, self.epoch, index + 1])
            images, labels = self._augmented(images, labels, generator)
        if images.dtype == np.uint8:
            images = scaled(images, np.empty(images.shape, np.float32))
        return Batch(images, labels)

    def _read(self, chosen: Indices) -> NDArray[Any]:
        """Return images as they are stored, if what comes next can take them."""
        images = self.dataset.images
        as_stored = self.augment is None or hasattr(self.augment, "mixes")
        if isinstance(images, StoredImages) and images.stored == np.uint8 and as_stored:
            return images.raw(chosen)
        return images[chosen]

    def _augmented(
        self, images: NDArray[Any], labels: Labels | Array, generator: np.random.Generator
    ) -> tuple[NDArray[Any], Labels | Array]:
        """Return what `augment` makes of a batch, checked."""
        augment = cast(Augment, self.augment)
        shape = (len(images), self.dataset.num_classes)
        if not getattr(augment, "mixes", False):
            changed = augment(images, generator)
        else:
            targets = np.zeros(shape, np.float32)
            targets[np.arange(len(images)), labels] = 1  # (B,) -> one-hot (B, K)
            changed, labels = _two(augment(images, targets, generator), augment)
            if _form(labels) != (shape, np.float32):
                raise BadakError(
                    f"augment must return targets of shape {shape} and dtype float32; got "
                    f"{_words(labels)} from {augment!r}"
                )
        # Normalize makes floats of bytes.
        if _form(changed) not in (_form(images), (images.shape, np.float32)):
            raise BadakError(
                f"augment must return images of {_words(images)}; got {_words(changed)} from "
                f"{augment!r}"
            )
        return changed, labels


def _two(result: Any, augment: Augment) -> tuple[Any, Any]:
    if not isinstance(result, tuple) or len(result) != 2:
        raise BadakError(
            f"augment mixes images, so it must return (images, targets); got "
            f"{type(result).__name__} from {augment!r}"
        )
    return result


def _form(array: Any) -> tuple[Any, Any]:
    return getattr(array, "shape", None), getattr(array, "dtype", None)


def _words(array: Any) -> str:
    shape, dtype = _form(array)
    return f"shape {shape} and dtype {dtype}"
