"""Prediction gives the numbers of layer by layer, for any graph of layers and any batch."""

from contextlib import ExitStack
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import badak
from badak import _core
from badak.layers import (
    GELU,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    ChannelShuffle,
    ChannelSlice,
    Concat,
    Conv2d,
    Dropout,
    Flatten,
    FrozenBatchNorm2d,
    GlobalAvgPool2d,
    Hardswish,
    Hardtanh,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Normalize,
    PReLU,
    Product,
    ReLU,
    ReLU6,
    Residual,
    Scale,
    Sigmoid,
    SiLU,
    Tanh,
    ZeroPad2d,
)
from badak.network.prediction import bands, phases
from badak.network.prediction.fuse import fused
from badak.network.prediction.lower import lowered
from badak.ops.native import predict

pytest.importorskip("badak._core")

# Each makes layers that keep the number of channels, which it gets, and the size of maps.
SAME = {
    "conv": lambda c, n: [Conv2d(c, 2 * n + 1, padding=n)],
    "dilated": lambda c, n: [Conv2d(c, 3, padding=2, dilation=2, bias=False)],
    "depthwise": lambda c, n: [Conv2d(c, 3, padding=1, groups=c)],
    "grouped": lambda c, n: [Conv2d(c, 3, padding=1, groups=2)],
    "separable": lambda c, n: [
        Conv2d(2 * c, 1),
        *[(), (SiLU(),), (BatchNorm2d(), ReLU6())][n],
        Conv2d(2 * c, (3, 5), padding=(1, 2), groups=2 * c),
        Conv2d(c, 1),
    ],
    "norm": lambda c, n: [BatchNorm2d()],
    "frozen": lambda c, n: [FrozenBatchNorm2d()],
    "scale": lambda c, n: [Scale(("number", "channel", "element")[n], init=0.7)],
    "normalize": lambda c, n: [Normalize(0.3, 1.4)],
    "relu": lambda c, n: [(ReLU(), ReLU6(), Hardtanh(-0.4, 0.6))[n]],
    "activation": lambda c, n: [(SiLU(), Hardswish(), GELU("tanh"))[n]],
    "other activation": lambda c, n: [(Sigmoid(), Tanh(), LeakyReLU(0.2))[n]],
    "prelu": lambda c, n: [PReLU(c)],
    "response": lambda c, n: [LocalResponseNorm(3)],
    "layer norm": lambda c, n: [LayerNorm()],
    "dropout": lambda c, n: [Dropout(0.5)],
    "max": lambda c, n: [MaxPool2d(3, 1, padding=1)],
    "mean": lambda c, n: [AvgPool2d(3, 1, padding=1, count_include_pad=bool(n))],
    "shuffle": lambda c, n: [ChannelShuffle(2)],
    "rim": lambda c, n: [
        ZeroPad2d(((2, 0), (0, 2))),
        *[(MaxPool2d(3, 1),), (Conv2d(c, 3),), (ReLU(), AvgPool2d(3, 1))][n],
    ],
}
SMALLER = {
    "stride": lambda c, n: [Conv2d(c, 3, stride=2, padding=1)],
    "first row": lambda c, n: [ZeroPad2d(((0, 1), (1, 0))), Conv2d(c, 2, stride=2)],
    "relu, pool": lambda c, n: [Conv2d(c, 3, padding=1), ReLU(), MaxPool2d(2)],
    "pool, relu": lambda c, n: [Conv2d(c, 3, padding=1), MaxPool2d(2), ReLU()],
    "max": lambda c, n: [MaxPool2d(3, 2, padding=1)],
    "ceil": lambda c, n: [AvgPool2d(2, ceil_mode=True, count_include_pad=bool(n))],
}


