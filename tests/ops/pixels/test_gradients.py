"""Gradients of convolutions of pixels, as large as their work is cut: PyTorch's in float64."""

import numpy as np
import pytest
import torch

from badak import _core
from badak.ops.native import pixels
from badak.ops.window import Window

pytestmark = pytest.mark.usefixtures("each_set")


class Case:
    """A convolution, its gradients by PyTorch, and by the core."""

    def __init__(self, n, c, size, f, kernel, *, stride=1, padding=0, dilation=1, groups=1):
        numbers = np.random.default_rng(n + c + f)
        self.window = Window.of(kernel, stride, padding, dilation)
        self.groups = groups
        self.x = numbers.standard_normal((n, c, *size)).astype(np.float32)
        shape = f, c // groups, *self.window.kernel
        self.weight = numbers.standard_normal(shape).astype(np.float32)
        grad_y = numbers.standard_normal((n, f, *self.window.output_size(*size)))
        self.grad_y = grad_y.astype(np.float32)

    def wanted(self):
        grad_y, x, weight = (
            torch.tensor(a, dtype=torch.float64) for a in (self.grad_y, self.x, self.weight)
        )
        (top, bottom), (left, right) = self.window.sides(*self.x.shape[2:])
        assert (top, left) == (bottom, right)
        steps = self.window.stride, (top, left), self.window.dilation
        gradients = torch.ops.aten.convolution_backward(
            grad_y, x, weight, [len(weight)], *steps, False, [0, 0], self.groups, [True] * 3
        )
        return [a.numpy() for a in gradients]

    def of_pixels(self):
        n, c, h, w = self.x.shape
        x = laid_out(self.x, pixels.reading_frame(self.window, h, w))
        grad_y = laid_out(self.grad_y, pixels.gradient_frame(self.window))
        grad_x = pixels.new(n, h, w, c, pixels.Frame(1, 0, 2, 1))
        grad_x.numbers[...] = np.nan  # pixels that no window reaches are written too
        grad_weight, grad_bias = self.nothing()
        pixels.conv_grad_x(grad_y, self.weight, self.window, self.groups, grad_x)
        pixels.conv_grad_weight(x, grad_y, self.window, self.groups, grad_weight, grad_bias)
        return np.ascontiguousarray(grad_x.numbers.transpose(0, 3, 1, 2)), grad_weight, grad_bias

    def of_planes(self):
        grad_weight, grad_bias = self.nothing()
        grad_y = laid_out(self.grad_y, pixels.Frame(0, 1, 1, 0))
        pixels.planes_conv_grad_weight(self.x, grad_y, self.window, grad_weight, grad_bias)
        return grad_weight, grad_bias

    def nothing(self):
        return np.full_like(self.weight, np.nan), np.full(len(self.weight), np.nan, np.float32)


def laid_out(x, frame):
    n, c, h, w = x.shape
    maps = pixels.new(n, h, w, c, frame)
    maps.numbers[...] = x.transpose(0, 2, 3, 1)
    return maps


def assert_close(gradients, wanted, tolerance=1e-5):
    for gradient, expected in zip(gradients, wanted, strict=True):
        largest = np.abs(expected).max()
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=tolerance * max(largest, 1))


def with_threads(count, compute):
    before = _core.num_threads()
    _core.set_num_threads(count)
    try:
        return compute()
    finally:
        _core.set_num_threads(before)


def assert_same_with_two_threads(compute, gradients):
    for gradient, expected in zip(with_threads(2, compute), gradients, strict=True):
        np.testing.assert_array_equal(gradient, expected)


OF_PIXELS = {
    "several segments, whole vectors": Case(9, 32, (16, 16), 64, 3, padding=1),
    "bands of rows": Case(2, 64, (40, 40), 48, 3, padding=1),
    "a row in parts": Case(1, 400, (2, 300), 370, 1),
    "panels of filters": Case(3, 256, (4, 4), 400, 3, padding=1),
    "images together": Case(70, 40, (3, 5), 20, 3, padding=1),
    "small maps, most taps in the frame": Case(20, 64, (2, 3), 48, 5, padding=2),
    "small maps, dilated": Case(12, 48, (6, 5), 20, 3, padding=2, dilation=2),
    "1x1, vectors of filters": Case(5, 16, (24, 24), 33, 1),
    "1x1, vectors of channels": Case(5, 33, (24, 24), 8, 1),
    "1x1 in steps of 3": Case(4, 20, (17, 19), 30, 1, stride=3),
    "3x3 in steps of 2": Case(4, 24, (33, 30), 32, 3, stride=2, padding=1),
    "steps of 2, dilated": Case(3, 17, (21, 26), 23, (3, 2), stride=(2, 3), dilation=2),
    "rows left over": Case(3, 19, (15, 18), 14, 2, stride=4),
    "padding wider than the kernel": Case(3, 16, (9, 8), 16, 3, padding=4),
    "5x5": Case(4, 12, (14, 14), 50, 5, padding=2),
    "groups": Case(4, 60, (20, 20), 36, 3, padding=1, groups=4),
}


@pytest.mark.parametrize("case", OF_PIXELS.values(), ids=OF_PIXELS.keys())
def test_large_gradients_equal_those_of_pytorch(case):
    gradients = with_threads(1, case.of_pixels)
    assert_close(gradients, case.wanted())
    assert_same_with_two_threads(case.of_pixels, gradients)


@pytest.mark.parametrize("channels", range(1, 35))
def test_every_width_of_tile(channels):
    case = Case(2, channels, (5, 6), 36 - channels, (2, 1))
    assert_close(case.of_pixels(), case.wanted())


OF_PLANES = {
    "many taps": Case(3, 3, (40, 37), 20, 7, stride=2, padding=3),
    "more taps than are copied at a time": Case(2, 3, (30, 30), 18, 11, stride=4, padding=2),
    "rows in parts": Case(1, 2, (3, 1100), 9, 3, padding=1),
    "images together": Case(90, 1, (8, 8), 30, 5),
    "dilated": Case(3, 2, (24, 24), 16, 3, padding=3, dilation=3),
    "steps of 2 to the last number": Case(2, 1, (9, 67), 5, 1, stride=2),
}


@pytest.mark.parametrize("case", OF_PLANES.values(), ids=OF_PLANES.keys())
def test_large_gradients_of_the_first_layer(case):
    gradients = with_threads(1, case.of_planes)
    assert_close(gradients, case.wanted()[1:])
    assert_same_with_two_threads(case.of_planes, gradients)


def test_sums_over_many_images_stay_accurate():
    case = Case(128, 8, (32, 32), 16, 1)
    case.x, case.grad_y = np.abs(case.x), np.abs(case.grad_y)  # nothing cancels: errors add up
    _, *wanted = case.wanted()
    assert_close(case.of_pixels()[1:], wanted, 3e-6)
    assert_close(case.of_planes(), wanted, 3e-6)
