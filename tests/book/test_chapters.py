"""Small versions of what the scripts of the book's chapters 4 to 8 call, as the book does."""

import subprocess
import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from badak import data
from badak.book import (
    SGD,
    AdaGrad,
    Adam,
    Affine,
    BatchNormalization,
    Convolution,
    Momentum,
    Nesterov,
    Pooling,
    RMSprop,
    SimpleConvNet,
    Trainer,
    filter_show,
    numerical_gradient,
)
from badak.errors import ArgumentTypeError, BadakError

RNG = np.random.default_rng(3)


@pytest.fixture
def shown(monkeypatch):
    """plt.show opens no window."""
    matplotlib.use("Agg")
    monkeypatch.setattr(plt, "show", lambda *_: None)
    yield
    plt.close("all")


@pytest.mark.parametrize("bias", [0, 0.5, -2, np.float64(0.25), np.array(3), np.array([1.5])])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_number_as_bias_is_added_everywhere(bias, dtype):
    """Chapter 7, filters applied to a picture."""
    picture = RNG.random((1, 1, 9, 11)).astype(dtype)
    weight = RNG.standard_normal((3, 1, 4, 2)).astype(dtype)
    layer, spread = Convolution(weight, bias), np.full(3, bias, dtype)
    y = layer.forward(picture)
    np.testing.assert_allclose(
        y, Convolution(weight, spread).forward(picture), rtol=1e-5, atol=1e-5
    )
    assert layer.backward(np.ones_like(y)).shape == picture.shape
    np.testing.assert_allclose(layer.db, y[0, 0].size)
    rows = RNG.standard_normal((5, 7)).astype(dtype)
    flat = Affine(rows.T.copy(), bias)
    expected = rows @ rows.T + np.asarray(bias, dtype)
    np.testing.assert_allclose(flat.forward(rows), expected, rtol=1e-5, atol=1e-5)
    assert flat.backward(np.ones((5, 5), dtype)).shape == rows.shape


def test_a_number_beside_float32_keeps_it_and_a_wrong_length_is_refused():
    weight = np.ones((3, 1, 2, 2), np.float32)
    picture = np.ones((1, 1, 4, 4), np.float32)
    assert Convolution(weight, 0).forward(picture).dtype == np.float32
    with pytest.raises(BadakError, match=r"bias.*got \(2,\)"):
        Convolution(weight, np.zeros(2)).forward(picture)


def test_pooling_steps_by_two_unless_told():
    y = Pooling(3, 2).forward(np.arange(48.0).reshape(1, 1, 6, 8))
    np.testing.assert_array_equal(y[0, 0], [[17, 19, 21, 23], [33, 35, 37, 39]])


@pytest.mark.parametrize(
    "make",
    [
        lambda: SGD(0.7),
        lambda: Momentum(0.2),
        lambda: Nesterov(0.1),
        lambda: AdaGrad(1.2),
        lambda: RMSprop(0.3),
        lambda: Adam(0.4),
    ],
)
def test_optimizers_step_plain_numbers_as_they_step_arrays(make):
    """Chapter 6, the optimizers on x^2 / 20 + y^2; both numbers may start as integers."""
    numbers, arrays = {"x": 5, "y": -3.5}, {"x": np.array([5.0]), "y": np.array([-3.5])}
    optimizers, before = (make(), make()), dict(arrays)
    for _ in range(12):
        for params, optimizer in zip((numbers, arrays), optimizers, strict=True):
            optimizer.update(params, {"x": params["x"] / 10, "y": 2 * params["y"]})
        for key, array in arrays.items():
            np.testing.assert_allclose(numbers[key], array[0], rtol=1e-12)
            assert isinstance(numbers[key], float)
            assert array is before[key]  # changed in place: a layer holds it too
    assert numbers["y"] ** 2 < 3.5**2


