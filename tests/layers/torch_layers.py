"""Layers that PyTorch does not have, written in PyTorch."""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

# The maps, of 6, that each of 5 filters sees.
TABLE = ((0, 1, 2), (5,), (4, 0), (1, 3, 5, 2), (3,))


class ScaledTanh(nn.Module):
    def __init__(self, amplitude, slope):
        super().__init__()
        self.amplitude, self.slope = amplitude, slope

    def forward(self, x):
        return self.amplitude * torch.tanh(self.slope * x)


class Hardsigmoid(nn.Module):
    """PyTorch's own takes a sixth of float32 also where it computes in float64."""

    def forward(self, x):
        return F.relu6(x + 3) / 6


class Scale(nn.Module):
    """Its numbers are parameters or buffers, and meet the channels or all that there is."""

    def __init__(self, shape, trainable, names=("weight", "bias")):
        super().__init__()
        for name in names:
            if trainable:
                self.register_parameter(name, nn.Parameter(torch.zeros(shape)))
            else:
                self.register_buffer(name, torch.zeros(shape))

    def forward(self, x):
        wide = self.weight.ndim == x.ndim - 1
        weight, bias = (
            array if wide else array.reshape(-1, *[1] * (x.ndim - 2))
            for array in (self.weight, getattr(self, "bias", torch.zeros_like(self.weight)))
        )
        return x * weight + bias


class Normalize(nn.Module):
    def __init__(self, mean, std):
        super().__init__()
        self.mean, self.std = (torch.tensor(numbers).double() for numbers in (mean, std))

    def forward(self, x):
        return (x - self.mean[:, None, None]) / self.std[:, None, None]


class FrozenBatchNorm(nn.Module):
    """As torchvision's."""

    def __init__(self, channels, eps):
        super().__init__()
        self.eps = eps
        for name in ("weight", "bias", "running_mean", "running_var"):
            self.register_buffer(name, torch.zeros(channels))

    def forward(self, x):
        statistics = self.running_mean, self.running_var, self.weight, self.bias
        return F.batch_norm(x, *statistics, training=False, eps=self.eps)


