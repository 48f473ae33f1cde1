"""explain_number: the numbers that it shows make the layer's output, for every kind of layer."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from badak import BadakError, Network
from badak.inspect import explain_number, explain_pixel
from badak.inspect.follow.explain import Read
from badak.inspect.follow.kinds import KINDS
from badak.layers import (
    LAYERS,
    Concat,
    Dropout,
    Flatten,
    MaxPool2d,
    Product,
    ReLU,
    Residual,
    Scale,
    Softplus,
    Widen2d,
    ZeroPad2d,
)
from badak.layers.walk import run
from badak.models import SimpleConvNet
from follow_cases import TWINS, around, computed, convolution, places
from own_layer import Own
from strategies import conv_cases, pool_cases


def test_every_layer_has_a_record():
    assert {layer.__name__ for layer in KINDS} == set(LAYERS)


@pytest.mark.parametrize("name", TWINS)
def test_the_formula_makes_pytorchs_number(name):
    case = around(name)
    outputs = case.twin(case.x)[0]
    for index in places(outputs.shape, 8):
        found = explain_number(case.net, case.image, case.layer, index)
        value = outputs[index].item()
        assert (found.layer, found.index, found.reads[0].layer) == (case.layer, index, case.source)
        assert found.value == pytest.approx(value, rel=1e-9, abs=1e-11)
        if found.how != "max":
            assert computed(found) == pytest.approx(value, rel=1e-9, abs=1e-11), found.worked


@pytest.mark.parametrize("name", TWINS)
def test_the_inputs_are_those_by_which_pytorch_has_a_gradient_and_weights_are_it(name):
    case = around(name)
    x = case.x[0].detach().numpy()
    outputs = case.twin(case.x)[0]
    for index in places(outputs.shape, 5):
        found = explain_number(case.net, case.image, case.layer, index)
        (grad,) = torch.autograd.grad(outputs[index], case.x, retain_graph=True)
        grad, shown = grad[0].numpy().copy(), np.zeros(x.shape)
        if found.how in ("copy", "max"):
            if found.reads[0].index is not None:
                shown[found.reads[0].index] = 1
            np.testing.assert_array_equal(shown, grad)
            continue
        np.testing.assert_array_equal(found.inputs[~found.inside], 0)
        cells = np.argwhere(found.inside)
        there = [
            tuple(a[at] for a, at in zip(found.grid.axes, cell, strict=True)) for cell in cells
        ]
        np.testing.assert_array_equal(found.inputs[found.inside], [x[place] for place in there])
        if found.how == "sum":
            for place, weight in zip(there, found.weights[found.inside], strict=True):
                shown[place] = weight
            np.testing.assert_allclose(shown, grad, rtol=1e-9, atol=1e-12)
        else:
            for place in there:
                grad[place] = 0
            assert not grad.any()


@given(conv_cases(), st.data())
def test_a_convolution_of_any_geometry_is_explained_as_explain_pixel_does(case, data):
    net, image = convolution(case)
    channel, y, x = (data.draw(st.integers(0, size - 1)) for size in net.output_shape)
    found, pixel = (
        explain_number(net, image, "conv1", (channel, y, x)),
        explain_pixel(net, image, "conv1", channel, y, x),
    )
    assert (found.value, found.bias, found.reads) == (pixel.value, pixel.bias, (Read(""),))
    for mine, its in (
        (found.inputs, pixel.patch),
        (found.weights, pixel.weight),
        (found.products, pixel.products),
        (found.grid.axes[1], pixel.rows),
        (found.grid.axes[2], pixel.columns),
        (found.inside[0], pixel.inside),
    ):
        np.testing.assert_array_equal(mine, its)
    assert found.total + found.bias == pytest.approx(found.value, rel=1e-3, abs=1e-4)
    np.testing.assert_array_equal(found.grid.kernel[0], np.arange(pixel.weight.shape[1]))


@given(pool_cases(), st.data())
def test_the_winner_is_pytorchs(case, data):
    net = Network([MaxPool2d(**case.options)], case.arrays["x"].shape[1:], dtype=np.float64)
    image = np.random.default_rng(0).integers(-3, 4, net.input_shape).astype(float)  # with ties
    index = tuple(data.draw(st.integers(0, size - 1)) for size in net.output_shape)
    (top, bottom), (left, right) = case.geometry["sides"]
    padded = torch.nn.functional.pad(
        torch.from_numpy(image), (left, right, top, bottom), value=-math.inf
    )
    found = explain_number(net, image, "pool1", index)
    values, winners = torch.nn.functional.max_pool2d(
        padded[None],
        case.geometry["kernel"],
        case.geometry["stride"],
        0,
        case.geometry["dilation"],
        case.options["ceil_mode"],
        return_indices=True,
    )
    row, column = divmod(winners[0][index].item(), padded.shape[2])
    assert found.value == values[0][index]
    assert found.reads == (Read("", (index[0], row - top, column - left), found.value),)
    assert found.inputs[found.winner] == found.value
    _, rows, columns = found.grid.axes
    assert (rows[found.winner[1]], columns[found.winner[2]]) == (row - top, column - left)


def test_by_hand():
    net, image = Network([Scale(init=2.0), Softplus(), ReLU()], (1, 1, 2)), [[[3.0, 25.0]]]
    assert explain_number(net, image, "scale1", (0, 0, 0)).worked == "3 * 2 + 0 = 6"
    near, far = (explain_number(net, image, "softplus1", (0, 0, x)) for x in (0, 1))
    assert near.worked == "log(1 + exp(1 * 6)) / 1 = 6.002"
    assert (far.formula, far.worked) == ("x", "50 = 50")
    assert explain_number(net, image, "relu1", (0, 0, 1)).reads == (
        Read("softplus1", (0, 0, 1), 50.0),
    )


def test_a_join_names_its_parts():
    net = Network(
        [Residual([Scale(init=-2.0)]), Product([[], [Scale(init=0.5)]]), Concat([[], [Dropout()]])],
        (2, 1, 1),
    )
    image = np.array([[[1.0]], [[3.0]]])
    sums = explain_number(net, image, "block1", (1, 0, 0))
    assert (sums.worked, sums.how) == ("-6 + 3 = -3", "join")
    assert sums.reads == (Read("block1.scale1", (1, 0, 0), -6.0), Read("", (1, 0, 0), 3.0))
    assert explain_number(net, image, "block2", (1, 0, 0)).worked == "-3 * (-1.5) = 4.5"
    concat = explain_number(net, image, "block3", (3, 0, 0))
    assert concat.reads == (
        Read("block2"),
        Read("block3.branch2.dropout1", (1, 0, 0), 4.5),
    )


def test_padding_is_a_zero_from_nowhere():
    net = Network([ZeroPad2d(1), Widen2d(3)], (2, 2, 2))
    for layer, index in (("pad1", (0, 0, 1)), ("widen1", (2, 1, 1))):
        found = explain_number(net, np.ones((2, 2, 2)), layer, index)
        assert (found.worked, found.how, found.reads[0].index) == ("0 = 0", "copy", None)


def test_a_layer_of_ones_own_is_not_an_error():
    net = Network([Own(), Flatten()], (1, 2, 3))
    found = explain_number(net, np.ones((1, 2, 3)), "own1", (0, 1, 1))
    assert (found.how, found.value, found.inputs.shape) == ("unknown", 1.0, (1, 2, 3))
    large = Network([Own()], (1, 65, 64))
    assert explain_number(large, np.ones((1, 65, 64)), "own1", (0, 0, 0)).inputs is None


def test_numbers_that_are_not_finite_are_shown():
    net = SimpleConvNet()
    net.parameters()["conv1.weight"][...] = np.inf
    net.parameters()["linear1.weight"][...] = np.nan
    image = np.eye(28)[None]
    for visit in run(net.layers, image[None].astype(np.float32)):
        index = (0,) * (visit.output.ndim - 1)
        found = explain_number(net, image, visit.name, index)
        np.testing.assert_equal(found.value, float(visit.output[0][index]))


def test_wrong_arguments_are_named():
    net, image = SimpleConvNet(), np.ones((1, 28, 28))
    for layer, index, words in (
        ("conv9", (0, 0, 0), "layer must be one of 'conv1'.*got 'conv9'"),
        ("conv1", (30, 0, 0), "index: channel.*at most 29; got 30"),
        ("conv1", (0, 24, 0), "index: y.*got 24"),
        ("conv1", (0, 0, -1), "index: x.*got -1"),
        ("conv1", (0, 0), r"index must be \(channel, y, x\).*\(30, 24, 24\); got \(0, 0\)"),
        ("linear2", (10,), "index: unit.*got 10"),
        ("linear2", 3, r"index must be \(unit\); got 3"),
        ("conv1", (0, 0, 1.5), "index: x must be an integer; got 1.5"),
    ):
        with pytest.raises(BadakError, match=words):
            explain_number(net, image, layer, index)
    with pytest.raises(BadakError, match=r"image.*\(1, 28, 28\).*got"):
        explain_number(net, image[:, :5], "conv1", (0, 0, 0))
