"""The book's layers against PyTorch and badak's layers; their signatures."""

import inspect
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from badak import book, layers
from badak.book import (
    Affine,
    BatchNormalization,
    Convolution,
    Dropout,
    Pooling,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
    col2im,
    im2col,
)

RNG = np.random.default_rng(0)
X = RNG.standard_normal((3, 2, 7, 5))

SIGNATURES = {
    "im2col": "(input_data, filter_h, filter_w, stride=1, pad=0)",
    "col2im": "(col, input_shape, filter_h, filter_w, stride=1, pad=0)",
    "Convolution": "(W, b, stride=1, pad=0)",
    "Pooling": "(pool_h, pool_w, stride=2, pad=0)",
    "Relu": "()",
    "Sigmoid": "()",
    "Affine": "(W, b)",
    "SoftmaxWithLoss": "()",
    "Dropout": "(dropout_ratio=0.5)",
    "BatchNormalization": "(gamma, beta, momentum=0.9, running_mean=None, running_var=None)",
    "SimpleConvNet": "(input_dim=(1, 28, 28), conv_param={'filter_num': 30, 'filter_size': 5, "
    "'pad': 0, 'stride': 1}, hidden_size=100, output_size=10, weight_init_std=0.01)",
    "Trainer": "(network, x_train, t_train, x_test, t_test, epochs=20, mini_batch_size=100, "
    "optimizer='SGD', optimizer_param={'lr': 0.01}, evaluate_sample_num_per_epoch=None, "
    "verbose=True)",
    "load_mnist": "(normalize=True, flatten=True, one_hot_label=False)",
    "SGD": "(lr=0.01)",
    "Momentum": "(lr=0.01, momentum=0.9)",
    "Nesterov": "(lr=0.01, momentum=0.9)",
    "AdaGrad": "(lr=0.01)",
    "RMSprop": "(lr=0.01, decay_rate=0.99)",
    "Adam": "(lr=0.001, beta1=0.9, beta2=0.999)",
    "numerical_gradient": "(f, x)",
    "numerical_gradient_2d": "(f, X)",
    "numerical_diff": "(f, x)",
    "gradient_descent": "(f, init_x, lr=0.01, step_num=100)",
    **dict.fromkeys(
        (
            "identity_function",
            "step_function",
            "sigmoid",
            "sigmoid_grad",
            "relu",
            "relu_grad",
            "softmax",
            "smooth_curve",
        ),
        "(x)",
    ),
    **dict.fromkeys(("mean_squared_error", "sum_squared_error", "cross_entropy_error"), "(y, t)"),
    "softmax_loss": "(X, t)",
    "shuffle_dataset": "(x, t)",
    "conv_output_size": "(input_size, filter_size, stride=1, pad=0)",
    "simpleNet": "()",
    "MulLayer": "()",
    "AddLayer": "()",
    "TwoLayerNet": "(input_size, hidden_size, output_size, weight_init_std=0.01)",
    "MultiLayerNet": "(input_size, hidden_size_list, output_size, activation='relu', "
    "weight_init_std='relu', weight_decay_lambda=0)",
    "MultiLayerNetExtend": "(input_size, hidden_size_list, output_size, activation='relu', "
    "weight_init_std='relu', weight_decay_lambda=0, use_dropout=False, dropout_ration=0.5, "
    "use_batchnorm=False)",
    "filter_show": "(filters, nx=8, margin=3, scale=10)",
}


def test_names_and_arguments_are_the_books():
    assert set(book.__all__) == {*SIGNATURES, "DeepConvNet", "np"}
    for name, words in SIGNATURES.items():
        signature = inspect.signature(getattr(book, name))
        plain = [one.replace(annotation=inspect.Parameter.empty) for one in
                 signature.parameters.values()]  # fmt: skip
        found = str(signature.replace(parameters=plain, return_annotation=inspect.Signature.empty))
        assert found == words, name
    deep = inspect.signature(book.DeepConvNet).parameters
    assert list(deep) == [
        "input_dim", *(f"conv_param_{k}" for k in range(1, 7)), "hidden_size", "output_size",
    ]  # fmt: skip
    assert [deep[f"conv_param_{k}"].default["filter_num"] for k in range(1, 7)] == [
        16, 16, 32, 32, 64, 64,
    ]  # fmt: skip
    assert [deep[f"conv_param_{k}"].default["pad"] for k in range(1, 7)] == [1, 1, 1, 2, 1, 1]