@pytest.mark.parametrize("shape", [(1, 6), (1, 2, 3, 2)])
def test_a_batch_of_one_image_is_its_own_mean(shape):
    """Chapter 6, batch normalization."""
    x, beta = RNG.standard_normal(shape), RNG.standard_normal(np.prod(shape))
    layer = BatchNormalization(np.full(beta.shape, 2.0), beta)
    y = layer.forward(x)
    np.testing.assert_allclose(y.ravel(), beta, atol=1e-12)
    dout = RNG.standard_normal(shape)
    np.testing.assert_array_equal(layer.backward(dout), np.zeros(shape))
    np.testing.assert_allclose(layer.dbeta, dout.ravel())
    np.testing.assert_array_equal(layer.dgamma, 0)
    np.testing.assert_allclose(layer.running_mean, 0.1 * x.ravel())
    np.testing.assert_array_equal(layer.running_var, 0)


def test_gradients_by_trying_agree_with_backpropagation():
    """Chapters 5 to 7, the gradient check."""
    np.random.seed(1)
    network = SimpleConvNet(
        (1, 9, 9), {"filter_num": 2, "filter_size": 3, "pad": 0, "stride": 1}, 4, 3, 0.1
    )
    x, t = np.random.rand(1, 1, 9, 9), np.array([2])
    tried, gone_back = network.numerical_gradient(x, t), network.gradient(x, t)
    for key, gradient in tried.items():
        np.testing.assert_allclose(gradient, gone_back[key], atol=1e-6, err_msg=key)
    layer = BatchNormalization(RNG.random(4), RNG.random(4))
    rows, dout = RNG.standard_normal((5, 4)), RNG.standard_normal((5, 4))
    layer.forward(rows)
    by_trying = numerical_gradient(lambda x: (layer.forward(x) * dout).sum(), rows.copy())
    layer.forward(rows)
    np.testing.assert_allclose(layer.backward(dout), by_trying, atol=1e-6)


def test_slopes_of_integers_are_refused():
    with pytest.raises(ArgumentTypeError, match=r"x.*got int64"):
        numerical_gradient(lambda x: (x**2).sum(), np.array([3, 4]))


def test_a_search_for_hyperparameters_and_too_few_images():
    """Chapter 6: rates drawn at random, and a network that learns 20 images by heart."""
    train, _ = data.load("digits")
    x, t = train.images[:20], train.labels[:20]
    reached = {}
    for lr in 10 ** np.random.default_rng(0).uniform(-6, -2, 2):
        network = SimpleConvNet(hidden_size=10)
        trainer = Trainer(
            network, x, t, x, t, epochs=2, mini_batch_size=10, optimizer="sgd",
            optimizer_param={"lr": lr}, verbose=False,
        )  # fmt: skip
        trainer.train()
        reached[lr] = trainer.test_acc_list
    assert all(len(accuracies) == 2 for accuracies in reached.values())
    np.random.seed(0)
    network = SimpleConvNet(hidden_size=20)
    trainer = Trainer(
        network, x, t, x, t, epochs=25, mini_batch_size=10, optimizer="Adam",
        optimizer_param={"lr": 0.01}, verbose=False,
    )  # fmt: skip
    trainer.train()
    assert network.accuracy(x, t) > 0.8


def test_filters_are_shown_before_and_after_training(shown, tmp_path):
    """Chapter 7, the filters of the first layer, from the file that training saved."""
    network = SimpleConvNet(hidden_size=5)
    assert len(filter_show(network.params["W1"]).axes) == 30
    network.save_params(tmp_path / "params.pkl")
    again = SimpleConvNet(hidden_size=5)
    again.load_params(tmp_path / "params.pkl")
    assert len(filter_show(again.params["W1"], 16).axes) == 30


@pytest.mark.parametrize(
    "module", ["badak.book", "badak.book.layers", "badak.book.optimizer", "badak.book.gradient"]
)
def test_a_star_brings_np_as_in_the_book(module):
    script = f"from {module} import *; print(np.zeros(2).sum())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "0.0\n", done.stderr
