"""Layers: shapes, parameters, arguments; the arithmetic is tested with the ops."""

import copy
import dataclasses
import inspect
import json

import numpy as np
import pytest
import torch

from badak import BadakError, Network, layers
from badak.layers import (
    LAYERS,
    Conv2d,
    CrossEntropyLoss,
    Dropout,
    EuclideanRBF,
    Flatten,
    Layer,
    Linear,
    Normalize,
    Residual,
    TableConv2d,
)
from badak.network.architecture import describe, parse
from layer_examples import EXAMPLES, IMAGE
from layers import torch_layers


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", EXAMPLES)
def test_layer_equals_pytorchs_forward_and_backward(name, training):
    example = EXAMPLES[name]
    twin = copy.deepcopy(example.twin).double().train(training)
    generator = np.random.default_rng(0)
    shape = example.shape
    layer = type(example.layer)(**example.layer.config())
    built = layer.build(shape, generator, np.float64)
    for key, array in layer.parameters.items():
        array[...] = generator.standard_normal(array.shape)
        twin.get_parameter(key).data = torch.from_numpy(array.copy())
    for key, array in layer.buffers.items():
        array[...] = generator.uniform(0.5, 1.5, array.shape)
        twin.get_buffer(key).data = torch.from_numpy(array.copy())
    x = generator.standard_normal((3, *shape))
    xt = torch.from_numpy(x).requires_grad_()

    y, cache = layer.forward(x, training)
    expected = twin(xt)
    assert y.shape == (3, *built) == tuple(expected.shape)
    np.testing.assert_allclose(y, expected.detach().numpy(), rtol=1e-10, atol=1e-12)

    grad_y = generator.standard_normal(y.shape)
    expected.backward(torch.from_numpy(grad_y))
    grad_x, grads = layer.backward(grad_y, cache)
    np.testing.assert_allclose(grad_x, xt.grad.numpy(), rtol=1e-9, atol=1e-11)
    assert grads.keys() == layer.parameters.keys()
    for key, grad in grads.items():
        np.testing.assert_allclose(
            grad, twin.get_parameter(key).grad.numpy(), rtol=1e-9, atol=1e-11
        )
    for key, buffer in layer.buffers.items():
        np.testing.assert_allclose(buffer, twin.get_buffer(key).numpy(), rtol=1e-10)


def test_every_public_layer_has_an_example():
    public = [getattr(layers, name) for name in layers.__all__ if name != "LAYERS"]
    kinds = {kind for kind in public if issubclass(kind, Layer) and not inspect.isabstract(kind)}
    assert kinds == set(LAYERS.values())
    assert {kind.__name__ for kind in kinds} <= EXAMPLES.keys()
    for name, example in EXAMPLES.items():
        assert name.split()[0] == type(example.layer).__name__


@pytest.mark.parametrize("name", EXAMPLES)
def test_arguments_survive_json(name):
    layer = EXAMPLES[name].layer
    text = json.dumps(describe({"a": layer}, IMAGE, np.float32, CrossEntropyLoss(0.1, 3)))
    arguments = parse(json.loads(text))
    assert arguments["layers"]["a"] == layer
    assert arguments["loss"] == CrossEntropyLoss(0.1, 3)
    assert repr(arguments["layers"]["a"]) == repr(layer)


def test_numpy_integers_are_plain_in_the_config():
    layer = Conv2d(np.int64(4), (np.int32(3), 5))
    assert json.dumps(layer.config()) == json.dumps(Conv2d(4, (3, 5)).config())


def test_initial_weights_have_the_spread_of_their_papers():
    def spread(layer):
        layer.build((50, 9, 9), np.random.default_rng(0), np.float32)
        return float(layer.parameters["weight"].std())

    assert spread(Conv2d(400, 3)) == pytest.approx(np.sqrt(2 / 450), rel=0.02)
    assert spread(Conv2d(400, 3, groups=2)) == pytest.approx(np.sqrt(2 / 225), rel=0.02)
    assert spread(Conv2d(400, 3, weight_init="xavier")) == pytest.approx(
        np.sqrt(2 / (450 + 3600)), rel=0.02
    )
    assert spread(Conv2d(400, 3, weight_init=0.01)) == pytest.approx(0.01, rel=0.02)


def test_float32_and_float64_networks_of_one_seed_agree():
    layers = [Conv2d(4, 3), Flatten(), Linear(3)]
    single = Network(layers, (2, 5, 5), seed=7)
    double = Network(layers, (2, 5, 5), seed=7, dtype=np.float64)
    for name, array in single.parameters().items():
        np.testing.assert_array_equal(array, double.parameters()[name].astype(np.float32))