@pytest.mark.parametrize("name", sorted(set(book.__all__) - {"np"}))
def test_every_name_tells_its_chapter_and_has_an_example(name):
    words = inspect.getdoc(getattr(book, name))
    assert re.search(r"[Cc]hapters? [3-8]", words), name
    assert "Example:\n    >>> " in words, name


def run(layer, x, dout=None):
    """Forward and backward; neither may change its input."""
    x_before = x.copy()
    y = layer.forward(x)
    dout = np.random.default_rng(1).standard_normal(y.shape) if dout is None else dout
    before = dout.copy()
    dx = layer.backward(dout)
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(dout, before)
    assert dx.shape == x.shape
    return y, dx, dout


def torch_run(function, *arrays, dout):
    """The same in PyTorch: output, and the gradient of each array."""
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    y = function(*tensors)
    y.backward(torch.tensor(dout))
    return y.detach().numpy(), *(one.grad.numpy() for one in tensors)


def close(found, expected):
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (2, 0), (1, 1), (2, 1)])
def test_im2col_lays_a_window_in_a_row(stride, pad):
    rows = im2col(X, 3, 2, stride, pad)
    padded = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    oh, ow = (padded.shape[2] - 3) // stride + 1, (padded.shape[3] - 2) // stride + 1
    for number, (n, i, j) in enumerate(np.ndindex(len(X), oh, ow)):
        top, left = i * stride, j * stride
        window = padded[n, :, top : top + 3, left : left + 2]
        np.testing.assert_array_equal(rows[number], window.ravel())
    assert len(rows) == len(X) * oh * ow
    # col2im is its transpose.
    r = RNG.standard_normal(rows.shape)
    np.testing.assert_allclose(
        np.vdot(rows, r), np.vdot(X, col2im(r, X.shape, 3, 2, stride, pad)), rtol=1e-10
    )


def test_im2col_takes_integers_as_the_book_does():
    np.testing.assert_array_equal(im2col(np.arange(9).reshape(1, 1, 3, 3), 2, 2)[1], [1, 2, 4, 5])


@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (2, 1)])
def test_convolution(stride, pad):
    W, b = RNG.standard_normal((4, 2, 3, 2)), RNG.standard_normal(4)
    layer = Convolution(W, b, stride, pad)
    y, dx, dout = run(layer, X)
    expected = torch_run(lambda x, w, c: F.conv2d(x, w, c, stride, pad), X, W, b, dout=dout)
    close((y, dx, layer.dW, layer.db), expected)
    ours = layers.Conv2d(4, (3, 2), stride, pad)
    ours.parameters |= {"weight": W, "bias": b}
    np.testing.assert_array_equal(ours.forward(X, training=False)[0], y)


@pytest.mark.parametrize("shape", [(3, 6), (3, 2, 7, 5)])
def test_affine(shape):
    x = RNG.standard_normal(shape)
    W, b = RNG.standard_normal((x[0].size, 4)), RNG.standard_normal(4)
    layer = Affine(W, b)
    y, dx, dout = run(layer, x)
    expected = torch_run(lambda x, w, c: x.flatten(1) @ w + c, x, W, b, dout=dout)
    close((y, dx, layer.dW, layer.db), expected)


@pytest.mark.parametrize(("window", "stride", "pad"), [((2, 2), 2, 0), ((3, 2), 1, 1)])
def test_pooling(window, stride, pad):
    y, dx, dout = run(Pooling(*window, stride, pad), X)
    close((y, dx), torch_run(lambda x: F.max_pool2d(x, window, stride, pad), X, dout=dout))