def rows(draw, channels, depth):
    """Layers, one after another, that keep the shape; some of them blocks."""
    result = []
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from([*SAME, *(("sum", "join", "gate", "split") if depth else ())]))
        inner = (draw, channels, depth - 1)
        if kind in SAME:
            result += SAME[kind](channels, draw(st.integers(0, 2)))
        elif kind == "sum":
            result.append(Residual(rows(*inner), rows(*inner)))
        elif kind == "join":
            result += [Concat([rows(*inner), rows(*inner)]), Conv2d(channels, 1)]
        elif kind == "gate":
            gate = [GlobalAvgPool2d(), Conv2d(3, 1), ReLU(), Conv2d(channels, 1), Sigmoid()]
            result.append(Product([rows(*inner), gate]))
        else:
            half = channels // 2
            one, other = ChannelSlice(0, half), ChannelSlice(half, channels)
            result.append(
                Concat([[one], [other, *rows(draw, half, 0)] if half % 2 == 0 else [other]])
            )
    return result


@st.composite
def networks(draw):
    channels = draw(st.sampled_from([4, 6, 16, 20]))
    first = draw(st.sampled_from([1, 3, 5]))
    body = [Conv2d(channels, 3, padding=1)] if draw(st.booleans()) else [Conv2d(channels, 1)]
    if draw(st.booleans()):
        body = [*SAME[draw(st.sampled_from(["norm", "normalize", "max", "rim"]))](first, 0), *body]
    for _ in range(draw(st.integers(1, 3))):
        body += rows(draw, channels, 2)
        body += SMALLER[draw(st.sampled_from([*SMALLER]))](channels, draw(st.integers(0, 1)))
    ends = {
        "flat": [Flatten(), Linear(7), ReLU(), Linear(5)],
        "mean": [GlobalAvgPool2d(), Flatten(), Linear(5, bias=False), BatchNorm1d()],
        "flat norm": [Flatten(), BatchNorm1d(), ReLU(), Dropout(), Linear(5)],
        "maps": [],
        "row": [Flatten()],
    }
    body += ends[draw(st.sampled_from([*ends]))]
    size = draw(st.sampled_from([(9, 12), (14, 11), (8, 8)]))
    return badak.Network(body, (first, *size), seed=draw(st.integers(0, 9)))


def shaken(net):
    """Give statistics and biases values that matter."""
    generator = np.random.default_rng(1)
    for name, array in net.state().items():
        if name.endswith("running_var"):
            array[...] = generator.uniform(0.5, 2, array.shape)
        elif not name.endswith(".weight") or array.ndim == 1:
            array[...] = generator.normal(0.3, 0.3, array.shape)


def close(found, wanted):
    limit = 2e-5 * max(1, np.abs(wanted).max())
    np.testing.assert_allclose(found, wanted, rtol=0, atol=limit)


# As if caches were so small that these networks were large ones: maps pass in bands of rows, and
# groups of different sizes in phases.
SMALL_CACHES = {
    (bands, "WORTH"): 0,
    (bands, "KEPT"): 1500,
    (phases, "CACHE"): 3000,
    (phases, "WEIGHTS"): 100,
    (phases, "PLACES"): 200,
}


@given(networks(), st.sampled_from([1, 2, 3, 17]), st.booleans())
def test_any_graph_and_batch(net, count, small):
    with ExitStack() as stack:
        for (module, name), number in SMALL_CACHES.items() if small else ():
            stack.enter_context(mock.patch.object(module, name, number))
        check_passes(net, count)


def check_passes(net, count):
    """Compare with layer by layer, also other images and other weights."""
    shaken(net)
    images = np.random.default_rng(2).random((count, *net.input_shape), np.float32)
    plain = net.astype(np.float32)
    plain.fuse = False
    wanted = plain(images)
    for _ in range(2):
        close(net(images), wanted)
    close(net(images[:1]), wanted[:1])
    for array in net.parameters().values():
        array *= 1.25
    for name, array in net.parameters().items():
        plain.parameters()[name][...] = array
    close(net(images), plain(images))


