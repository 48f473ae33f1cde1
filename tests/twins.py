"""A network's twin in PyTorch: the same layers with the same names and weights, in float64.

And networks of every common layer to compare the two by.
"""

from collections import OrderedDict
from typing import Any

import numpy as np
import torch

from badak import Network, layers


def _conv(layer: layers.Conv2d) -> torch.nn.Module:
    weight = layer.parameters["weight"]
    return torch.nn.Conv2d(
        weight.shape[1] * layer.groups,
        layer.out_channels,
        layer.kernel_size,
        layer.stride,
        layer.padding,
        layer.dilation,
        layer.groups,
        bias=layer.bias,
    )


# Of our layers' arguments, the forms that the tests use.
MAKERS: dict[type, Any] = {
    layers.Conv2d: _conv,
    layers.Linear: lambda one: torch.nn.Linear(
        one.parameters["weight"].shape[1], one.out_features, one.bias
    ),
    layers.BatchNorm2d: lambda one: torch.nn.BatchNorm2d(len(one.parameters["weight"]), one.eps),
    # PyTorch divides alpha by size, the paper does not.
    layers.LocalResponseNorm: lambda one: torch.nn.LocalResponseNorm(
        one.size, one.alpha * one.size, one.beta, one.k
    ),
    layers.MaxPool2d: lambda one: torch.nn.MaxPool2d(one.kernel_size, one.stride, one.padding),
    layers.AvgPool2d: lambda one: torch.nn.AvgPool2d(one.kernel_size, one.stride, one.padding),
    layers.GlobalAvgPool2d: lambda one: torch.nn.AdaptiveAvgPool2d(1),
    layers.ReLU: lambda one: torch.nn.ReLU(),
    layers.Sigmoid: lambda one: torch.nn.Sigmoid(),
    layers.Tanh: lambda one: torch.nn.Tanh(),
    layers.Dropout: lambda one: torch.nn.Dropout(one.p),
    layers.Flatten: lambda one: torch.nn.Flatten(),
}


class _Block(torch.nn.Module):
    """Residual or Concat; its modules bear the names of the layers inside."""

    def __init__(self, block: layers.Residual | layers.Concat) -> None:
        super().__init__()
        self.adds = isinstance(block, layers.Residual)
        paths = (
            {"": block.layers, "shortcut": block.shortcut}
            if self.adds
            else {f"branch{number}": branch for number, branch in enumerate(block.branches, 1)}
        )
        self.paths = []
        for path, inside in paths.items():
            modules = OrderedDict((name, _module(layer)) for name, layer in inside.items())
            if path:
                self.add_module(path, torch.nn.Sequential(modules))
            else:
                for name, module in modules.items():
                    self.add_module(name, module)
            self.paths.append(list(modules.values()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ends = []
        for path in self.paths:
            y = x
            for module in path:
                y = module(y)
            ends.append(y)
        return ends[0] + ends[1] if self.adds else torch.cat(ends, 1)


def _module(layer: layers.Layer) -> torch.nn.Module:
    return _Block(layer) if isinstance(layer, layers.Block) else MAKERS[type(layer)](layer)


def torch_twin(net: Network) -> torch.nn.Sequential:
    """Return the twin in evaluation mode; its modules bear the layers' names."""
    modules = OrderedDict((name, _module(one)) for name, one in net.layers.items())
    twin = torch.nn.Sequential(modules).double().eval()
    own = twin.state_dict()
    for name, array in net.state().items():
        assert own[name].shape == array.shape, name
        own[name].copy_(torch.tensor(array.astype(np.float64)))
    return twin


def torch_outputs(net: Network, images: Any) -> dict[str, torch.Tensor]:
    """Return what the twin's hooks see: "" -> the images, layer's full name -> its output.

    Each is made from those before it, so that `torch.autograd.grad` finds the way back.
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
        smooth: whether to do without the layers that have corners.
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
