"""Networks drawn from a seed: the same everywhere, and of the kinds that are wanted."""

import importlib

import pytest

from badak.layers import Conv2d
from badak.layers.walk import walk

# What the first network of seed 1 is: results of a seed stay comparable while this holds.
FIRST = (
    "5x20 BatchNorm2d ReLU AvgPool2d 5x20 BatchNorm2d ReLU MaxPool2d 5x20 BatchNorm2d ReLU 1x32 "
    "BatchNorm2d ReLU 5x32 BatchNorm2d ReLU 1x32 BatchNorm2d ReLU 3x80 BatchNorm2d ReLU 3x80 "
    "BatchNorm2d ReLU 3x80 BatchNorm2d ReLU 5x192 BatchNorm2d ReLU GlobalAvgPool2d Flatten "
    "Linear",
    16,
)


@pytest.fixture
def drawn():
    return importlib.import_module("drawn")


def words(net):
    return " ".join(
        f"{layer.kernel_size}x{layer.out_channels}"
        if isinstance(layer, Conv2d)
        else type(layer).__name__
        for layer in net.layers.values()
    )


def test_a_seed_is_a_network(drawn):
    make, batch = drawn.network(1, 1)
    assert (words(make()), batch) == FIRST
    assert make().architecture() == drawn.network(1, 1)[0]().architecture()
    assert len({words(drawn.network(*key)[0]()) for key in ((1, 1), (1, 2), (2, 1))}) == 3


def test_all_kinds_are_drawn_within_their_bounds(drawn):
    kinds, kernels, norms = set(), set(), set()
    for number in range(1, 31):
        make, batch = drawn.network(3, number)
        net = make()
        visits = list(walk(net.layers, net.input_shape))
        convolutions = [visit for visit in visits if isinstance(visit.layer, Conv2d)]
        assert 28 <= net.input_shape[1] <= 96
        assert 8 <= batch <= 256
        for visit in convolutions:
            assert 8 <= visit.output[0] <= 256
            kernels.add((visit.layer.kernel_size, visit.layer.groups > 1))
        names = {type(visit.layer).__name__ for visit in visits}
        norms.add("BatchNorm2d" in names)
        kinds |= names
    assert {(1, False), (3, False), (5, False), (7, False), (3, True), (5, True)} <= kernels
    assert kinds >= {"MaxPool2d", "AvgPool2d", "Residual", "Widen2d", "GlobalAvgPool2d", "ReLU6"}
    assert norms == {True, False}


def test_they_are_chosen_by_their_seed_and_their_count():
    cases = importlib.import_module("compare").chosen_cases("random:5:2 , lenet-one")
    kinds = ("train", "forward", "one")
    assert list(cases) == ["lenet-one", *(f"random-5-{n}-{kind}" for n in (1, 2) for kind in kinds)]
    assert cases["random-5-2-one"].batch == 1
