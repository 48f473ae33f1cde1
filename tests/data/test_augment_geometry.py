"""Warps and enlarged crops against Pillow, SciPy and loops; the statistics of what is drawn."""

import numpy as np
import pytest
import scipy.ndimage
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from badak.data.augment import Perspective, Planar, RandomResizedCrop
from badak.data.augment.pixels.resize import resized
from badak.data.augment.pixels.warp import quadrilateral, shear, shift, warped
from badak.data.augment.planar import distortion

sizes = st.tuples(st.integers(1, 4), st.integers(4, 12), st.integers(4, 12))
dtypes = st.sampled_from([np.uint8, np.float32, np.float64])


def rng(seed=0):
    return np.random.default_rng(seed)


def random_image(shape, dtype=np.uint8, seed=0):
    """Smooth enough that rounding a place does not change its value much."""
    image = np.random.default_rng(seed).random(shape)
    return (image * 256 if dtype == np.uint8 else image).astype(dtype)


def near(image, y, x, fill):
    """The pixel of (C, H, W) at whole places, or the fill."""
    inside = 0 <= y < image.shape[1] and 0 <= x < image.shape[2]
    return image[:, y, x].astype(np.float64) if inside else np.full(len(image), float(fill))


def naive(image, matrix, fill, smooth):
    """The same by a loop over pixels."""
    result = np.zeros(image.shape)
    for i in range(image.shape[1]):
        for j in range(image.shape[2]):
            x, y, one = matrix @ [j + 0.5, i + 0.5, 1]
            x, y = x / one, y / one
            if not smooth:
                result[:, i, j] = near(image, int(np.floor(y)), int(np.floor(x)), fill)
                continue
            top, left = int(np.floor(y - 0.5)), int(np.floor(x - 0.5))
            down, right = y - 0.5 - top, x - 0.5 - left
            for a, b, share in (
                (0, 0, (1 - down) * (1 - right)),
                (0, 1, (1 - down) * right),
                (1, 0, down * (1 - right)),
                (1, 1, down * right),
            ):
                result[:, i, j] += share * near(image, top + a, left + b, fill)
    return result


