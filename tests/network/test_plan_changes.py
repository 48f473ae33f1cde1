"""A plan follows changes between passes: parameters, layers, losses, editions."""

import copy
import pickle

import numpy as np
import pytest

import badak
from badak import models, ops
from badak.layers import (
    Conv2d,
    CrossEntropyLoss,
    Flatten,
    Graph,
    LeakyReLU,
    Linear,
    Product,
    ReLU,
    Residual,
)
from badak.network import fusion
from network.test_plan import batch, motley, unfused


def test_parameters_changed_or_replaced_are_seen():
    net = models.SimpleConvNet()
    images, _ = batch(net)
    net(images)
    net.parameters()["conv1.weight"][...] *= -2
    np.testing.assert_allclose(net(images), unfused(net)(images), rtol=1e-4, atol=1e-6)
    layer = net.layers["conv1"]
    layer.parameters["weight"] = layer.parameters["weight"] * 3
    np.testing.assert_allclose(net(images), unfused(net)(images), rtol=1e-4, atol=1e-6)


class Doubled(ReLU):
    """Computes in NumPy, which a plan cannot record."""

    def forward(self, x, training):
        return 2 * x, None


def tilted(net):
    """Store the first weight column by column."""
    parameters = net.layers["conv1"].parameters
    parameters["weight"] = np.asfortranarray(parameters["weight"])


CHANGES = {
    "another layer": lambda net: net.layers.update(relu1=LeakyReLU(0.5)),
    "one layer less": lambda net: net.layers.pop("relu1"),
    "a layer of the user's own": lambda net: net.layers.update(relu1=Doubled()),
    "other parameters": lambda net: setattr(
        net.layers["linear2"], "parameters", {"weight": np.ones((5, 9), np.float32)}
    ),
    "a setting": lambda net: setattr(net.layers["relu4"], "negative_slope", 0.9),
    "memory order": tilted,
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_between_passes_is_seen(what):
    net = motley()
    images, _ = batch(net)
    before = [net(images) for _ in range(2)][-1]  # recorded, repeated
    CHANGES[what](net)
    for _ in range(2):
        found = net(images)
        net.fuse = False
        np.testing.assert_allclose(found, net(images), rtol=1e-4, atol=1e-5)
        net.fuse = True
    assert (np.abs(found - before).max() > 1e-4) == (what != "memory order")


def test_training_sees_a_weight_in_another_order():
    net, plain = models.LeNet5(), unfused(models.LeNet5())
    images, labels = batch(net)
    losses = []
    for one in (net, plain):
        tilted(one)
        trainer = badak.Trainer(one, optimizer=badak.optim.SGD(0.5))
        losses.append([trainer.step(images, labels) for _ in range(4)])
    np.testing.assert_allclose(*losses, rtol=1e-4)


class Halved(CrossEntropyLoss):
    """Half of the loss, as a user may write it."""

    def forward(self, logits, labels, sample_weight=None):
        loss, cache = super().forward(logits, labels, sample_weight)
        return loss / 2, cache

    def backward(self, cache):
        return super().backward(cache) / 2


def test_a_loss_of_the_users_own_is_what_training_makes_small():
    net = models.LeNet5()
    images, labels = batch(net)
    wanted = net.forward_backward(images, labels)
    net.loss = Halved()
    for _ in range(2):
        found = net.forward_backward(images, labels)
        assert found.loss == pytest.approx(wanted.loss / 2)
        for name, gradient in wanted.gradients.items():
            np.testing.assert_allclose(found.gradients[name], gradient / 2, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_network_that_was_used_can_be_copied(copied):
    net = models.LeNet5()
    images, _ = batch(net)
    wanted = net(images)
    other = copied(net)
    np.testing.assert_array_equal(other(images), wanted)
    other.parameters()["conv1.weight"][...] = 0
    np.testing.assert_array_equal(net(images), wanted)
    assert np.abs(other(images) - wanted).max() > 1e-3


def test_a_pass_that_met_another_edition_is_recorded_again(monkeypatch):
    net = motley()
    images, _ = batch(net)
    forward = fusion.Single.forward

    def amid(stage, x):
        with ops.use("reference"):
            return forward(stage, x)

    monkeypatch.setattr(fusion.Single, "forward", amid)
    net(images)
    monkeypatch.undo()
    for factor in (1, -1):
        x = factor * images
        np.testing.assert_allclose(net(x), unfused(net)(x), rtol=1e-4, atol=1e-5)


CHANGES_WITHIN = {
    "an array": lambda block: block.layers["conv1"].parameters.update(
        weight=2 * block.layers["conv1"].parameters["weight"]
    ),
    "a layer": lambda block: block.layers.update(relu1=LeakyReLU(0.5)),
    "a layer of the user's own": lambda block: block.layers.update(relu1=Doubled()),
    "a layer deeper inside": lambda block: block.layers["block1"].layers.update(relu1=Doubled()),
    "a setting": lambda block: setattr(block.shortcut["relu1"], "negative_slope", 0.9),
}


@pytest.mark.parametrize("what", CHANGES_WITHIN)
def test_what_changes_within_a_block_is_seen(what):
    inner = Residual([Conv2d(4, 3, padding=1), ReLU()])
    block = Residual([Conv2d(4, 3, padding=1), ReLU(), inner], [Conv2d(4, 1), LeakyReLU(0.1)])
    net = badak.Network([block, Flatten(), Linear(3)], (2, 5, 5))
    images, _ = batch(net)
    before = [net(images) for _ in range(2)][-1]  # recorded, repeated
    CHANGES_WITHIN[what](net.layers["block1"])
    for _ in range(2):
        found = net(images)
        net.fuse = False
        np.testing.assert_allclose(found, net(images), rtol=1e-4, atol=1e-5)
        net.fuse = True
    assert np.abs(found - before).max() > 1e-4


def test_another_join_in_a_graph_is_seen():
    graph = Graph({"a": Conv2d(2, 1), "join": Residual([])}, {"join": ["a", "input"]})
    net = badak.Network([graph, Flatten(), Linear(3)], (2, 5, 5))
    images, _ = batch(net)
    before = [net(images) for _ in range(2)][-1]  # recorded, repeated
    net.layers["block1"].layers["join"] = Product([[], []])
    found = net(images)
    np.testing.assert_allclose(found, unfused(net)(images), rtol=1e-4, atol=1e-5)
    assert np.abs(found - before).max() > 1e-4
