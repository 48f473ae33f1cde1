"""The twin of a network in PyTorch: the same layers, names and weights, in float64.

And networks of every common layer, with which tests compare the two.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from badak import Network, layers
from layers.torch_layers import Concat, Residual


def _conv(layer: layers.Conv2d) -> nn.Module:
    weight = layer.parameters["weight"]
    return nn.Conv2d(
        weight.shape[1] * layer.groups,
        layer.out_channels,
        layer.kernel_size,
        layer.stride,
        layer.padding,
        layer.dilation,
        layer.groups,
        bias=layer.bias,
    )


# For the forms of arguments that the tests use.
MAKERS: dict[type, Any] = {
    layers.Conv2d: _conv,
    layers.Linear: lambda layer: nn.Linear(
        layer.parameters["weight"].shape[1], layer.out_features, layer.bias
    ),
    layers.BatchNorm2d: lambda layer: nn.BatchNorm2d(len(layer.parameters["weight"]), layer.eps),
    # PyTorch divides alpha by size; the paper does not.
    layers.LocalResponseNorm: lambda layer: nn.LocalResponseNorm(
        layer.size, layer.alpha * layer.size, layer.beta, layer.k
    ),
    layers.MaxPool2d: lambda layer: nn.MaxPool2d(layer.kernel_size, layer.stride, layer.padding),
    layers.AvgPool2d: lambda layer: nn.AvgPool2d(layer.kernel_size, layer.stride, layer.padding),
    layers.GlobalAvgPool2d: lambda layer: nn.AdaptiveAvgPool2d(1),
    layers.ReLU: lambda layer: nn.ReLU(),
    layers.Sigmoid: lambda layer: nn.Sigmoid(),
    layers.Tanh: lambda layer: nn.Tanh(),
    layers.Dropout: lambda layer: nn.Dropout(layer.p),
    layers.Flatten: lambda layer: nn.Flatten(),
}


def _modules(inside: Mapping[str, layers.Layer]) -> OrderedDict[str, nn.Module]:
    return OrderedDict((name, MAKERS[type(layer)](layer)) for name, layer in inside.items())


def _sequential(inside: Mapping[str, layers.Layer]) -> nn.Sequential:
    return nn.Sequential(_modules(inside))


def _residual(block: layers.Residual) -> nn.Module:
    return Residual(_sequential(block.shortcut), **_modules(block.layers))


def _concat(block: layers.Concat) -> nn.Module:
    branches = enumerate(block.branches, 1)
    return Concat(**{f"branch{number}": _sequential(branch) for number, branch in branches})


MAKERS |= {layers.Residual: _residual, layers.Concat: _concat}


def torch_twin(net: Network) -> nn.Sequential:
    """Return the twin in evaluation mode; its modules have the names of the layers."""
    twin = _sequential(net.layers).double().eval()
    own = twin.state_dict()
    for name, array in net.state().items():
        assert own[name].shape == array.shape, name
        own[name].copy_(torch.tensor(array.astype(np.float64)))
    return twin


def torch_outputs(net: Network, images: Any) -> dict[str, torch.Tensor]:
    """Return the values in the twin: "" -> the images, a layer's full name -> its output.

    They are one graph, so `torch.autograd.grad` takes derivatives between any two of them.
    """
    twin = torch_twin(net)
    outputs = {"": torch.tensor(np.asarray(images, np.float64), requires_grad=True)}
    for name, module in twin.named_modules():
        module.register_forward_hook(lambda _, __, y, name=name: outputs.setdefault(name, y))
    twin(outputs[""])
    return outputs


def nested_net(dtype: Any = np.float64) -> Network:
    """Images (2, 6, 8) to 5 classes: a Residual in a Concat in a Residual, and a second Concat."""
    inner = layers.Residual([layers.Conv2d(3, 3, padding=1), layers.Tanh()])
    concat = layers.Concat([[], [layers.Conv2d(3, 1), inner, layers.ReLU()]])
    net = Network(
        [
            layers.Conv2d(4, 3, padding=1),
            layers.Residual(
                [concat, layers.Conv2d(5, (1, 3), padding="same")], [layers.Conv2d(5, 1)]
            ),
            layers.MaxPool2d(2),
            layers.Concat([[layers.BatchNorm2d(), layers.Tanh()], [layers.Conv2d(2, 1)], []]),
            layers.Flatten(),
            layers.Linear(5),
        ],
        (2, 6, 8),
        dtype=dtype,
    )
    return _far_from_zero(net)


def mixed_net(dtype: Any = np.float64, smooth: bool = False) -> Network:
    """Images (2, 9, 11) to 5 classes, through every common layer; weights far from 0.

    Args:
        dtype: of the network.
        smooth: whether to leave out layers that are not differentiable everywhere.
    """
    net = Network(
        [
            layers.Conv2d(4, (3, 2), padding=(1, 0)),
            layers.BatchNorm2d(),
            layers.Tanh() if smooth else layers.ReLU(),
            layers.AvgPool2d(2) if smooth else layers.MaxPool2d((2, 3), stride=(1, 2)),
            layers.LocalResponseNorm(3, alpha=0.3),
            layers.Conv2d(6, 3, padding=1, groups=2),
            layers.Sigmoid(),
            layers.AvgPool2d(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Linear(5),
        ],
        (2, 9, 11),
        dtype=dtype,
    )
    return _far_from_zero(net)


def _far_from_zero(net: Network) -> Network:
    generator = np.random.default_rng(1)
    for name, array in net.state().items():
        array[...] = 0.7 * generator.standard_normal(array.shape)
        if name.endswith("var"):
            array[...] = 0.5 + generator.random(array.shape)
    return net