@pytest.mark.parametrize(
    "layers",
    [
        [ChannelSlice(1, 3), Conv2d(8, 3, padding=1)],
        [Conv2d(8, 1), Concat([[], [Conv2d(4, 3, padding=1)]])],
        [GlobalAvgPool2d(), LayerNorm(), ChannelSlice(1, 3), Conv2d(4, 3, padding=1)],
    ],
    ids=["of images", "of outputs", "of a layer's output"],
)
def test_a_padded_convolution_reads_some_channels_of_an_array_of_rows(layers):
    check_passes(badak.Network(layers, (4, 1, 1)), 5)


def test_a_convolution_puts_the_zeros_of_the_layers_before_it():
    layers = [ZeroPad2d(((1, 0), (0, 2))), ZeroPad2d(1), Conv2d(4, 3, padding=(0, 1))]
    net = badak.Network(layers, (3, 6, 7))
    (conv,) = lowered_and_fused(net)
    assert conv.kind == "conv"
    assert conv.window.padding == ((2, 1), (2, 4))
    check_passes(net, 3)


def lowered_and_fused(net):
    graph = lowered(net.layers, net.input_shape)
    fused(graph)
    return graph.operations


def test_a_rim_that_others_read_too_is_made_by_itself():
    net = badak.Network([ZeroPad2d(1), Residual([Conv2d(3, 3, padding=1)])], (3, 6, 7))
    assert [operation.kind for operation in lowered_and_fused(net)] == ["conv", "conv"]
    check_passes(net, 3)


def test_batches_of_all_sizes_share_packed_weights():
    layers = [Conv2d(8, 3, padding=1), Conv2d(300, 3, padding=1), MaxPool2d(4), Flatten()]
    net = badak.Network([*layers, Linear(9)], (3, 16, 16))
    with (
        mock.patch.object(predict, "packed_rows", wraps=predict.packed_rows) as rows,
        mock.patch.object(predict, "packed", wraps=predict.packed) as convolutions,
    ):
        for count in (1, 2, 3, 8, 17, 40, 100):
            net(np.zeros((count, 3, 16, 16), np.float32))
    assert rows.call_count == 1
    calls = [(call.args[1], call.args[4]) for call in convolutions.call_args_list]
    assert len(calls) == len(set(calls))  # once for each number of images at a time


@pytest.mark.parametrize("instructions", _core.usable_sets())
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_any_instructions_and_threads(instructions, threads):
    body = [Conv2d(24, 3, padding=1), BatchNorm2d(), ReLU(), Residual([Conv2d(24, 3, padding=1)])]
    body += [MaxPool2d(2), Conv2d(300, 3, padding=1), ReLU(), Conv2d(300, 3), Flatten(), Linear(9)]
    net = badak.Network(body, (3, 12, 12))
    images = np.random.default_rng(2).random((40, *net.input_shape), np.float32)
    before = _core.active_set(), _core.num_threads()
    try:
        _core.use_set(instructions)
        one = net(images)
        _core.set_num_threads(threads)
        np.testing.assert_array_equal(net(images), one)
        close(net(images[:1]), one[:1])
        with mock.patch.object(bands, "KEPT", 40_000), mock.patch.object(bands, "WORTH", 0):
            chain = [Conv2d(9, 1), Conv2d(9, 5, padding=2, groups=9), SiLU(), Conv2d(4, 1)]
            tall = badak.Network([Conv2d(9, 3, padding=1), *chain], (3, 90, 40))
            images = images[:2].repeat(2, 0).reshape(4, 3, -1)[..., :1].repeat(3600, 2)
            images = images.reshape(4, 3, 90, 40) * np.linspace(0, 1, 90, dtype=np.float32)[:, None]
            found = tall(images)
            tall.fuse = False
            close(found, tall(images))
    finally:
        _core.use_set(before[0])
        _core.set_num_threads(before[1])
