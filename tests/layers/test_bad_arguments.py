"""Bad arguments of layers, and layers that do not fit each other, are refused by name."""

import pytest

from badak import BadakError
from badak.layers import (
    ELU,
    GELU,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    ChannelShuffle,
    ChannelSlice,
    Concat,
    Conv2d,
    ConvTranspose2d,
    CrossEntropyLoss,
    Dropout,
    EuclideanRBF,
    FrozenBatchNorm2d,
    Graph,
    Hardtanh,
    InstanceNorm2d,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Normalize,
    PReLU,
    Product,
    ReLU,
    Residual,
    Scale,
    ScaledTanh,
    Softplus,
    Subsample2d,
    TableConv2d,
    Tanh,
    Upsample,
    Widen2d,
    ZeroPad2d,
)


def nested_graph(depth):
    block = Graph([ReLU()])
    for _ in range(depth - 1):
        block = Graph([block])
    return block


def nested(depth):
    """Nested blocks."""
    block = Residual([ReLU()])
    for _ in range(depth - 1):
        block = Residual([block])
    return block


WRONG = {
    "conv, stride 0": (lambda: Conv2d(4, 3, stride=0), "stride.*got 0"),
    "conv, dilation -1": (lambda: Conv2d(4, 3, dilation=-1), "dilation.*got -1"),
    "conv, padding -1": (lambda: Conv2d(4, 3, padding=-1), "padding.*got -1"),
    "conv, padding word": (lambda: Conv2d(4, 3, padding="sme"), "padding.*got 'sme'"),
    "conv, 0 channels": (lambda: Conv2d(0, 3), "out_channels.*got 0"),
    "conv, kernel 0": (lambda: Conv2d(4, 0), "kernel_size.*got 0"),
    "conv, no kernel": (lambda: Conv2d(4, []), r"kernel_size.*got \[\]"),
    "conv, 3 kernel sizes": (lambda: Conv2d(4, (1, 2, 3)), r"kernel_size.*got \(1, 2, 3\)"),
    "conv, float": (lambda: Conv2d(4, 3, stride=2.5), r"stride.*got 2\.5"),
    "conv, bool": (lambda: Conv2d(4, 3, stride=True), "stride.*got True"),
    "conv, text": (lambda: Conv2d(4, "3"), "kernel_size.*got '3'"),
    "conv, groups": (lambda: Conv2d(4, 3, groups=3), "groups.*got 3"),
    "conv, bias": (lambda: Conv2d(4, 3, bias=1), "bias.*got 1"),
    "conv, huge": (lambda: Conv2d(4, 3, dilation=2**62), "dilation.*got 4611686018427387904"),
    "conv, init": (lambda: Conv2d(4, 3, weight_init="glorot"), "weight_init.*got 'glorot'"),
    "conv, init -1": (lambda: Conv2d(4, 3, weight_init=-1), r"weight_init.*got -1\.0"),
    "pool, padding": (lambda: MaxPool2d(2, padding=2), "padding.*got 2"),
    "pool, ceil_mode": (lambda: MaxPool2d(2, ceil_mode=1), "ceil_mode.*got 1"),
    "avg pool, padding": (lambda: AvgPool2d(2, padding=2), "padding.*got 2"),
    "avg pool, count": (lambda: AvgPool2d(2, count_include_pad=0), "count_include_pad.*got 0"),
    "linear, 0": (lambda: Linear(0), "out_features.*got 0"),
    "dropout, 1.5": (lambda: Dropout(1.5), r"\bp\b.*got 1\.5"),
    "dropout, NaN": (lambda: Dropout(float("nan")), r"\bp\b.*got nan"),
    "dropout, text": (lambda: Dropout("a"), r"\bp\b.*got 'a'"),
    "batch norm, eps": (lambda: BatchNorm2d(eps=0), r"eps.*got 0\.0"),
    "batch norm, momentum": (lambda: BatchNorm2d(momentum=2), r"momentum.*got 2\.0"),
    "lrn, size": (lambda: LocalResponseNorm(0), "size.*got 0"),
    "lrn, NaN": (lambda: LocalResponseNorm(beta=float("nan")), "beta.*got nan"),
    "elu, inf": (lambda: ELU(float("inf")), "alpha.*got inf"),
    "leaky, None": (lambda: LeakyReLU(None), "negative_slope.*got None"),
    "gelu, word": (lambda: GELU("fast"), "approximate.*got 'fast'"),
    "softplus, beta 0": (lambda: Softplus(0), r"beta.*got 0\.0"),
    "softplus, NaN": (lambda: Softplus(threshold=float("nan")), "threshold.*got nan"),
    "prelu, 0": (lambda: PReLU(0), "num_parameters.*got 0"),
    "prelu, inf": (lambda: PReLU(init=float("inf")), "init.*got inf"),
    "layer norm, word": (lambda: LayerNorm("rows"), "axes.*'channels'.*got 'rows'"),
    "layer norm, eps": (lambda: LayerNorm(eps=0), r"eps.*got 0\.0"),
    "instance norm, eps": (lambda: InstanceNorm2d(0), r"eps.*got 0\.0"),
    "instance norm, affine": (lambda: InstanceNorm2d(affine=1), "affine.*got 1"),
    "frozen norm, eps": (lambda: FrozenBatchNorm2d(-1), r"eps.*got -1\.0"),
    "norm of rows, momentum": (lambda: BatchNorm1d(2), r"momentum.*got 2\.0"),
    "scale, word": (lambda: Scale("pixel"), "per.*'channel'.*got 'pixel'"),
    "scale, NaN": (lambda: Scale(init=float("nan")), "init.*got nan"),
    "scale, bias": (lambda: Scale(bias=1), "bias.*got 1"),
    "scale, trainable": (lambda: Scale(trainable=None), "trainable.*got None"),
    "normalize, std 0": (lambda: Normalize(0, 0), r"std.*above 0.*got 0\.0"),
    "normalize, one std 0": (lambda: Normalize(0, (1, 0)), r"std.*above 0.*got 0\.0"),
    "normalize, no mean": (lambda: Normalize(()), r"mean.*one per channel.*got \(\)"),
    "normalize, word": (lambda: Normalize("0.5"), "mean.*got '0.5'"),
    "scaled tanh": (lambda: ScaledTanh(slope=0), r"slope.*got 0\.0"),
    "subsample": (lambda: Subsample2d(0), "kernel_size.*got 0"),
    "widen": (lambda: Widen2d(4, 0), "stride.*got 0"),
    "rbf": (lambda: EuclideanRBF(0), "out_features.*got 0"),
    "table, none": (lambda: TableConv2d([], 3), r"table.*got \[\]"),
    "table, text": (lambda: TableConv2d("01", 3), "table.*got '01'"),
    "table, flat": (lambda: TableConv2d([0, 1], 3), "entry 0.* 0$"),
    "table, float": (lambda: TableConv2d([[0.5]], 3), r"number.* table.*got 0\.5"),
    "table, -1": (lambda: TableConv2d([[-1]], 3), "number.* table.*got -1"),
    "table, blind": (lambda: TableConv2d([[0], []], 3), r"filter 1 .*\(\)"),
    "table, twice": (lambda: TableConv2d([[1, 1]], 3), r"filter 0 .*\(1, 1\)"),
    "deconv, same": (lambda: ConvTranspose2d(2, 3, padding="same"), "must be numbers; got 'same'"),
    "deconv, more": (lambda: ConvTranspose2d(2, 3, 2, 1, 2), "output_padding.*stride 2; got 2"),
    "deconv, groups": (lambda: ConvTranspose2d(3, 3, groups=2), "divide out_channels 3; got 2"),
    "deconv, none": (lambda: ConvTranspose2d(0, 3), "out_channels must be at least 1; got 0"),
    "upsample, factor": (lambda: Upsample(0), "scale_factor must be at least 1; got 0"),
    "upsample, half": (lambda: Upsample(1.5), "scale_factor.*got 1.5"),
    "upsample, mode": (lambda: Upsample(2, "cubic"), "mode must be.*got 'cubic'"),
    "upsample, corners": (
        lambda: Upsample(2, align_corners=True),
        "align_corners needs mode 'bilinear'",
    ),
    "graph, nothing": (lambda: Graph([]), "layers.*got none"),
    "graph, input": (lambda: Graph({"input": ReLU()}), "'input': that is its input"),
    "graph, reads": (lambda: Graph([ReLU()], ["input"]), "reads must be a mapping; got"),
    "graph, a word": (
        lambda: Graph([ReLU()], {"relu1": "input"}),
        "'relu1' must be a list of names",
    ),
    "graph, reads none": (
        lambda: Graph([ReLU()], {"relu1": ()}),
        "'relu1' must be a list of names",
    ),
    "graph, unknown layer": (
        lambda: Graph([ReLU()], {"a": ["input"]}),
        "reads names 'a', which is",
    ),
    "graph, unknown value": (lambda: Graph([ReLU()], {"relu1": ["a"]}), "'relu1' reads 'a', which"),
    "graph, itself": (lambda: Graph([ReLU()], {"relu1": ["relu1"]}), "reads 'relu1', which is no"),
    "graph, a circle": (
        lambda: Graph([ReLU(), ReLU()], {"relu1": ["relu2"]}),
        "'relu1' reads 'relu2', which is no layer before it",
    ),
    "graph, no name": (lambda: Graph([ReLU()], {"relu1": [3]}), "'relu1' reads 3, which is no"),
    "graph, no join": (
        lambda: Graph([ReLU(), Tanh()], {"tanh1": ["relu1", "input"]}),
        "'tanh1' reads 2 values, which only a block of 2 empty paths can; got Tanh",
    ),
    "graph, a join of others": (
        lambda: Graph([ReLU(), Concat([[], [], []])], {"block1": ["relu1", "input"]}),
        "'block1' reads 2 values, which only a block of 2 empty paths can; got Concat",
    ),
    "graph, a block of layers": (
        lambda: Graph([ReLU(), Residual([ReLU()])], {"block1": ["relu1", "input"]}),
        "got Residual",
    ),
    "graph, never read": (
        lambda: Graph([ReLU(), Tanh()], {"tanh1": ["input"]}),
        "nothing reads 'relu1'",
    ),
    "graph, depth": (lambda: nested_graph(9), "Graph.*got 9"),
    "slice, empty": (lambda: ChannelSlice(2, 2), "stop must be above start 2; got 2"),
    "slice, below": (lambda: ChannelSlice(-1, 2), "start must be at least 0; got -1"),
    "shuffle": (lambda: ChannelShuffle(0), "groups must be at least 1; got 0"),
    "product, one branch": (lambda: Product([[ReLU()]]), "at least 2 lists; got 1"),
    "product, a layer": (lambda: Product([ReLU(), []]), r"layers.*got ReLU\(\)"),
    "product, a word": (lambda: Product("ab"), "branches must be a list.*got ab"),
    "residual, layer": (lambda: Residual(ReLU()), r"layers.*got ReLU\(\)"),
    "residual, None": (lambda: Residual([ReLU()], None), "layers.*got None"),
    "residual, name": (lambda: Residual({"shortcut": ReLU()}), "'shortcut'"),
    "residual, dot": (lambda: Residual({"a.b": ReLU()}), r"dots.*got 'a\.b'"),
    "concat, one branch": (lambda: Concat([[ReLU()]]), "branches.*got 1"),
    "concat, no list": (lambda: Concat(3), "branches.*got 3"),
    "concat, layer": (lambda: Concat([ReLU(), ReLU()]), r"layers.*got ReLU\(\)"),
    "zero pad, word": (lambda: ZeroPad2d("same"), "padding.*got 'same'"),
    "zero pad, -1": (lambda: ZeroPad2d(-1), "padding.*got -1"),
    "hardtanh, swapped": (lambda: Hardtanh(6, 0), r"max_val.*got 0\.0"),
    "residual, depth": (lambda: nested(9), "Residual.*got 9"),
    "smoothing": (lambda: CrossEntropyLoss(2.0), r"label_smoothing.*got 2\.0"),
    "ignore": (lambda: CrossEntropyLoss(ignore_index=1.0), r"ignore_index.*got 1\.0"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_argument_is_named(case):
    make, words = WRONG[case]
    with pytest.raises(BadakError, match=words):
        make()
