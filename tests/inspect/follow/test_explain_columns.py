"""explain_columns: the column and the row are im2col's, the cell is the matrix product's."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from badak import BadakError, Network, ops
from badak.inspect import explain_columns
from badak.layers import Conv2d, Flatten, Linear, TableConv2d
from badak.models import SimpleConvNet
from follow_cases import convolution
from strategies import conv_cases


@given(conv_cases(), st.data())
def test_it_is_im2col_and_a_matrix_product(case, data):
    net, image = convolution(case)
    weight, size = case.arrays["weight"], image.shape[1:]
    index = tuple(data.draw(st.integers(0, size - 1)) for size in net.output_shape)
    step = explain_columns(net, image, "conv1", index)
    window = {key: case.options[key] for key in ("stride", "padding", "dilation")}
    groups = case.options["groups"]
    own = np.split(image, groups)[step.group]
    matrix = ops.im2col(own[None], weight.shape[2:], **window)[0]
    filters = np.split(weight, groups)[step.group].reshape(len(weight) // groups, -1)
    assert (step.matrix_shape, step.filters_shape) == (matrix.shape, filters.shape)
    assert step.places == net.output_shape[1:]
    np.testing.assert_array_equal(step.patch, matrix[:, step.column])
    np.testing.assert_array_equal(step.filter, filters[step.row])
    columns = slice(step.first_column, step.first_column + step.matrix.shape[1])
    rows = slice(step.first_row, step.first_row + len(step.filters))
    np.testing.assert_array_equal(step.matrix, matrix[:, columns])
    np.testing.assert_array_equal(step.filters, filters[rows])
    product = filters @ matrix
    np.testing.assert_allclose(step.product, product[rows, columns], rtol=1e-4, atol=1e-4)
    assert step.total == pytest.approx(product[step.row, step.column], rel=1e-4, abs=1e-4)
    assert step.total + step.bias == pytest.approx(step.value, rel=1e-4, abs=1e-4)
    for (channel, y, x), number in zip(step.pixels, step.patch, strict=True):
        inside = 0 <= y < size[0] and 0 <= x < size[1]
        assert number == (image[channel, y, x] if inside else 0)


def test_pytorchs_unfold():
    net = Network([Conv2d(8, 3, padding=1, stride=2, dilation=2)], (4, 15, 17))
    image = np.random.default_rng(0).random((4, 15, 17), np.float32)
    step = explain_columns(net, image, "conv1", (5, 3, 6))
    unfolded = torch.nn.functional.unfold(torch.from_numpy(image[None]), 3, 2, 1, 2)[0].numpy()
    np.testing.assert_array_equal(step.patch, unfolded[:, step.column])


def test_of_a_large_product_the_part_around_the_cell_is_shown():
    net = Network([Conv2d(200, 3, padding=1)], (2, 20, 20))
    image = np.random.default_rng(0).random((2, 20, 20), np.float32)
    for index, row, column in (
        ((0, 0, 0), 0, 0),
        ((100, 10, 0), 68, 168),
        ((199, 19, 19), 136, 336),
    ):
        step = explain_columns(net, image, "conv1", index)
        assert (step.first_row, step.first_column) == (row, column)
        assert (step.matrix.shape, step.filters.shape, step.product.shape) == (
            (18, 64),
            (64, 18),
            (64, 64),
        )
        cell = step.product[step.row - row, step.column - column]
        assert cell == pytest.approx(step.total, rel=1e-4, abs=1e-6)


def test_a_table_is_a_weight_with_zeros():
    net = Network([TableConv2d([[0, 2], [1]], (2, 3))], (3, 6, 7))
    net.parameters()["conv1.weight"][...] = 1  # also for missing connections
    step = explain_columns(net, np.ones((3, 6, 7)), "conv1", (1, 0, 0))
    assert step.filter.tolist() == [0] * 6 + [1] * 6 + [0] * 6
    assert step.total + step.bias == pytest.approx(step.value)


def test_wrong_arguments_are_named():
    image = np.ones((1, 28, 28))
    with pytest.raises(BadakError, match=r"layer must be one of 'conv1'; got 'relu1'"):
        explain_columns(SimpleConvNet(), image, "relu1", (0, 0, 0))
    with pytest.raises(BadakError, match=r"index: channel.*got 30"):
        explain_columns(SimpleConvNet(), image, "conv1", (30, 0, 0))
    with pytest.raises(BadakError, match="no convolution"):
        explain_columns(Network([Flatten(), Linear(2)], (1, 28, 28)), image, "conv1", (0, 0, 0))