def test_pooling_gives_the_gradient_to_the_first_of_equals():
    layer = Pooling(2, 2, 2)
    layer.forward(np.zeros((1, 1, 2, 2)))
    np.testing.assert_array_equal(layer.backward(np.ones((1, 1, 1, 1))), [[[[1, 0], [0, 0]]]])


@pytest.mark.parametrize(("layer", "twin"), [(Relu, F.relu), (Sigmoid, torch.sigmoid)])
def test_activations(layer, twin):
    y, dx, dout = run(layer(), X)
    close((y, dx), torch_run(twin, X, dout=dout))


def test_relu_has_no_slope_at_zero():
    _, dx, _ = run(Relu(), np.array([[-1.0, 0.0, 2.0]]), np.ones((1, 3)))
    np.testing.assert_array_equal(dx, [[0, 0, 1]])


@pytest.mark.parametrize("one_hot", [False, True])
def test_softmax_with_loss(one_hot):
    scores, labels = RNG.standard_normal((4, 5)), np.array([0, 4, 2, 2], np.uint8)
    layer = SoftmaxWithLoss()
    loss = layer.forward(scores, np.eye(5)[labels] if one_hot else labels)
    tensor = torch.tensor(scores, requires_grad=True)
    expected = F.cross_entropy(tensor, torch.tensor(labels.astype(int)))
    expected.backward()
    np.testing.assert_allclose(loss, expected.item(), atol=1e-5)  # the book's 1e-7
    np.testing.assert_allclose(layer.backward(1), tensor.grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(layer.y.sum(axis=1), 1)


def test_the_loss_of_a_certain_error_is_the_books():
    loss = SoftmaxWithLoss().forward(np.array([[1000.0, 0.0]]), np.array([1]))
    np.testing.assert_allclose(loss, -np.log(1e-7))


def test_dropout_scales_in_prediction_as_the_book_does():
    layer, x = Dropout(0.25), np.ones((200, 300))
    np.testing.assert_array_equal(layer.forward(x, False), 0.75 * x)
    np.random.seed(5)
    y = layer.forward(x)
    np.random.seed(5)
    np.testing.assert_array_equal(y, np.random.rand(200, 300) > 0.25)
    np.testing.assert_array_equal(layer.backward(2 * x), 2 * y)


@pytest.mark.parametrize("shape", [(6, 5), (4, 2, 3, 2)])
def test_batch_normalization(shape):
    x = RNG.standard_normal(shape)
    size = x[0].size
    gamma, beta = RNG.standard_normal(size), RNG.standard_normal(size)
    layer = BatchNormalization(gamma, beta, momentum=0.8)
    y, dx, dout = run(layer, x)

    def twin(x, g, b):
        return F.batch_norm(x.flatten(1), None, None, g, b, True, eps=1e-6).reshape(shape)

    expected = torch_run(twin, x, gamma, beta, dout=dout)
    close((y, dx, layer.dgamma, layer.dbeta), expected)
    rows = x.reshape(len(x), -1)
    np.testing.assert_allclose(layer.running_mean, 0.2 * rows.mean(0))
    np.testing.assert_allclose(layer.running_var, 0.2 * rows.var(0))
    z = layer.forward(x, train_flg=False).reshape(len(x), -1)
    by_hand = (rows - layer.running_mean) / np.sqrt(layer.running_var + 1e-6)
    np.testing.assert_allclose(z, gamma * by_hand + beta)


def test_batch_normalization_takes_single_numbers():
    layer = BatchNormalization(1.0, 0.0)
    y = layer.forward(RNG.standard_normal((50, 3)))
    np.testing.assert_allclose(y.std(axis=0), 1, atol=1e-5)
    assert layer.backward(np.ones((50, 3))).shape == (50, 3)


def test_half_and_single_floats_are_taken():
    W, b = np.ones((1, 2, 3, 2), np.float16), np.zeros(1, np.float16)
    assert Convolution(W, b).forward(X.astype(np.float16)).dtype == np.float32
    assert Affine(np.ones((4, 2)), np.zeros(2)).forward(np.ones((1, 4), np.float32)).dtype == float
