"""Pooling against PyTorch and against the definition."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st

import oracles
from badak import ops
from harness import agree
from strategies import DTYPES, numbers, pool_cases

pytestmark = pytest.mark.usefixtures("each_edition")


def symmetric(case):
    """Padding as PyTorch's pooling takes it; assume such a case."""
    (top, bottom), (left, right) = case.geometry["sides"]
    assume(top == bottom and left == right)
    kernel = case.geometry["kernel"]
    assume(2 * top <= kernel[0] and 2 * left <= kernel[1])  # "same" may pad more when dilated
    return top, left


def torch_max_pool2d(x, geometry, padding):
    return F.max_pool2d(
        x,
        geometry["kernel"],
        geometry["stride"],
        padding,
        geometry["dilation"],
        geometry["ceil_mode"],
        return_indices=True,
    )


def torch_avg_pool2d(x, kernel, stride, ceil_mode, count_include_pad, divisor_override, **rest):
    padding = [before for before, _ in rest["sides"]]
    return F.avg_pool2d(x, kernel, stride, padding, ceil_mode, count_include_pad, divisor_override)


def windows_of(grad_y, case):
    """The largest gradient, times the number of windows that may hold a pixel."""
    return float(np.abs(grad_y).max(initial=0)) * math.prod(case.geometry["kernel"])


@given(pool_cases())
def test_max_pool2d_equals_pytorchs(case):
    y, indices = torch_max_pool2d(torch.tensor(case.arrays["x"]), case.geometry, symmetric(case))
    agree(ops.max_pool2d, case.arrays, case.options, y.double().numpy(), indices.numpy())


@given(pool_cases())
def test_max_pool2d_equals_the_definition(case):
    expected = oracles.naive_max_pool2d(case.arrays["x"], **case.geometry)
    agree(ops.max_pool2d, case.arrays, case.options, *expected)


@given(pool_cases())
def test_max_pool2d_backward_equals_pytorchs(case):
    padding, x = symmetric(case), case.arrays["x"]
    y, indices = ops.max_pool2d(x, **case.options)
    grad_y = case.gradient(y.shape)
    (expected,) = oracles.backward(
        lambda x: torch_max_pool2d(x, case.geometry, padding)[0], grad_y, x
    )
    arrays, options = {"grad_y": grad_y, "indices": indices}, {"input_shape": x.shape}
    agree(ops.max_pool2d_backward, arrays, options, expected, scale=windows_of(grad_y, case))


@given(pool_cases())
def test_max_pool2d_backward_adds_where_windows_overlap(case):
    x = case.arrays["x"]
    y, indices = ops.max_pool2d(x, **case.options)
    grad_y = case.gradient(y.shape)
    expected = np.zeros(x.shape)
    for image, channel, i, j in np.ndindex(*y.shape):
        row, column = divmod(int(indices[image, channel, i, j]), x.shape[3])
        expected[image, channel, row, column] += float(grad_y[image, channel, i, j])
    arrays, options = {"grad_y": grad_y, "indices": indices}, {"input_shape": x.shape}
    agree(ops.max_pool2d_backward, arrays, options, expected, scale=windows_of(grad_y, case))


@given(pool_cases(average=True))
def test_avg_pool2d_equals_pytorchs(case):
    symmetric(case)
    x = case.arrays["x"]
    expected = oracles.forward(torch_avg_pool2d, x, **case.geometry)
    size = oracles.forward_size(torch_avg_pool2d, x, **case.geometry)
    agree(ops.avg_pool2d, case.arrays, case.options, expected, scale=size)


@given(pool_cases(average=True))
def test_avg_pool2d_equals_the_definition(case):
    x = case.arrays["x"]
    expected = oracles.naive_avg_pool2d(x, **case.geometry)
    size = oracles.naive_avg_pool2d(np.abs(x), **case.geometry).max(initial=0)
    agree(ops.avg_pool2d, case.arrays, case.options, expected, scale=float(size))


