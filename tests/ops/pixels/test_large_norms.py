"""Norms of maps that no cache holds, which are walked in the order of memory: see rows.h."""

import numpy as np
import pytest

from badak.ops import reference
from badak.ops.native import pixels
from badak.ops.native import pixels_maps as maps
from ops.pixels.test_conv import close, laid_out, planes

pytestmark = pytest.mark.usefixtures("each_set")


# Rows of hops and a rest, of hops alone, of few hops; patterns that are too long.
@pytest.mark.parametrize(
    "shape", [(7, 20, 33, 33), (8, 12, 40, 36), (9, 7, 50, 45), (3, 1030, 7, 9)]
)
def test_norm_forward_and_back(shape):
    numbers = np.random.default_rng(0)
    x, grad = (numbers.standard_normal(shape).astype(np.float32) for _ in range(2))
    weight, bias = numbers.standard_normal((2, shape[1])).astype(np.float32)
    mean, inverse, *gradients = np.empty((4, shape[1]), np.float32)
    x_pixels, n_h_w_c = laid_out(x, pixels.Frame(1, 0, 0, 2)), np.array(shape)[[0, 2, 3, 1]]
    maps.pixels_norm_statistics(x_pixels, 1e-3, mean, inverse)
    exact = x.astype(np.float64)
    close(mean, exact.mean(axis=(0, 2, 3)))
    close(inverse, 1 / np.sqrt(exact.var(axis=(0, 2, 3)) + 1e-3))
    y, limits = pixels.new(*n_h_w_c, pixels.Frame(1, 1, 1, 1)), (0.0, 1.0)
    maps.pixels_norm_apply(x_pixels, mean, inverse, weight, bias, y, limits=limits)
    factors, offsets = (weight * inverse)[:, None, None], bias[:, None, None]
    z = (exact - mean[:, None, None]) * factors + offsets
    close(planes(y), np.clip(z, *limits))
    back = pixels.new(*n_h_w_c)
    channels = mean, inverse, weight, bias
    maps.pixels_norm_backward(
        laid_out(grad, pixels.Frame()),
        x_pixels,
        channels,
        back,
        tuple(gradients),
        z=y,
        limits=limits,
    )
    stored = planes(y)
    passed = np.where((stored > 0) & (stored < 1), grad, 0).astype(np.float64)
    statistics = (array.astype(np.float64) for array in (weight, mean, inverse))
    wanted = reference.batch_norm2d_backward(passed, exact, *statistics, True)
    for found, want in zip((planes(back), *gradients), wanted, strict=True):
        close(found, want)
