"""Networks around one layer, their twins in PyTorch, and places in them."""

import copy
import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from badak import Network
from badak.layers import Conv2d
from layer_examples import EXAMPLES, IMAGE

# What formulas call, when Python computes them.
CALLS = {name: getattr(math, name) for name in ("exp", "log", "sqrt", "tanh", "erf", "pi")}
TWINS = {
    name: example
    for name, example in EXAMPLES.items()
    if not hasattr(example.layer, "holds")  # blocks: their own layers are in between
}


@dataclass(frozen=True)
class Around:
    """A network around an example's layer, and the layer's twin with the same numbers."""

    net: Network
    layer: str
    source: str  # what the layer reads
    twin: nn.Module
    image: np.ndarray
    x: torch.Tensor  # the image as the twin takes it


def around(name, after=()):
    """A network of an example's layer, and of others after it."""
    example, generator = EXAMPLES[name], np.random.default_rng(3)
    net = example.network(after=after, dtype=np.float64)
    names = list(net.layers)[: len(net.layers) - len(after)]
    layer, twin = net.layers[names[-1]], copy.deepcopy(example.twin).double().eval()
    for key, array in layer.parameters.items():
        array[...] = generator.standard_normal(array.shape)
        twin.get_parameter(key).data = torch.from_numpy(array.copy())
    for key, array in layer.buffers.items():
        array[...] = generator.uniform(0.5, 1.5, array.shape)
        twin.get_buffer(key).data = torch.from_numpy(array.copy())
    image = generator.standard_normal(IMAGE)
    x = torch.from_numpy(image.reshape(1, *example.shape).copy()).requires_grad_()
    source = names[0] if len(names) > 1 else ""
    return Around(net, names[-1], source, twin, image, x)


def convolution(case, after=(), dtype=None):
    """A network of a drawn convolution with its numbers, and of others after it; and an image."""
    x, weight, bias = (case.arrays[name] for name in ("x", "weight", "bias"))
    layer = Conv2d(len(weight), weight.shape[2:], bias=bias is not None, **case.options)
    net = Network([layer, *after], x.shape[1:], dtype=dtype or x.dtype)
    net.parameters()["conv1.weight"][...] = weight
    if bias is not None:
        net.parameters()["conv1.bias"][...] = bias
    image = np.random.default_rng(0).standard_normal(x.shape[1:]).astype(net.dtype)
    return net, image


def places(shape, count, seed=0):
    """Indices drawn from a seed, the first and the last among them."""
    generator = np.random.default_rng(seed)
    drawn = [tuple(int(generator.integers(size)) for size in shape) for _ in range(count - 2)]
    return [(0,) * len(shape), tuple(size - 1 for size in shape), *drawn]


def computed(result):
    """What Python makes of a formula and its numbers."""
    known = {**CALLS, "max": max, "min": min, "value": getattr(result, "value", None)}
    return eval(result.formula, known | result.numbers)