@given(pool_cases(average=True))
def test_avg_pool2d_backward_equals_pytorchs(case):
    symmetric(case)
    x = case.arrays["x"]
    grad_y = case.gradient(ops.avg_pool2d(x, **case.options).shape)
    (expected,) = oracles.backward(torch_avg_pool2d, grad_y, x, **case.geometry)
    sizes = oracles.backward_sizes(torch_avg_pool2d, grad_y, x, **case.geometry)
    options = {"input_shape": x.shape, **case.options}
    agree(ops.avg_pool2d_backward, {"grad_y": grad_y}, options, expected, scale=sizes)


@given(st.data())
def test_global_avg_pool2d_equals_pytorchs(data):
    shape = data.draw(st.tuples(st.integers(0, 3), *[st.integers(1, 7)] * 3))
    x = numbers(data.draw, shape, data.draw(DTYPES))
    y = ops.global_avg_pool2d(x)
    expected = oracles.forward(F.adaptive_avg_pool2d, x, output_size=1)
    agree(ops.global_avg_pool2d, {"x": x}, {}, expected, scale=1)
    (expected,) = oracles.backward(F.adaptive_avg_pool2d, y, x, output_size=1)
    agree(ops.global_avg_pool2d_backward, {"grad_y": y}, {"input_shape": shape}, expected)


def test_the_first_of_equals_wins():
    y, indices = ops.max_pool2d(np.ones((1, 1, 2, 4)), kernel_size=2)
    assert (y.tolist(), indices.tolist()) == ([[[[1, 1]]]], [[[[0, 2]]]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nan_wins_over_all_as_in_pytorch(dtype):
    x = np.arange(24, dtype=dtype).reshape(1, 1, 4, 6)
    x[0, 0, 1, 2] = np.nan
    y, indices = ops.max_pool2d(x, 3, stride=1, padding=1)
    wanted, places = F.max_pool2d(torch.tensor(x), 3, 1, 1, return_indices=True)
    np.testing.assert_array_equal(y, wanted.numpy())
    np.testing.assert_array_equal(indices, places.numpy())


@pytest.mark.parametrize("kernel", [2, (3, 2), (2, 3)])
def test_a_map_of_minus_infinity_never_names_a_place_in_the_padding(kernel):
    x = np.full((1, 2, 3, 4), -np.inf)
    y, indices = ops.max_pool2d(x, kernel, stride=1, padding=1)
    assert (y == -np.inf).all()
    wanted = F.max_pool2d(torch.tensor(x), kernel, 1, 1, return_indices=True)[1]
    np.testing.assert_array_equal(indices, wanted.numpy())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("kernel", "padding", "dilation"),
    [((3, 3), 1, 2), ((2, 3), 1, (3, 2)), ((5, 4), 2, (1, 3)), ((4, 3), (2, 1), (3, 4))],
)
def test_dilated_padding_is_no_whole_number_of_cells_and_never_wins(
    dtype, kernel, padding, dilation
):
    x = np.full((1, 2, 11, 12), -np.inf, dtype)
    x[:, 1, ::3, ::5] = 1
    y, indices = ops.max_pool2d(x, kernel, 1, padding, dilation)
    wanted, places = F.max_pool2d(
        torch.tensor(x), kernel, 1, padding, dilation, return_indices=True
    )
    np.testing.assert_array_equal(y, wanted.numpy())
    np.testing.assert_array_equal(indices, places.numpy())
    grad_x = ops.max_pool2d_backward(np.ones_like(y), indices, x.shape)
    assert grad_x.sum() == y.size  # gradients in the padding would be refused or lost


def test_the_books_pooling_example():
    # The book, 7.3: 2x2 maximum with stride 2.
    x = np.array([[1.0, 2, 1, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 4, 0, 1]])
    assert ops.max_pool2d(x[None, None], 2)[0].tolist() == [[[[2, 3], [4, 2]]]]
