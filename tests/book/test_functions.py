"""The functions of chapters 3 to 6 against PyTorch, arithmetic by hand and their own limits."""

import inspect

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from badak import book
from badak.book import (
    conv_output_size,
    cross_entropy_error,
    gradient_descent,
    mean_squared_error,
    numerical_diff,
    numerical_gradient,
    numerical_gradient_2d,
    relu,
    relu_grad,
    shuffle_dataset,
    sigmoid,
    sigmoid_grad,
    simpleNet,
    smooth_curve,
    softmax,
    softmax_loss,
    step_function,
)
from badak.book.dropin.ch04 import gradient_2d
from badak.book.dropin.common import functions, layers, optimizer, util
from badak.errors import ArgumentTypeError, BadakError

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("shape", [(), (4,), (3, 4), (2, 3, 4, 1)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_activations_keep_shape_and_dtype_and_are_pytorchs(shape, dtype):
    x = np.asarray(RNG.standard_normal(shape) * 3, dtype)
    tensor = torch.tensor(x, requires_grad=True)
    for function, slope, twin in (
        (sigmoid, sigmoid_grad, torch.sigmoid),
        (relu, relu_grad, torch.relu),
    ):
        tensor.grad = None
        expected = twin(tensor)
        expected.sum().backward()
        y, dy = function(x), slope(x)
        assert (np.shape(y), np.asarray(y).dtype) == (shape, dtype)
        np.testing.assert_allclose(y, expected.detach(), rtol=1e-5)
        np.testing.assert_allclose(dy, tensor.grad, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(step_function(x), (x > 0) * 1)


def test_numbers_and_integers_are_taken():
    assert sigmoid(0) == sigmoid_grad(0) * 2 == 0.5
    assert relu(np.array([-3, 4])).tolist() == [0, 4]
    assert step_function(0.1) == 1
    np.testing.assert_allclose(softmax([1, 1]), 0.5)


def test_softmax_is_along_the_last_axis_without_overflow():
    x = RNG.standard_normal((3, 4)) * 500
    expected = F.softmax(torch.tensor(x), dim=1).numpy()
    np.testing.assert_allclose(softmax(x), expected, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(softmax(x[0]), expected[0], rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("one_hot", [False, True])
def test_cross_entropy_takes_both_kinds_of_labels(one_hot):
    scores, labels = RNG.standard_normal((6, 5)), np.array([0, 4, 2, 2, 1, 3], np.uint8)
    t = np.eye(5)[labels] if one_hot else labels
    expected = F.cross_entropy(torch.tensor(scores), torch.tensor(labels.astype(int))).item()
    np.testing.assert_allclose(cross_entropy_error(softmax(scores), t), expected, atol=1e-5)
    np.testing.assert_allclose(softmax_loss(scores, t), expected, atol=1e-5)
    one = cross_entropy_error(softmax(scores[1]), t[1])
    np.testing.assert_allclose(one, -np.log(softmax(scores[1])[4] + 1e-7))
    if not one_hot:  # a column, as in the book's gradient check of chapter 7
        np.testing.assert_array_equal(softmax_loss(scores, t[:, None]), softmax_loss(scores, t))


@pytest.mark.parametrize(
    ("t", "words"),
    [
        ([0, 1, 2], r"t must hold 2 class indices or one-hot rows \(2, 3\); got \(3,\)"),
        ([0, 3], r"t must lie in 0\.\.2; label 1 is 3"),
        ([0, -1], r"t.*0\.\.2.*-1"),
        ([0.0, 1.5], r"t.*integers"),
    ],
)
def test_labels_that_do_not_fit_are_refused(t, words):
    for call in (cross_entropy_error, softmax_loss, book.SoftmaxWithLoss().forward):
        with pytest.raises(BadakError, match=words):
            call(np.full((2, 3), 0.3), np.array(t))


def test_squared_error_is_half_the_sum():
    y, t = RNG.random((2, 5)), RNG.random((2, 5))
    expected = F.mse_loss(torch.tensor(y), torch.tensor(t), reduction="sum").item() / 2
    np.testing.assert_allclose(mean_squared_error(y, t), expected)


def test_gradients_of_numbers_rows_and_all():
    x = RNG.standard_normal((3, 4))
    before = x.copy()
    slope = RNG.standard_normal(4)
    by_row = numerical_gradient_2d(lambda row: (slope * row**2).sum(), x)
    np.testing.assert_allclose(by_row, 2 * slope * x, atol=1e-8)
    np.testing.assert_allclose(
        numerical_gradient_2d(lambda row: (slope * row**2).sum(), x[0]), by_row[0]
    )
    np.testing.assert_array_equal(x, before)
    np.testing.assert_allclose(numerical_diff(np.sin, x), np.cos(x), atol=1e-8)
    assert gradient_2d.numerical_gradient is numerical_gradient_2d
    with pytest.raises(ArgumentTypeError, match=r"x.*got int64"):
        numerical_gradient_2d(lambda x: x.sum(), np.array([[1, 2]]))


@pytest.mark.parametrize(("lr", "reached"), [(0.1, 0), (10.0, None), (1e-10, -3)])
def test_descent_needs_the_right_rate(lr, reached):
    """Chapter 4.4.1: too large a rate diverges, too small a rate stays."""
    start = np.array([-3, 4])
    x, history = gradient_descent(lambda x: (x**2).sum(), start, lr=lr, step_num=100)
    assert start.tolist() == [-3, 4]
    assert history.shape == (100, 2)
    np.testing.assert_array_equal(history[0], start)
    if reached is None:
        assert np.abs(x).max() > 1e3
    else:
        np.testing.assert_allclose(x[0], reached, atol=1e-6)


def test_simple_nets_gradient_is_that_of_its_formula():
    np.random.seed(0)
    net, x, t = simpleNet(), np.array([0.6, 0.9]), np.array([0, 0, 1])
    tried = numerical_gradient(lambda _: net.loss(x, t), net.W)
    np.testing.assert_allclose(tried, np.outer(x, softmax(x @ net.W) - t), atol=1e-5)


def test_a_smooth_curve_is_a_weighted_mean_of_neighbours():
    curve = RNG.random(30)
    smooth = smooth_curve(list(curve))
    assert smooth.shape == curve.shape
    weights = np.i0(2 * np.sqrt(1 - np.linspace(-1, 1, 11) ** 2))  # Kaiser's window, beta 2
    np.testing.assert_allclose(smooth[15], (weights * curve[10:21]).sum() / weights.sum())
    mirrored = np.r_[curve[5:0:-1], curve[:6]]
    np.testing.assert_allclose(smooth[0], (weights * mirrored).sum() / weights.sum())
    mirrored = np.r_[curve[-6:], curve[-1:-6:-1]]
    np.testing.assert_allclose(smooth[-1], (weights * mirrored).sum() / weights.sum())
    assert smooth_curve(range(11)).shape == (11,)
    with pytest.raises(BadakError, match=r"at least 11 values; got \(10,\)"):
        smooth_curve(range(10))


@pytest.mark.parametrize("shape", [(20, 3), (20, 1, 2, 2)])
def test_shuffling_keeps_pairs_together(shape):
    x, t = RNG.random(shape), np.arange(20)
    np.random.seed(1)
    new, order = shuffle_dataset(x, t)
    np.testing.assert_array_equal(new, x[order])
    assert sorted(order) == list(t) != list(order)
    np.random.seed(1)
    np.testing.assert_array_equal(order, np.random.permutation(20))
    with pytest.raises(BadakError, match="20 and 19"):
        shuffle_dataset(x, t[1:])


def test_output_size_is_the_layers_if_it_is_whole():
    layer = book.Convolution(np.ones((1, 1, 5, 5)), 0, stride=2, pad=1)
    assert layer.forward(np.ones((1, 1, 9, 9))).shape[2] == conv_output_size(9, 5, 2, 1) == 4
    assert conv_output_size(10, 5, 2, 1) == 4.5


@pytest.mark.parametrize("module", [functions, layers, optimizer, util])
def test_a_drop_in_module_has_nothing_but_the_books_names(module):
    public = {name for name in vars(module) if not name.startswith("_")}
    assert public <= {*book.__all__}, public - {*book.__all__}
    assert "np" in public
    assert inspect.getdoc(module)
