"""Winograd's tiles of pixels: borders, tails, what follows, and the same bits with 2 threads."""

import numpy as np
import pytest

import badak
from badak.ops import reference
from badak.ops.native import pixels
from badak.ops.window import Window

SPARE = 3  # channels beside the maps' own

# Images, channels, filters, rows and columns of x, padding: above, below, left and right. Among
# them are all heights of a group of tiles, parts of a tile at both borders, and vectors in part;
# the tiles are full enough, and so many, that they pay.
SHAPES = [
    (2, 16, 16, 8, 8, (1, 1, 1, 1)),
    (3, 16, 16, 32, 31, (1, 1, 1, 1)),
    (5, 24, 33, 11, 15, (1, 0, 2, 1)),
    (7, 40, 70, 14, 12, (2, 2, 0, 0)),
    (9, 17, 48, 8, 10, (0, 1, 1, 2)),
    (37, 64, 32, 4, 4, (1, 1, 1, 1)),
    (40, 18, 20, 9, 10, (0, 0, 0, 0)),
    (16, 160, 144, 4, 5, (1, 1, 1, 1)),
    (3, 33, 16, 30, 30, (1, 1, 1, 1)),
]


pytestmark = pytest.mark.usefixtures("each_set")


def maps(x, frame):
    """Images (N, C, H, W) as some of the channels of pixels; what no kernel may read is NaN."""
    n, c, h, w = x.shape
    all_channels = pixels.new(n, h, w, c + 2 * SPARE, frame)
    numbers = all_channels.array.base
    while numbers.base is not None:
        numbers = numbers.base
    numbers[...] = np.nan
    part = all_channels.channels(SPARE, c)
    all_channels.array[..., SPARE : SPARE + c] = 0
    part.numbers[...] = x.transpose(0, 2, 3, 1)
    return part


def results(n, f, h, w):
    """Where results go, among numbers that must stay."""
    part = pixels.new(n, h, w, f + 2 * SPARE, pixels.Frame(1, 2, 1, 1)).channels(SPARE, f)
    part.array[...] = 7
    return part


def written(part):
    """The images (N, C, H, W); nothing beside them may have been written."""
    images = part.numbers.transpose(0, 3, 1, 2).copy()
    part.numbers[...] = 7
    assert (part.array == 7).all(), "written outside"
    return images


def assert_close(found, expected, sums=None):
    """Within 5e-6 of the largest of the sums, of which limits and pooling keep only some."""
    error = np.abs(found - expected).max()
    assert error <= 5e-6 * np.abs(expected if sums is None else sums).max(), error


def draw(shape, seed):
    """Arrays x, weight, bias, y's gradient and a window."""
    n, c, f, h, w, (top, bottom, left, right) = shape
    window = Window.of((3, 3), (1, 1), ((top, bottom), (left, right)), (1, 1))
    sizes = (n, c, h, w), (f, c, 3, 3), (f,), (n, f, *window.output_size(h, w))
    numbers = np.random.default_rng(seed)
    return *(numbers.standard_normal(size).astype(np.float32) for size in sizes), window


