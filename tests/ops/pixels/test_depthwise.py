"""Depthwise convolution of pixels: sizes at which every tile, tail and border of work is met."""

import numpy as np
import pytest

import badak
from badak.ops import reference
from badak.ops.native import pixels
from badak.ops.window import Window

pytestmark = pytest.mark.usefixtures("each_set")


# channels, (h, w), kernel, stride, dilation, images
CASES = [
    (8, (48, 48), 3, 1, 1, 2),  # several pixels a vector
    (8, (7, 7), 3, 1, 1, 3),
    (4, (9, 23), 5, 1, 1, 2),
    (2, (6, 33), 3, 1, 2, 2),
    (8, (21, 20), 3, 2, 1, 2),
    (16, (33, 47), 3, 2, 1, 2),
    (33, (14, 14), 3, 1, 1, 4),
    (64, (25, 5), 3, 1, 1, 3),
    (256, (3, 3), 3, 1, 1, 9),
    (128, (6, 6), 3, 2, 1, 5),
    (40, (1, 1), 3, 1, 1, 5),
    (24, (2, 31), 5, 1, 1, 2),
    (72, (28, 28), 5, 2, 1, 2),
    (50, (13, 11), 5, 2, 1, 2),
    (20, (19, 17), 7, 1, 1, 2),
    (17, (17, 20), (10, 4), 1, 1, 2),
    (19, (18, 22), (4, 9), (3, 2), (1, 2), 2),
    (12, (15, 16), 3, 3, 2, 2),
    (3, (224, 112), 3, 2, 1, 1),
]


def laid_out(x, frame):
    n, c, h, w = x.shape
    maps = pixels.new(n, h, w, c, frame)
    maps.numbers[...] = x.transpose(0, 2, 3, 1)
    return maps


def planes(maps):
    return maps.numbers.transpose(0, 3, 1, 2)


def close(found, wanted):
    assert np.abs(found - wanted).max() <= 1e-5 * np.abs(wanted).max()


def drawn(case):
    channels, size, kernel, stride, dilation, n = case
    numbers = np.random.default_rng(channels)
    window = Window.of(kernel, stride, tuple(k // 2 for k in np.broadcast_to(kernel, 2)), dilation)
    x = numbers.standard_normal((n, channels, *size)).astype(np.float32)
    weight = numbers.standard_normal((channels, 1, *window.kernel)).astype(np.float32)
    return window, x, weight, numbers.standard_normal(channels).astype(np.float32)


def same_on_any_threads(call):
    """The result of call(), which one and three threads give alike."""
    before = badak.num_threads()
    results = []
    for threads in (1, 3):
        badak.set_num_threads(threads)
        results.append(call())
    badak.set_num_threads(before)
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)
    return results[0]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_forward_equals_the_reference(case):
    window, x, weight, bias = drawn(case)
    x_maps = laid_out(x, pixels.reading_frame(window, *x.shape[2:]))
    wanted = reference.conv2d(*(a.astype(np.float64) for a in (x, weight, bias)), window, len(bias))
    n, c, h, w = wanted.shape
    more = np.random.default_rng(0).standard_normal(wanted.shape).astype(np.float32)
    wanted = np.maximum(wanted + more, 0)
    pool = h % 2 == w % 2 == 0

    def call():
        y = pixels.new(n, h, w, c, pixels.Frame(1, 1, 1, 1))
        options = {"bias": bias, "add": laid_out(more, pixels.Frame()), "limits": (0, np.inf)}
        pixels.conv(x_maps, weight, window, c, y, **options)
        inside = planes(y).copy()
        y.numbers[...] = 0
        assert not y.array.any(), "the frame was written"
        if not pool:
            return (inside,)
        half = pixels.new(n, h // 2, w // 2, c)
        pixels.conv(x_maps, weight, window, c, half, pool=True, **options)
        return inside, planes(half)

    found, *pooled = same_on_any_threads(call)
    close(found, wanted)
    if pool:
        quarters = found.reshape(n, c, h // 2, 2, w // 2, 2)
        np.testing.assert_array_equal(pooled[0], quarters.max(axis=(3, 5)))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_gradients_equal_the_reference(case):
    window, x, weight, bias = drawn(case)
    x_maps = laid_out(x, pixels.reading_frame(window, *x.shape[2:]))
    shape = (*x.shape[:2], *window.output_size(*x.shape[2:]))
    grad = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    grad_maps = laid_out(grad, pixels.gradient_frame(window))

    def call():
        grad_x = pixels.new(*np.array(x.shape)[[0, 2, 3, 1]], pixels.Frame(1, 1, 1, 1))
        grad_weight, grad_bias = np.empty_like(weight), np.empty_like(bias)
        pixels.conv_grad_x(grad_maps, weight, window, len(bias), grad_x)
        pixels.conv_grad_weight(x_maps, grad_maps, window, len(bias), grad_weight, grad_bias)
        inside = planes(grad_x).copy()
        grad_x.numbers[...] = 0
        assert not grad_x.array.any(), "the frame was written"
        return inside, grad_weight, grad_bias

    wanted = reference.conv2d_backward(
        *(a.astype(np.float64) for a in (grad, x, weight)), window, len(bias), True
    )
    for found, expected in zip(same_on_any_threads(call), wanted, strict=True):
        close(found, expected)


def test_gradient_of_weight_is_exact_over_many_pixels():
    window = Window.of(3, 1, 1)
    numbers = np.random.default_rng(0)
    x = np.abs(numbers.standard_normal((32, 16, 112, 112), np.float32))
    grad = np.abs(numbers.standard_normal(x.shape, np.float32))
    grad_weight, grad_bias = np.empty((16, 1, 3, 3), np.float32), np.empty(16, np.float32)
    x_maps = laid_out(x, pixels.reading_frame(window, 112, 112))
    grad_maps = laid_out(grad, pixels.gradient_frame(window))
    pixels.conv_grad_weight(x_maps, grad_maps, window, 16, grad_weight, grad_bias)
    middle = np.einsum("nchw,nchw->c", x, grad, dtype=np.float64)
    corner = np.einsum("nchw,nchw->c", x[:, :, 1:, 1:], grad[:, :, :-1, :-1], dtype=np.float64)
    close(grad_weight[:, 0, 1, 1], middle)
    close(grad_weight[:, 0, 2, 2], corner)
    close(grad_bias, grad.sum(axis=(0, 2, 3), dtype=np.float64))


def test_nan_stays_nan():
    window = Window.of(3, 1, 1)
    x = np.zeros((1, 16, 4, 4), np.float32)
    x[0, 3, 1, 2] = np.nan
    weight = np.ones((16, 1, 3, 3), np.float32)
    y = pixels.new(1, 2, 2, 16)
    x_maps = laid_out(x, pixels.reading_frame(window, 4, 4))
    pixels.conv(x_maps, weight, window, 16, y, limits=(0, 6), pool=True)
    assert np.isnan(y.numbers[..., 3]).all()
    assert np.count_nonzero(np.isnan(y.numbers)) == 4
