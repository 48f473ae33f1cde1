"""Native pooling: every vector width, with ties and NaN in each."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

_core = pytest.importorskip("badak._core")

from badak.ops import native, reference  # noqa: E402
from badak.ops.pool import pool_window  # noqa: E402

WINDOWS = {
    "2x2": pool_window(2),
    "3x3 at stride 2": pool_window(3, 2),
    "3x3 at stride 1": pool_window(3, 1, 1),
    "padded at stride 2": pool_window(3, 2, 1),
    "padded on one side": pool_window(2, 2, ((0, 1), (1, 0))),
    "any stride": pool_window((2, 3), 3, ceil_mode=True),
    "dilated": pool_window(2, 1, 1, dilation=(1, 2)),
}


@pytest.fixture(params=_core.usable_sets(), autouse=True)
def instruction_set(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run each test with every instruction set that this processor has."""
    before = _core.active_set()
    assert _core.use_set(request.param)
    yield request.param
    _core.use_set(before)


def maps(h: int, w: int) -> Iterator[np.ndarray]:
    """Few different numbers, so that many tie; then also NaN, infinities and -0."""
    generator = np.random.default_rng(h * w)
    x = generator.integers(-2, 3, (2, 2, h, w)).astype(np.float32)
    yield x
    special = generator.choice([np.nan, np.inf, -np.inf, -0.0, 0.0], x.shape).astype(np.float32)
    yield np.where(generator.random(x.shape) < 0.3, special, x)
    yield np.full_like(x, -np.inf)


@pytest.mark.parametrize("name", WINDOWS)
def test_rows_of_every_length_give_the_references_winners(name):
    window = WINDOWS[name]
    for h, w in itertools.product((3, 4, 7), [*range(3, 41), 70, 131]):
        for x in maps(h, w):
            y, indices = native.max_pool2d(x, window)
            expected, places = reference.max_pool2d(x, window)
            np.testing.assert_array_equal(indices, places, f"{h}x{w}")
            np.testing.assert_array_equal(y, expected, f"{h}x{w}")


def test_negative_nan_wins_too():
    """On x86, 0 / 0 gives a NaN whose sign bit is set."""
    x = np.zeros((1, 1, 2, 8), np.float32)
    x.view(np.uint32)[0, 0, 1, 4] = 0xFFC00000
    y, indices = native.max_pool2d(x, pool_window(2))
    assert np.isnan(y).tolist() == [[[[False, False, True, False]]]]
    assert indices.tolist() == [[[[0, 2, 12, 6]]]]


@pytest.mark.parametrize("name", [name for name in WINDOWS if name != "dilated"])
def test_means_over_rows_of_every_length(name):
    window = WINDOWS[name]
    for h, w in itertools.product((3, 4, 7), [*range(3, 41), 70, 131]):
        x = np.random.default_rng(h * w).standard_normal((2, 2, h, w)).astype(np.float32)
        for count_include_pad, divisor in ((True, None), (False, None), (True, 5)):
            options = (window, count_include_pad, divisor)
            y = native.avg_pool2d(x, *options)
            expected = reference.avg_pool2d(x, *options)
            np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)
            grad_x = native.avg_pool2d_backward(y, x.shape, *options)
            expected = reference.avg_pool2d_backward(y, x.shape, *options)
            np.testing.assert_allclose(grad_x, expected, rtol=1e-5, atol=1e-6)


def test_an_index_outside_the_map_writes_nowhere():
    """ops.max_pool2d_backward refuses them; a plan that replays kernels does not check again."""
    around = np.full(20, 7, np.float32)
    grad_x = around[8:12].reshape(1, 1, 2, 2)
    grad_y = np.ones((1, 1, 1, 5), np.float32)
    indices = np.array([-1, 4, 2**62, -(2**63), 3]).reshape(1, 1, 1, 5)
    _core.max_pool2d_backward(grad_y, indices, grad_x)
    np.testing.assert_array_equal(around, [7] * 8 + [0, 0, 0, 1] + [7] * 8)


def test_the_mean_of_a_large_map_keeps_its_digits():
    x = np.full((1, 2, 700, 900), 0.1, np.float32)
    x[:, 1] = np.random.default_rng(0).random((700, 900)) + 1000
    expected = x.astype(np.float64).mean(axis=(2, 3), keepdims=True)
    np.testing.assert_allclose(native.global_avg_pool2d(x), expected, rtol=1e-7)
