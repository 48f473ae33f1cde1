"""MixUp and CutMix: images and labels are mixed in the same shares. And views for testing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak.data.augment import VIEWS, Compose, CutMix, Flip, MixUp, averaged, crops, mirrored
from badak.data.augment.pixels.resize import resized
from badak.errors import BadakError


def rng(seed=0):
    return np.random.default_rng(seed)


def images_of(count, dtype=np.uint8, size=(6, 7)):
    """Image k is k + 1 everywhere, in uint8 10 times that."""
    values = np.arange(1, count + 1) * (10 if dtype == np.uint8 else 1)
    return np.broadcast_to(values.reshape(-1, 1, 1, 1), (count, 3, *size)).astype(dtype)


@given(
    count=st.integers(1, 5), seed=st.integers(0, 99), alpha=st.floats(0.05, 5),
    dtype=st.sampled_from([np.uint8, np.float32, np.float64]),
)  # fmt: skip
def test_mixup_mixes_with_the_image_before(count, seed, alpha, dtype):
    x, targets = images_of(count, dtype), np.eye(count)
    share = rng(seed).beta(alpha, alpha)
    mixed, shares = MixUp(alpha)(x, targets, rng(seed))
    for k in range(count):
        expected = share * x[k].astype(float) + (1 - share) * x[k - 1].astype(float)
        np.testing.assert_allclose(mixed[k], expected, atol=0.501 if dtype == np.uint8 else 1e-5)
        np.testing.assert_allclose(shares[k], share * targets[k] + (1 - share) * targets[k - 1])


@given(count=st.integers(1, 5), seed=st.integers(0, 199), alpha=st.floats(0.05, 5))
def test_cutmix_counts_pixels(count, seed, alpha):
    x, targets = images_of(count), np.eye(count)
    mixed, shares = CutMix(alpha)(x, targets, rng(seed))
    for k in range(count):
        own = mixed[k] == x[k]
        np.testing.assert_array_equal(mixed[k][~own], x[k - 1][~own])
        np.testing.assert_allclose(shares[k, k], own.mean(), atol=1e-12)
        rows, columns = np.nonzero(~own[0])
        if len(rows):  # one box, in all channels
            box = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
            assert not own[(slice(None), *box)].any()


def test_shares_are_drawn_from_beta():
    x, targets = images_of(2, np.float64), np.eye(2)
    shares = [MixUp(0.4)(x, targets, rng(seed))[1][0, 0] for seed in range(2000)]
    assert np.mean(shares) == pytest.approx(0.5, abs=0.03)
    assert np.var(shares) == pytest.approx(1 / (4 * (2 * 0.4 + 1)), abs=0.01)
    x = images_of(2, np.float64, (40, 40))
    kept = [CutMix()(x, targets, rng(seed))[1][0, 0] for seed in range(500)]
    assert 0.5 < np.mean(kept) < 0.75  # the box is cut off at the edges
    assert min(kept) < 0.2
    assert max(kept) > 0.99


def test_a_batch_of_one_keeps_itself():
    x = images_of(1)
    for transform in (MixUp(), CutMix()):
        mixed, targets = transform(x, np.eye(3, dtype=np.float32)[:1], rng())
        np.testing.assert_array_equal(mixed, x)
        np.testing.assert_allclose(targets, [[1, 0, 0]])


def test_compose_mixes_last():
    x, targets = np.random.default_rng(0).random((4, 1, 5, 6)), np.eye(4)
    shared = rng(7)
    expected, shares = CutMix()(*MixUp(0.5)(Flip()(x, shared), targets, shared), shared)
    result, given_back = Compose(Flip(), MixUp(0.5), CutMix())(x, targets, rng(7))
    np.testing.assert_array_equal(result, expected)
    np.testing.assert_array_equal(given_back, shares)
    assert Compose(MixUp()).mixes
    assert not Compose(Flip()).mixes
    assert Compose(Flip(), Compose(Flip(), CutMix())).mixes


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_views(dtype):
    x = (np.random.default_rng(0).random((2, 3, 8, 16)) * 255).astype(dtype)
    for view, expected in zip(mirrored(x), (x, x[..., ::-1]), strict=True):
        np.testing.assert_array_equal(view, expected)
    views = crops(x)
    assert len(views) == 12
    assert {(view.shape, view.dtype) for view in views} == {(x.shape, x.dtype)}
    np.testing.assert_array_equal(views[0], x)
    np.testing.assert_array_equal(views[4][1], resized(x[1, :, :7, 2:], (8, 16)))
    np.testing.assert_array_equal(views[10][0], resized(x[0, :, :7, 1:15], (8, 16)))
    for plain, flipped in zip(views[::2], views[1::2], strict=True):
        np.testing.assert_array_equal(flipped, plain[..., ::-1])
    assert {"flip": mirrored, "crops": crops} == VIEWS


@pytest.mark.parametrize("views", [mirrored, crops, None])
@pytest.mark.parametrize("batch_size", [2, 100])
def test_averaged_is_the_mean_over_the_views(views, batch_size):
    images = np.random.default_rng(0).random((5, 3, 8, 9))
    weights = np.random.default_rng(1).random((3 * 8 * 9, 4))

    def linear(batch):
        assert len(batch) <= batch_size
        return batch.reshape(len(batch), -1) @ weights

    expected = np.mean([linear(images[k : k + 1]) for k in range(5)], axis=1)
    if views is not None:
        expected = [
            np.mean([linear(view)[0] for view in views(image[None])], axis=0) for image in images
        ]
    result = averaged(linear, images, views, batch_size)
    np.testing.assert_allclose(result, expected, atol=1e-12)


def test_averaged_refuses():
    with pytest.raises(BadakError, match=r"batch_size.*got 0"):
        averaged(len, np.zeros((1, 1, 2, 2)), batch_size=0)
    with pytest.raises(BadakError, match=r"\(N, C, H, W\).*got \(9, 9\)"):
        averaged(len, np.zeros((9, 9)))