@given(size=sizes, dtype=dtypes, seed=st.integers(0, 99), numbers=st.integers(0, 99))
def test_warped_equals_a_loop(size, dtype, seed, numbers):
    image = random_image(size, dtype, seed)
    matrix = np.eye(3) + rng(numbers).uniform(-0.3, 0.3, (3, 3))
    matrix[:2, 2] *= 10
    matrix[2, :2] /= 20
    fill = 77 if dtype == np.uint8 else 0.3
    atol = {np.uint8: 1.01, np.float32: 1e-5, np.float64: 1e-9}[dtype]
    expected = naive(image, matrix, fill, smooth=True)
    np.testing.assert_allclose(warped(image, matrix, fill).astype(float), expected, atol=atol)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("matrix", [
    shear(0.31, 0), shear(0, -0.17), shift(3, 0), shift(-2, 5), shift(40, 0),
    np.array([[0.9, 0.13, 1.1], [-0.07, 1.2, -0.6], [0.003, -0.002, 1]]),
])  # fmt: skip
def test_the_nearest_pixel_equals_a_loop(matrix, channels, dtype):
    image = random_image((channels, 9, 11), dtype)
    expected = naive(image, matrix, 0, smooth=False)
    np.testing.assert_array_equal(warped(image, matrix, 0, smooth=False), expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("smooth", [True, False])
def test_no_movement_is_no_change(dtype, smooth):
    image = random_image((3, 9, 7), dtype)
    still = quadrilateral(np.array([0, 6, 6, 0]), np.array([0, 0, 8, 8]), (9, 7))
    np.testing.assert_allclose(still, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(warped(image, np.eye(3), 0, smooth), image, atol=1e-7)


@given(
    x=st.tuples(*[st.integers(0, 5)] * 4),
    y=st.tuples(*[st.integers(0, 3)] * 4),
)
def test_a_quadrilateral_sends_places_to_the_corners(x, y):
    x = np.array([x[0], 13 - x[1], 13 - x[2], x[3]])
    y = np.array([y[0], y[1], 8 - y[2], 8 - y[3]])
    sides = np.stack([x, y], axis=1) - np.stack([np.roll(x, 1), np.roll(y, 1)], axis=1)
    following = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    assume((turns > 1).all())  # three corners on a line have no such map
    ends = quadrilateral(x, y, (9, 14)) @ np.stack([x, y, np.ones(4)])
    corners = [(0, 0), (13, 0), (13, 8), (0, 8)]
    np.testing.assert_allclose((ends[:2] / ends[2]).T, corners, atol=1e-8)


@pytest.mark.parametrize("size", [(2, 2), (4, 4), (5, 1), (1, 1)])
def test_corners_that_fall_together_are_no_error(size):
    images = random_image((50, 3, *size))
    assert Perspective(1, p=1)(images, rng()).shape == images.shape


def test_perspective_moves_a_share_of_the_images_inwards():
    images = np.ones((400, 1, 9, 13))
    result = Perspective(0.5, p=0.3)(images, rng())
    whole = (result == 1).all(axis=(1, 2, 3))
    assert 0.63 < whole.mean() < 0.8  # few are drawn and do not move
    assert (result[:, 0, 4, 6] > 0.999).all()  # the middle stays inside


@given(
    channels=st.integers(1, 4), dtype=dtypes, seed=st.integers(0, 99),
    h=st.integers(1, 12), w=st.integers(1, 12),
    more=st.tuples(st.integers(0, 9), st.integers(0, 9)),
)  # fmt: skip
def test_resized_equals_pillow_and_pytorch(channels, dtype, seed, h, w, more):
    image = random_image((channels, h, w), dtype, seed)
    size = h + more[0], w + more[1]
    result = resized(image, size)
    expected = torch.nn.functional.interpolate(
        torch.from_numpy(image[None].astype(np.float64)), size, mode="bilinear"
    )[0].numpy()
    if dtype == np.uint8:
        np.testing.assert_allclose(result.astype(float), expected, atol=1.5)
        for plane, new in zip(image, result, strict=True):
            pillow = Image.fromarray(plane).resize(size[::-1], Image.Resampling.BILINEAR)
            np.testing.assert_allclose(new.astype(int), np.asarray(pillow), atol=2)
    else:
        atol = 1e-6 if dtype == np.float32 else 1e-12
        np.testing.assert_allclose(result, expected, atol=atol)


def test_a_whole_image_is_its_own_crop():
    images = random_image((5, 3, 8, 8))
    result = RandomResizedCrop(scale=(1, 1), ratio=(1, 1))(images, rng())
    np.testing.assert_array_equal(result, images)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_a_crop_is_enlarged(dtype):
    images = random_image((9, 3, 12, 10), dtype)
    crop = RandomResizedCrop(scale=(0.2, 0.5))
    result = crop(images, rng())
    for image, new, (i, j, h, w) in zip(
        images, result, crop.boxes(images.shape, rng()), strict=True
    ):
        part = image[:, i : i + h, j : j + w].astype(np.float64)
        expected = torch.nn.functional.interpolate(
            torch.from_numpy(part[None]), (12, 10), mode="bilinear"
        )[0].numpy()
        np.testing.assert_allclose(new, expected, atol=1.5 if dtype == np.uint8 else 1e-6)


def test_crops_have_the_drawn_areas_and_ratios():
    boxes = RandomResizedCrop().boxes((4000, 3, 200, 300), rng())
    i, j, h, w = boxes.T
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 2:] > 0).all()
    assert (i + h <= 200).all()
    assert (j + w <= 300).all()
    share, ratio = h * w / 60_000, np.log(w / h)
    assert share.min() == pytest.approx(0.08, abs=0.01)
    assert share.max() > 0.85  # a higher one does not fit a ratio of 4/3 or less
    assert abs(ratio).max() == pytest.approx(np.log(4 / 3), abs=0.02)
    fits = RandomResizedCrop(scale=(0.1, 0.3)).boxes((4000, 3, 200, 300), rng())
    share = fits[:, 2] * fits[:, 3] / 60_000
    assert share.mean() == pytest.approx(0.2, abs=0.005)  # uniform
    assert share.std() == pytest.approx(0.2 / 12**0.5, abs=0.005)
    where = fits[:, 0] / (200 - fits[:, 2])
    assert where.mean() == pytest.approx(0.5, abs=0.02)
    assert where.std() == pytest.approx(12**-0.5, abs=0.02)


