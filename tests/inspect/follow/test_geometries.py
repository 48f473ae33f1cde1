"""Layers with drawn arguments: each number is explained, forward and back.

The oracle is the layer, whose forward and backward are tested against PyTorch.
"""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from badak import Network
from badak.errors import BadakError
from badak.inspect import explain_gradient, explain_number, explain_weight_gradient
from badak.layers import (
    AvgPool2d,
    ConvTranspose2d,
    Flatten,
    GroupNorm,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Subsample2d,
    Upsample,
)
from follow_cases import computed, places
from strategies import pairs, pool_cases

small = st.integers(1, 3)


def transposed():
    """With groups of 2 and 3 maps of the input, which has 6."""
    return st.builds(
        lambda filters, groups, *geometry: ConvTranspose2d(
            filters * groups, *geometry, groups=groups
        ),
        small,
        st.sampled_from([1, 2, 3]),
        pairs(1, 4),
        pairs(1, 3),
        st.tuples(pairs(0, 2), pairs(0, 2)),
        st.just(0),
        pairs(1, 2),
    )


LAYERS = st.one_of(
    transposed(),
    st.builds(Upsample, pairs(1, 4), st.just("bilinear"), st.booleans()),
    st.builds(Upsample, pairs(1, 4)),
    st.builds(LocalResponseNorm, st.integers(1, 9), st.just(0.3), st.just(0.6), st.just(1.5)),
    st.builds(GroupNorm, st.sampled_from([1, 2, 3, 6])),
    st.builds(LayerNorm, st.sampled_from(["channels", "all"])),
    st.builds(Subsample2d, pairs(1, 3)),
)


def check(layer, shape):
    """The formula makes the output; what comes back is the gradient, of inputs and weights."""
    try:
        net = Network([layer, Flatten(), Linear(2)], shape, dtype=np.float64)
    except BadakError:
        assume(False)  # nothing is left of the maps
    name, generator = next(iter(net.layers)), np.random.default_rng(1)
    for array in net.parameters().values():
        array[...] = generator.standard_normal(array.shape)
    image = generator.standard_normal(shape)
    outputs = net.layers[name].forward(image[None], training=False)[0][0]
    for index in places(outputs.shape, 4):
        found = explain_number(net, image, name, index)
        assert found.value == outputs[index]
        if found.how == "max":
            assert found.inputs[found.winner] == found.value
        else:
            assert computed(found) == pytest.approx(found.value, rel=1e-8, abs=1e-11)
    for index in places(shape, 4):
        back = explain_gradient(net, image, "", index, 1)
        assert back.readers[0].products.sum() == pytest.approx(back.gradient, rel=1e-8, abs=1e-11)
    for key, array in net.layers[name].parameters.items():
        for index in places(array.shape, 3):
            cell = explain_weight_gradient(net, image, f"{name}.{key}", index, 1)
            if cell.how == "sum":
                assert cell.products.sum() == pytest.approx(cell.gradient, rel=1e-8, abs=1e-11)


@given(LAYERS, st.integers(2, 5), st.integers(2, 5))
def test_layers(layer, height, width):
    check(layer, (6, height, width))


@pytest.mark.parametrize("size", [1, 2, 4, 5, 12])
def test_neighbours_of_even_and_odd_sizes(size):
    check(LocalResponseNorm(size, 0.3, 0.6, 1.5), (6, 2, 3))


@given(pool_cases(average=True))
def test_means(case):
    options = {key: case.options[key] for key in case.options if key != "divisor_override"}
    check(AvgPool2d(**options), case.arrays["x"].shape[1:])


@given(pool_cases())
def test_maxima(case):
    check(MaxPool2d(**case.options), case.arrays["x"].shape[1:])
