"""gradient_check: correct backward passes pass, wrong ones fail, corners are left out."""

import copy
import math

import numpy as np
import pytest

from badak import BadakError, Network, ops
from badak.inspect import gradient_check
from badak.layers import (
    BatchNorm2d,
    Concat,
    Conv2d,
    CrossEntropyLoss,
    Dropout,
    Flatten,
    Linear,
    ReLU,
    Residual,
    Tanh,
)
from badak.models import SimpleConvNet
from layer_examples import EXAMPLES, IMAGE
from own_layer import Own


def around(layer) -> Network:
    layers = [Conv2d(4, 3, weight_init="he"), layer, Flatten(), Linear(3)]
    return Network(layers, (2, 7, 8), seed=4, dtype=np.float64)


@pytest.fixture
def batch():
    generator = np.random.default_rng(5)
    return generator.standard_normal((3, 2, 7, 8)), np.array([0, 2, 1])


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_layer_passes(name, training):
    before, after = [Conv2d(IMAGE[0], 3, padding=1)], [Flatten(), Linear(3)]
    net = EXAMPLES[name].network(before, after, seed=4, dtype=np.float64)
    x = np.random.default_rng(5).standard_normal((3, *IMAGE))
    result = gradient_check(net, x, [0, 2, 1], training=training, samples=60)
    assert result.worst < 1e-6, str(result)
    assert result.failing == ()
    assert [layer.name for layer in result.layers] == [*net.layers, "loss"]
    assert {row.name for row in result.rows} >= {
        "conv1.weight",
        f"{[*net.layers][-1]}.bias",
        "input",
    }
    for row in result.rows:
        assert row.entries > row.kinks, str(result)


@pytest.mark.parametrize(
    "block",
    [
        Residual([Conv2d(2, 1), Dropout(0.5)]),
        Concat([[], [Dropout(0.5), Residual([Dropout(0.2)])]]),
    ],
    ids=["residual", "concat"],
)
def test_dropout_within_a_block_draws_the_same_for_each_comparison(block):
    """Otherwise every entry would seem to be at a corner, and none would be compared."""
    net = Network([block, Flatten(), Linear(3)], (2, 4, 3))
    x = np.random.default_rng(0).random((4, 2, 4, 3))
    check = gradient_check(net, x, np.arange(4) % 3, training=True)
    assert check.failing == ()
    assert all(row.entries > row.kinks for row in check.layers[0].rows)


def test_simple_conv_net_passes():
    generator = np.random.default_rng(0)
    net = SimpleConvNet((1, 11, 12), filters=6, hidden_size=20, weight_init="he")
    result = gradient_check(net, generator.random((3, 1, 11, 12)), [3, 1, 4], samples=40)
    assert result.worst < 1e-6, str(result)


def test_every_entry_is_compared_on_request(batch):
    net = Network([Flatten(), Linear(3)], (2, 7, 8))
    rows = {row.name: row for row in gradient_check(net, *batch, samples=None).rows}
    assert rows["linear1.weight"].entries == 3 * 2 * 7 * 8
    assert rows["input"].entries == 3 * 2 * 7 * 8


def test_the_networks_own_loss_is_differentiated(batch):
    net = Network(
        [Flatten(), Linear(3)],
        (2, 7, 8),
        loss=CrossEntropyLoss(label_smoothing=0.2),
    )
    assert gradient_check(net, *batch).worst < 1e-6


def factor_of_two(backward):
    def wrong(grad_y, *saved, **options):
        grad_x, *rest = backward(grad_y, *saved, **options)
        return (grad_x if grad_x is None else 2 * grad_x), *rest

    return wrong


def forgotten_bias(backward):
    def wrong(*arguments, **options):
        grad_x, grad_weight, grad_bias = backward(*arguments, **options)
        return grad_x, grad_weight, np.zeros_like(grad_bias)

    return wrong


def turned_kernel(backward):
    def wrong(*arguments, **options):
        grad_x, grad_weight, grad_bias = backward(*arguments, **options)
        return grad_x, np.ascontiguousarray(grad_weight[:, :, ::-1]), grad_bias

    return wrong


def without_mask(backward):
    return lambda grad_y, y: grad_y


def small_error(backward):
    return lambda *arguments, **options: backward(*arguments, **options) * 1.0001


def one_nan(backward):
    def wrong(*arguments, **options):
        grad_x = backward(*arguments, **options)
        grad_x[0, 0, 0, 0] = np.nan
        return grad_x

    return wrong


