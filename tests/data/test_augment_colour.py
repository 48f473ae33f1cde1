"""Colours and tones against Pillow, colorsys and loops; what RandAugment's operations do."""

import colorsys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter, ImageOps

from badak.data.augment import ColorJitter, RandAugment, TrivialAugment
from badak.data.augment.operations import OPERATIONS, Most
from badak.data.augment.pixels.colour import hue, saturation
from badak.data.augment.pixels.grey import grey
from badak.data.augment.pixels.sharpness import sharpness
from badak.data.augment.pixels.tone import (
    autocontrast,
    brightness,
    contrast,
    equalize,
    posterize,
    solarize,
)
from badak.data.augment.policies import BINS

shapes = st.tuples(st.sampled_from([1, 3]), st.integers(3, 9), st.integers(3, 9))
factors = st.floats(0, 3)


def rng(seed=0):
    return np.random.default_rng(seed)


def random_image(shape=(3, 7, 9), seed=0):
    """uint8 values of a narrow range, as in a pale photo."""
    low, high = sorted(rng(seed).integers(0, 257, 2))
    return rng(seed).integers(low, high + 1, shape).clip(0, 255).astype(np.uint8)


def both(image, change, expected, atol=1.0):
    """uint8 images become what is expected, and floats what they are without rounding."""
    result, floats = change(image), change(image / 255)
    assert result.dtype == np.uint8
    assert floats.dtype == np.float64
    np.testing.assert_allclose(result.astype(float), expected, atol=atol)
    np.testing.assert_allclose(floats * 255, expected, atol=atol)
    singles = change((image / 255).astype(np.float32))
    assert singles.dtype == np.float32
    np.testing.assert_allclose(singles, floats, atol=1e-5)


def luma(image):
    weights = np.array([0.2989, 0.587, 0.114])
    return np.tensordot(weights, image.astype(float), 1) if len(image) == 3 else image[0]


@given(shape=shapes, seed=st.integers(0, 99), factor=factors)
def test_brightness_and_contrast_and_saturation(shape, seed, factor):
    image = random_image(shape, seed)
    middle = luma(image).mean()
    both(image, lambda x: brightness(x, factor), np.clip(image * factor, 0, 255))
    expected = np.clip(middle + (image - middle) * factor, 0, 255)
    # The mean of rounded values is up to 1 less.
    both(image, lambda x: contrast(x, factor), expected, atol=1 + abs(1 - factor))
    expected = np.clip(luma(image) + (image - luma(image)) * factor, 0, 255)
    both(image, lambda x: saturation(x, factor), expected, atol=1 + abs(1 - factor))


@given(seed=st.integers(0, 99))
def test_grey_equals_pillow(seed):
    image = random_image(seed=seed)
    pillow = Image.fromarray(image.transpose(1, 2, 0)).convert("L")
    np.testing.assert_allclose(grey(image)[0], np.asarray(pillow), atol=1)


@given(seed=st.integers(0, 99), turns=st.floats(-0.5, 0.5))
def test_hue_equals_colorsys(seed, turns):
    image = rng(seed).integers(0, 256, (3, 4, 5)).astype(np.uint8)
    expected = np.empty(image.shape)
    for i in range(4):
        for j in range(5):
            h, s, v = colorsys.rgb_to_hsv(*(image[:, i, j] / 255))
            expected[:, i, j] = 255 * np.array(colorsys.hsv_to_rgb((h + turns) % 1, s, v))
    both(image, lambda x: hue(x, turns), expected, atol=0.501)


@pytest.mark.parametrize("seed", range(5))
def test_what_changes_nothing(seed):
    image = random_image(seed=seed)
    for change in (brightness, contrast, saturation, sharpness):
        np.testing.assert_array_equal(change(image, 1), image)
    np.testing.assert_array_equal(hue(image, 0), image)
    np.testing.assert_array_equal(posterize(image, 8), image)
    np.testing.assert_array_equal(solarize(image, 1.0), np.where(image == 255, 0, image))
    np.testing.assert_array_equal(solarize(image, 0.0), 255 - image)
    for change in (saturation, hue):
        np.testing.assert_array_equal(change(image[:1], 0.3), image[:1])
    one = np.full((3, 5, 5), 99, np.uint8)
    for change in (autocontrast, equalize):
        np.testing.assert_array_equal(change(one), one)


@given(shape=shapes, seed=st.integers(0, 99))
def test_tones_equal_pillow(shape, seed):
    image = random_image(shape, seed)
    planes = [Image.fromarray(plane) for plane in image]

    def pillow(operation, *more):
        return np.stack([np.asarray(operation(plane, *more)) for plane in planes])

    np.testing.assert_array_equal(equalize(image), pillow(ImageOps.equalize))
    for bits in (1, 3, 8):
        np.testing.assert_array_equal(posterize(image, bits), pillow(ImageOps.posterize, bits))
    np.testing.assert_array_equal(solarize(image, 99 / 255), pillow(ImageOps.solarize, 99))
    both(image, autocontrast, pillow(ImageOps.autocontrast), atol=1.01)
    smooth = pillow(lambda plane: plane.filter(ImageFilter.SMOOTH))  # the same weights
    both(image, lambda x: sharpness(x, 0), smooth, atol=1.01)
    more = smooth + (image.astype(float) - smooth) * 1.9
    more[:, [0, -1]], more[..., [0, -1]] = image[:, [0, -1]], image[..., [0, -1]]
    both(image, lambda x: sharpness(x, 1.9), more.clip(0, 255), atol=2)


