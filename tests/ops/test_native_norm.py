"""Native normalisation: tiles, parts of channels, and sums in double."""

from collections.abc import Iterator

import numpy as np
import pytest

_core = pytest.importorskip("badak._core")

from badak.ops import native, reference  # noqa: E402


@pytest.fixture(params=_core.usable_sets(), autouse=True)
def instruction_set(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run each test with every instruction set that this processor has."""
    before = _core.active_set()
    assert _core.use_set(request.param)
    yield request.param
    _core.use_set(before)


def draw(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 9, 100])
@pytest.mark.parametrize(("h", "w"), [(1, 1), (3, 5), (19, 27), (32, 16), (40, 33)])
def test_responses_over_one_tile_of_places_and_over_more(h, w, size):
    for beta in (0.75, 0.6):
        x, grad_y = draw(2, 6, h, w), draw(3, 6, h, w)[1:]
        y, scale = native.local_response_norm(x, size, 0.3, beta, 1.5)
        expected = reference.local_response_norm(x, size, 0.3, beta, 1.5)
        np.testing.assert_allclose(y, expected[0], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(scale, expected[1], rtol=1e-5)
        arguments = (grad_y, x, y, scale, size, 0.3, beta)
        grad_x = native.local_response_norm_backward(*arguments)
        expected = reference.local_response_norm_backward(*arguments)
        np.testing.assert_allclose(grad_x, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38])
def test_what_leaves_the_window_of_channels_leaves_no_trace(value):
    """A sliding sum that subtracts would keep it."""
    x = np.ones((1, 9, 1, 20), np.float32)
    x[0, 3] = value
    y, scale = native.local_response_norm(x, 3, 1.0, 0.75, 1.0)
    clean = [0, 1, 5, 6, 7, 8]
    reached = 1 + np.array([2, 3, 3, 3, 3, 2], np.float32)[:, None]  # k plus the number of squares
    np.testing.assert_array_equal(scale[0, clean, 0], np.broadcast_to(reached, (6, 20)))
    grad_x = native.local_response_norm_backward(np.ones_like(x), x, y, scale, 3, 1.0, 0.75)
    assert np.isfinite(grad_x[0, [0, 6, 7, 8]]).all()


@pytest.mark.parametrize("c", [1, 3, 7, 8, 20])  # few are split among threads
def test_statistics_far_from_zero_keep_their_digits(c):
    x = draw(5, c, 37, 41) + np.float32(4000) * (1 + np.arange(c, dtype=np.float32))[:, None, None]
    weight, bias, mean, var = draw(c), draw(c + 1)[:c], draw(c + 2)[:c], draw(c + 3)[:c] ** 2
    result = native.batch_norm2d(x, weight, bias, mean, var, True, 0.25, 1e-5)
    wide = [array.astype(np.float64) for array in (x, weight, bias, mean, var)]
    expected = reference.batch_norm2d(*wide, True, 0.25, 1e-5)
    for ours, true in zip(result[1:], expected[1:], strict=True):
        np.testing.assert_allclose(ours, true, rtol=1e-6)
    # y depends on the mean as float, as backward does.
    limit = float(np.spacing(np.float32(4000 * c))) * float(np.abs(weight).max()) * 2
    np.testing.assert_allclose(result[0], expected[0], rtol=1e-5, atol=limit)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("c", [1, 3, 7, 8, 20])
def test_channels_alone_and_shared_out(c, training):
    x, grad_y, weight, bias = draw(6, c, 23, 19), draw(7, c, 23, 19)[1:], draw(c), draw(c)
    running = draw(c), draw(c) ** 2
    results = []
    before = _core.num_threads()
    for threads in (1, 2, 3):
        _core.set_num_threads(threads)
        forward = native.batch_norm2d(x, weight, bias, *running, training, 0.1, 1e-5)
        back = native.batch_norm2d_backward(grad_y, x, weight, forward[1], forward[2], training)
        results.append([*forward, *back])
    _core.set_num_threads(before)
    expected = reference.batch_norm2d(x, weight, bias, *running, training, 0.1, 1e-5)
    back = reference.batch_norm2d_backward(grad_y, x, weight, forward[1], forward[2], training)
    for ours, same, too, wanted in zip(*results, [*expected, *back], strict=True):
        np.testing.assert_array_equal(ours, same)
        np.testing.assert_array_equal(ours, too)
        np.testing.assert_allclose(ours, wanted, rtol=1e-5, atol=2e-5 * float(np.abs(wanted).max()))


@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38])
@pytest.mark.parametrize("c", [2, 9])
def test_what_is_not_finite_stays_in_its_channel(c, value):
    x, one = draw(4, c, 5, 5), np.ones(c, np.float32)
    x[2, 1, 3, 3] = value
    ours = native.batch_norm2d(x, one, one, one, one, True, 0.1, 1e-5)
    with np.errstate(all="ignore"):
        theirs = reference.batch_norm2d(x, one, one, one, one, True, 0.1, 1e-5)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(np.isnan(a), np.isnan(b))
        np.testing.assert_array_equal(np.isinf(a), np.isinf(b))
    assert np.isfinite(ours[0][:, 0]).all()


@pytest.mark.parametrize("c", [1, 3, 7, 8, 20])  # few are split among threads
@pytest.mark.parametrize(("h", "w"), [(1, 1), (3, 5), (37, 41)])
def test_moments_of_channels_in_double_with_any_threads(c, h, w):
    x = draw(9, c, h, w) + np.float32(4000) * (1 + np.arange(c, dtype=np.float32))[:, None, None]
    expected, before = reference.channel_moments(x), _core.num_threads()
    results = []
    for count in (1, 2, 3):
        _core.set_num_threads(count)
        results.append(native.channel_moments(x))
    _core.set_num_threads(before)
    for ours, *others, true in zip(*results, expected, strict=True):
        for other in others:
            np.testing.assert_array_equal(other, ours)
        np.testing.assert_allclose(ours, true, rtol=1e-9)


@pytest.mark.parametrize("places", [1, 6])
def test_moments_of_what_is_not_finite_are_nan_in_its_channel(places):
    x = draw(3, 5, 1, places)
    x[1, 2, 0, 0] = np.inf
    mean, squares = native.channel_moments(x)
    assert np.isnan(squares).tolist() == [False, False, True, False, False]
    assert np.isfinite(mean).tolist() == [True, True, False, True, True]