def infinite(backward):
    return lambda *arguments, **options: np.full_like(backward(*arguments, **options), np.inf)


BUGS = {
    "linear: input gradient doubled": ("linear_backward", factor_of_two, Flatten()),
    "linear: bias gradient forgotten": ("linear_backward", forgotten_bias, Flatten()),
    "conv: weight gradient turned": ("conv2d_backward", turned_kernel, Flatten()),
    "relu: gradient let through": ("relu_backward", without_mask, ReLU()),
    "tanh: a tenth of a permille off": ("tanh_backward", small_error, Tanh()),
    "tanh: one NaN": ("tanh_backward", one_nan, Tanh()),
    "tanh: infinite": ("tanh_backward", infinite, Tanh()),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug, batch, monkeypatch):
    name, plant, layer = BUGS[bug]
    monkeypatch.setattr(ops, name, plant(getattr(ops, name)))
    result = gradient_check(around(layer), *batch)
    assert result.worst > 2e-5
    kind = name.removesuffix("_backward").removesuffix("2d")
    failing = {layer.name.rstrip("0123456789") for layer in result.layers if layer.symptoms}
    assert failing == {kind}


def test_a_gradient_that_is_no_number_is_the_worst_there_is(batch, monkeypatch):
    monkeypatch.setattr(ops, "tanh_backward", one_nan(ops.tanh_backward))
    result = gradient_check(around(Tanh()), *batch)
    assert math.isinf(result.worst)
    assert {row.name: row.worst for row in result.rows}["linear1.weight"] < 1e-6  # after the fault


@pytest.mark.parametrize("margin", [8, 15, 25, 60])
def test_a_network_sure_of_itself_passes(margin, batch):
    """Its loss and gradients are as small as rounding in float64; that is not an error."""
    net = around(ReLU())
    net.parameters()["linear1.bias"][...] = [margin, 0, 0]
    assert gradient_check(net, batch[0], [0, 0, 0]).worst < 1e-6


def test_corners_are_left_out_and_counted():
    """Pre-activations of exactly 0: ReLU has no slope there, so any number would be wrong."""
    net = Network([Flatten(), Linear(4), ReLU(), Linear(2)], (1, 1, 3), dtype=np.float64)
    result = gradient_check(net, np.zeros((2, 1, 1, 3)), [0, 0])
    rows = {row.name: row for row in result.rows}
    assert rows["linear1.bias"].kinks == 4
    assert rows["linear1.bias"].entries == 0
    assert result.worst < 1e-6


def test_the_network_stays_as_it_is(batch):
    net = Network([Conv2d(4, 3), BatchNorm2d(), Dropout(), Flatten(), Linear(3)], (2, 7, 8))
    before = copy.deepcopy(net.state())
    drawn = net.generators()["dropout1"].bit_generator.state
    gradient_check(net, *batch)
    assert net.generators()["dropout1"].bit_generator.state == drawn
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_the_table_names_the_worst(batch):
    result = gradient_check(around(ReLU()), *batch)
    text = str(result)
    assert "conv1.weight" in text
    assert f"{result.worst:.1e}" in text


def test_wrong_arguments_are_named(batch):
    with pytest.raises(BadakError, match=r"samples.*got 0"):
        gradient_check(around(ReLU()), *batch, samples=0)
    with pytest.raises(BadakError, match=r"labels.*0\.\.2; label 2 is 3"):
        gradient_check(around(ReLU()), batch[0], [0, 1, 3])
    with pytest.raises(BadakError, match=r"\bx\b.*empty"):
        gradient_check(around(ReLU()), batch[0][:0], [])
    with pytest.raises(BadakError, match=r"seed.*got -1"):
        gradient_check(around(ReLU()), *batch, seed=-1)


class Log(Own):
    """For a negative input: NaN forward, a finite gradient backward."""

    def forward(self, x, training):
        return np.log(x), x

    def backward(self, grad_y, cache, need_grad_x=True):
        return grad_y / cache, {}


def test_a_forward_that_is_not_finite_is_found_where_it_happens():
    net = Network([Conv2d(2, 3), Log(), Flatten(), Linear(3)], (1, 6, 6))
    images = np.random.default_rng(0).standard_normal((2, 1, 6, 6))
    result = gradient_check(net, images, [0, 1], samples=5)
    assert result.failing == ("own1",)
    assert "forward gives NaN or infinity" in str(result).replace("\n", " ")
    assert math.isinf(result.worst)
