"""im2col, col2im and conv2d against PyTorch and against the definition."""

import numpy as np
import pytest
from hypothesis import assume, given

import oracles
from badak import ops
from harness import agree
from strategies import conv_cases, im2col_cases

pytestmark = pytest.mark.usefixtures("each_edition")


def given_arrays(case):
    """The arrays that are not None, in order, for the oracles."""
    return [array for array in case.arrays.values() if array is not None]


def size(case):
    return oracles.forward_size(oracles.conv2d, *given_arrays(case), **case.geometry)


@given(im2col_cases())
def test_im2col_equals_unfold(case):
    expected = oracles.forward(oracles.im2col, *given_arrays(case), **case.geometry)
    agree(ops.im2col, case.arrays, case.options, expected)


@given(im2col_cases())
def test_col2im_equals_fold(case):
    x = case.arrays["x"]
    grad_y = case.gradient(ops.im2col(x, **case.options).shape)
    (expected,) = oracles.backward(oracles.im2col, grad_y, x, **case.geometry)
    options = {"input_shape": x.shape, **case.options}
    sizes = oracles.backward_sizes(oracles.im2col, grad_y, x, **case.geometry)
    agree(ops.col2im, {"columns": grad_y}, options, expected, scale=sizes)


@given(conv_cases())
def test_conv2d_equals_pytorchs(case):
    expected = oracles.forward(oracles.conv2d, *given_arrays(case), **case.geometry)
    agree(ops.conv2d, case.arrays, case.options, expected, scale=size(case))


@given(conv_cases())
def test_conv2d_equals_the_definition(case):
    assume(case.arrays["x"].size * case.arrays["weight"].size < 5000)
    expected = oracles.naive_conv2d(*case.arrays.values(), **case.geometry)
    agree(ops.conv2d, case.arrays, case.options, expected, scale=size(case))


@given(conv_cases())
def test_conv2d_backward_equals_pytorchs(case):
    x, weight = case.arrays["x"], case.arrays["weight"]
    bias = np.zeros(len(weight))
    grad_y = case.gradient(ops.conv2d(x, weight, **case.options).shape)
    grads = oracles.backward(oracles.conv2d, grad_y, x, weight, bias, **case.geometry)
    arrays = {"grad_y": grad_y, "x": x, "weight": weight}
    sizes = oracles.backward_sizes(oracles.conv2d, grad_y, x, weight, bias, **case.geometry)
    agree(ops.conv2d_backward, arrays, case.options, *grads, scale=sizes)
    options = {**case.options, "need_grad_x": False}
    agree(ops.conv2d_backward, arrays, options, None, *grads[1:], scale=sizes)


def test_the_books_example():
    # The book, 7.2.2: a 4x4 input and a 3x3 filter, without and with bias 3.
    x = np.array([[1, 2, 3, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 3, 0, 1]], np.float32)
    weight = np.array([[2, 0, 1], [0, 1, 2], [1, 0, 2]], np.float32)
    x, weight, bias = x[None, None], weight[None, None], np.array([3], np.float32)
    assert ops.conv2d(x, weight).tolist() == [[[[15, 16], [6, 15]]]]
    assert ops.conv2d(x, weight, bias).tolist() == [[[[18, 19], [9, 18]]]]


def test_the_backward_of_an_example_by_hand():
    # y = [1*10 + 2*20 + 3*30, ...] slides along one row: the numbers were worked out by hand.
    x = np.array([[[[1.0, 2, 3, 4]]]])
    weight = np.array([[[[10.0, 20, 30]]]])
    assert ops.conv2d(x, weight).tolist() == [[[[140, 200]]]]
    grad_x, grad_weight, grad_bias = ops.conv2d_backward(np.array([[[[1.0, 2]]]]), x, weight)
    assert grad_x.tolist() == [[[[10, 40, 70, 60]]]]
    assert grad_weight.tolist() == [[[[5, 8, 11]]]]
    assert grad_bias.tolist() == [3]


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_a_kernel_of_one_mixes_channels_only_within_its_group(groups):
    x = np.random.default_rng(0).standard_normal((2, 4, 3, 5))
    weight = np.ones((4, 4 // groups, 1, 1))
    y = ops.conv2d(x, weight, groups=groups)
    sums = x.reshape(2, groups, 4 // groups, 3, 5).sum(axis=2)
    np.testing.assert_allclose(y, np.repeat(sums, 4 // groups, axis=1), atol=1e-14)
