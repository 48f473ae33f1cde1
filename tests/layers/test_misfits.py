"""Layers that do not fit what comes before: refused before anything runs."""

import pytest

from badak import BadakError, Network
from badak.layers import (
    BatchNorm1d,
    BatchNorm2d,
    ChannelShuffle,
    ChannelSlice,
    Concat,
    Conv2d,
    ConvTranspose2d,
    EuclideanRBF,
    Flatten,
    GlobalAvgPool2d,
    Graph,
    InstanceNorm2d,
    Linear,
    MaxPool2d,
    Normalize,
    PReLU,
    Product,
    ReLU,
    Residual,
    TableConv2d,
    Upsample,
    Widen2d,
)

MISFITS = {
    "kernel over input": (
        [Conv2d(4, 3), MaxPool2d(2), MaxPool2d(3)],
        (1, 4, 4),
        r"MaxPool2d 'pool2': .*3x3 .*1x1 .*\(1 \+ 0 - 2 - 1\) // 3 \+ 1 = 0;.* 1 ",
    ),
    "groups": ([Conv2d(4, 3, groups=2)], (3, 8, 8), "Conv2d 'conv1': groups.* 3"),
    "linear on maps": ([Linear(3)], (1, 4, 4), r"Linear 'linear1': .*flat.*\(1, 4, 4\)"),
    "conv on a row": ([Flatten(), Conv2d(3, 1)], (1, 4, 4), r"Conv2d 'conv1': .*images.*\(16,\)"),
    "sum of shapes": (
        [Residual([Conv2d(4, 3)])],
        (1, 4, 4),
        r"Residual 'block1': .*layers.*\(4, 2, 2\).*shortcut.*\(1, 4, 4\)",
    ),
    "sum of values of other shapes": (
        [Graph({"a": Conv2d(4, 3), "s": Residual([])}, {"s": ("a", "input")})],
        (1, 4, 4),
        r"Residual 's': it adds \(4, 2, 2\) and \(1, 4, 4\), which must be of one shape",
    ),
    "branches of other sizes": (
        [Concat([[Conv2d(4, 3)], []])],
        (1, 4, 4),
        r"Concat 'block1': .*\(4, 2, 2\), \(1, 4, 4\)",
    ),
    "within a block": (
        [Residual([ReLU()], {"a": MaxPool2d(9)})],
        (1, 4, 4),
        r"Residual 'block1': MaxPool2d 'shortcut\.a': .*9x9",
    ),
    "table over the maps": ([TableConv2d([[3]], 1)], (3, 4, 4), "map 3.* 3: 0 to 2"),
    "widen to less": ([Widen2d(2)], (3, 4, 4), "out_channels.*got 2"),
    "rbf on maps": ([EuclideanRBF(2)], (3, 4, 4), "EuclideanRBF 'rbf1': .*flat"),
    "product": (
        [Product([[Conv2d(1, 2)], [ReLU()], []])],
        (1, 4, 4),
        r"Product 'block1': .*\(1, 3, 3\), \(1, 4, 4\), \(1, 4, 4\), which cannot be multiplied",
    ),
    "slice": (
        [ChannelSlice(1, 3)],
        (2, 4, 4),
        "ChannelSlice 'slice1': stop must be at most 2.*got 3",
    ),
    "shuffle": (
        [ChannelShuffle(3)],
        (4, 4, 4),
        "ChannelShuffle 'shuffle1': groups must divide 4.*got 3",
    ),
    "deconv, nothing left": (
        [ConvTranspose2d(2, 3, padding=4)],
        (1, 4, 4),
        r"ConvTranspose2d 'deconv1': .*makes -2x-2: use less padding",
    ),
    "deconv, channels": (
        [ConvTranspose2d(4, 3, groups=2)],
        (3, 4, 4),
        "divide the input's 3 channels; got 2",
    ),
    "upsample of rows": ([Flatten(), Upsample(2)], (1, 4, 4), r"images \(C, H, W\); got \(16,\)"),
    "a gate of other maps": (
        [Product([[], [GlobalAvgPool2d(), Conv2d(3, 1)]])],
        (2, 4, 4),
        r"Product 'block1': .*\(2, 4, 4\), \(3, 1, 1\), which cannot be multiplied",
    ),
    "slopes of other channels": (
        [PReLU(4)],
        (3, 4, 4),
        "PReLU 'relu1': num_parameters.*1 or the 3.*got 4",
    ),
    "means of other channels": (
        [Normalize((0, 0))],
        (3, 4, 4),
        "Normalize 'normalize1': mean.* 3 of them; got 2",
    ),
    "normalize on rows": (
        [Flatten(), Normalize(0)],
        (1, 2, 2),
        "Normalize 'normalize1': .*images",
    ),
    "batch norm of rows on maps": (
        [BatchNorm1d()],
        (1, 4, 4),
        r"BatchNorm1d 'norm1': .*rows.*\(1, 4, 4\).*BatchNorm2d",
    ),
    "batch norm of maps on rows": (
        [Flatten(), BatchNorm2d()],
        (1, 4, 4),
        r"BatchNorm2d 'norm1': .*images.*\(16,\): use BatchNorm1d",
    ),
    "instance norm on rows": (
        [Flatten(), InstanceNorm2d()],
        (1, 4, 4),
        "InstanceNorm2d 'norm1': .*images",
    ),
    "no layers": ([], (1, 4, 4), "at least one layer"),
    "no layer": ([ReLU], (1, 4, 4), "layers.*entry 0"),
    "not a list": (ReLU(), (1, 4, 4), r"layers.*got ReLU\(\)"),
    "dotted name": ({"a.b": ReLU()}, (1, 4, 4), r"name.* dots.*got 'a\.b'"),
    "input shape": ([ReLU()], (4, 4), r"input_shape.*got \(4, 4\)"),
    "input size 0": ([ReLU()], (1, 0, 4), "input_shape.*got 0"),
    "too large": ([Flatten(), Linear(2**31 - 1)], (1, 999, 999), "Linear 'linear1': .* GiB"),
}


@pytest.mark.parametrize("case", MISFITS)
def test_misfit_is_refused_before_anything_runs(case):
    layers, shape, words = MISFITS[case]
    with pytest.raises(BadakError, match=words):
        Network(layers, shape)