@pytest.mark.parametrize(("size", "box"), [
    ((10, 100), (0, 43, 10, 13)), ((100, 10), (43, 0, 13, 10)), ((10, 10), (0, 0, 10, 10)),
])  # fmt: skip
def test_the_central_part_is_taken_if_none_fits(size, box):
    crop = RandomResizedCrop(scale=(1, 1), ratio=(0.75, 4 / 3) if size != (10, 10) else (0.9, 1.1))
    boxes = crop.boxes((20, 1, *size), rng())
    central = boxes if size != (10, 10) else boxes[:1] * 0 + box
    np.testing.assert_array_equal(central, [box] * len(central))


@given(size=sizes, seed=st.integers(0, 9))
def test_a_shift_equals_scipy(size, seed):
    image = random_image(size, np.float64, seed)
    expected = scipy.ndimage.shift(image, (0, 1.25, -0.5), order=1, mode="grid-constant")
    np.testing.assert_allclose(warped(image, shift(0.5, -1.25), 0), expected, atol=1e-9)


@given(
    amounts=st.tuples(
        st.floats(-3, 3), st.floats(-3, 3), *[st.floats(-0.5, 0.5)] * 3
    ),
    x=st.floats(0, 14), y=st.floats(0, 9),
)  # fmt: skip
def test_a_planar_distortion_sends_a_point_where_the_formula_does(amounts, x, y):
    right, down, scale, squeeze, slope = amounts
    across = (x - 7) * (1 + scale) * (1 + squeeze)
    below = (y - 4.5) * (1 + scale) / (1 + squeeze)
    moved = [7 + right + across - slope * below, 4.5 + down + below, 1]
    np.testing.assert_allclose(distortion(*amounts, (9, 14)) @ moved, [x, y, 1], atol=1e-9)


def extent(image):
    """Height and width of what is bright."""
    rows, columns = np.nonzero(image[0] > 0.5)
    return np.ptp(rows) + 1, np.ptp(columns) + 1


def test_planar_distortions_as_one_sees_them():
    square = np.zeros((1, 41, 41))
    square[:, 10:31, 10:31] = 1
    larger = warped(square, distortion(0, 0, 0.5, 0, 0, (41, 41)), 0)
    assert extent(larger) == (31, 31)
    wider = warped(square, distortion(0, 0, 0, 0.5, 0, (41, 41)), 0)
    assert extent(wider) in {(13, 31), (15, 31)}
    slanted = warped(square, distortion(0, 0, 0, 0, 0.5, (41, 41)), 0)
    assert extent(slanted)[0] == 21
    assert slanted[0, 11].argmax() == slanted[0, 29].argmax() + 9  # half a pixel per row


def test_planar_draws_every_amount_evenly():
    still = Planar(0, 0, 0, 0)
    images = random_image((3, 2, 9, 7), np.float64)
    np.testing.assert_allclose(still(images, rng()), images, atol=1e-12)
    spot = np.zeros((2000, 1, 21, 21))
    spot[:, :, 10, 10] = 1
    moved = Planar(3, 0, 0, 0)(spot, rng())
    rows, columns = (moved.sum(axis=axis) @ np.arange(21) - 10 for axis in ((1, 3), (1, 2)))
    for distance in (rows, columns):
        assert -3 <= distance.min() < -2.9
        assert 2.9 < distance.max() <= 3
        assert abs(distance.mean()) < 0.15
        assert distance.std() == pytest.approx(3 / np.sqrt(3), rel=0.05)
