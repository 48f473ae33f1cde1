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
    ELU,
    GELU,
    LAYERS,
    AvgPool2d,
    BatchNorm2d,
    Concat,
    Conv2d,
    CrossEntropyLoss,
    Dropout,
    EuclideanRBF,
    Flatten,
    Hardtanh,
    Layer,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
    Residual,
    ScaledTanh,
    Subsample2d,
    TableConv2d,
    Widen2d,
    ZeroPad2d,
)
from badak.network.architecture import describe, parse
from layer_examples import EXAMPLES, IMAGE
from layers import twins


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


def nested(depth):
    """Blocks within blocks."""
    block = Residual([ReLU()])
    for _ in range(depth - 1):
        block = Residual([block])
    return block


WRONG = {
    "conv, stride 0": (lambda: Conv2d(4, 3, stride=0), "stride.*got 0"),
    "conv, dilation -1": (lambda: Conv2d(4, 3, dilation=-1), "dilation.*got -1"),
    "conv, padding -1": (lambda: Conv2d(4, 3, padding=-1), "padding.*got -1"),
    "conv, padding word": (lambda: Conv2d(4, 3, padding="sme"), "padding.*got 'sme'"),
    "conv, 0 channels": (lambda: Conv2d(0, 3), "out_channels.*got 0"),
    "conv, kernel 0": (lambda: Conv2d(4, 0), "kernel_size.*got 0"),
    "conv, no kernel": (lambda: Conv2d(4, []), r"kernel_size.*got \[\]"),
    "conv, 3 kernel sizes": (lambda: Conv2d(4, (1, 2, 3)), r"kernel_size.*got \(1, 2, 3\)"),
    "conv, float": (lambda: Conv2d(4, 3, stride=2.5), r"stride.*got 2\.5"),
    "conv, bool": (lambda: Conv2d(4, 3, stride=True), "stride.*got True"),
    "conv, text": (lambda: Conv2d(4, "3"), "kernel_size.*got '3'"),
    "conv, groups": (lambda: Conv2d(4, 3, groups=3), "groups.*got 3"),
    "conv, bias": (lambda: Conv2d(4, 3, bias=1), "bias.*got 1"),
    "conv, huge": (lambda: Conv2d(4, 3, dilation=2**62), "dilation.*got 4611686018427387904"),
    "conv, init": (lambda: Conv2d(4, 3, weight_init="glorot"), "weight_init.*got 'glorot'"),
    "conv, init -1": (lambda: Conv2d(4, 3, weight_init=-1), r"weight_init.*got -1\.0"),
    "pool, padding": (lambda: MaxPool2d(2, padding=2), "padding.*got 2"),
    "pool, ceil_mode": (lambda: MaxPool2d(2, ceil_mode=1), "ceil_mode.*got 1"),
    "avg pool, padding": (lambda: AvgPool2d(2, padding=2), "padding.*got 2"),
    "avg pool, count": (lambda: AvgPool2d(2, count_include_pad=0), "count_include_pad.*got 0"),
    "linear, 0": (lambda: Linear(0), "out_features.*got 0"),
    "dropout, 1.5": (lambda: Dropout(1.5), r"\bp\b.*got 1\.5"),
    "dropout, NaN": (lambda: Dropout(float("nan")), r"\bp\b.*got nan"),
    "dropout, text": (lambda: Dropout("a"), r"\bp\b.*got 'a'"),
    "batch norm, eps": (lambda: BatchNorm2d(eps=0), r"eps.*got 0\.0"),
    "batch norm, momentum": (lambda: BatchNorm2d(momentum=2), r"momentum.*got 2\.0"),
    "lrn, size": (lambda: LocalResponseNorm(0), "size.*got 0"),
    "lrn, NaN": (lambda: LocalResponseNorm(beta=float("nan")), "beta.*got nan"),
    "elu, inf": (lambda: ELU(float("inf")), "alpha.*got inf"),
    "leaky, None": (lambda: LeakyReLU(None), "negative_slope.*got None"),
    "gelu, word": (lambda: GELU("fast"), "approximate.*got 'fast'"),
    "scaled tanh": (lambda: ScaledTanh(slope=0), r"slope.*got 0\.0"),
    "subsample": (lambda: Subsample2d(0), "kernel_size.*got 0"),
    "widen": (lambda: Widen2d(4, 0), "stride.*got 0"),
    "rbf": (lambda: EuclideanRBF(0), "out_features.*got 0"),
    "table, none": (lambda: TableConv2d([], 3), r"table.*got \[\]"),
    "table, text": (lambda: TableConv2d("01", 3), "table.*got '01'"),
    "table, flat": (lambda: TableConv2d([0, 1], 3), "entry 0.* 0$"),
    "table, float": (lambda: TableConv2d([[0.5]], 3), r"number.* table.*got 0\.5"),
    "table, -1": (lambda: TableConv2d([[-1]], 3), "number.* table.*got -1"),
    "table, blind": (lambda: TableConv2d([[0], []], 3), r"filter 1 .*\(\)"),
    "table, twice": (lambda: TableConv2d([[1, 1]], 3), r"filter 0 .*\(1, 1\)"),
    "residual, nothing": (lambda: Residual([]), "layers.*got none"),
    "residual, layer": (lambda: Residual(ReLU()), r"layers.*got ReLU\(\)"),
    "residual, None": (lambda: Residual([ReLU()], None), "layers.*got None"),
    "residual, name": (lambda: Residual({"shortcut": ReLU()}), "'shortcut'"),
    "residual, dot": (lambda: Residual({"a.b": ReLU()}), r"dots.*got 'a\.b'"),
    "concat, one branch": (lambda: Concat([[ReLU()]]), "branches.*got 1"),
    "concat, no list": (lambda: Concat(3), "branches.*got 3"),
    "concat, layer": (lambda: Concat([ReLU(), ReLU()]), r"layers.*got ReLU\(\)"),
    "zero pad, word": (lambda: ZeroPad2d("same"), "padding.*got 'same'"),
    "zero pad, -1": (lambda: ZeroPad2d(-1), "padding.*got -1"),
    "hardtanh, swapped": (lambda: Hardtanh(6, 0), r"max_val.*got 0\.0"),
    "residual, depth": (lambda: nested(9), "Residual.*got 9"),
    "smoothing": (lambda: CrossEntropyLoss(2.0), r"label_smoothing.*got 2\.0"),
    "ignore": (lambda: CrossEntropyLoss(ignore_index=1.0), r"ignore_index.*got 1\.0"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_argument_is_named(case):
    make, words = WRONG[case]
    with pytest.raises(BadakError, match=words):
        make()


MISFITS = {
    "kernel over input": (
        [Conv2d(4, 3), MaxPool2d(2), MaxPool2d(3)],
        (1, 4, 4),
        r"MaxPool2d 'pool2': .*3x3 .*1x1 .*\(1 \+ 0 - 2 - 1\) // 3 \+ 1 = 0;.* 1 ",
    ),
    "groups": ([Conv2d(4, 3, groups=2)], (3, 8, 8), "Conv2d 'conv1': groups.* 3"),
    "linear on maps": ([Linear(3)], (1, 4, 4), r"Linear 'linear1': .*flat.*\(1, 4, 4\)"),
    "conv on a row": ([Flatten(), Conv2d(3, 1)], (1, 4, 4), r"Conv2d 'conv1': .*images.*\(16,\)"),
    "sum of shapes": (
        [Residual([Conv2d(4, 3)])],
        (1, 4, 4),
        r"Residual 'block1': .*layers.*\(4, 2, 2\).*shortcut.*\(1, 4, 4\)",
    ),
    "branches of other sizes": (
        [Concat([[Conv2d(4, 3)], []])],
        (1, 4, 4),
        r"Concat 'block1': .*\(4, 2, 2\), \(1, 4, 4\)",
    ),
    "within a block": (
        [Residual([ReLU()], {"a": MaxPool2d(9)})],
        (1, 4, 4),
        r"Residual 'block1': MaxPool2d 'shortcut\.a': .*9x9",
    ),
    "table over the maps": ([TableConv2d([[3]], 1)], (3, 4, 4), "map 3.* 3: 0 to 2"),
    "widen to less": ([Widen2d(2)], (3, 4, 4), "out_channels.*got 2"),
    "rbf on maps": ([EuclideanRBF(2)], (3, 4, 4), "EuclideanRBF 'rbf1': .*flat"),
    "no layers": ([], (1, 4, 4), "at least one layer"),
    "no layer": ([ReLU], (1, 4, 4), "layers.*entry 0"),
    "not a list": (ReLU(), (1, 4, 4), r"layers.*got ReLU\(\)"),
    "dotted name": ({"a.b": ReLU()}, (1, 4, 4), r"name.* dots.*got 'a\.b'"),
    "input shape": ([ReLU()], (4, 4), r"input_shape.*got \(4, 4\)"),
    "input size 0": ([ReLU()], (1, 0, 4), "input_shape.*got 0"),
    "too large": ([Flatten(), Linear(2**31 - 1)], (1, 999, 999), "Linear 'linear1': .* GiB"),
}


@pytest.mark.parametrize("case", MISFITS)
def test_misfit_is_refused_before_anything_runs(case):
    layers, shape, words = MISFITS[case]
    with pytest.raises(BadakError, match=words):
        Network(layers, shape)


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
    layer = TableConv2d(twins.TABLE, (3, 2))
    layer.build((6, 9, 11), np.random.default_rng(0), np.float64)
    connected = np.zeros((5, 6, 1, 1), bool)
    for number, maps in enumerate(twins.TABLE):
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
    assert apart.min() >= 4 * 12  # no two digits agree in all but 12 cells
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
    """They are copied, as a network copies its layers."""
    conv = Conv2d(2, 1)
    net = Network([Residual([conv, conv]), Residual([conv])], (2, 3, 3))
    assert len({id(array) for array in net.parameters().values()}) == 6
    assert not conv.parameters
