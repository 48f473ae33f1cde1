"""add, scale and squared_distance."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import oracles
from badak import ops
from badak.errors import BadakError
from harness import agree
from strategies import DTYPES, numbers

pytestmark = pytest.mark.usefixtures("each_edition")

SHAPES = st.sampled_from([(), (0,), (7,), (3, 5), (2, 3, 4, 5)])


@given(st.data())
def test_add_and_scale_equal_numpys_in_float64(data):
    shape, dtype = data.draw(SHAPES), data.draw(DTYPES)
    x, other = (numbers(data.draw, shape, dtype) for _ in range(2))
    wide = x.astype(np.float64)
    agree(ops.add, {"x": x, "other": other}, {}, np.asarray(wide + other))
    factor = data.draw(st.sampled_from([0.0, 1.0, -1.0, 2 / 3, 1.7159, 1e-3]))
    agree(ops.scale, {"x": x}, {"factor": factor}, np.asarray(wide * factor))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_sum_is_rounded_once_and_keeps_what_is_not_finite(dtype):
    x = np.array([1, 2**-12, np.inf, -np.inf, np.nan, 1e30, -0.0], dtype)
    other = np.array([2**-12, 1, 1, 1, 1, -1e30, -0.0], dtype)
    np.testing.assert_array_equal(ops.add(x, other), x + other)
    scaled, finite = ops.scale(x, -0.5), np.isfinite(x)
    np.testing.assert_array_equal(scaled[finite], x[finite] * dtype(-0.5))
    assert not np.isfinite(scaled[~finite]).any()


def test_shapes_are_never_broadcast():
    with pytest.raises(BadakError, match=r"other.*got \(3,\)"):
        ops.add(np.ones((2, 3)), np.ones(3))


@given(st.data())
def test_squared_distance_equals_pytorchs(data):
    n, d, k = (data.draw(st.integers(low, 6)) for low in (0, 1, 1))
    dtype = data.draw(DTYPES)
    x, centres = numbers(data.draw, (n, d), dtype), numbers(data.draw, (k, d), dtype)

    def twin(x, centres):
        return ((x[:, None] - centres) ** 2).sum(2)

    arrays = {"x": x, "centres": centres}
    agree(ops.squared_distance, arrays, {}, oracles.forward(twin, x, centres))
    arrays["grad_y"] = numbers(data.draw, (n, k), dtype)
    grad_x, _ = oracles.backward(twin, arrays["grad_y"], x, centres)
    size, _ = oracles.backward(twin, abs(arrays["grad_y"]), abs(x), -abs(centres))
    agree(
        ops.squared_distance_backward, arrays, {}, grad_x, scale=float(np.abs(size).max(initial=0))
    )


def test_squared_distance_is_the_square_of_cdist():
    generator = np.random.default_rng(0)
    x, centres = generator.standard_normal((4, 9)), generator.standard_normal((3, 9))
    expected = torch.cdist(torch.from_numpy(x), torch.from_numpy(centres)) ** 2
    np.testing.assert_allclose(ops.squared_distance(x, centres), expected.numpy())
