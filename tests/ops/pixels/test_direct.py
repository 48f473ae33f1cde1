"""The tiles of a pixel convolution: every height and width, band borders, threads, NaN."""

from typing import NamedTuple

import numpy as np
import pytest
import torch

from badak import _core
from badak.ops.native import pixels
from badak.ops.window import Window


class Sizes(NamedTuple):
    """Images (n, channels, h, w), filters, kernel, stride, padding, dilation, groups."""

    n: int
    channels: int
    h: int
    w: int
    filters: int
    kernel: int = 3
    stride: int = 1
    padding: int = 1
    dilation: int = 1
    groups: int = 1

    @property
    def window(self):
        return Window.of(self.kernel, self.stride, self.padding, self.dilation)


CASES = [
    Sizes(2, 64, 32, 32, 48),  # several bands
    Sizes(5, 300, 4, 4, 70),  # tiles over the ends of images, parts of the panels
    Sizes(1, 400, 2, 2, 130),
    Sizes(3, 96, 1, 1, 40, kernel=1, padding=0),
    Sizes(1, 32, 40, 37, 5, kernel=1, padding=0),
    Sizes(2, 24, 33, 30, 24, kernel=1, padding=0, stride=2),
    Sizes(2, 20, 21, 23, 17, kernel=5, padding=2, stride=2),
    Sizes(1, 16, 24, 31, 33, padding=2, dilation=2),
    Sizes(2, 36, 15, 14, 90, groups=3),
    Sizes(2, 8, 19, 26, 8),  # half a vector of filters
    Sizes(1, 8, 20, 20, 6, kernel=5, padding=2, dilation=2),
    Sizes(1, 10, 20, 20, 3, kernel=1, padding=0),
    Sizes(2, 24, 20, 20, 24, groups=3),
]


pytestmark = pytest.mark.usefixtures("each_set")


def arrays(sizes):
    numbers = np.random.default_rng(list(sizes))
    x = numbers.standard_normal((sizes.n, sizes.channels, sizes.h, sizes.w)).astype(np.float32)
    shape = sizes.filters, sizes.channels // sizes.groups, sizes.kernel, sizes.kernel
    weight = numbers.standard_normal(shape).astype(np.float32)
    return x, weight, numbers.standard_normal(sizes.filters).astype(np.float32)


def expected(sizes, x, weight, bias, pool):
    """ReLU and pooling of PyTorch's convolution in float64, channels innermost."""
    x, weight, bias = (torch.from_numpy(a).double() for a in (x, weight, bias))
    y = torch.nn.functional.conv2d(
        x, weight, bias, sizes.stride, sizes.padding, sizes.dilation, sizes.groups
    )
    y = torch.relu(y)
    if pool:
        y = torch.nn.functional.max_pool2d(y, 2)
    return y.permute(0, 2, 3, 1).numpy()


def convolved(sizes, x, weight, bias, pool, planes=False):
    """Images (n, oh, ow, filters), after ReLU, and perhaps pooling."""
    h, w = sizes.window.output_size(*x.shape[2:])
    if pool:
        h, w = h // 2, w // 2
    y = pixels.new(len(x), h, w, len(weight), pixels.Frame(1, 1, 1, 1))
    options = {"bias": bias, "limits": (0, np.inf), "pool": pool}
    if planes:
        pixels.planes_conv(x, weight, sizes.window, y, **options)
    else:
        frame = pixels.reading_frame(sizes.window, *x.shape[2:])
        maps = pixels.new(*np.array(x.shape)[[0, 2, 3, 1]], frame)
        maps.numbers[...] = x.transpose(0, 2, 3, 1)
        pixels.conv(maps, weight, sizes.window, sizes.groups, y, **options)
    result = y.numbers.copy()
    y.numbers[...] = 0
    assert not y.array.any(), "the frame was written"
    return result


def close(found, wanted):
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= 1e-5 * np.abs(wanted).max()


@pytest.mark.parametrize("pool", [False, True])
@pytest.mark.parametrize("sizes", CASES, ids=lambda sizes: "-".join(map(str, sizes)))
def test_sizes_beyond_one_tile(sizes, pool):
    if pool and min(sizes.window.output_size(sizes.h, sizes.w)) < 2:
        pool = False
    x, weight, bias = arrays(sizes)
    close(convolved(sizes, x, weight, bias, pool), expected(sizes, x, weight, bias, pool))


@pytest.mark.parametrize(
    "sizes",
    [
        Sizes(3, 1, 28, 28, 30, kernel=5, padding=0),
        Sizes(2, 1, 28, 28, 6, kernel=5, padding=2),
        Sizes(2, 3, 32, 32, 16),
        Sizes(2, 3, 96, 97, 8, stride=2),
        Sizes(1, 3, 70, 64, 40, kernel=7, padding=3, stride=2),
        Sizes(1, 4, 40, 40, 20, dilation=2, padding=2),
        Sizes(1, 7, 40, 40, 20),
    ],
    ids=lambda sizes: "-".join(map(str, sizes)),
)
@pytest.mark.parametrize("pool", [False, True])
def test_first_layers(sizes, pool):
    x, weight, bias = arrays(sizes)
    close(convolved(sizes, x, weight, bias, pool, True), expected(sizes, x, weight, bias, pool))


@pytest.mark.parametrize("filters", range(1, 36))
def test_every_number_of_filters_and_pixels(filters):
    sizes = Sizes(1, 3, 1, filters % 15 + 1, filters, kernel=1, padding=0)
    x, weight, bias = arrays(sizes)
    for planes in False, True:
        close(
            convolved(sizes, x, weight, bias, False, planes),
            expected(sizes, x, weight, bias, False),
        )


@pytest.mark.parametrize("sizes", [CASES[0], CASES[1], CASES[6], CASES[9]])
def test_the_bits_do_not_depend_on_the_threads(sizes):
    x, weight, bias = arrays(sizes)
    before = _core.num_threads()
    results = []
    try:
        for count in 1, 2, 3:
            _core.set_num_threads(count)
            results.append(convolved(sizes, x, weight, bias, False))
            if sizes.groups == 1:
                results.append(convolved(sizes, x, weight, bias, False, True))
    finally:
        _core.set_num_threads(before)
    for result in results[2:]:
        assert any(np.array_equal(result, first) for first in results[:2])


@pytest.mark.parametrize("channels", [8, 5])
@pytest.mark.parametrize("filters", [8, 20])
@pytest.mark.parametrize("planes", [False, True])
@pytest.mark.parametrize("pool", [False, True])
def test_nan_reaches_its_windows_and_no_others(channels, filters, planes, pool):
    sizes = Sizes(1, channels, 12, 12, filters, kernel=5, padding=2)
    x, weight, bias = arrays(sizes)
    for place in (4, 6), (5, 11), (11, 0):
        images = x.copy()
        images[0, -1, *place] = np.nan
        wanted = np.isnan(expected(sizes, images, weight, bias, pool))
        assert 0 < wanted.sum() < wanted.size
        found = convolved(sizes, images, weight, bias, pool, planes)
        np.testing.assert_array_equal(np.isnan(found), wanted)
