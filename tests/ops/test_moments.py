"""Moments of shares, joined, are those of the whole batch; and what flows back through them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak import ops
from badak.errors import ArgumentTypeError, BadakError
from badak.ops import moments
from strategies import DTYPES, SEEDS

pytestmark = pytest.mark.usefixtures("each_edition")

SHAPES = st.tuples(*[st.integers(1, 4)] * 2, st.integers(1, 5), st.integers(1, 6))


@given(shape=SHAPES, dtype=DTYPES, seed=SEEDS, offset=st.sampled_from([0, -300, 1e5]))
def test_moments_are_float64_and_keep_their_digits_far_from_zero(shape, dtype, seed, offset):
    x = (np.random.default_rng(seed).standard_normal(shape) + offset).astype(dtype)
    before = x.copy()
    mean, squares = moments.channel_moments(x)
    assert mean.dtype == squares.dtype == np.float64
    exact = x.astype(np.longdouble)
    true = exact.mean(axis=(0, 2, 3))
    near = 1e-6 if dtype == np.float32 else 1e-10  # native differences are float32, sums double
    np.testing.assert_allclose(mean, true.astype(float), rtol=1e-13, atol=near)
    true = ((exact - true[:, None, None]) ** 2).sum(axis=(0, 2, 3)).astype(float)
    np.testing.assert_allclose(squares, true, rtol=near, atol=near)
    np.testing.assert_array_equal(x, before)


@given(shape=SHAPES, dtype=DTYPES, seed=SEEDS, cut=st.integers(0, 4))
def test_joined_moments_and_gradients_are_those_of_the_whole(shape, dtype, seed, cut):
    draws = np.random.default_rng(seed)
    shape = (shape[0] + 1, *shape[1:])
    x, grad_y = (draws.standard_normal(shape).astype(dtype) + 3 * i for i in (1, 0))
    shares = [part for part in (x[:cut], x[cut:]) if len(part)]
    counts = np.array([float(part[:, 0].size) for part in shares])
    every = [np.array(each) for each in zip(*map(moments.channel_moments, shares), strict=True)]
    whole = moments.channel_moments(x)
    near = 1e-6 if dtype == np.float32 else 1e-12
    for joined, true in zip(moments.join_moments(counts, *every), whole, strict=True):
        np.testing.assert_allclose(joined, true, rtol=near, atol=near)

    weight, bias = draws.standard_normal((2, shape[1])).astype(dtype)
    result = ops.batch_norm2d(x, weight, bias, bias, bias**2, training=True, eps=0.1)
    saved = weight, result.mean, result.inverse_std
    expected, *grads = ops.batch_norm2d_backward(grad_y, x, *saved, training=True)
    first = ops.batch_norm2d_backward(grad_y, x, *saved, training=False)[0]
    second = moments.gradient_through_moments(x, *saved, *grads, x[:, 0].size)
    assert second.dtype == dtype
    tolerance = 1e-4 if dtype == np.float32 else 1e-10
    np.testing.assert_allclose(first + second, expected, rtol=tolerance, atol=tolerance)


def test_an_infinite_variance_lets_nothing_through():
    x, one = np.ones((2, 1, 2, 3), np.float32), np.ones(1, np.float32)
    through = moments.gradient_through_moments(x, one, one, 0 * one, one, one, 12)
    np.testing.assert_array_equal(through, 0 * x)


def test_bad_arguments():
    x, one = np.ones((2, 3, 2, 2)), np.ones(3)
    with pytest.raises(ArgumentTypeError, match=r"x must be float32 or float64; got int64"):
        moments.channel_moments(x.astype(int))
    with pytest.raises(BadakError, match=r"squares must have shape \(2, 3\); got \(2, 1\)"):
        moments.join_moments(np.ones(2), np.ones((2, 3)), np.ones((2, 1)))
    for counts in ([0.0, 0.0], [-1.0, 2.0], [np.nan, 1.0]):
        with pytest.raises(BadakError, match="counts must not be negative, and not all 0; got"):
            moments.join_moments(np.array(counts), np.ones((2, 3)), np.ones((2, 3)))
    with pytest.raises(BadakError, match=r"grad_bias must have shape \(3,\); got \(2,\)"):
        moments.gradient_through_moments(x, one, one, one, one, np.ones(2), 8)
    with pytest.raises(BadakError, match=r"count must be at least 1; got 0"):
        moments.gradient_through_moments(x, one, one, one, one, one, 0)