def convolve(x, weight, bias, window, add, limits, pool):
    n, f, h, w = add.shape
    y = results(n, f, h // 2, w // 2) if pool else results(n, f, h, w)
    from_ = maps(x, pixels.reading_frame(window, *x.shape[2:]))
    more = maps(add, pixels.Frame())
    pixels.conv(from_, weight, window, 1, y, bias=bias, add=more, limits=limits, pool=pool)
    return written(y)


def gradients(x, weight, grad, window):
    """Gradients of x, weight and bias."""
    from_ = maps(x, pixels.reading_frame(window, *x.shape[2:]))
    grad_y = maps(grad, pixels.gradient_frame(window))
    grad_x = results(len(x), *x.shape[1:])
    grad_weight, grad_bias = np.empty_like(weight), np.empty(len(weight), np.float32)
    pixels.conv_grad_x(grad_y, weight, window, 1, grad_x)
    pixels.conv_grad_weight(from_, grad_y, window, 1, grad_weight, grad_bias)
    return written(grad_x), grad_weight, grad_bias


def float64(*arrays):
    return [array.astype(np.float64) for array in arrays]


@pytest.mark.parametrize("shape", SHAPES)
def test_conv_and_what_follows(shape):
    x, weight, bias, add, window = draw(shape, 0)
    sums = reference.conv2d(*float64(x, weight, bias), window, 1) + add
    assert_close(convolve(x, weight, bias, window, add, (-np.inf, np.inf), False), sums)
    expected = np.clip(sums, 0, 6)
    assert_close(convolve(x, weight, bias, window, add, (0, 6), False), expected, sums)
    h, w = sums.shape[2] // 2, sums.shape[3] // 2
    cells = expected[:, :, : 2 * h, : 2 * w].reshape(*sums.shape[:2], h, 2, w, 2)
    assert_close(convolve(x, weight, bias, window, add, (0, 6), True), cells.max((3, 5)), sums)


@pytest.mark.parametrize("shape", SHAPES)
def test_gradients(shape):
    x, weight, _, grad, window = draw(shape, 1)
    expected = reference.conv2d_backward(*float64(grad, x, weight), window, 1, True)
    for found, wanted in zip(gradients(x, weight, grad, window), expected, strict=True):
        assert_close(found, wanted)


@pytest.mark.parametrize("channels", [16, 64, 256, 512])
def test_many_channels_are_as_exact(channels):
    for c, f in ((channels, 32), (32, channels)):
        x, weight, bias, grad, window = draw((6, c, f, 4, 4, (1, 1, 1, 1)), channels)
        sums = reference.conv2d(*float64(x, weight, bias), window, 1)
        none = np.zeros_like(grad)
        assert_close(convolve(x, weight, bias, window, none, (-np.inf, np.inf), False), sums)
        expected = reference.conv2d_backward(*float64(grad, x, weight), window, 1, True)
        for found, wanted in zip(gradients(x, weight, grad, window), expected, strict=True):
            assert_close(found, wanted)


def test_heavy_weights_of_many_tiles():
    x, weight, bias, grad, window = draw((26, 256, 240, 8, 8, (1, 1, 1, 1)), 4)
    some = [0, 12, 25]
    sums = reference.conv2d(*float64(x[some], weight, bias), window, 1)
    none = np.zeros_like(grad)
    y = convolve(x, weight, bias, window, none, (-np.inf, np.inf), False)
    assert_close(y[some], sums)
    expected = reference.conv2d_backward(*float64(grad[some], x[some], weight), window, 1, True)
    assert_close(gradients(x, weight, grad, window)[0][some], expected[0])


@pytest.mark.parametrize("shape", SHAPES)
def test_threads_give_the_same_bits(shape):
    x, weight, bias, grad, window = draw(shape, 2)
    before = badak.num_threads()
    try:
        runs = []
        for threads in (1, 2):
            badak.set_num_threads(threads)
            y = convolve(x, weight, bias, window, grad, (-1, 1), False)
            runs.append((y, *gradients(x, weight, grad, window)))
        for one, two in zip(*runs, strict=True):
            np.testing.assert_array_equal(one, two)
    finally:
        badak.set_num_threads(before)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 5), (5, 0), (5, 5)])
def test_not_a_number_spreads_over_its_tiles_alone(row, column):
    """A NaN reaches all places that read it, with pooling too; tiles that do not stay finite."""
    x, weight, bias, add, window = draw((2, 16, 16, 20, 20, (1, 1, 1, 1)), 3)
    x[1, 3, row, column] = np.nan
    y = convolve(x, weight, bias, window, add, (0, 1), False)
    assert np.isnan(y[1, :, max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]).all()
    assert np.isfinite(y[0]).all()
    assert np.isfinite(y[1, :, 8:, 8:]).all()
    y = convolve(x, weight, bias, window, add, (0, 1), True)
    assert np.isnan(y[1, :, row // 2, column // 2]).all()
