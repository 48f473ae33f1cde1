"""Convolution of pixels against the reference, forward and back, on every instruction set."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak.ops import reference
from badak.ops.native import pixels
from badak.ops.window import Window

pytestmark = pytest.mark.usefixtures("each_set")


def laid_out(x, frame, spare=0):
    """Images (N, C, H, W) as pixels, perhaps as a part of more channels."""
    n, c, h, w = x.shape
    maps = pixels.new(n, h, w, c + spare, frame).channels(spare // 2, c)
    maps.numbers[...] = x.transpose(0, 2, 3, 1)
    return maps


def planes(maps):
    return np.ascontiguousarray(maps.numbers.transpose(0, 3, 1, 2))


def close(found, wanted, tolerance=1e-5, largest=0):
    scale = max(np.abs(wanted).max(initial=largest), 1)
    assert np.abs(found - wanted).max(initial=0) <= tolerance * scale


@st.composite
def convolutions(draw):
    """x, weight, bias, window and groups; depthwise and 1x1 and 3x3 among them."""
    kernel = draw(st.sampled_from([(1, 1), (3, 3), (3, 3), (5, 5), (7, 7), (1, 3), (2, 2), (4, 3)]))
    stride = draw(st.sampled_from([(1, 1), (1, 1), (2, 2), (2, 1), (3, 3)]))
    dilation = draw(st.sampled_from([(1, 1), (1, 1), (1, 1), (2, 2), (1, 2)]))
    covers = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    padding = tuple(tuple(draw(st.integers(0, cover - 1)) for _ in "ab") for cover in covers)
    h, w = (draw(st.integers(max(cover, 2), cover + 14)) for cover in covers)
    groups, channels, filters = draw(
        st.one_of(
            st.tuples(st.just(1), st.integers(1, 40), st.integers(1, 70)),
            st.tuples(st.integers(1, 70), st.just(1), st.just(1)),
            st.tuples(st.integers(2, 4), st.integers(1, 20), st.integers(1, 20)),
        )
    )
    n = draw(st.integers(1, 5))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = numbers.standard_normal((n, groups * channels, h, w)).astype(np.float32)
    weight = numbers.standard_normal((groups * filters, channels, *kernel)).astype(np.float32)
    bias = numbers.standard_normal(len(weight)).astype(np.float32)
    return x, weight, bias, Window.of(kernel, stride, padding, dilation), groups


def full_frame(window, h, w):
    return pixels.reading_frame(window, h, w)


@given(convolutions(), st.sampled_from([0, 5]), st.sampled_from(["", "relu", "relu6"]), st.data())
def test_conv_equals_the_reference(case, spare, after, data):
    x, weight, bias, window, groups = case
    wanted = reference.conv2d(*(a.astype(np.float64) for a in (x, weight, bias)), window, groups)
    added = data.draw(st.booleans())
    n, f, h, w = wanted.shape
    add = None
    if added:
        more = np.random.default_rng(0).standard_normal(wanted.shape).astype(np.float32)
        add, wanted = laid_out(more, pixels.Frame(1, 0, 0, 1)), wanted + more
    low, high = {"": (-np.inf, np.inf), "relu": (0, np.inf), "relu6": (0, 6)}[after]
    largest, wanted = np.abs(wanted).max(), np.clip(wanted, low, high)
    pool = min(h, w) >= 2 and data.draw(st.booleans())
    if pool:
        h, w = h // 2, w // 2
        wanted = wanted[:, :, : 2 * h, : 2 * w].reshape(n, f, h, 2, w, 2).max(axis=(3, 5))
    from_ = laid_out(x, full_frame(window, *x.shape[2:]), spare)
    y = pixels.new(n, h, w, f + spare, pixels.Frame(1, 1, 2, 1)).channels(spare // 2, f)
    pixels.conv(from_, weight, window, groups, y, bias=bias, add=add, limits=(low, high), pool=pool)
    close(planes(y), wanted, largest=largest)
    framed = y.array.copy()
    y.numbers[...] = 0
    assert np.count_nonzero(y.array) == 0, "the frame was written"
    assert np.isfinite(framed).all()


@given(convolutions(), st.sampled_from([0, 5]), st.booleans())
def test_gradients_equal_the_reference(case, spare, adds):
    x, weight, bias, window, groups = case
    h, w = window.output_size(*x.shape[2:])
    grad = np.random.default_rng(1).standard_normal((len(x), len(weight), h, w))
    wanted = reference.conv2d_backward(
        grad, x.astype(np.float64), weight.astype(np.float64), window, groups, True
    )
    from_ = laid_out(x, full_frame(window, *x.shape[2:]), spare)
    grad_y = laid_out(grad.astype(np.float32), pixels.gradient_frame(window, x.shape[2:]), spare)
    grad_x = pixels.new(*np.array(x.shape)[[0, 2, 3]], x.shape[1] + spare, pixels.Frame(1, 2, 0, 1))
    grad_x = grad_x.channels(spare // 2, x.shape[1])
    grad_weight, grad_bias = np.empty_like(weight), np.empty_like(bias)
    more = np.random.default_rng(2).standard_normal(x.shape).astype(np.float32)
    add = laid_out(more, pixels.Frame(0, 1, 2, 0)) if adds else None
    pixels.conv_grad_x(grad_y, weight, window, groups, grad_x, add)
    pixels.conv_grad_weight(from_, grad_y, window, groups, grad_weight, grad_bias)
    close(planes(grad_x), wanted[0] + adds * more)
    close(grad_weight, wanted[1])
    close(grad_bias, wanted[2])
    grad_x.numbers[...] = 0
    assert np.count_nonzero(grad_x.array) == 0, "the frame was written"


@given(convolutions(), st.booleans())
def test_the_first_layer_reads_planes(case, pool):
    x, weight, bias, window, groups = case
    if groups > 1:
        x, groups = np.ascontiguousarray(x[:, : weight.shape[1]]), 1
    wanted = reference.conv2d(*(a.astype(np.float64) for a in (x, weight, bias)), window, 1)
    n, f, h, w = wanted.shape
    grad = np.random.default_rng(1).standard_normal(wanted.shape)
    _, *gradients = reference.conv2d_backward(
        grad, x.astype(np.float64), weight.astype(np.float64), window, 1, False
    )
    pool = pool and min(h, w) >= 2
    if pool:
        h, w = h // 2, w // 2
        wanted = wanted[:, :, : 2 * h, : 2 * w].reshape(n, f, h, 2, w, 2).max(axis=(3, 5))
    y = pixels.new(n, h, w, f, pixels.Frame(1, 1, 1, 1))
    pixels.planes_conv(x, weight, window, y, bias=bias, limits=(0, np.inf), pool=pool)
    close(planes(y), np.maximum(wanted, 0))
    grad_y = laid_out(grad.astype(np.float32), pixels.Frame())
    grad_weight, grad_bias = np.empty_like(weight), np.empty_like(bias)
    pixels.planes_conv_grad_weight(x, grad_y, window, grad_weight, grad_bias)
    close(grad_weight, gradients[0])
    close(grad_bias, gradients[1])
