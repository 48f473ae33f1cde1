"""The table of layers, with arguments that are not their defaults: every row is tested everywhere.

Each row has the PyTorch module that its layer must equal (tests/layers). The other tests take the
layer, or a network around it: gradients, plans, summaries, files, ONNX, C, the page.
"""

from dataclasses import dataclass
from typing import Any

from torch import nn

from badak import Network
from badak.layers import (
    ELU,
    GELU,
    AvgPool2d,
    BatchNorm2d,
    Concat,
    Conv2d,
    Dropout,
    EuclideanRBF,
    Flatten,
    GlobalAvgPool2d,
    GroupNorm,
    Hardtanh,
    Layer,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
    Residual,
    ScaledTanh,
    Sigmoid,
    Subsample2d,
    TableConv2d,
    Tanh,
    Widen2d,
    ZeroPad2d,
)
from layers import torch_layers

IMAGE = (6, 9, 11)
ROW = (6 * 9 * 11,)


@dataclass(frozen=True)
class Example:
    """A layer, the PyTorch module it must equal, and the shape of one image before it."""

    layer: Layer
    twin: nn.Module
    shape: tuple[int, ...] = IMAGE

    def network(self, before: Any = (), after: Any = (), **options: Any) -> Network:
        """A network for images (6, 9, 11): `before`, which keeps their shape, this and `after`."""
        flatten = [Flatten()] if self.shape == ROW else []
        return Network([*before, *flatten, self.layer, *after], IMAGE, **options)


# The name of the layer, and what is special about a second example of it -> the example.
EXAMPLES = {
    "Conv2d": Example(
        Conv2d(8, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2),
        nn.Conv2d(6, 8, (3, 2), (2, 1), (1, 2), (1, 2), groups=2),
    ),
    "Conv2d without bias": Example(Conv2d(4, 3, bias=False), nn.Conv2d(6, 4, 3, bias=False)),
    "TableConv2d": Example(
        TableConv2d(torch_layers.TABLE, (3, 2)),
        torch_layers.TableConv((3, 2), 6),
    ),
    "Linear": Example(Linear(7), nn.Linear(*ROW, 7), ROW),
    "Linear without bias": Example(Linear(7, bias=False), nn.Linear(*ROW, 7, bias=False), ROW),
    "MaxPool2d": Example(
        MaxPool2d((3, 2), stride=2, padding=1, dilation=(1, 2), ceil_mode=True),
        nn.MaxPool2d((3, 2), 2, 1, (1, 2), ceil_mode=True),
    ),
    "AvgPool2d": Example(
        AvgPool2d((3, 2), stride=2, padding=1, ceil_mode=True, count_include_pad=False),
        nn.AvgPool2d((3, 2), 2, 1, ceil_mode=True, count_include_pad=False),
    ),
    "GlobalAvgPool2d": Example(GlobalAvgPool2d(), nn.AdaptiveAvgPool2d(1)),
    "Subsample2d": Example(Subsample2d((3, 2)), torch_layers.Subsample((3, 2), 6)),
    "Widen2d": Example(Widen2d(8, (2, 3)), torch_layers.Widen(2, (2, 3))),
    "ZeroPad2d": Example(ZeroPad2d(((1, 2), (0, 3))), nn.ZeroPad2d((0, 3, 1, 2))),
    "ReLU": Example(ReLU(), nn.ReLU()),
    "LeakyReLU": Example(LeakyReLU(0.2), nn.LeakyReLU(0.2)),
    "Hardtanh": Example(Hardtanh(-0.5, 1.5), nn.Hardtanh(-0.5, 1.5)),
    "Sigmoid": Example(Sigmoid(), nn.Sigmoid()),
    "Tanh": Example(Tanh(), nn.Tanh()),
    "ScaledTanh": Example(ScaledTanh(1.5, 0.4), torch_layers.ScaledTanh(1.5, 0.4)),
    "ELU": Example(ELU(0.7), nn.ELU(0.7)),
    "GELU": Example(GELU(), nn.GELU()),
    "GELU by tanh": Example(GELU("tanh"), nn.GELU("tanh")),
    "BatchNorm2d": Example(BatchNorm2d(momentum=0.3, eps=1e-3), nn.BatchNorm2d(6, 1e-3, 0.3)),
    "GroupNorm": Example(GroupNorm(3, eps=1e-3), nn.GroupNorm(3, 6, 1e-3)),
    "GroupNorm without weight": Example(
        GroupNorm(2, affine=False), nn.GroupNorm(2, 6, affine=False)
    ),
    "LocalResponseNorm": Example(
        LocalResponseNorm(3, alpha=0.2, beta=0.5, k=1.5),
        nn.LocalResponseNorm(3, alpha=0.2 * 3, beta=0.5, k=1.5),
    ),
    "Dropout": Example(Dropout(0.0), nn.Dropout(0.0)),
    "Flatten": Example(Flatten(), nn.Flatten()),
    "EuclideanRBF": Example(EuclideanRBF(4), torch_layers.EuclideanRBF(4, *ROW), ROW),
    "Residual": Example(
        Residual([Conv2d(6, 3, padding=1), BatchNorm2d(), Tanh(), Conv2d(6, 1, bias=False)]),
        torch_layers.identity_block(),
    ),
    "Residual with shortcut": Example(
        Residual(
            {"a": Conv2d(4, 3, stride=2, padding=1), "inner": Residual([Sigmoid()])},
            [Conv2d(4, 1, stride=2, bias=False), BatchNorm2d()],
        ),
        torch_layers.shortcut_block(),
    ),
    "Concat": Example(
        Concat(
            [
                [Conv2d(4, 1), Tanh()],
                {"a": Conv2d(3, 3, padding=1, bias=False), "inner": Concat([[], [Sigmoid()]])},
                [],
            ]
        ),
        torch_layers.branches(),
    ),
}