def test_dropout_scales_what_it_keeps():
    net = Network([Dropout(0.25)], (1, 100, 100))
    x = np.ones((2, 1, 100, 100), np.float32)
    y = net.forward(x, training=True)
    assert set(np.unique(y)) == {0, np.float32(1 / 0.75)}
    assert (y == 0).mean() == pytest.approx(0.25, abs=0.02)
    assert not np.array_equal(y, net.forward(x, training=True))
    np.testing.assert_array_equal(net(x), x)


def test_unbuilt_dropout_says_what_it_needs():
    with pytest.raises(RuntimeError, match="as part of a Network"):
        Dropout().forward(np.ones((1, 2)), training=True)


def test_layers_are_dataclasses_of_their_arguments():
    for layer in LAYERS.values():
        assert dataclasses.is_dataclass(layer)
        assert "parameters" not in layer.__init__.__annotations__


def test_a_table_counts_and_moves_its_connections_alone():
    layer = TableConv2d(torch_layers.TABLE, (3, 2))
    layer.build((6, 9, 11), np.random.default_rng(0), np.float64)
    connected = np.zeros((5, 6, 1, 1), bool)
    for number, maps in enumerate(torch_layers.TABLE):
        connected[number, list(maps)] = True
    everywhere = np.broadcast_to(connected, (5, 6, 3, 2))
    np.testing.assert_array_equal(layer.parameters["weight"] != 0, everywhere)
    assert layer.parameter_count() == everywhere.sum() + 5
    y, cache = layer.forward(np.ones((2, 6, 9, 11)), True)
    _, grads = layer.backward(np.ones_like(y), cache)
    np.testing.assert_array_equal(grads["weight"] != 0, everywhere)


def test_the_digits_codes_are_the_papers_kind():
    def codes(count, size):
        layer = EuclideanRBF(count)
        layer.build((size,), np.random.default_rng(0), np.float32)
        return layer.buffers["codes"]

    ten = codes(10, 84)
    assert ten.shape == (10, 84)
    assert set(np.unique(ten)) == {-1, 1}
    apart = ((ten[:, None] - ten) ** 2).sum(2) + 1e9 * np.eye(10)
    assert apart.min() >= 4 * 12  # any two digits differ in at least 12 cells
    np.testing.assert_array_equal(codes(3, 84), ten[:3])
    drawn = codes(11, 84)
    assert set(np.unique(drawn)) == {-1, 1}
    np.testing.assert_array_equal(drawn, codes(11, 84))


def test_a_block_names_what_is_inside_and_shares_it():
    block = EXAMPLES["Residual with shortcut"].layer
    block = Residual(**block.config())
    block.build(IMAGE, np.random.default_rng(0), np.float32)
    names = ["a.weight", "a.bias", "shortcut.conv1.weight"]
    assert list(block.parameters) == [*names, "shortcut.norm1.weight", "shortcut.norm1.bias"]
    assert list(block.buffers) == ["shortcut.norm1.running_mean", "shortcut.norm1.running_var"]
    assert block.parameters["a.bias"] is block.layers["a"].parameters["bias"]
    leaves = ["block.a", "block.inner.sigmoid1", "block.shortcut.conv1", "block.shortcut.norm1"]
    assert [name for name, _ in block.leaves("block")] == leaves


def test_one_layer_may_stand_in_two_blocks():
    """Blocks copy their layers, as networks do."""
    conv = Conv2d(2, 1)
    net = Network([Residual([conv, conv]), Residual([conv])], (2, 3, 3))
    assert len({id(array) for array in net.parameters().values()}) == 6
    assert not conv.parameters


def test_normalize_prepares_images_as_training_did():
    """One network takes what a camera gives; the other, of the same weights, prepared images."""
    inside = [Conv2d(4, 3), Flatten(), Linear(3)]
    bare = Network(inside, (3, 5, 6), seed=1)
    whole = Network([Normalize((0.5, 0.25, 0.75), (0.25, 0.5, 1.0)), *inside], (3, 5, 6), seed=1)
    images = np.random.default_rng(0).integers(0, 256, (2, 3, 5, 6), dtype=np.uint8)
    mean, std = np.float32([[0.5, 0.25, 0.75], [0.25, 0.5, 1.0]])[:, :, None, None]
    prepared = (images / np.float32(255) - mean) / std
    np.testing.assert_allclose(whole(images), bare(prepared), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(whole.predict(images), bare.predict(prepared))
    assert whole.parameters().keys() == bare.parameters().keys()


@pytest.mark.parametrize(
    ("numbers", "dtype"),
    [((0.5, 1e-45), np.float32), ((1e39, 1), np.float32), (((0, 1), 1e-310), np.float64)],
)
def test_a_normalize_that_would_make_infinities_is_refused(numbers, dtype):
    words = rf"^Normalize 'normalize1': mean / std and 1 / std must be finite in {dtype.__name__}"
    with pytest.raises(BadakError, match=words):
        Network([Normalize(*numbers)], (2, 3, 3), dtype=dtype)
