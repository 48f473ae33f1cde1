"""Everything on pixels but convolution, against the reference, on every instruction set."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak import _core
from badak.ops import reference
from badak.ops.native import pixels
from badak.ops.native import pixels_maps as maps
from badak.ops.window import Window

INF = np.inf
LIMITS = [(-INF, INF), (0.0, INF), (0.0, 6.0)]


pytestmark = pytest.mark.usefixtures("each_set")

# Of fewer values a norm's gradient is what is left of terms that cancel: rounding, not digits.
FEW = 8


class Draw:
    """Draws maps in frames of NaN, which nothing may read or write, perhaps slices of channels."""

    def __init__(self, seed, shape):
        self.numbers, self.shape, self.made = np.random.default_rng(seed), shape, []

    def empty(self, shape=None):
        n, c, h, w = shape or self.shape
        frame = pixels.Frame(*self.numbers.integers(0, 3, 4))
        before, after = self.numbers.integers(0, 4, 2) * self.numbers.integers(0, 2)
        made = pixels.new(n, h, w, int(c + before + after), frame).channels(int(before), c)
        made.array[...] = np.nan
        self.made.append(made)
        return made

    def normal(self, shape=None):
        return self.numbers.standard_normal(shape or self.shape).astype(np.float32)

    def pixels(self, x):
        made = self.empty(x.shape)
        made.numbers[...] = x.transpose(0, 2, 3, 1)
        return made

    def channels(self, count=1):
        drawn = self.numbers.standard_normal((count, self.shape[1])).astype(np.float32)
        return [np.ascontiguousarray(numbers) for numbers in drawn]

    def assert_frames_untouched(self):
        for made in self.made:
            copy = made.array.copy()
            pixels.Pixels(copy, made.inside).numbers[...] = np.nan
            assert np.isnan(copy).all(), "a frame was written"


@st.composite
def draws(draw):
    c = draw(st.one_of(st.integers(1, 70), st.sampled_from([16, 32, 64, 128, 200])))
    h, w = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    return Draw(draw(st.integers(0, 2**32)), (draw(st.integers(1, 4)), c, h, w))


def planes(maps):
    return np.ascontiguousarray(maps.numbers.transpose(0, 3, 1, 2))


def wide(*arrays):
    return [a.astype(np.float64) for a in arrays]


def close(found, wanted, tolerance=1e-5):
    scale = max(np.abs(wanted[np.isfinite(wanted)]).max(initial=0), 1e-3)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=tolerance * scale)


@given(draws())
def test_layouts(draw):
    x = draw.normal()
    y, back = draw.empty(), np.full_like(x, np.nan)
    maps.planes_to_pixels(x, y)
    np.testing.assert_array_equal(planes(y), x)
    maps.pixels_to_planes(y, back)
    np.testing.assert_array_equal(back, x)
    copy = draw.empty()
    maps.pixels_copy(y, copy)
    np.testing.assert_array_equal(planes(copy), x)
    draw.assert_frames_untouched()


@given(draws(), st.sampled_from(LIMITS), st.booleans(), st.booleans())
def test_sums_limits_and_masks(draw, limits, adds, in_place):
    x, other = 3 * draw.normal(), 3 * draw.normal()
    x[0, 0, 0, 0] = np.nan
    from_, add = draw.pixels(x), draw.pixels(other)
    y = draw.empty()
    maps.pixels_add(from_, add, y)
    np.testing.assert_array_equal(planes(y), x + other)
    y = from_ if in_place else draw.empty()
    maps.pixels_clamp(from_, add if adds else None, limits, y)
    wanted = reference.hardtanh(x + other if adds else x, *limits)
    np.testing.assert_array_equal(planes(y), wanted)
    grad = draw.normal()
    out = draw.pixels(grad)
    maps.pixels_mask(out, y, limits, out)
    np.testing.assert_array_equal(planes(out), reference.hardtanh_backward(grad, wanted, *limits))
    draw.assert_frames_untouched()


@given(draws(), st.sampled_from(LIMITS))
def test_scale_shift_and_gate(draw, limits):
    x, grad, (scale, shift) = draw.normal(), draw.normal(), draw.channels(2)
    factors = draw.normal(draw.shape[:2])
    y, grad_x, grad_factors = draw.empty(), draw.empty(), np.empty_like(factors)
    maps.pixels_scale_shift(draw.pixels(x), scale, shift, y, limits)
    x, grad, scale, shift, many = wide(x, grad, scale, shift, factors[:, :, None, None])
    close(planes(y), np.clip(x * scale[:, None, None] + shift[:, None, None], *limits))
    maps.pixels_gate(draw.pixels(x), factors, y)
    close(planes(y), x * many)
    maps.pixels_gate_backward(draw.pixels(grad), draw.pixels(x), factors, grad_x, grad_factors)
    close(planes(grad_x), grad * many)
    close(grad_factors, (grad * x).sum(axis=(2, 3)))
    draw.assert_frames_untouched()


OPTIONS = {"leaky_relu": (0.1,), "hardtanh": (-1.0, 0.5), "softplus": (2.0, 20.0), "elu": (0.7,)}


@pytest.mark.parametrize("kind", maps.ACTIVATIONS)
@given(draws())
def test_activations(kind, draw):
    x, grad = draw.normal(), draw.normal()
    options = OPTIONS.get(kind, ())
    y, grad_x = draw.empty(), draw.empty()
    maps.pixels_activation(kind, draw.pixels(x), y, *options)
    wanted_options = ("none",) if kind == "gelu" else options
    wanted = getattr(reference, kind)(*wide(x), *wanted_options)
    close(planes(y), wanted)
    saved = planes(y) if kind in ("relu", "sigmoid", "tanh") else x
    backward = getattr(reference, f"{kind}_backward")
    maps.pixels_activation_backward(kind, draw.pixels(grad), draw.pixels(saved), grad_x, *options)
    close(planes(grad_x), backward(*wide(grad, saved), *wanted_options))
    draw.assert_frames_untouched()


@given(draws(), st.sampled_from([0.0, 100.0]))
def test_statistics(draw, offset):
    n, c, h, w = draw.shape
    if n * h * w < 2:
        return
    x = draw.normal() + np.float32(offset) * draw.normal((1, c, 1, 1))
    mean, inverse, running_mean, running_var = draw.channels(4)
    running_var = np.abs(running_var)
    weight, bias = np.ones(c), np.zeros(c)
    old = wide(running_mean, running_var)
    wanted = reference.batch_norm2d(*wide(x), weight, bias, *old, True, 0.3, 1e-3)[1:]
    running = {"running_mean": running_mean, "running_var": running_var, "momentum": 0.3}
    maps.pixels_norm_statistics(draw.pixels(x), 1e-3, mean, inverse, **running)
    for found, right in zip((mean, inverse, running_mean, running_var), wanted, strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-6, atol=2e-7)
    draw.assert_frames_untouched()


@given(draws(), st.sampled_from(LIMITS), st.booleans(), st.booleans(), st.booleans())
def test_norm_forward_and_back(draw, limits, adds, stores, in_place):
    n, c, h, w = draw.shape
    if n * h * w < 2:
        return
    x, other, grad, (weight, bias) = draw.normal(), draw.normal(), draw.normal(), draw.channels(2)
    from_, add, y = draw.pixels(x), draw.pixels(other) if adds else None, draw.empty()
    mean, inverse = draw.channels(2)
    maps.pixels_norm_statistics(from_, 1e-3, mean, inverse)
    maps.pixels_norm_apply(from_, mean, inverse, weight, bias, y, add=add, limits=limits)
    zeros = np.zeros(c)
    result, *_ = reference.batch_norm2d(*wide(x, weight, bias), zeros, zeros, True, 0.1, 1e-3)
    result = result + other if adds else result
    close(planes(y), np.clip(result, *limits))
    if n * h * w < FEW:
        return
    if limits != LIMITS[0]:  # near a limit the mask hangs on rounding
        grad[np.abs(result) < 1e-4] = grad[np.abs(result - 6) < 1e-4] = 0
    masked = np.where((result > limits[0]) & (result < limits[1]), grad, 0)
    wanted = reference.batch_norm2d_backward(*wide(masked, x, weight, mean, inverse), True)
    grad_y = draw.pixels(grad)
    grad_x, grad_add = grad_y if in_place else draw.empty(), draw.empty() if adds else None
    gradients = draw.channels(2)
    options = {"z": y if adds or stores else None, "limits": limits, "grad_add": grad_add}
    channels = mean, inverse, weight, bias
    maps.pixels_norm_backward(grad_y, from_, channels, grad_x, tuple(gradients), **options)
    close(planes(grad_x), wanted[0])
    for found, right in zip(gradients, wanted[1:], strict=True):
        close(found, right)
    if adds:
        np.testing.assert_array_equal(planes(grad_add), masked)
    draw.assert_frames_untouched()


@st.composite
def pools(draw):
    kernel = draw(st.sampled_from([(1, 1), (2, 2), (2, 2), (3, 3), (3, 2), (5, 4)]))
    stride = draw(st.sampled_from([(1, 1), (2, 2), (2, 2), (3, 2)]))
    dilation = draw(st.sampled_from([(1, 1), (1, 1), (2, 1)]))
    padding = tuple(tuple(draw(st.integers(0, k // 2)) for _ in "ab") for k in kernel)
    covers = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    h, w = (draw(st.integers(cover, cover + 9)) for cover in covers)
    c = draw(st.one_of(st.integers(1, 70), st.sampled_from([16, 64, 96])))
    ceil = draw(st.booleans())
    return Draw(draw(st.integers(0, 2**32)), (draw(st.integers(1, 3)), c, h, w)), Window.of(
        kernel, stride, padding, dilation, ceil
    )


@given(pools(), st.sampled_from(LIMITS), st.booleans())
def test_max_pool(case, limits, special):
    draw, window = case
    x = np.round(2 * draw.normal())  # with many ties
    if special:
        places = draw.numbers.random(x.shape)
        x[places < 0.1], x[places > 0.7] = np.nan, -INF
    wanted, indices = reference.max_pool2d(x, window)
    y, grad_x = draw.empty(wanted.shape), draw.empty()
    maps.pixels_max_pool(draw.pixels(x), window, y)
    np.testing.assert_array_equal(planes(y), wanted)
    grad = draw.normal(wanted.shape)
    maps.pixels_max_pool_backward(draw.pixels(grad), draw.pixels(x), window, grad_x, limits)
    if limits != LIMITS[0]:
        grad = reference.hardtanh_backward(grad, wanted, *limits)
    close(planes(grad_x), reference.max_pool2d_backward(*wide(grad), indices, x.shape))
    draw.assert_frames_untouched()


@given(pools(), st.booleans(), st.sampled_from([None, None, 3]))
def test_avg_pool(case, count_include_pad, divisor):
    draw, window = case
    window = Window.of(window.kernel, window.stride, window.padding, 1, window.ceil_mode)
    x = draw.normal()
    wanted = reference.avg_pool2d(*wide(x), window, count_include_pad, divisor)
    y, grad_x = draw.empty(wanted.shape), draw.empty()
    maps.pixels_avg_pool(draw.pixels(x), window, y, count_include_pad, divisor)
    close(planes(y), wanted)
    grad = draw.normal(wanted.shape)
    maps.pixels_avg_pool_backward(draw.pixels(grad), window, grad_x, count_include_pad, divisor)
    back = reference.avg_pool2d_backward(*wide(grad), x.shape, window, count_include_pad, divisor)
    close(planes(grad_x), back)
    draw.assert_frames_untouched()


@given(draws())
def test_global_average(draw):
    x = draw.normal()
    window = Window.of(draw.shape[2:])
    y, grad_x = draw.empty((*draw.shape[:2], 1, 1)), draw.empty()
    maps.pixels_avg_pool(draw.pixels(x), window, y)
    close(planes(y), reference.global_avg_pool2d(*wide(x)))
    maps.pixels_avg_pool_backward(y, window, grad_x)
    close(planes(grad_x), reference.global_avg_pool2d_backward(*wide(planes(y)), x.shape))
    draw.assert_frames_untouched()


def results(c):
    """Everything that sums or is cut into pieces, on maps of many pieces."""
    draw = Draw(0, (5, c, 40, 50))
    x, grad, y = draw.pixels(draw.normal()), draw.pixels(draw.normal()), draw.empty()
    weight, bias, mean, inverse, grad_weight, grad_bias = draw.channels(6)
    channels, gradients = (mean, inverse, weight, bias), (grad_weight, grad_bias)
    maps.pixels_norm_statistics(x, 1e-3, mean, inverse)
    yield mean, inverse
    maps.pixels_norm_apply(x, *channels, y, add=grad)
    yield (y.array,)
    maps.pixels_norm_backward(grad, x, channels, y, gradients, limits=(0, 6))
    yield y.array, *gradients
    factors = draw.normal((5, c))
    maps.pixels_gate_backward(grad, x, factors, y, factors)
    yield y.array, factors
    for window in (Window.of(3, 2, 1), Window.of(2, 2)):
        pooled = draw.empty((5, c, *window.output_size(40, 50)))
        maps.pixels_max_pool(x, window, pooled)
        maps.pixels_max_pool_backward(pooled, x, window, y)
        yield pooled.array, y.array
        maps.pixels_avg_pool(x, window, pooled)
        maps.pixels_avg_pool_backward(pooled, window, y)
        yield pooled.array, y.array


@pytest.mark.parametrize("c", [10, 48, 128])
def test_the_number_of_threads_changes_no_bit(c):
    before = _core.num_threads()
    bits = []
    try:
        for count in (1, 2):
            _core.set_num_threads(count)
            bits.append([array.tobytes() for arrays in results(c) for array in arrays])
    finally:
        _core.set_num_threads(before)
    assert bits[0] == bits[1]
