"""walk: each nested layer once, with the shapes, arrays and gradients that PyTorch's hooks see."""

import numpy as np
import pytest
import torch

from badak import BadakError, Network
from badak.layers import Concat, Conv2d, Flatten, Linear, ReLU, Residual
from badak.layers.walk import INPUT, Tape, run, walk
from layer_examples import EXAMPLES
from twins import nested_net, torch_outputs

# name -> the names of what it reads
READS = {
    "conv1": [""],
    "block1.block1.branch2.conv1": ["conv1"],
    "block1.block1.branch2.block1.conv1": ["block1.block1.branch2.conv1"],
    "block1.block1.branch2.block1.tanh1": ["block1.block1.branch2.block1.conv1"],
    "block1.block1.branch2.block1": [
        "block1.block1.branch2.block1.tanh1",
        "block1.block1.branch2.conv1",
    ],
    "block1.block1.branch2.relu1": ["block1.block1.branch2.block1"],
    "block1.block1": ["conv1", "block1.block1.branch2.relu1"],
    "block1.conv1": ["block1.block1"],
    "block1.shortcut.conv1": ["conv1"],
    "block1": ["block1.conv1", "block1.shortcut.conv1"],
    "pool1": ["block1"],
    "block2.branch1.norm1": ["pool1"],
    "block2.branch1.tanh1": ["block2.branch1.norm1"],
    "block2.branch2.conv1": ["pool1"],
    "block2": ["block2.branch1.tanh1", "block2.branch2.conv1", "pool1"],
    "flatten1": ["block2"],
    "linear1": ["flatten1"],
}


@pytest.fixture
def net():
    return nested_net()


@pytest.fixture
def images():
    return np.random.default_rng(2).random((3, 2, 6, 8))


def test_names_and_what_they_read_and_shapes(net, images):
    visits = list(walk(net.layers, net.input_shape))
    assert {visit.name: list(visit.reads) for visit in visits} == READS
    outputs = torch_outputs(net, images)
    for visit in visits:
        assert visit.output == outputs[visit.name].shape[1:], visit.name
        assert visit.input == outputs[visit.source].shape[1:], visit.name
        assert [visit.source] == READS[visit.name] or visit.name.startswith("block")
    layers = {visit.name: visit.layer for visit in visits}
    assert layers["block1"] is net.layers["block1"]
    assert layers["block1.block1"] is net.layers["block1"].layers["block1"]
    sources = {visit.name: visit.source for visit in visits}
    assert sources["block1"] == sources["block1.block1"] == "conv1"


def test_a_misfit_names_the_layer():
    layers = {"block1": Residual([Concat([[], [Conv2d(2, 5)]])]), "flatten1": Flatten()}
    with pytest.raises(BadakError, match=r"'block1.block1.branch2.conv1'.*5x5"):
        list(walk(layers, (2, 3, 3)))
    with pytest.raises(BadakError, match=r"Residual 'block1': .* \(5,\) .* \(3,\)"):
        list(walk({"block1": Residual([Linear(5)])}, (3,)))


def test_the_arrays_are_those_pytorchs_hooks_see(net, images):
    outputs = torch_outputs(net, images)
    visits = list(run(net.layers, images))
    assert [visit.name for visit in visits] == list(READS)
    for visit in visits:
        output, entered = (outputs[name].detach().numpy() for name in (visit.name, visit.source))
        np.testing.assert_allclose(visit.output, output, rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(visit.input, entered, rtol=1e-11, atol=1e-13)


def test_a_step_of_ones_own_gets_what_is_read(images):
    layers = {"block1": Residual([ReLU()], [ReLU()])}
    seen = {}

    def step(name, layer, values):
        seen[name] = values
        return values[-1] + len(seen)

    (*_, last) = run(layers, 1.0, step)
    assert seen == {"block1.relu1": [1], "block1.shortcut.relu1": [1], "block1": [2, 3]}
    assert last.output == 6


def test_the_gradients_are_pytorchs(net, images):
    outputs = torch_outputs(net, images)
    grad_y = np.random.default_rng(4).standard_normal((3, 5))
    tape = Tape(net.layers)
    for _ in tape.forward(images):
        pass
    gradients = dict(tape.backward(grad_y))
    assert gradients.keys() == {*READS, INPUT}
    for name, gradient in gradients.items():
        (expected,) = torch.autograd.grad(
            outputs["linear1"], outputs[name], torch.tensor(grad_y), retain_graph=True
        )
        np.testing.assert_allclose(gradient, expected, rtol=1e-9, atol=1e-13)


def test_a_blocks_gradients_have_the_bits_of_its_own_backward():
    """Three paths: in float32 the sum depends on the order."""
    net = Network([nested_net(np.float32).layers["block2"], Residual([ReLU()])], (5, 3, 4))
    x, grad_y = np.random.default_rng(5).standard_normal((2, 2, 12, 3, 4)).astype(np.float32)
    tape, x = Tape(net.layers), x[:, :5]
    for _ in tape.forward(x):
        pass
    gradients = dict(tape.backward(grad_y))
    y, grad, caches = x, grad_y, []
    for layer in net.layers.values():
        y, cache = layer.forward(y, False)
        caches.append(cache)
    for layer, cache in zip(reversed(net.layers.values()), reversed(caches), strict=True):
        grad, _ = layer.backward(grad, cache)
    np.testing.assert_array_equal(gradients[INPUT], grad)


def test_the_input_alone_needs_no_gradient(net, images):
    tape = Tape(net.layers)
    for _ in tape.forward(images):
        pass
    grad_y = np.ones((3, 5))
    with_it, without = (dict(tape.backward(grad_y, need_grad_x=need)) for need in (True, False))
    assert set(with_it) - set(without) == {INPUT}
    for name, gradient in without.items():
        np.testing.assert_array_equal(gradient, with_it[name])


def test_a_graph_is_walked_and_its_gradients_flow_back():
    """A value that several read gets the sum of what they pass back, in the order of the nodes."""
    net = EXAMPLES["Graph"].network(after=[Flatten(), Linear(3)], dtype=np.float64)
    visits = {visit.name: visit for visit in walk(net.layers, net.input_shape)}
    assert visits["block1.sum"].reads == ("block1.conv2", "block1.norm1")
    assert visits["block1.all"].reads == ("block1.inner", "", "block1.conv2")
    assert visits["block1.inner"].reads == ("block1.inner.conv1", "block1.product")
    assert visits["block1"].reads == ("block1.all",)
    x = np.random.default_rng(6).standard_normal((2, *net.input_shape))
    tape, outputs = Tape(net.layers), {}
    for visit in tape.forward(x):
        outputs[visit.name] = visit.output
    np.testing.assert_array_equal(outputs["linear1"], net(x))
    grad_y = np.random.default_rng(7).standard_normal((2, 3))
    gradients = dict(tape.backward(grad_y))
    assert gradients.keys() == {*outputs, INPUT}
    caches, y = [], x
    for layer in net.layers.values():
        y, cache = layer.forward(y, False)
        caches.append(cache)
    for layer, cache in zip(reversed(net.layers.values()), reversed(caches), strict=True):
        grad_y, _ = layer.backward(grad_y, cache)
    np.testing.assert_array_equal(gradients[INPUT], grad_y)
    without = dict(tape.backward(np.random.default_rng(7).standard_normal((2, 3)), False))
    assert set(gradients) - set(without) == {INPUT}
