"""Known defects of the book's code: the ops have none of them."""

import warnings

import numpy as np
import pytest

from badak import ops


def test_pooling_pads_with_minus_infinity_not_with_zero():
    x = np.full((1, 1, 3, 3), -5.0)
    y, _ = ops.max_pool2d(x, 2, stride=1, padding=1)
    assert y.shape == (1, 1, 4, 4)  # nor is the padding ignored
    assert (y == -5).all()


def test_im2col_keeps_float32():
    x = np.ones((2, 3, 5, 4), np.float32)
    assert ops.im2col(x, 3, padding=1).dtype == np.float32
    assert ops.col2im(ops.im2col(x, 3), x.shape, 3).dtype == np.float32
    y = ops.conv2d(x, np.ones((2, 3, 3, 3), np.float32), np.ones(2, np.float32))
    assert y.dtype == np.float32


@pytest.mark.parametrize(("size", "kernel", "stride", "places"), [(28, 5, 3, 8), (7, 2, 2, 3)])
def test_a_fractional_output_size_is_floored(size, kernel, stride, places):
    x = np.ones((1, 1, size, size + stride), np.float32)
    weight = np.ones((1, 1, kernel, kernel), np.float32)
    y = ops.conv2d(x, weight, stride=stride)
    assert y.shape == (1, 1, places, places + 1)
    assert (y == kernel * kernel).all()
    assert ops.max_pool2d(x, kernel, stride)[0].shape == y.shape


def test_relus_backward_leaves_the_callers_gradient():
    x = np.array([[-1.0, 2.0], [3.0, -4.0]])
    grad_y = np.ones((2, 2))
    assert ops.relu_backward(grad_y, ops.relu(x)).tolist() == [[0, 1], [1, 0]]
    assert (grad_y == 1).all()
    assert x.tolist() == [[-1, 2], [3, -4]]


def test_batch_norm_has_one_statistic_a_channel():
    x = np.random.default_rng(0).standard_normal((4, 3, 5, 6))
    zero, one = np.zeros(3), np.ones(3)
    result = ops.batch_norm2d(x, one, zero, zero, one, training=True)
    assert result.running_mean.shape == result.running_var.shape == (3,)
    np.testing.assert_allclose(result.mean, x.mean(axis=(0, 2, 3)))
    np.testing.assert_allclose(result.running_mean, 0.1 * x.mean(axis=(0, 2, 3)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_does_not_overflow(dtype):
    x = np.array([-1000, -100, 0, 100, 1000], dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y = ops.sigmoid(x)
        slope = ops.sigmoid_backward(np.ones_like(x), y)
    assert y.tolist() == [0, pytest.approx(np.exp(-100.0), rel=1e-4, abs=1e-44), 0.5, 1, 1]
    assert slope.tolist() == [0, pytest.approx(0, abs=1e-43), 0.25, 0, 0]


def test_softmax_of_one_row_or_many_is_the_same():
    rows = np.array([[1000.0, 1001.0], [1.0, 2.0]])
    assert ops.softmax(rows)[0].tolist() == ops.softmax(rows[:1])[0].tolist()
    np.testing.assert_allclose(ops.softmax(rows)[0], ops.softmax(rows)[1], rtol=1e-12)


def test_cross_entropy_takes_the_logarithm_of_no_zero():
    loss, _ = ops.cross_entropy(np.array([[0.0, 1000.0]]), [0])
    assert loss == 1000  # the book's -log(0 + 1e-7) gives 16.1
