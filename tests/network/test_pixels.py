"""Training on pixels: random networks against the same layer by layer in float64."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import badak
from badak import models, ops
from badak.errors import BadakError
from badak.layers import (
    ELU,
    GELU,
    AvgPool2d,
    BatchNorm2d,
    Concat,
    Conv2d,
    Flatten,
    GlobalAvgPool2d,
    Graph,
    GroupNorm,
    Hardsigmoid,
    Hardswish,
    LeakyReLU,
    Linear,
    MaxPool2d,
    Product,
    ReLU,
    ReLU6,
    Residual,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
    Widen2d,
)
from badak.network.pixels.chain import PixelChain
from badak.network.pixels.normed import NormedConv
from badak.network.plan import Plan
from network.test_plan import assert_any_threads_train_to_the_same_bits, batch

pytest.importorskip("badak._core")

CURVES = (
    *(LeakyReLU, GELU, SiLU, Tanh, Sigmoid, Softplus, ELU, Hardswish, Hardsigmoid),
    lambda: GroupNorm(1),
    lambda: GELU("tanh"),
)


KINDS = [
    *("plain", "plain", "separable", "residual", "projected", "widened"),
    *("concat", "graph", "gate", "pool", "curve", "relu"),
]


@st.composite
def convolutions(draw, channels, filters=None, strides=(1, 1, 2)):
    """A convolution, perhaps its norm, perhaps an activation."""
    filters = filters or draw(st.integers(1, 20))
    kernel = draw(st.sampled_from([1, 3, 3, 5, (3, 1), 2]))
    cover = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    groups = draw(st.sampled_from([1, 1, channels if filters == channels else 1]))
    padding = draw(st.sampled_from(["same", tuple(side // 2 for side in cover)]))
    layers = [
        Conv2d(
            filters,
            kernel,
            draw(st.sampled_from(strides)),
            padding,
            groups=groups,
            bias=draw(st.booleans()),
        )
    ]
    layers += draw(st.sampled_from([[BatchNorm2d()], [BatchNorm2d()], []]))
    layers += draw(st.sampled_from([[ReLU()], [ReLU()], [ReLU6()], []]))
    return layers, filters


@st.composite
def blocks(draw, channels):
    """Layers of one kind, and the channels after them."""
    kind = draw(st.sampled_from(KINDS))
    if kind == "plain":
        return draw(convolutions(channels))
    if kind == "separable":
        depthwise = Conv2d(channels, 3, draw(st.sampled_from([1, 2])), 1, groups=channels)
        filters = draw(st.integers(1, 40))
        norms = [BatchNorm2d(), ReLU()]
        return [depthwise, *norms, Conv2d(filters, 1, bias=False), *norms], filters
    if kind == "residual":
        body, _ = draw(convolutions(channels, channels, (1,)))
        before = draw(st.sampled_from([[], [ReLU()], [BatchNorm2d(), ReLU()]]))
        return [Residual([*before, *body]), *draw(st.sampled_from([[], [ReLU()]]))], channels
    if kind == "projected":
        filters = draw(st.integers(1, 20))
        body = [Conv2d(filters, 3, 2, 1), BatchNorm2d()]
        shortcut = [Conv2d(filters, 1, 2), *draw(st.sampled_from([[], [BatchNorm2d()]]))]
        return [Residual(body, shortcut), ReLU()], filters
    if kind == "widened":
        filters = channels + draw(st.integers(0, 5))
        return [Residual([Conv2d(filters, 3, 2, 1), BatchNorm2d()], [Widen2d(filters, 2)])], filters
    if kind == "concat":
        branches = [draw(convolutions(channels, strides=(1,))) for _ in range(2)]
        through = draw(st.booleans())
        layers = [*(layers for layers, _ in branches), *([[]] if through else [])]
        return [Concat(layers)], sum(f for _, f in branches) + through * channels
    if kind == "graph":
        conv = Conv2d(channels, 3, padding=1)
        layers = {"a": conv, "norm": BatchNorm2d(), "sum": Residual([]), "all": Concat([[], []])}
        reads = {"sum": ("norm", "input"), "all": ("sum", "norm")}
        return [Graph(layers, reads)], 2 * channels
    if kind == "gate":
        gate = [GlobalAvgPool2d(), Conv2d(2, 1), ReLU(), Conv2d(channels, 1), Sigmoid()]
        return [Product([[], gate])], channels
    if kind == "pool":
        pools = [MaxPool2d(2), MaxPool2d(3, 2, 1), AvgPool2d(2), MaxPool2d(2, ceil_mode=True)]
        pools += [AvgPool2d(3, 2, 1, count_include_pad=False), MaxPool2d((2, 1), (1, 2))]
        return [draw(st.sampled_from(pools))], channels
    if kind == "curve":
        return [draw(st.sampled_from(CURVES))()], channels
    return [ReLU()], channels


@st.composite
def networks(draw):
    channels = draw(st.sampled_from([1, 3, 6]))
    shape = channels, draw(st.integers(6, 17)), draw(st.integers(6, 17))
    layers, channels = draw(convolutions(channels))
    for _ in range(draw(st.integers(1, 5))):
        more, channels = draw(blocks(channels))
        layers += more
    layers += draw(st.sampled_from([[GlobalAvgPool2d(), Flatten()], [Flatten()]]))
    try:
        return badak.Network([*layers, Linear(4)], shape, seed=draw(st.integers(0, 999)))
    except BadakError:
        assume(False)


def away_from_kinks(exact, count):
    """Images and labels whose gradients hardly move when the images move as rounding moves values.

    With others, a ReLU's input that rounding takes across its kink changes the gradients.
    """
    for seed in range(5, 500):
        numbers = np.random.default_rng(seed)
        images = numbers.standard_normal((count, *exact.input_shape)).astype(np.float32)
        labels = numbers.integers(0, exact.num_classes, count)
        one = exact.forward_backward(images.astype(np.float64), labels).gradients
        for _ in range(4):
            moved = images * (1 + 1e-6 * numbers.standard_normal(images.shape))
            other = exact.forward_backward(moved, labels).gradients
            if any(
                np.abs(one[key] - other[key]).max() > 1e-3 * max(np.abs(one[key]).max(), 1e-2)
                for key in one
            ):
                break
        else:
            return images, labels
    raise AssertionError("no images are away from all kinks")


def assert_trains_alike(net, count=3, calm=False):
    """Two steps of a plan against float64 layer by layer: loss, gradients, running statistics."""
    exact = net.astype(np.float64)
    exact.fuse = False
    if calm:
        images, labels = away_from_kinks(exact.astype(np.float64), count)
    else:
        numbers = np.random.default_rng(5)
        images = numbers.standard_normal((count, *net.input_shape)).astype(np.float32)
        labels = numbers.integers(0, net.num_classes, count)
    for _ in range(2):  # recorded, repeated
        found = net.forward_backward(images, labels, need_grad_x=True)
        wanted = exact.forward_backward(images.astype(np.float64), labels, need_grad_x=True)
        assert found.loss == pytest.approx(wanted.loss, rel=1e-4)
        for key, gradient in {**wanted.gradients, "x": wanted.grad_x}.items():
            own = found.grad_x if key == "x" else found.gradients[key]
            limit = 1e-3 * max(np.abs(gradient).max(), 1e-2)
            np.testing.assert_allclose(own, gradient, rtol=0, atol=limit, err_msg=key)
    for key, array in exact.buffers().items():
        np.testing.assert_allclose(net.buffers()[key], array, rtol=1e-4, atol=1e-5, err_msg=key)


@given(networks())
def test_random_networks_train_as_layer_by_layer(net):
    assert_trains_alike(net, 16)  # of few values, norms make rounding large


def chains(net):
    plan = Plan(net.layers, net.input_shape, 2, True, False, None)
    return [stage for stage in plan._stages.stages if isinstance(stage, PixelChain)]


def inverted(wide, channels, stride=1):
    """MobileNetV2's block, without its sum."""
    return [
        *(Conv2d(wide, 1, bias=False), BatchNorm2d(), ReLU6()),
        *(Conv2d(wide, 3, stride, 1, groups=wide, bias=False), BatchNorm2d(), ReLU6()),
        *(Conv2d(channels, 1, bias=False), BatchNorm2d()),
    ]


