"""Transforms in a Loader: on photos stored as bytes, in threads, and with mixed labels."""

import numpy as np
import pytest
from PIL import Image

from badak.data import Loader, load
from badak.data.augment import Compose, Flip, Normalize, RandomResizedCrop, named
from badak.data.stored import StoredImages


@pytest.fixture
def photos(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("ant", "bee"):
        (tmp_path / name).mkdir()
        for k in range(15):
            pixels = rng.integers(0, 256, (16, 16, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{k}.png")
    train, _ = load(f"folder:{tmp_path}", image_size=16)
    assert isinstance(train.images, StoredImages)
    return train


@pytest.mark.parametrize("names", ["flip,randaugment,mixup", "resized-crop,color-jitter", "cutmix"])
def test_the_bits_do_not_depend_on_threads(photos, names):
    alone, together = (
        list(Loader(photos, 4, 3, 1, named(names), prefetch=prefetch, threads=threads))
        for prefetch, threads in ((False, 1), (True, 3))
    )
    for first, second in zip(alone, together, strict=True):
        assert first.images.dtype == np.float32
        assert 0 <= first.images.min() < first.images.max() <= 1
        np.testing.assert_array_equal(first.images, second.images)
        np.testing.assert_array_equal(first.labels, second.labels)


def test_photos_stay_bytes_until_the_end(photos):
    (batch,) = Loader(photos, 99, augment=RandomResizedCrop(), shuffle=False)
    steps = batch.images * 255
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-4)


def test_mixed_labels_are_rows(photos):
    for batch in Loader(photos, 8, augment=named("mixup")):
        assert batch.labels.shape == (len(batch.images), 2)
        np.testing.assert_allclose(batch.labels.sum(axis=1), 1, atol=1e-6)


def test_photos_may_be_normalized(photos):
    mean, std = (0.5, 0.4, 0.3), 0.25
    (batch,) = Loader(photos, 99, augment=Compose(Flip(p=1), Normalize(mean, std)), shuffle=False)
    expected = (photos.images[:][..., ::-1] - np.reshape(mean, (3, 1, 1))) / std
    np.testing.assert_allclose(batch.images, expected, atol=1e-5)
