"""augmentation: what training sees, with the shares of its labels, and its picture."""

import numpy as np
import pytest

from badak import BadakError, data
from badak.data import Loader
from badak.data.augment import Compose, CutMix, Flip, MixUp, Normalize, Rotate
from badak.errors import ArgumentTypeError
from badak.inspect import augmentation, draw

LABELS = [2, 2, 0, 2, 0, 3]


def some(channels=3, size=(6, 8)):
    images = np.random.default_rng(0).random((6, channels, *size), np.float32)
    return data.Dataset(images, LABELS, ["ant", "bee", "cat", "dog"])


def test_images_of_as_many_classes_as_there_are():
    varied = augmentation(some(), Flip(), images=4)
    assert varied.labels.tolist() == [0, 2, 3, 0]
    np.testing.assert_array_equal(varied.images, some().images[[2, 0, 5, 4]])
    assert len(augmentation(some(), Flip(), images=99).images) == 6


def test_variants_are_what_a_loader_makes():
    varied = augmentation(some(), Rotate(50), images=3, variants=2, seed=5)
    for epoch, images in enumerate(varied.variants):
        (batch,) = Loader(some()[[2, 0, 5]], 3, 5, epoch, Rotate(50), shuffle=False)
        np.testing.assert_array_equal(images, batch.images)
    assert varied.shares is None
    assert not np.array_equal(*varied.variants)


@pytest.mark.parametrize("transform", [MixUp(), Compose(Flip(p=0), CutMix())])
def test_shares_are_those_of_the_classes(transform):
    varied = augmentation(some(), transform, images=3, variants=9)
    assert varied.shares.shape == (9, 3, 4)
    np.testing.assert_allclose(varied.shares.sum(axis=2), 1, atol=1e-6)
    for shares in varied.shares:  # images of classes 0, 2, 3, each mixed with the one before
        own = shares[0, 0]
        np.testing.assert_allclose(
            shares[:, [0, 2, 3]], own * np.eye(3) + (1 - own) * np.eye(3)[[2, 0, 1]], atol=1e-6
        )


def test_the_picture_shows_images_and_classes():
    varied = augmentation(some(), MixUp(), images=2, variants=3)
    figure = draw.augmentation(varied)
    (axes,) = figure.axes
    pictures = [image.get_array() for image in axes.images]
    assert len(pictures) == 2 * (1 + 3)
    np.testing.assert_allclose(pictures[0], varied.images[0].transpose(1, 2, 0), atol=1e-6)
    np.testing.assert_allclose(pictures[5], varied.variants[0, 1].transpose(1, 2, 0), atol=1e-6)
    texts = [text.get_text() for text in axes.texts]
    assert texts[0] == "ant"
    share = varied.shares[0, 0, 0]
    first, second = ("ant", "cat") if share > 0.5 else ("cat", "ant")
    assert texts[1] == f"{max(share, 1 - share):.0%} {first}\n{min(share, 1 - share):.0%} {second}"
    assert "MixUp(alpha=1.0)" in figure.texts[-1].get_text()


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_the_picture_of_other_channels_and_values(channels, tmp_path):
    varied = augmentation(some(channels, (9, 4)), Compose(Flip(), Normalize(0.5, 0.25)))
    draw.save(draw.augmentation(varied), tmp_path / "augmentation.png")
    shown = draw.augmentation(varied).axes[0].images[1].get_array()
    assert shown.shape == (9, 4, 3)
    assert shown.min() >= 0
    assert shown.max() <= 1


@pytest.mark.parametrize(("change", "words"), [
    ({"images": 0}, "images.*got 0"),
    ({"variants": 0}, "variants.*got 0"),
    ({"data": some()[:0]}, "data.*empty"),
    ({"data": [1]}, "data.*Dataset.*got list"),
    ({"augment": "flip"}, "augment.*got 'flip'"),
])  # fmt: skip
def test_refuses(change, words):
    with pytest.raises(BadakError, match=words):
        augmentation(**{"data": some(), "augment": Flip(), **change})


def test_wrong_types_are_type_errors():
    with pytest.raises(ArgumentTypeError):
        augmentation(some(), Flip(), images=2.5)
