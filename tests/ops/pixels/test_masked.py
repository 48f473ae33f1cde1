"""A convolution's gradients with the limits after it: against the reference, and any threads."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import badak
from badak.ops import reference
from badak.ops.native import pixels
from ops.pixels.test_conv import close, convolutions, laid_out, planes

pytestmark = pytest.mark.usefixtures("each_set")


@given(convolutions(), st.sampled_from([(0.0, np.inf), (0.0, 6.0)]), st.booleans())
def test_masked_gradients_equal_the_reference(case, limits, adds):
    x, weight, bias, window, groups = case
    exact = x.astype(np.float64), weight.astype(np.float64)
    y = np.clip(reference.conv2d(*exact, bias.astype(np.float64), window, groups), *limits)
    z = y.astype(np.float32)
    grad = np.random.default_rng(1).standard_normal(y.shape).astype(np.float32)
    passed = np.where((z > limits[0]) & (z < limits[1]), grad, 0).astype(np.float64)
    wanted, *parameters = reference.conv2d_backward(passed, *exact, window, groups, True)
    x_frame = pixels.reading_frame(window, *x.shape[2:])
    masked = laid_out(grad, pixels.Frame(1, 0, 0, 1)), laid_out(z, pixels.Frame(0, 2)), limits
    found = np.empty_like(weight), np.empty_like(bias)
    add, back = None, pixels.new(*np.array(x.shape)[[0, 2, 3, 1]], pixels.Frame(0, 1, 1, 0))
    if adds:
        add, wanted = laid_out(x, pixels.Frame(1, 1)), wanted + x
    pixels.masked_conv_grad(laid_out(x, x_frame), weight, window, groups, masked, add, back, found)
    close(planes(back), wanted, 2e-5)
    for own, want in zip(found, parameters, strict=True):
        close(own, want, 2e-5)
    if groups == 1:
        found = np.empty_like(weight), np.empty_like(bias)
        pixels.planes_masked_conv_grad(x, window, masked, found)
        for own, want in zip(found, parameters, strict=True):
            close(own, want, 2e-5)


@pytest.mark.parametrize("groups", [1, 24])
def test_any_number_of_threads_gives_the_same_bits(groups):
    numbers, results = np.random.default_rng(0), []
    window = pixels.Window.of(3, padding=1)
    images = numbers.standard_normal((40, 24, 17, 13)).astype(np.float32)
    x = laid_out(images, pixels.Frame(1, 1, 1, 1))
    weight = numbers.standard_normal((24, 24 // groups, 3, 3)).astype(np.float32)
    masked = x, x, (0.0, 6.0)
    before = badak.num_threads()
    try:
        for count in (1, 2, 3):
            badak.set_num_threads(count)
            back, own = (
                pixels.new(40, 17, 13, 24),
                (np.empty_like(weight), np.empty(24, np.float32)),
            )
            pixels.masked_conv_grad(x, weight, window, groups, masked, None, back, own)
            results.append([back.array, *own])
            if groups == 1:
                first = np.empty_like(weight), None
                pixels.planes_masked_conv_grad(images, window, masked, first)
                results[-1].append(first[0])
    finally:
        badak.set_num_threads(before)
    for others in results[1:]:
        for one, other in zip(results[0], others, strict=True):
            np.testing.assert_array_equal(one, other)