class ChannelNorm(nn.LayerNorm):
    """As ConvNeXt's: over the channels, which are moved to the end and back."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Subsample(nn.Module):
    def __init__(self, kernel_size, channels):
        super().__init__()
        self.kernel_size = kernel_size
        self.weight, self.bias = (nn.Parameter(torch.zeros(channels)) for _ in range(2))

    def forward(self, x):
        sums = F.avg_pool2d(x, self.kernel_size, divisor_override=1)
        return sums * self.weight[:, None, None] + self.bias[:, None, None]


class TableConv(nn.Module):
    def __init__(self, kernel_size, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(len(TABLE), channels, *kernel_size))
        self.bias = nn.Parameter(torch.zeros(len(TABLE)))

    def forward(self, x):
        """Compute each filter by itself, over copies of its own maps."""
        maps = [
            F.conv2d(x[:, list(seen)], self.weight[None, number, list(seen)])
            for number, seen in enumerate(TABLE)
        ]
        return torch.cat(maps, 1) + self.bias[:, None, None]


class Widen(nn.Module):
    def __init__(self, more, stride):
        super().__init__()
        self.more, self.stride = more, stride

    def forward(self, x):
        down, right = self.stride
        return F.pad(x[:, :, ::down, ::right], (0, 0, 0, 0, 0, self.more))


class EuclideanRBF(nn.Module):
    def __init__(self, classes, size):
        super().__init__()
        self.register_buffer("codes", torch.zeros(classes, size))

    def forward(self, x):
        return -((x[:, None] - self.codes) ** 2).sum(2)


class Residual(nn.Module):
    def __init__(self, shortcut, **layers):
        super().__init__()
        self.names = list(layers)
        for name, layer in layers.items():
            self.add_module(name, layer)
        self.shortcut = shortcut

    def forward(self, x):
        y = x
        for name in self.names:
            y = getattr(self, name)(y)
        return y + self.shortcut(x)


def named(**layers):
    return nn.Sequential(OrderedDict(layers))


def identity_block():
    return Residual(
        nn.Identity(),
        conv1=nn.Conv2d(6, 6, 3, padding=1),
        norm1=nn.BatchNorm2d(6),
        tanh1=nn.Tanh(),
        conv2=nn.Conv2d(6, 6, 1, bias=False),
    )


def shortcut_block():
    around = named(conv1=nn.Conv2d(6, 4, 1, 2, bias=False), norm1=nn.BatchNorm2d(4))
    inner = Residual(nn.Identity(), sigmoid1=nn.Sigmoid())
    return Residual(around, a=nn.Conv2d(6, 4, 3, 2, 1), inner=inner)


class Concat(nn.Module):
    def __init__(self, **branches):
        super().__init__()
        for name, branch in branches.items():
            self.add_module(name, branch)
        self.names = list(branches)

    def forward(self, x):
        return torch.cat([getattr(self, name)(x) for name in self.names], 1)


def branches():
    first = named(conv1=nn.Conv2d(6, 4, 1), tanh1=nn.Tanh())
    inner = Concat(branch1=nn.Identity(), branch2=nn.Sigmoid())
    second = named(a=nn.Conv2d(6, 3, 3, padding=1, bias=False), inner=inner)
    return Concat(branch1=first, branch2=second, branch3=nn.Identity())


class Product(Concat):
    def forward(self, x):
        y = 1
        for name in self.names:
            y = y * getattr(self, name)(x)
        return y


def gate():
    """Squeeze-and-excitation."""
    layers = nn.Sequential()
    layers.add_module("pool1", nn.AdaptiveAvgPool2d(1))
    layers.add_module("conv1", nn.Conv2d(6, 2, 1))
    layers.add_module("tanh1", nn.Tanh())
    layers.add_module("conv2", nn.Conv2d(2, 6, 1))
    layers.add_module("sigmoid1", nn.Sigmoid())
    return layers


def three_factors():
    first = nn.Sequential()
    first.add_module("conv1", nn.Conv2d(6, 6, 3, padding=1))
    return Product(branch1=gate(), branch2=first, branch3=nn.Identity())


def dense():
    """DenseNet's nesting: each layer sees all outputs before it."""
    inner = nn.Sequential()
    inner.add_module("block1", Concat(branch1=nn.Identity(), branch2=named_conv(6, 2)))
    inner.add_module("block2", Concat(branch1=nn.Identity(), branch2=named_conv(8, 3)))
    inner.add_module("norm1", nn.BatchNorm2d(11))
    tanh = nn.Sequential()
    tanh.add_module("tanh1", nn.Tanh())
    return Concat(branch1=tanh, branch2=inner)


def named_conv(before, after):
    layers = nn.Sequential()
    layers.add_module("conv1", nn.Conv2d(before, after, 3, padding=1))
    return layers


class ChannelSlice(nn.Module):
    def __init__(self, start, stop):
        super().__init__()
        self.channels = slice(start, stop)

    def forward(self, x):
        return x[:, self.channels]


def shuffle_unit():
    """ShuffleNet V2's: half of the channels pass, and then all are shuffled."""
    first, second = nn.Sequential(), nn.Sequential()
    first.add_module("slice1", ChannelSlice(0, 3))
    second.add_module("slice1", ChannelSlice(3, 6))
    second.add_module("conv1", nn.Conv2d(3, 3, 3, padding=1, groups=3))
    return Concat(branch1=first, branch2=second)


class Graph(nn.Module):
    """Two paths that share a layer, which a third value joins: no blocks within blocks are this."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(6, 4, 3, padding=1)
        self.conv2 = nn.Conv2d(4, 4, 1)
        self.conv3 = nn.Conv2d(4, 4, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(4)
        self.inner = Residual(nn.Identity(), conv1=nn.Conv2d(4, 4, 1))

    def forward(self, x):
        a = torch.tanh(self.conv1(x))
        b, c = self.conv2(a), self.norm1(self.conv3(a))
        total = b + c
        gated = torch.sigmoid(c.mean((2, 3), keepdim=True)) * total
        return torch.cat([self.inner(gated), x, b], 1)
