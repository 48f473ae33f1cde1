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
    SELU,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    ChannelShuffle,
    ChannelSlice,
    Concat,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    EuclideanRBF,
    Flatten,
    FrozenBatchNorm2d,
    GlobalAvgPool2d,
    Graph,
    GroupNorm,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    InstanceNorm2d,
    Layer,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Mish,
    Normalize,
    PReLU,
    Product,
    ReLU,
    ReLU6,
    Residual,
    Scale,
    ScaledTanh,
    Sigmoid,
    SiLU,
    Softplus,
    Subsample2d,
    TableConv2d,
    Tanh,
    Upsample,
    Widen2d,
    ZeroPad2d,
)
from layers import torch_layers

IMAGE = (6, 9, 11)
ROW = (6 * 9 * 11,)
GATE = [GlobalAvgPool2d(), Conv2d(2, 1), Tanh(), Conv2d(6, 1), Sigmoid()]
MEAN, STD = (0.5, 0.25, 0.125, 0.0, -0.5, 1.0), (0.5, 0.25, 1.5, 2.0, 0.75, 1.0)


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
    "ConvTranspose2d": Example(
        ConvTranspose2d(4, (3, 2), (2, 3), (1, 0), (0, 2), (2, 1), groups=2),
        nn.ConvTranspose2d(6, 4, (3, 2), (2, 3), (1, 0), (0, 2), 2, dilation=(2, 1)),
    ),
    "ConvTranspose2d without bias": Example(
        ConvTranspose2d(3, 3, 2, 1, 1, bias=False), nn.ConvTranspose2d(6, 3, 3, 2, 1, 1, bias=False)
    ),
    "Upsample": Example(Upsample((2, 1)), nn.Upsample(scale_factor=(2, 1))),
    "Upsample bilinear": Example(
        Upsample((2, 3), "bilinear"), nn.Upsample(scale_factor=(2, 3), mode="bilinear")
    ),
    "Upsample with corners": Example(
        Upsample(2, "bilinear", align_corners=True),
        nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
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
    "ReLU6": Example(ReLU6(), nn.ReLU6()),
    "PReLU": Example(PReLU(6, 0.4), nn.PReLU(6, 0.4)),
    "PReLU of one slope": Example(PReLU(), nn.PReLU()),
    "PReLU of rows": Example(PReLU(), nn.PReLU(), ROW),
    "LeakyReLU": Example(LeakyReLU(0.2), nn.LeakyReLU(0.2)),
    "Hardtanh": Example(Hardtanh(-0.5, 1.5), nn.Hardtanh(-0.5, 1.5)),
    "Sigmoid": Example(Sigmoid(), nn.Sigmoid()),
    "Hardsigmoid": Example(Hardsigmoid(), torch_layers.Hardsigmoid()),
    "Tanh": Example(Tanh(), nn.Tanh()),
    "ScaledTanh": Example(ScaledTanh(1.5, 0.4), torch_layers.ScaledTanh(1.5, 0.4)),
    "Softplus": Example(Softplus(), nn.Softplus()),
    "Softplus of another bend": Example(Softplus(1.5, 2.0), nn.Softplus(1.5, 2.0)),
    "ELU": Example(ELU(0.7), nn.ELU(0.7)),
    "SELU": Example(SELU(), nn.SELU()),
    "GELU": Example(GELU(), nn.GELU()),
    "GELU by tanh": Example(GELU("tanh"), nn.GELU("tanh")),
    "SiLU": Example(SiLU(), nn.SiLU()),
    "Hardswish": Example(Hardswish(), nn.Hardswish()),
    "Mish": Example(Mish(), nn.Mish()),
    "BatchNorm2d": Example(BatchNorm2d(momentum=0.3, eps=1e-3), nn.BatchNorm2d(6, 1e-3, 0.3)),
    "BatchNorm1d": Example(
        BatchNorm1d(momentum=0.3, eps=1e-3), nn.BatchNorm1d(*ROW, 1e-3, 0.3), ROW
    ),
    "FrozenBatchNorm2d": Example(
        FrozenBatchNorm2d(eps=1e-3), torch_layers.FrozenBatchNorm(6, 1e-3)
    ),
    "InstanceNorm2d": Example(InstanceNorm2d(eps=1e-3), nn.InstanceNorm2d(6, 1e-3)),
    "InstanceNorm2d with weight": Example(
        InstanceNorm2d(affine=True), nn.InstanceNorm2d(6, affine=True)
    ),
    "LayerNorm": Example(LayerNorm(eps=1e-3), torch_layers.ChannelNorm(6, 1e-3)),
    "LayerNorm of all": Example(LayerNorm("all"), nn.LayerNorm(IMAGE)),
    "LayerNorm of rows": Example(LayerNorm(), nn.LayerNorm(ROW), ROW),
    "GroupNorm": Example(GroupNorm(3, eps=1e-3), nn.GroupNorm(3, 6, 1e-3)),
    "GroupNorm without weight": Example(
        GroupNorm(2, affine=False), nn.GroupNorm(2, 6, affine=False)
    ),
    "LocalResponseNorm": Example(
        LocalResponseNorm(3, alpha=0.2, beta=0.5, k=1.5),
        nn.LocalResponseNorm(3, alpha=0.2 * 3, beta=0.5, k=1.5),
    ),
    "Scale": Example(Scale(), torch_layers.Scale(6, False)),
    "Scale that learns": Example(
        Scale(init=0.5, bias=False, trainable=True), torch_layers.Scale(6, True, ["weight"])
    ),
    "Scale by one number": Example(Scale("number", 0.7), torch_layers.Scale(1, False)),
    "Scale of elements": Example(Scale("element", trainable=True), torch_layers.Scale(IMAGE, True)),
    "Scale of rows": Example(Scale("channel", trainable=True), torch_layers.Scale(ROW, True), ROW),
    "Normalize": Example(Normalize(MEAN, STD), torch_layers.Normalize(MEAN, STD)),
    "Normalize by one number": Example(
        Normalize(0.25, STD), torch_layers.Normalize([0.25] * 6, STD)
    ),
    "Dropout": Example(Dropout(0.0), nn.Dropout(0.0)),
    "Flatten": Example(Flatten(), nn.Flatten()),
    "ChannelSlice": Example(ChannelSlice(1, 4), torch_layers.ChannelSlice(1, 4)),
    "ChannelShuffle": Example(ChannelShuffle(3), nn.ChannelShuffle(3)),
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
    "Concat as in ShuffleNet": Example(
        Concat([[ChannelSlice(0, 3)], [ChannelSlice(3, 6), Conv2d(3, 3, padding=1, groups=3)]]),
        torch_layers.shuffle_unit(),
    ),
    "Concat as in DenseNet": Example(
        Concat(
            [
                [Tanh()],
                [
                    Concat([[], [Conv2d(2, 3, padding=1)]]),
                    Concat([[], [Conv2d(3, 3, padding=1)]]),
                    BatchNorm2d(),
                ],
            ]
        ),
        torch_layers.dense(),
    ),
    "Product": Example(
        Product([[], GATE]),
        torch_layers.Product(branch1=nn.Identity(), branch2=torch_layers.gate()),
    ),
    "Product of three": Example(
        Product([GATE, [Conv2d(6, 3, padding=1)], []]), torch_layers.three_factors()
    ),
    "Graph": Example(
        Graph(
            {
                "conv1": Conv2d(4, 3, padding=1),
                "tanh": Tanh(),
                "conv2": Conv2d(4, 1),
                "conv3": Conv2d(4, 1, bias=False),
                "norm1": BatchNorm2d(),
                "sum": Residual([]),
                "pool": GlobalAvgPool2d(),
                "gate": Sigmoid(),
                "product": Product([[], []]),
                "inner": Residual([Conv2d(4, 1)]),
                "all": Concat([[], [], []]),
            },
            {
                "conv3": ["tanh"],
                "sum": ["conv2", "norm1"],
                "pool": ["norm1"],
                "product": ["gate", "sum"],
                "all": ["inner", "input", "conv2"],
            },
        ),
        torch_layers.Graph(),
    ),
}
