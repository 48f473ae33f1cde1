"""Shards: each image of an epoch once, the same number of passes for all, and nothing else read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak.data import Dataset
from badak.data.stored import StoredImages
from badak.distributed.shard import ShardLoader, Shards, of_rank


@given(
    count=st.integers(1, 200),
    size=st.integers(1, 7),
    batch=st.integers(1, 9),
    accumulate=st.integers(1, 4),
)
def test_each_image_once_and_each_pass_has_one(count, size, batch, accumulate):
    left = np.random.default_rng(0).permutation(count)
    if count < size:
        with pytest.raises(ValueError, match=f"each of the {size} workers .* {count} are left"):
            Shards(left, size, batch, accumulate)
        return
    shards = Shards(left, size, batch, accumulate)
    shown = []
    for step in range(len(shards)):
        pieces = [shards.pieces(rank, step) for rank in range(size)]
        assert len({len(own) for own in pieces}) == 1
        assert all(len(piece) for own in pieces for piece in own)
        if step < len(shards) - 1:
            assert {len(piece) for own in pieces for piece in own} == {batch}
        together = np.concatenate([piece for own in pieces for piece in own])
        assert shards.images(step) == len(together)
        shown.append(together)
    assert np.array_equal(np.concatenate(shown), left)


@pytest.mark.parametrize("size", [2, 3])
def test_each_rank_reads_its_own_images_alone(size):
    """Of images on a disk, as a folder's or a mapped array's are."""
    asked = []

    class Rows:
        shape, dtype = (50, 1, 2, 2), np.dtype(np.uint8)

        def read(self, places):
            asked.append(np.asarray(places).copy())
            return np.zeros((len(places), *self.shape[1:]), np.uint8)

    images = StoredImages(Rows())
    data = Dataset(images, np.arange(50) % 3)
    shards = Shards(np.random.default_rng(1).permutation(50), size, 4)
    read = []
    for rank in range(size):
        asked.clear()
        parts = list(ShardLoader(data, shards, rank, seed=0, epoch=0).parts())
        read.append(np.concatenate(asked))
        assert sum(len(batch.labels) for part in parts for batch in part.batches) == len(read[-1])
        assert len(read[-1]) <= 50 // size + 4
    assert sorted(np.concatenate(read)) == list(range(50))


def test_augmentation_draws_the_same_after_a_resume():
    data = Dataset(np.zeros((40, 1, 2, 2), np.float32), np.arange(40) % 2)

    def noise(images, generator):
        return generator.random(images.shape, np.float32)

    left = np.arange(40)
    whole = list(ShardLoader(data, Shards(left, 2, 4, 2), 1, 5, 0, augment=noise).parts())
    rest = list(ShardLoader(data, Shards(left[32:], 2, 4, 2), 1, 5, 0, 2, noise).parts())
    assert len(whole) == 3
    for found, wanted in zip(rest[0].batches, whole[2].batches, strict=True):
        assert np.array_equal(found.images, wanted.images)
    assert len({of_rank(5, rank) for rank in range(100)}) == 100
