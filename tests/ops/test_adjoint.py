"""A linear op and its backward are transposes: both give the same sum of products.

The values are small integers, so every sum is exact and both sides must be equal to the last bit,
in float32 too: no step size, no tolerance.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak import ops
from strategies import conv_cases, im2col_cases, pool_cases

pytestmark = pytest.mark.usefixtures("each_edition")


def integers(array, seed=0):
    """Small whole numbers in an array's shape and dtype."""
    return np.random.default_rng(seed).integers(-4, 5, array.shape).astype(array.dtype)


@given(im2col_cases(ties=True))
def test_im2col_and_col2im(case):
    x = case.arrays["x"]
    columns = ops.im2col(x, **case.options)
    r = integers(columns)
    assert np.vdot(columns, r) == np.vdot(x, ops.col2im(r, x.shape, **case.options))


@given(im2col_cases())
def test_col2im_of_im2col_multiplies_by_the_number_of_windows(case):
    x = np.ones_like(case.arrays["x"])
    seen = ops.col2im(ops.im2col(x, **case.options), x.shape, **case.options)
    assert seen.sum() == ops.im2col(x, **case.options).sum()
    assert (seen == np.round(seen)).all()


@given(conv_cases(ties=True))
def test_conv2d_is_linear_in_input_and_in_weight(case):
    x, weight = case.arrays["x"], case.arrays["weight"]
    y = ops.conv2d(x, weight, **case.options)
    g = integers(y)
    grad_x, grad_weight, grad_bias = ops.conv2d_backward(g, x, weight, **case.options)
    assert np.vdot(y, g) == np.vdot(x, grad_x) == np.vdot(weight, grad_weight)
    bias = integers(grad_bias, seed=1)
    assert np.vdot(grad_bias, bias) == np.vdot(g, np.zeros_like(g) + bias[:, None, None])


@given(pool_cases(average=True), st.sampled_from([1, 2, 4]))
def test_avg_pool2d(case, divisor):
    x, options = integers(case.arrays["x"]), {**case.options, "divisor_override": divisor}
    y = ops.avg_pool2d(x, **options)
    g = integers(y, seed=1)
    assert np.vdot(y, g) == np.vdot(x, ops.avg_pool2d_backward(g, x.shape, **options))


@given(pool_cases())
def test_max_pool2d_picks_what_backward_gives_back(case):
    x = case.arrays["x"]
    y, indices = ops.max_pool2d(x, **case.options)
    g = integers(y)
    grad_x = ops.max_pool2d_backward(g, indices, x.shape)
    assert grad_x.sum() == g.sum()
    for image, channel in np.ndindex(*y.shape[:2]):
        picked = x[image, channel].reshape(-1)[indices[image, channel]]
        np.testing.assert_array_equal(picked, y[image, channel])
