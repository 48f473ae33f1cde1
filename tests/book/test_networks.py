"""The book's networks, numerical gradient, optimizers and filter_show."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from badak import book, models
from badak.book import DeepConvNet, SimpleConvNet, filter_show, numerical_gradient

SMALL = {
    "input_dim": (1, 10, 10),
    "conv_param": {"filter_num": 3, "filter_size": 3, "pad": 0, "stride": 1},
    "hidden_size": 4,
}
RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _seeded():
    np.random.seed(1)


def test_gradient_is_what_trying_gives():
    """Section 5.7.4 of the book with the network of chapter 7."""
    network = SimpleConvNet(**SMALL, weight_init_std=0.1)
    x, t = RNG.random((2, 1, 10, 10)), np.array([3, 1])
    by_trying, by_propagation = network.numerical_gradient(x, t), network.gradient(x, t)
    assert by_trying.keys() == by_propagation.keys() == network.params.keys()
    for key, gradient in by_propagation.items():
        assert np.abs(gradient).max() > 1e-3, key
        np.testing.assert_allclose(gradient, by_trying[key], atol=1e-5, err_msg=key)


def test_simple_conv_net_is_badaks_own():
    network = SimpleConvNet(input_dim=(2, 12, 9), hidden_size=7, weight_init_std=0.2)
    net = models.SimpleConvNet((2, 12, 9), hidden_size=7, dtype=np.float64)
    p = network.params
    net.load_state(
        {
            "conv1.weight": p["W1"], "conv1.bias": p["b1"],
            "linear1.weight": p["W2"].T, "linear1.bias": p["b2"],
            "linear2.weight": p["W3"].T, "linear2.bias": p["b3"],
        }
    )  # fmt: skip
    x, t = RNG.random((5, 2, 12, 9)), np.array([0, 9, 3, 3, 1])
    loss, grads = net.loss_and_gradients(x, t)
    np.testing.assert_allclose(network.predict(x), net(x), rtol=1e-10)
    np.testing.assert_allclose(network.loss(x, t), loss, atol=1e-4)
    ours = network.gradient(x, np.eye(10)[t])
    np.testing.assert_allclose(ours["W1"], grads["conv1.weight"], rtol=1e-8)
    np.testing.assert_allclose(ours["W2"].T, grads["linear1.weight"], rtol=1e-8, atol=1e-15)
    np.testing.assert_allclose(ours["b3"], grads["linear2.bias"], rtol=1e-8)


def test_deep_conv_net_is_badaks_own_in_prediction():
    network, net = DeepConvNet(), models.DeepConvNet(dtype=np.float64, dropout=0.0)
    assert sum(array.size for array in network.params.values()) == 123552
    state = {}
    for number in range(1, 9):
        name = f"conv{number}" if number < 7 else f"linear{number - 6}"
        W = network.params[f"W{number}"]
        state |= {f"{name}.weight": W if W.ndim == 4 else W.T, f"{name}.bias": np.ones(len(W)) * 0}
        state[f"{name}.bias"] = network.params[f"b{number}"]
    # The book's dropout halves in prediction; after the output this changes only the scale.
    net.load_state(state)
    x = RNG.random((3, 1, 28, 28))
    affine = network.layers[-2]
    network.layers[-3].dropout_ratio = network.layers[-1].dropout_ratio = 0.0
    np.testing.assert_allclose(network.predict(x), net(x), rtol=1e-9)
    network.layers[-1].dropout_ratio = 0.5
    np.testing.assert_allclose(network.predict(x), 0.5 * net(x), rtol=1e-9)
    grads = network.gradient(x, np.array([1, 2, 3]))
    assert {key: one.shape for key, one in grads.items()} == {
        key: one.shape for key, one in network.params.items()
    }
    assert grads["W8"] is affine.dW


def test_deep_conv_net_drops_in_training_only():
    network, x, t = DeepConvNet(), RNG.random((2, 1, 28, 28)), np.array([1, 2])
    np.testing.assert_array_equal(network.predict(x), network.predict(x))
    assert network.loss(x, t) != network.loss(x, t)


def test_accuracy_counts_every_image():
    network = SimpleConvNet(**SMALL)
    x = RNG.random((7, 1, 10, 10))
    t = network.predict(x).argmax(axis=1)
    t[-1] = (t[-1] + 1) % 10
    for batch_size in (2, 7, 100):
        assert network.accuracy(x, t, batch_size) == 6 / 7
    assert network.accuracy(x, np.eye(10)[t]) == 6 / 7


def test_layers_hold_the_arrays_of_params():
    network = SimpleConvNet(**SMALL)
    for number, name in enumerate(("Conv1", "Affine1", "Affine2"), 1):
        assert network.layers[name].W is network.params[f"W{number}"]
        assert network.layers[name].b is network.params[f"b{number}"]
    before = network.params["W1"]
    book.SGD(0.1).update(network.params, {k: np.ones_like(v) for k, v in network.params.items()})
    assert network.params["W1"] is before is network.layers["Conv1"].W


def test_numerical_gradient_of_a_plane_and_puts_x_back():
    x, slope = RNG.standard_normal((2, 3)), RNG.standard_normal((2, 3))
    before = x.copy()
    np.testing.assert_allclose(numerical_gradient(lambda x: (slope * x).sum(), x), slope)
    np.testing.assert_array_equal(x, before)


TORCH = {
    "SGD": lambda p: torch.optim.SGD(p, 0.1),
    "Momentum": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
    "Nesterov": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True),
    "AdaGrad": lambda p: torch.optim.Adagrad(p, 0.1, eps=1e-7),
    "RMSprop": lambda p: torch.optim.RMSprop(p, 0.1, alpha=0.99, eps=1e-7),
}


@pytest.mark.parametrize("name", TORCH)
def test_optimizers_step_as_pytorchs(name):
    params = {"W": RNG.standard_normal((3, 2)), "b": RNG.standard_normal(2)}
    twins = {key: torch.tensor(array, requires_grad=True) for key, array in params.items()}
    optimizer, twin = getattr(book, name)(lr=0.1), TORCH[name](list(twins.values()))
    for _ in range(4):
        grads = {key: RNG.standard_normal(array.shape) for key, array in params.items()}
        for key, tensor in twins.items():
            tensor.grad = torch.tensor(grads[key])
        optimizer.update(params, grads)
        twin.step()
        for key, tensor in twins.items():
            np.testing.assert_allclose(params[key], tensor.detach().numpy(), rtol=1e-10)


def test_momentum_keeps_the_books_velocity():
    optimizer, params = book.Momentum(lr=0.5, momentum=0.5), {"W": np.array([1.0])}
    optimizer.update(params, {"W": np.array([2.0])})
    np.testing.assert_array_equal(optimizer.v["W"], [-1])
    optimizer.lr = 0.0  # the velocity continues
    optimizer.update(params, {"W": np.array([2.0])})
    np.testing.assert_array_equal(params["W"], [-0.5])


def test_adam_is_the_books_with_its_epsilon():
    optimizer, params = book.Adam(lr=0.1), {"W": np.array([1.0, 2.0])}
    w, m, v = params["W"].copy(), np.zeros(2), np.zeros(2)
    for t in range(1, 5):
        g = np.array([1e-7, 3.0]) * t  # if the first root is as small as epsilon
        optimizer.update(params, {"W": g})
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        rate = 0.1 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        w = w - rate * m / (np.sqrt(v) + 1e-7)
        np.testing.assert_allclose(params["W"], w, rtol=1e-9)
    assert optimizer.iter == 4


def test_filter_show_draws_the_first_channels(monkeypatch):
    matplotlib.use("Agg")
    shown = []
    monkeypatch.setattr(plt, "show", lambda: shown.append(True))
    figure = filter_show(np.arange(10 * 2 * 3 * 3.0).reshape(10, 2, 3, 3), nx=4)
    assert shown == [True]
    assert len(figure.axes) == 10
    np.testing.assert_array_equal(
        figure.axes[1].images[0].get_array(), np.arange(18.0, 27).reshape(3, 3)
    )
    plt.close(figure)
