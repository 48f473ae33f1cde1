"""trace: every output and gradient equals PyTorch's, and the network does not change."""

import copy

import numpy as np
import pytest
import torch

from badak import BadakError
from badak.inspect.attribution.backward import trace
from badak.models import SimpleConvNet
from twins import mixed_net, torch_twin


@pytest.fixture
def net():
    return mixed_net()


@pytest.fixture
def images():
    return np.random.default_rng(2).random((3, 2, 9, 11))


def torch_gradient(twin, images, layer, last, grad_y):
    """The output of `last`, and its gradient with respect to the output of `layer`, by autograd."""
    start = out = torch.tensor(images, requires_grad=True)
    for name, module in twin.named_children():
        out = module(out)
        if name == layer:
            start = out
        if name == last:
            break
    (grad,) = torch.autograd.grad(out, start, torch.tensor(grad_y))
    return out.detach().numpy(), grad.numpy()


@pytest.mark.parametrize("layer", [None, "conv1", "norm1", "pool1", "norm2", "pool2", "linear1"])
def test_the_gradient_by_any_layer_is_pytorchs(net, images, layer):
    seen = trace(net, images)
    grad_y = np.random.default_rng(4).standard_normal((3, 5))
    output, grad = torch_gradient(torch_twin(net), images, layer, None, grad_y)
    np.testing.assert_allclose(seen.output, output, rtol=1e-12)
    np.testing.assert_allclose(seen.gradient(grad_y, layer), grad, rtol=1e-9, atol=1e-14)
    assert np.abs(grad).max() > 1e-3


@pytest.mark.parametrize(("layer", "last"), [(None, "conv2"), ("relu1", "pool2")])
def test_a_trace_may_end_inside(net, images, layer, last):
    seen = trace(net, images, last)
    assert next(reversed(seen.outputs)) == last
    grad_y = np.random.default_rng(4).standard_normal(seen.output.shape)
    output, grad = torch_gradient(torch_twin(net), images, layer, last, grad_y)
    np.testing.assert_allclose(seen.output, output, rtol=1e-12)
    np.testing.assert_allclose(seen.gradient(grad_y, layer), grad, rtol=1e-9, atol=1e-14)


def test_the_class_gradient_is_that_of_one_logit(net, images):
    grad = trace(net, images).class_gradient(2)
    one_hot = np.tile(np.eye(5)[2], (3, 1))
    np.testing.assert_array_equal(grad, trace(net, images).gradient(one_hot))
    np.testing.assert_allclose(grad[:1], trace(net, images[:1]).class_gradient(2), rtol=1e-12)


def test_the_outputs_are_the_predictions():
    net = SimpleConvNet(seed=1)
    x = np.random.default_rng(0).integers(0, 256, (4, 1, 28, 28), np.uint8)
    np.testing.assert_allclose(trace(net, x).output, net(x), atol=1e-5)


def test_the_network_and_the_gradient_given_stay_as_they_are(net, images):
    before = copy.deepcopy(net.state())
    drawn = copy.deepcopy(net.generators()["dropout1"].bit_generator.state)
    seen = trace(net, images)
    grad_y = np.ones((3, 5))
    first = seen.gradient(grad_y)
    np.testing.assert_array_equal(seen.gradient(grad_y), first)
    np.testing.assert_array_equal(grad_y, 1)
    seen.gradient(grad_y, "linear1")[...] = 7  # the caller may change it
    np.testing.assert_array_equal(grad_y, 1)
    assert net.generators()["dropout1"].bit_generator.state == drawn
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_wrong_arguments_are_named(net, images):
    with pytest.raises(BadakError, match=r"layer.*'conv1', .*got 'conv9'"):
        trace(net, images, "conv9")
    seen = trace(net, images, "norm1")
    with pytest.raises(BadakError, match=r"layer.*got 'conv2'"):
        seen.gradient(np.ones_like(seen.output), "conv2")
    with pytest.raises(BadakError, match=r"grad_y.*got \(3, 5\)"):
        seen.gradient(np.ones((3, 5)))
    with pytest.raises(BadakError, match=r"images.*\(any, 2, 9, 11\).*got"):
        trace(net, images[:, :1])
