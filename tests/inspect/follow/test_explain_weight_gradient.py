"""explain_weight_gradient: the sum over places is the gradient of training, and of PyTorch."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from badak import BadakError, Network
from badak.inspect import explain_weight_gradient
from badak.layers import Flatten, Linear, TableConv2d
from badak.models import SimpleConvNet
from follow_cases import convolution, places
from layer_examples import EXAMPLES
from strategies import conv_cases
from twins import mixed_net, nested_net, torch_twin

# Whose gradients are sums of an input times an output's gradient.
SUMS = {
    *(("Conv2d", key) for key in ("weight", "bias")),
    *(("ConvTranspose2d", key) for key in ("weight", "bias")),
    *(("Linear", key) for key in ("weight", "bias")),
    *(("BatchNorm2d", key) for key in ("weight", "bias")),
    *(("BatchNorm1d", key) for key in ("weight", "bias")),
    ("TableConv2d", "bias"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_central_differences_of_every_layers_parameters(name):
    net = EXAMPLES[name].network(after=[Flatten(), Linear(3)], dtype=np.float64)
    generator = np.random.default_rng(1)
    for key, array in net.state().items():
        array[...] = 0.3 * generator.standard_normal(array.shape)
        if "var" in key:
            array[...] = generator.uniform(0.5, 1.5, array.shape)
    image = generator.standard_normal(net.input_shape)
    for parameter, array in net.parameters().items():
        for index in places(array.shape, 3):
            found = explain_weight_gradient(net, image, parameter, index, 1, "logit")
            assert found.value == array[index]
            values = []
            for step in (1e-5, -1e-5):
                array[index] = found.value + step
                values.append(net(image[None])[0, 1])
            array[index] = found.value
            expected = (values[0] - values[1]) / 2e-5
            assert found.gradient == pytest.approx(expected, rel=1e-5, abs=1e-7)
            if found.how == "sum":
                assert found.products.sum() == pytest.approx(found.gradient, rel=1e-9, abs=1e-12)
                np.testing.assert_array_equal(found.products, found.inputs * found.gradients)
            key = found.kind, parameter.rpartition(".")[2]
            assert key == ("TableConv2d", "weight") or (found.how == "sum") == (key in SUMS)


@given(conv_cases(), st.data())
def test_each_place_meets_the_input_under_the_cell(case, data):
    net, image = convolution(case, after=[Flatten(), Linear(2)], dtype=np.float64)
    weight, size = case.arrays["weight"], image.shape[1:]
    index = tuple(data.draw(st.integers(0, size - 1)) for size in weight.shape)
    found = explain_weight_gradient(net, image, "conv1.weight", index, 1)
    _, grads = net.loss_and_gradients(image[None], [1])
    assert found.gradient == pytest.approx(grads["conv1.weight"][index], rel=1e-9, abs=1e-12)
    assert found.products.sum() == pytest.approx(found.gradient, rel=1e-9, abs=1e-12)
    assert found.filter == index[0]
    for (row, column), number in np.ndenumerate(found.inputs):
        place = found.rows[row], found.columns[column]
        inside = 0 <= place[0] < size[0] and 0 <= place[1] < size[1]
        assert number == (image[(found.channel, *place)] if inside else 0)


@pytest.mark.parametrize("make", [nested_net, mixed_net])
def test_the_loss_gradients_are_pytorchs(make):
    net = make()
    image = np.random.default_rng(0).random(net.input_shape)
    twin = torch_twin(net)
    logits = twin(torch.from_numpy(image[None]))
    torch.nn.functional.cross_entropy(logits, torch.tensor([2])).backward()
    for parameter, expected in twin.named_parameters():
        for index in places(expected.shape, 3):
            found = explain_weight_gradient(net, image, parameter, index, 2)
            assert found.gradient == pytest.approx(expected.grad[index].item(), rel=1e-8, abs=1e-12)
            assert found.products.sum() == pytest.approx(found.gradient, rel=1e-8, abs=1e-12)


def test_a_weight_without_a_connection_has_no_sum():
    net = Network([TableConv2d([[0], [1]], 2), Flatten(), Linear(2)], (2, 3, 3))
    found = explain_weight_gradient(net, np.ones((2, 3, 3)), "conv1.weight", (0, 1, 0, 0), 0)
    assert (found.how, found.gradient, found.inputs) == ("unknown", 0.0, None)


def test_wrong_arguments_are_named():
    net, image = SimpleConvNet(), np.ones((1, 28, 28))
    for arguments, words in (
        (("conv1.mean", (0,), 1), "parameter must be one of 'conv1.weight'.*got 'conv1.mean'"),
        (("conv1.bias", (30,), 1), "index: number.*at most 29; got 30"),
        (("conv1.weight", (0, 0, 5, 0), 1), "index: row.*got 5"),
        (("conv1.weight", (0, 0), 1), "index must be.*got"),
        (("conv1.bias", (0,), -1), "label.*got -1"),
        (("conv1.bias", (0,), 1, "x"), "of must be one of.*got 'x'"),
    ):
        with pytest.raises(BadakError, match=words):
            explain_weight_gradient(net, image, *arguments)
