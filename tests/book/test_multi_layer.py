"""The networks of chapters 4 to 6 against PyTorch and central differences."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from badak.book import Adam, MultiLayerNet, MultiLayerNetExtend, Nesterov, TwoLayerNet
from badak.book.without_layers import TwoLayerNet as ByFormula
from badak.errors import BadakError

RNG = np.random.default_rng(4)
X, T = RNG.random((7, 6)), np.array([0, 2, 1, 1, 0, 2, 2])


@pytest.fixture(autouse=True)
def _seeded():
    np.random.seed(2)


def torch_loss(params, activation, decay=0.0, x=X):
    """Return the loss and its gradients by PyTorch, with batch norm if `params` has gamma."""
    p = {key: torch.tensor(array, requires_grad=True) for key, array in params.items()}
    y, last = torch.tensor(x), sum(key.startswith("W") for key in p)
    for number in range(1, last + 1):
        y = y @ p[f"W{number}"] + p[f"b{number}"]
        if f"gamma{number}" in p:
            y = F.batch_norm(y, None, None, p[f"gamma{number}"], p[f"beta{number}"], True, eps=1e-6)
        y = activation(y) if number < last else y
    loss = F.cross_entropy(y, torch.tensor(T))
    loss = loss + decay / 2 * sum((p[key] ** 2).sum() for key in p if key[0] == "W")
    loss.backward()
    return loss.item(), {key: tensor.grad.numpy() for key, tensor in p.items()}


NETWORKS = {
    "chapter 4": (lambda: ByFormula(6, 5, 3, 0.5), torch.sigmoid, 0),
    "chapter 5": (lambda: TwoLayerNet(6, 5, 3, 0.5), torch.relu, 0),
    "plain": (lambda: MultiLayerNet(6, [5, 4], 3), torch.relu, 0),
    "sigmoid": (lambda: MultiLayerNet(6, [5, 4], 3, "sigmoid", "xavier"), torch.sigmoid, 0),
    "decay": (lambda: MultiLayerNet(6, [5], 3, weight_decay_lambda=0.3), torch.relu, 0.3),
    "batch norm": (
        lambda: MultiLayerNetExtend(
            6, [5, 4], 3, weight_decay_lambda=0.1, use_batchnorm=True
        ),
        torch.relu, 0.1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("labels", [T, np.eye(3)[T]], ids=["indices", "one-hot"])
def test_loss_and_gradients_are_pytorchs(name, labels):
    make, activation, decay = NETWORKS[name]
    network = make()
    loss, expected = torch_loss(network.params, activation, decay)
    training = {"train_flg": True} if "norm" in name else {}
    np.testing.assert_allclose(network.loss(X, labels, **training), loss, atol=1e-5)
    found = network.gradient(X, labels)
    assert found.keys() == expected.keys()
    for key, gradient in found.items():
        np.testing.assert_allclose(gradient, expected[key], rtol=1e-9, atol=1e-12, err_msg=key)
    tried = network.numerical_gradient(X, labels)
    assert list(tried) == list(found)
    for key, gradient in tried.items():
        np.testing.assert_allclose(gradient, expected[key], atol=1e-6, err_msg=key)


@pytest.mark.parametrize("rule", [Adam, Nesterov])
def test_training_is_pytorchs_step_by_step(rule):
    network = NETWORKS["batch norm"][0]()
    twins = {key: torch.nn.Parameter(torch.tensor(a)) for key, a in network.params.items()}
    if rule is Adam:  # its eps differs, see test_networks
        optimizer, twin = Adam(0.01), torch.optim.Adam(twins.values(), 0.01, eps=1e-12)
    else:
        optimizer = Nesterov(0.1)
        twin = torch.optim.SGD(twins.values(), 0.1, momentum=0.9, nesterov=True)
    first = network.loss(X, T, train_flg=True)
    for _ in range(10):
        plain = {key: tensor.detach().numpy() for key, tensor in twins.items()}
        loss, grads = torch_loss(plain, torch.relu, 0.1)
        for key, tensor in twins.items():
            tensor.grad = torch.tensor(grads[key])
        np.testing.assert_allclose(network.loss(X, T, train_flg=True), loss, atol=2e-4)
        optimizer.update(network.params, network.gradient(X, T))
        twin.step()
    assert network.loss(X, T, train_flg=True) < first


def test_the_two_networks_of_two_layers_differ_as_in_the_book():
    formula, layers = ByFormula(6, 5, 3), TwoLayerNet(6, 5, 3)
    np.testing.assert_allclose(formula.predict(X).sum(axis=1), 1)
    assert (layers.predict(X).sum(axis=1) < 0.9).all()
    assert layers.lastLayer is layers.last_layer
    classes = layers.predict(X).argmax(axis=1)
    assert layers.accuracy(X, classes) == layers.accuracy(X, np.eye(3)[classes]) == 1
    classes = formula.predict(X).argmax(axis=1)
    assert formula.accuracy(X, classes) == formula.accuracy(X, np.eye(3)[classes]) == 1
    formula.params["W1"] = np.zeros((6, 5))  # no layer holds the old array
    assert len(np.unique(formula.predict(X).round(12), axis=0)) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [("relu", 2), ("He", 2), ("sigmoid", 1), ("XAVIER", 1), (0.01, 1e-4 * 400), (3, 9 * 400)],
)
def test_initial_weights_have_their_variance(name, expected):
    network = MultiLayerNet(400, [300], 10, weight_init_std=name)
    np.testing.assert_allclose(network.params["W1"].var() * 400, expected, rtol=0.02)
    np.random.seed(2)
    scale = np.sqrt(expected / 400)
    np.testing.assert_allclose(network.params["W1"], scale * np.random.randn(400, 300))
    assert not network.params["b2"].any()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"activation": "tanh"}, r"activation must be one of 'sigmoid', 'relu'; got 'tanh'"),
        ({"weight_init_std": "glorot"}, r"weight_init_std must be one of .*'xavier'; got 'glorot'"),
    ],
)
def test_unknown_words_are_refused(arguments, words):
    with pytest.raises(BadakError, match=words):
        MultiLayerNet(6, [5], 3, **arguments)


def test_dropout_is_drawn_in_training_only():
    network = MultiLayerNetExtend(6, [50], 3, use_dropout=True, dropout_ration=0.4)
    assert list(network.layers) == ["Affine1", "Activation_function1", "Dropout1", "Affine2"]
    assert network.layers["Dropout1"].dropout_ratio == 0.4
    assert network.loss(X, T) == network.loss(X, T)
    assert network.loss(X, T, train_flg=True) != network.loss(X, T, train_flg=True)
    np.random.seed(8)
    found = network.gradient(X, T)["W1"]
    np.random.seed(8)
    mask = np.random.rand(7, 50) > 0.4
    p = network.params
    hidden = np.maximum(X @ p["W1"] + p["b1"], 0)
    scores = torch.tensor(hidden * mask @ p["W2"] + p["b2"])
    dy = (torch.softmax(scores, 1).numpy() - np.eye(3)[T]) / 7
    np.testing.assert_allclose(found, X.T @ ((dy @ p["W2"].T) * mask * (hidden > 0)), atol=1e-12)
    with pytest.raises(BadakError, match="numerical_gradient needs a network without Dropout"):
        network.numerical_gradient(X, T)


def test_batch_norm_predicts_with_what_training_kept():
    network = MultiLayerNetExtend(6, [5], 3, use_batchnorm=True)
    untrained = network.predict(X)
    network.loss(X, T)
    np.testing.assert_array_equal(network.predict(X), untrained)
    for _ in range(60):
        network.loss(X, T, train_flg=True)
    np.testing.assert_allclose(network.predict(X), network.predict(X, train_flg=True), atol=0.05)
