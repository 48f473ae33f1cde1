"""One convolution in every way: correct, equal within the stated bound, and measured."""

import importlib
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from badak import BadakError
from badak.inspect.draw import save
from badak.lessons import convolution_by_size, convolution_three_ways, draw, three_ways
from badak.lessons.three_ways import WAYS, bound


@st.composite
def cases(draw):
    """Images and filters that are not square, at any scale, with one much larger channel."""
    n, c, f = (draw(st.integers(1, 3)) for _ in range(3))
    kernel = draw(st.one_of(st.just((3, 3)), st.tuples(st.integers(1, 5), st.integers(1, 5))))
    size = tuple(k + draw(st.integers(0, 6)) for k in kernel)
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    scales = 10.0 ** generator.integers(-4, 5, (1, c, 1, 1))
    x = generator.standard_normal((n, c, *size)) * scales
    return x.astype(dtype), generator.standard_normal((f, c, *kernel)).astype(dtype)


@given(cases())
def test_every_way_is_torchs_convolution_within_the_bound(case):
    x, w = case
    kept = x.copy(), w.copy()
    expected = torch.conv2d(*(torch.from_numpy(array).double() for array in case)).numpy()
    found = convolution_three_ways(x, w)
    assert len(found.ways) == (4 if w.shape[2:] == (3, 3) else 3)
    assert found.bound == bound(x, w)
    for way in found.ways:
        assert way.y.dtype == x.dtype
        assert np.abs(way.y - expected).max() <= found.bound, way.name
        assert way.difference <= found.bound, way.name
        assert way.difference == np.abs(way.y - found.ways[0].y).max()
    np.testing.assert_array_equal(x, kept[0])
    np.testing.assert_array_equal(w, kept[1])


def test_the_bound_is_tight_enough_to_catch_a_wrong_way(monkeypatch):
    generator = np.random.default_rng(0)
    x, w = generator.standard_normal((2, 3, 8, 9)), generator.standard_normal((4, 3, 3, 2))
    right = WAYS["FFT"]
    monkeypatch.setitem(WAYS, "FFT", lambda x, w: right(x, w) * (1 + 1e-11))
    found = {way.name: way for way in convolution_three_ways(x, w).ways}
    assert found["FFT"].difference > bound(x, w) > found["im2col and matrix product"].difference


def test_the_table_by_hand(monkeypatch):
    monkeypatch.setattr(three_ways, "_measure", lambda way, x, w: (way(x, w), 0.0025, 3 * 2**19))
    text = str(convolution_three_ways(np.ones((1, 1, 4, 4)), np.ones((2, 1, 2, 2))))
    lines = [" ".join(line.split()) for line in text.splitlines() if line]
    assert lines[0].startswith("Convolution of (1, 1, 4, 4) with (2, 1, 2, 2), float64; differ")
    assert "direct loops 2.500 1.500 0.0e+00" in lines
    assert "Winograd" not in text


def test_the_fastest_run_counts(monkeypatch):
    now = iter([0.0, 0.015, 1.0, 1.004, 2.0, 2.009])  # three runs, 0.028 seconds in all
    monkeypatch.setattr(three_ways, "time", SimpleNamespace(perf_counter=lambda: next(now)))
    x = np.ones((1, 1, 3, 3))
    _, seconds, _ = three_ways._measure(WAYS["direct loops"], x, x)
    assert seconds == pytest.approx(0.004)


def test_im2col_holds_its_columns():
    """Each pixel is copied about nine times: the columns alone are C * 9 * P numbers."""
    x, w = np.ones((1, 4, 32, 32), np.float32), np.ones((4, 4, 3, 3), np.float32)
    peaks = {way.name: way.peak_bytes for way in convolution_three_ways(x, w).ways}
    columns = 4 * 9 * 30 * 30 * 4
    assert columns < peaks["im2col and matrix product"] < 2 * columns
    output = 4 * 30 * 30 * 4
    assert output < peaks["direct loops"] < 2 * output


def test_memory_is_measured_beside_the_readers_own_tracing():
    tracemalloc.start()
    try:
        kept = np.ones(10**6)
        x = np.ones((1, 1, 4, 4))
        ways = convolution_three_ways(x, x).ways
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()
    assert max(way.peak_bytes for way in ways) < kept.nbytes / 10


@pytest.mark.parametrize(
    ("x", "w", "words"),
    [
        (np.ones((1, 1, 4, 4), int), np.ones((1, 1, 2, 2)), "^x .*float.*got int64"),
        (np.ones((1, 4, 4)), np.ones((1, 1, 2, 2)), "^x .*4 axes"),
        (np.ones((1, 1, 4, 4)), np.ones((1, 1, 2, 2), np.float32), "^w .*float64.*got float32"),
        (np.ones((0, 1, 4, 4)), np.ones((1, 1, 2, 2)), "x and w .*empty"),
        (np.ones((1, 2, 4, 4)), np.ones((1, 3, 2, 2)), "images of 3 channels; x .* has 2"),
        (np.ones((1, 1, 4, 4)), np.ones((1, 1, 5, 2)), "does not fit its 4x4 input"),
    ],
)
def test_wrong_arguments(x, w, words):
    with pytest.raises(BadakError, match=words):
        convolution_three_ways(x, w)


def test_sizes_vary_one_at_a_time(monkeypatch):
    module = importlib.import_module("badak.lessons.by_size")
    shapes = []

    def spy(x, w):
        shapes.append((x.shape[2:], w.shape[2:]))
        return convolution_three_ways(x, w)

    monkeypatch.setattr(module, "convolution_three_ways", spy)
    found = convolution_by_size((5, 8), (1, 3, 4))
    assert [(image[0], kernel[0]) for image, kernel in shapes] == [
        (5, 3), (8, 3), (8, 1), (8, 3), (8, 4),
    ]  # fmt: skip
    assert list(found.by_image.sizes) == [5, 8]
    assert list(found.by_kernel.sizes) == [1, 3, 4]
    assert list(np.isnan(found.by_kernel.seconds["Winograd"])) == [True, False, True]
    assert not any(np.isnan(found.by_image.seconds[name]).any() for name in WAYS)


@pytest.mark.parametrize(
    ("images", "kernels", "words"),
    [
        ((), (1,), "image_sizes.* one"),
        ((4,), (), "kernel_sizes.* one"),
        ((2,), (1,), "image_sizes.*got 2"),
        ((4,), (5,), "kernel_sizes.*got 5"),
    ],
)
def test_wrong_sizes(images, kernels, words):
    with pytest.raises(BadakError, match=words):
        convolution_by_size(images, kernels)


def test_the_lines_drawn_are_the_data(tmp_path):
    found = convolution_by_size((4, 6), (1, 3))
    figure = draw.convolution_by_size(found)
    time_by_image, time_by_kernel, memory_by_image, _ = figure.axes
    for name, line in zip(WAYS, time_by_image.get_lines(), strict=True):
        np.testing.assert_allclose(line.get_ydata(), 1e3 * found.by_image.seconds[name])
    for name, line in zip(WAYS, memory_by_image.get_lines(), strict=True):
        np.testing.assert_allclose(line.get_ydata(), found.by_image.peak_bytes[name] / 2**20)
    assert list(time_by_kernel.get_lines()[0].get_xdata()) == [1, 3]
    save(figure, tmp_path / "by_size.png")
    assert np.asarray(Image.open(tmp_path / "by_size.png").convert("L")).std() > 10