NETWORKS = {
    "resnet": lambda: models.ResNet8(image_size=16),
    "widened": lambda: models.ResNet20(image_size=16, blocks=(1, 1, 1)),
    "separable": lambda: models.DSCNN(dropout=(0, 0), filters=24),
    "mobile": lambda: models.MobileNetV1(4, 32, width=0.25),
    "inverted": lambda: badak.Network(
        [
            *(Conv2d(8, 3, 2, padding=1, bias=False), BatchNorm2d(), ReLU6()),
            Residual(inverted(24, 8)),
            *inverted(24, 16, stride=2),
            Residual(inverted(48, 16)),
            *(GlobalAvgPool2d(), Flatten(), Linear(4)),
        ],
        (3, 20, 16),
    ),
    "gated": lambda: models.MobileNetV3Small(4, 32, width=0.5, dropout=0),
    "dense": lambda: badak.Network(
        [
            Conv2d(8, 3, padding=1),
            *(Concat([[], [BatchNorm2d(), ReLU(), Conv2d(4, 3, padding=1)]]) for _ in range(3)),
            *(BatchNorm2d(), ReLU(), AvgPool2d(2), Flatten(), Linear(5)),
        ],
        (3, 9, 7),
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_with_norms_train_on_pixels(name):
    net = NETWORKS[name]()
    assert len(chains(net)) == 1
    assert_trains_alike(net, 5, calm=True)


@pytest.mark.parametrize("name", ["resnet", "mobile", "gated"])
def test_any_number_of_threads_gives_the_same_bits(name):
    assert_any_threads_train_to_the_same_bits(NETWORKS[name])


@pytest.mark.parametrize("way", ["forward", "backward"])
def test_a_step_that_met_another_edition_is_recorded_again(monkeypatch, way):
    net, twin = NETWORKS["mobile"](), NETWORKS["mobile"]()
    usual = getattr(NormedConv, way)

    def amid(step, memory):
        with ops.use("reference"):
            pass
        return usual(step, memory)

    monkeypatch.setattr(NormedConv, way, amid)
    for _ in range(3):
        images, labels = batch(net, 4)
        found, wanted = (one.forward_backward(images, labels) for one in (net, twin))
        monkeypatch.undo()
        assert found.loss == wanted.loss
        for key, gradient in wanted.gradients.items():
            np.testing.assert_array_equal(found.gradients[key], gradient)


def test_a_step_on_pixels_makes_no_array_after_the_first():
    net = NETWORKS["resnet"]()
    trainer = badak.Trainer(net, progress=False)
    for _ in range(2):
        trainer.step(*batch(net, 20))
    images, labels = batch(net, 20)
    tracemalloc.start()
    try:
        trainer.step(images, labels)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 1024


def test_maps_and_gradients_share_memory():
    """Maps that the way back reads are kept; of gradients a few are alive at once."""
    net = models.ResNet20(blocks=(3, 3, 3))
    plan = Plan(net.layers, net.input_shape, 4, True, False, None)
    plan.forward()
    plan.backward()
    (chain,) = plan._stages.stages[:1]
    apart = sum(2 * 4 * 4 * int(np.prod(maps.shape)) for maps in chain.maps)
    assert chain.memory.made < 0.75 * apart
