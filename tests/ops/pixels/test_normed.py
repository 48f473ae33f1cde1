"""Convolutions with the norms around them: against norm and convolution one after the other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import badak
from badak.ops import reference
from badak.ops.native import pixels, pixels_normed
from ops.pixels.test_conv import close, convolutions, laid_out, planes
from ops.pixels.test_maps import FEW

LIMITS = [(-np.inf, np.inf), (0.0, np.inf), (0.0, 6.0)]
EPS, MOMENTUM = 1e-3, 0.1


pytestmark = pytest.mark.usefixtures("each_set")


def norm_of(numbers, maps):
    """A batch norm of these maps: weight, bias, mean and inverse deviation, float64."""
    c = maps.shape[1]
    weight, bias = 1 + 0.3 * numbers.standard_normal(c), 0.3 * numbers.standard_normal(c)
    mean, var = maps.mean(axis=(0, 2, 3)), maps.var(axis=(0, 2, 3))
    return weight, bias, mean, 1 / np.sqrt(var + EPS)


def as_core(norm, limits):
    weight, bias, mean, inverse = (array.astype(np.float32) for array in norm)
    return (mean, inverse, weight, bias), limits


def applied(norm, maps, limits):
    weight, bias, mean, inverse = (array[:, None, None] for array in norm)
    return np.clip((maps - mean) * inverse * weight + bias, *limits)


def gradient(norm, maps, grad, limits):
    """The gradients of the norm's maps, weight and bias."""
    z, (weight, _, mean, inverse) = applied(norm, maps, limits), norm
    passed = np.where((z > limits[0]) & (z < limits[1]), grad, 0)
    return reference.batch_norm2d_backward(passed, maps, weight, mean, inverse, True)


@given(convolutions(), st.sampled_from(LIMITS), st.sampled_from(LIMITS), st.booleans())
def test_normed_convolution_forward_and_back(case, limits, after_limits, follows):
    x, weight, bias, window, groups = case
    numbers = np.random.default_rng(7)
    wide = x.astype(np.float64)
    norm = norm_of(numbers, wide)
    z = applied(norm, wide, limits)
    kernel = weight.astype(np.float64), bias.astype(np.float64), window, groups
    y = reference.conv2d(z, *kernel)
    # Forward, with the statistics for the norm after.
    n, f, h, w = y.shape
    maps = pixels.new(n, h, w, f)
    statistics = [np.zeros(f, np.float32) for _ in range(4)]
    normed = as_core(norm, limits), weight, window, groups
    from_ = laid_out(x, pixels.Frame(1, 0, 0, 2))
    pixels_normed.normed_conv(from_, *normed, bias, maps, (tuple(statistics), MOMENTUM, EPS))
    close(planes(maps), y)
    mean, var = y.mean(axis=(0, 2, 3)), y.var(axis=(0, 2, 3))
    close(statistics[0], mean)
    close(statistics[1] * np.sqrt(var + EPS), np.ones(f), 1e-4)
    close(statistics[2], MOMENTUM * mean)
    if y[:, 0].size > 1:
        close(statistics[3], MOMENTUM * y.var(axis=(0, 2, 3), ddof=1))
    if min(x[:, 0].size, y[:, 0].size) < FEW:
        return
    # Back, from the gradient of y, or from that of what the norm after made.
    grad = numbers.standard_normal(y.shape)
    after, grad_y = None, grad
    if follows:
        following = norm_of(numbers, y)
        grad_y, *sums = gradient(following, y, grad, after_limits)
        sums = tuple(array.astype(np.float32) for array in sums)
        after = (
            as_core(following, after_limits),
            laid_out(y.astype(np.float32), pixels.Frame()),
            sums,
        )
    grad_z, *wanted = reference.conv2d_backward(grad_y, z, kernel[0], window, groups, True)
    wanted_x, *wanted_norm = gradient(norm, wide, grad_z, limits)
    frame = pixels.Frame() if follows else pixels.gradient_frame(window, x.shape[2:])
    back = pixels.new(*np.array(x.shape)[[0, 2, 3, 1]], pixels.Frame(0, 1, 1, 0))
    arrays = weight, bias, *norm[:2]
    found = tuple(np.empty(array.shape, np.float32) for array in arrays)
    pixels_normed.normed_conv_grad(
        from_, *normed, laid_out(grad.astype(np.float32), frame), after, back, found
    )
    close(planes(back), grad_z, 1e-4)
    for own, want in zip(found, (*wanted, *wanted_norm), strict=True):
        close(own, want, 1e-4)
    pixels_normed.normed_grad(back, (normed[0], from_, (found[2], found[3])), back)
    close(planes(back), wanted_x, 1e-4)


def test_any_number_of_threads_gives_the_same_bits():
    numbers, results = np.random.default_rng(0), []
    x = laid_out(numbers.standard_normal((40, 24, 17, 13)).astype(np.float32), pixels.Frame())
    weight = numbers.standard_normal((24, 1, 3, 3)).astype(np.float32)
    window, ones = pixels.Window.of(3, padding=1), np.ones(24, np.float32)
    norm = (0 * ones, ones, ones, 0 * ones), (0.0, 6.0)
    before = badak.num_threads()
    try:
        for count in (1, 2, 3):
            badak.set_num_threads(count)
            y, back = pixels.new(40, 17, 13, 24), pixels.new(40, 17, 13, 24)
            statistics = tuple(0 * ones for _ in range(4))
            pixels_normed.normed_conv(
                x, norm, weight, window, 24, None, y, (statistics, MOMENTUM, EPS)
            )
            after = ((*statistics[:2], ones, ones), (0.0, np.inf)), y, (ones, ones)
            found = np.empty_like(weight), None, np.empty_like(ones), np.empty_like(ones)
            pixels_normed.normed_conv_grad(x, norm, weight, window, 24, y, after, back, found)
            results.append([y.array, back.array, *statistics, found[0], *found[2:]])
    finally:
        badak.set_num_threads(before)
    for others in results[1:]:
        for one, other in zip(results[0], others, strict=True):
            np.testing.assert_array_equal(one, other)
