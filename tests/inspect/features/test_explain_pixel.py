"""explain_pixel: the steps add up to the layer's output, for every geometry."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from badak import BadakError, Network
from badak.inspect import draw, explain_pixel
from badak.layers import Concat, Conv2d, Flatten, Linear, ReLU, Residual, TableConv2d
from badak.models import SimpleConvNet
from twins import torch_twin

pair = st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def convolutions(draw):
    side = st.tuples(st.integers(0, 2), st.integers(0, 2))
    return Conv2d(
        4,
        draw(pair),
        draw(pair),
        draw(st.one_of(pair, st.tuples(side, side), st.just("same"))),
        draw(st.tuples(st.integers(1, 2), st.integers(1, 2))),
        draw(st.sampled_from([1, 2])),
        draw(st.booleans()),
    )


@given(convolutions(), st.data())
def test_the_steps_add_up(conv, data):
    """After another layer, so the patch is from that layer's map; plain loops are the oracle."""
    net = Network({"first": Conv2d(2, 1), "second": conv}, (3, 7, 9), dtype=np.float64)
    for name, array in net.parameters().items():
        array[...] = np.random.default_rng(len(name)).standard_normal(array.shape)
    image = np.random.default_rng(1).random((3, 7, 9))
    channel, y, x = (data.draw(st.integers(0, size - 1)) for size in net.output_shape)
    found = explain_pixel(net, image, "second", channel, y, x)
    value = net(image[None])[0, channel, y, x]
    assert found.source == "first"
    np.testing.assert_allclose(found.value, value, rtol=1e-12)
    np.testing.assert_allclose(found.products.sum() + found.bias, value, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(found.products, found.patch * found.weight)
    np.testing.assert_array_equal(found.weight, net.layers["second"].parameters["weight"][channel])
    for (c, row, column), cell in np.ndenumerate(found.patch):
        place = found.rows[row], found.columns[column]
        inside = 0 <= place[0] < 7 and 0 <= place[1] < 9
        assert found.inside[row, column] == inside
        assert cell == (found.maps[(c, *place)] if inside else 0)


def test_a_filter_sees_only_the_maps_its_table_names():
    table = TableConv2d([[0, 2], [1]], (2, 3))
    net = Network([Conv2d(3, 2), table], (1, 6, 7), dtype=np.float64)
    net.parameters()["conv2.weight"][...] = 1  # also for missing connections
    image = np.random.default_rng(0).standard_normal((1, 6, 7))
    for channel, unseen in ((0, [1]), (1, [0, 2])):
        found = explain_pixel(net, image, "conv2", channel, 3, 2)
        np.testing.assert_allclose(found.value, net(image[None])[0, channel, 3, 2], rtol=1e-12)
        np.testing.assert_allclose(found.products.sum() + found.bias, found.value, rtol=1e-9)
        assert not found.weight[unseen].any()


def test_pytorchs_patch_and_output():
    layers = [Conv2d(4, 3, padding=1), ReLU(), Conv2d(6, (3, 2), (2, 1), (1, 2), (1, 2), groups=2)]
    net = Network([*layers, Flatten(), Linear(2)], (1, 8, 9), dtype=np.float64)
    image = np.random.default_rng(1).standard_normal((1, 8, 9))
    twin = torch_twin(net)
    hidden = twin[:2](torch.tensor(image[None]))
    found = explain_pixel(net, image, "conv2", 4, 2, 0)
    columns = torch.nn.functional.unfold(hidden, (3, 2), (1, 2), (1, 2), (2, 1))
    expected = columns[0].reshape(4, 3, 2, *net.layers["conv2"].output_shape((4, 8, 9))[1:])
    np.testing.assert_allclose(found.patch, expected[2:, :, :, 2, 0].detach().numpy(), rtol=1e-9)
    np.testing.assert_allclose(found.output, twin[2](hidden)[0, 4].detach().numpy(), rtol=1e-9)


def test_the_first_convolution_sees_the_image():
    image = np.random.default_rng(0).integers(0, 256, (1, 28, 28), np.uint8)
    found = explain_pixel(SimpleConvNet(), image, "conv1", 29, 23, 4)
    assert found.source == "image"
    np.testing.assert_allclose(found.patch, image[:, 23:28, 4:9] / 255, rtol=1e-6)


def test_wrong_arguments_are_named():
    net, image = SimpleConvNet(), np.ones((1, 28, 28))
    with pytest.raises(BadakError, match=r"layer.*got 'relu1'"):
        explain_pixel(net, image, "relu1", 0, 0, 0)
    for place, words in (
        ((30, 0, 0), "channel.*got 30"),
        ((0, -1, 0), r"\by\b.*got -1"),
        ((0, 0, 24), r"\bx\b.*got 24"),
    ):
        with pytest.raises(BadakError, match=words):
            explain_pixel(net, image, "conv1", *place)
    with pytest.raises(BadakError, match=r"image.*\(1, 28, 28\).*got"):
        explain_pixel(net, image[:, :5], "conv1", 0, 0, 0)


WAYS = [Conv2d(3, 1), Conv2d(4, 3, padding=1)], [Conv2d(3, 1), ReLU(), Conv2d(4, 3, padding=1)]
INSIDE = {
    "residual in residual": Residual([Residual(*WAYS)], [Conv2d(4, 1)]),
    "concat": Concat([[Conv2d(2, 1)], *WAYS]),
    "residual in concat": Concat([[], [Residual(*WAYS)]]),
    "concat in residual": Residual([Conv2d(8, 1)], [Concat(WAYS)]),
    "concat in concat": Concat([[Concat([*WAYS, []])], []]),
}


@pytest.mark.parametrize("name", INSIDE)
def test_every_convolution_inside_blocks_is_explained(name):
    """Each after another layer there, or first in its path; where all are inside blocks."""
    net = Network([ReLU(), INSIDE[name]], (2, 5, 6))
    image = np.random.default_rng(0).standard_normal((2, 5, 6)).astype(np.float32)
    inputs = {}

    def run(before, layers, source, x):
        for key, layer in layers.items():
            inputs[before + key] = source, x, layer
            for path, inside in getattr(layer, "paths", ()):
                run(f"{before}{key}.{path}", inside, source, x)
            source, x = before + key, layer.forward(x, False)[0]

    run("", net.layers, "image", image[None])
    convolutions = [key for key, (*_, layer) in inputs.items() if isinstance(layer, Conv2d)]
    assert len(convolutions) > 3
    for key in convolutions:
        source, x, layer = inputs[key]
        pixel = explain_pixel(net, image, key, 1, 0, 5)
        assert (pixel.layer, pixel.source) == (key, source)
        np.testing.assert_array_equal(pixel.maps, x[0])
        np.testing.assert_array_equal(pixel.output, layer.forward(x, False)[0][0, 1])
        assert pixel.products.sum() + pixel.bias == pytest.approx(pixel.value, rel=1e-4, abs=1e-6)
    with pytest.raises(BadakError, match=rf"layer.*'{convolutions[0]}', .*got 'x'"):
        explain_pixel(net, image, "x", 0, 0, 0)


def numbers(axes):
    return [text.get_text() for text in axes.texts]


def test_the_picture_writes_every_number():
    net = Network([Conv2d(1, 2, padding=1)], (1, 2, 2))
    net.parameters()["conv1.weight"][...] = [[[[1, -2], [0.5, 3]]]]
    net.parameters()["conv1.bias"][...] = 0.25
    found = explain_pixel(net, [[[2.0, 4], [6, 8]]], "conv1", 0, 0, 1)
    figure = draw.explain_pixel(found)
    source, patch, weight, products, output = figure.axes
    assert numbers(patch) == ["0.0", "0.0", "2.0", "4.0"]
    assert numbers(weight) == ["1.0", "-2.0", "0.5", "3.0"]
    assert numbers(products) == ["0", "0", "1", "12"]
    np.testing.assert_array_equal(patch.images[0].get_array().mask, [[True, True], [False, False]])
    assert source.patches[0].get_xy() == (-0.5, -1.5)
    assert "sum of products 13 + bias 0.25 = 13.25" in figure.get_suptitle()
    assert output.get_xlabel() == "value 13.25"


def test_of_many_channels_those_that_add_most_are_drawn():
    net = Network([Conv2d(1, 1)], (7, 3, 3))
    net.parameters()["conv1.weight"][0, :, 0, 0] = [0.1, -5, 0.2, 4, 3, -0.3, 2]
    figure = draw.explain_pixel(explain_pixel(net, np.ones((7, 3, 3)), "conv1", 0, 1, 1))
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert [label for label in labels if label] == [f"channel {n}" for n in (1, 3, 4, 6)]
    assert "the 4 of 7 input channels" in figure.get_suptitle()


def test_a_colour_image_is_shown_in_colour_beside_its_red_green_and_blue():
    image = np.random.default_rng(0).random((3, 6, 7), dtype=np.float32)
    net = Network([Conv2d(2, 3)], (3, 6, 7))
    found = explain_pixel(net, image, "conv1", 1, 2, 3)
    figure = draw.explain_pixel(found)
    source, *rows, output = figure.axes
    np.testing.assert_array_equal(source.images[0].get_array(), image.transpose(1, 2, 0))
    assert [axes.get_ylabel() for axes in rows[::3]] == ["red", "green", "blue"]
    for channel, axes in enumerate(rows[::3]):
        np.testing.assert_array_equal(axes.images[0].get_array(), found.patch[channel])
        assert (axes.images[0].get_cmap().name, axes.images[0].get_clim()) == ("gray", (0, 1))
    for axes, values in (
        (output, found.output),
        (rows[1], found.weight),
        (rows[5], found.products),
    ):
        (shown,) = axes.images
        largest = np.abs(values).max()
        assert (shown.get_cmap().name, shown.get_clim()) == ("RdBu_r", (-largest, largest))


def test_of_a_colour_image_a_group_sees_the_channel_that_is_named():
    net = Network([Conv2d(3, 3, groups=3)], (3, 6, 7))
    found = explain_pixel(net, np.ones((3, 6, 7)), "conv1", 1, 0, 0)
    assert found.names == ("green",)


def test_later_channels_are_named_by_their_numbers_in_the_layer_and_drawn_about_0():
    net = Network([Conv2d(6, 1), Conv2d(4, 3, groups=2)], (1, 6, 7))
    found = explain_pixel(net, np.ones((1, 6, 7)), "conv2", 3, 0, 0)
    assert found.names == ("channel 3", "channel 4", "channel 5")  # channels of the second group
    figure = draw.explain_pixel(found)
    assert [axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()] == list(found.names)
    maps = figure.axes[0].images[0]
    largest = np.abs(found.maps).max()
    assert (maps.get_cmap().name, maps.get_clim()) == ("RdBu_r", (-largest, largest))