@pytest.mark.parametrize("seed", range(5))
def test_equalize_equals_pillow_on_many_pixels(seed):
    image = random_image((1, 50, 61), seed)
    expected = ImageOps.equalize(Image.fromarray(image[0]))
    np.testing.assert_array_equal(equalize(image)[0], expected)


def test_floats_are_equalized_and_posterized_in_their_range():
    image = rng().random((3, 90, 90)).astype(np.float32) ** 3
    result = equalize(image)
    assert (result.dtype, result.min(), result.max()) == (np.float32, 0, 1)
    assert abs(result.mean() - 0.5) < 0.02
    assert set(np.unique(posterize(image, 1))) == {0, 0.5}


def test_jitter_applies_each_image_s_amounts_in_its_order():
    images = np.stack([random_image(seed=seed) for seed in range(8)])
    transform = ColorJitter(0.3, (0.5, 1.5), 0.9, 0.2)
    result, shared = transform(images, rng(3)), rng(3)
    orders = shared.permuted(np.tile(np.arange(4), (8, 1)), axis=1)
    amounts = shared.uniform([0.7, 0.5, 0.1, -0.2], [1.3, 1.5, 1.9, 0.2], (8, 4))
    assert len({tuple(order) for order in orders}) > 3
    for image, new, order, row in zip(images, result, orders, amounts, strict=True):
        for k in order:
            image = (brightness, contrast, saturation, hue)[k](image, row[k])
        np.testing.assert_array_equal(new, image)


def test_jitter_ranges():
    assert ColorJitter(2, 0.25, (0.5, 3), 0.1).ranges() == [
        (0, 3), (0.75, 1.25), (0.5, 3), (-0.1, 0.1),
    ]  # fmt: skip
    image = random_image()[None]
    np.testing.assert_array_equal(ColorJitter()(image, rng()), image)


MOST = Most(shear=0.3, move=150 / 331, degrees=30, enhance=0.9, bits=4)


@pytest.mark.parametrize("name", OPERATIONS)
def test_level_0_changes_nothing_but_tones(name):
    image = random_image((3, 12, 17))
    result = OPERATIONS[name](image, 0.0, MOST)
    expected = {"autocontrast": autocontrast, "equalize": equalize}.get(name, lambda x: x)(image)
    if name == "solarize":
        expected = np.where(image == 255, 0, image)
    np.testing.assert_array_equal(result, expected)


def test_level_1_is_the_most():
    image, run = random_image((3, 20, 30)), OPERATIONS
    factors = {"brightness": brightness, "color": saturation, "contrast": contrast}
    for name, change in {**factors, "sharpness": sharpness}.items():
        for level in (1.0, -1.0):
            expected = change(image, 1 + 0.9 * level)
            np.testing.assert_array_equal(run[name](image, level, MOST), expected)
    for level in (1.0, -1.0):
        np.testing.assert_array_equal(run["posterize"](image, level, MOST), image & 0xF0)
        np.testing.assert_array_equal(run["solarize"](image, level, MOST), 255 - image)
    moved = run["translate-x"](image, 1.0, MOST)  # int(30 * 150 / 331) = 13
    np.testing.assert_array_equal(moved[..., :17], image[..., 13:])
    assert not moved[..., 17:].any()
    moved = run["translate-y"](image, -1.0, MOST)  # int(20 * 150 / 331) = 9
    np.testing.assert_array_equal(moved[:, 9:], image[:, :11])
    moved = run["translate-x"](image, 0.5, MOST._replace(move=32))
    np.testing.assert_array_equal(moved[..., :14], image[..., 16:])
    for size in (20, 30):  # x + 0.3 y, and y + 0.3 x, from the middle of each pixel
        name, axis = ("shear-x", 2) if size == 20 else ("shear-y", 1)
        sheared = run[name](image, 1.0, MOST)
        for line in range(size):
            steps = int(np.floor(0.3 * (line + 0.5) + 0.5))
            kept, new = (np.take(x, line, axis=3 - axis) for x in (image, sheared))
            np.testing.assert_array_equal(new[:, : kept.shape[1] - steps], kept[:, steps:])
    quarter = run["rotate"](image[:, :, :20], 1.0, MOST._replace(degrees=90))
    np.testing.assert_array_equal(quarter, np.rot90(image[:, :, :20], 1, (1, 2)))


@pytest.mark.parametrize(("transform", "count"), [(RandAugment(3, 30), 3), (TrivialAugment(), 1)])
def test_all_operations_and_levels_are_drawn(monkeypatch, transform, count):
    calls = []

    def record(name):
        return lambda image, level, most: calls.append((name, level, most)) or image

    for name in OPERATIONS:
        monkeypatch.setitem(OPERATIONS, name, record(name))
    transform(np.zeros((3000, 1, 3, 3), np.uint8), rng())
    names, levels, mosts = zip(*calls, strict=True)
    assert len(calls) == 3000 * count
    shares = [names.count(name) / len(calls) for name in OPERATIONS]
    assert max(abs(share - 1 / 14) for share in shares) < 0.02
    assert abs(np.mean(np.array(levels) < 0) - 0.5) < 0.03
    bins = {30} if count == 3 else set(range(BINS))
    assert {round(30 * abs(level)) for level in levels} == bins
    assert len(set(mosts)) == 1
