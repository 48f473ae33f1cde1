"""feature_maps: every output equals what PyTorch's hooks see, and the picture shows it."""

import numpy as np
import pytest
import torch

from badak import BadakError
from badak.inspect import draw, feature_maps
from badak.layers import Flatten, Linear
from badak.models import DeepConvNet, SimpleConvNet
from badak.network import Network
from panels import numbers, panel
from twins import torch_twin


def test_every_layers_output_is_what_pytorchs_hooks_see():
    net = DeepConvNet((2, 12, 15), num_classes=5, dtype=np.float64)
    image = np.random.default_rng(0).random((2, 12, 15))
    twin, hooked = torch_twin(net), {}
    for name, module in twin.named_children():
        module.register_forward_hook(lambda _m, _x, y, name=name: hooked.setdefault(name, y))
    twin(torch.tensor(image[None]))
    maps = feature_maps(net, image)
    assert list(maps) == list(net.layers) == list(hooked)
    for name, values in maps.items():
        np.testing.assert_allclose(values, hooked[name][0].detach().numpy(), rtol=1e-9, atol=1e-12)


def test_bytes_are_scaled_as_in_prediction():
    net = SimpleConvNet()
    image = np.random.default_rng(0).integers(0, 256, (1, 28, 28), np.uint8)
    np.testing.assert_allclose(feature_maps(net, image)["linear2"], net(image[None])[0], atol=1e-5)


def test_wrong_arguments_are_named():
    net, image = SimpleConvNet(), np.ones((1, 28, 28))
    with pytest.raises(BadakError, match=r"image.*got \(28, 28\)"):
        feature_maps(net, image[0])
    with pytest.raises(BadakError, match=r"image.*NaN"):
        feature_maps(net, image * np.nan)


def test_the_picture_has_each_map_in_its_place():
    values = np.random.default_rng(0).standard_normal((18, 2, 3))
    values[4, 0, 1] = 9  # further from 0 than the lowest value
    maps = {"conv1": values, "relu1": values.clip(0), "linear1": np.arange(4.0)}
    figure = draw.feature_maps(maps)
    conv, relu, linear = figure.axes[:3]
    assert numbers(conv) == {divmod(place, 16): str(place) for place in range(18)}
    np.testing.assert_array_equal(panel(conv, (18, 2, 3), 16, 17), values[17])
    after = conv.images[0].get_array()[-12:, 6 * 24 :]
    assert after.mask.all()  # nothing after the last
    for axes in (conv, relu, linear):  # one number has one colour in every layer
        assert axes.images[0].get_cmap().name == "RdBu_r"
        assert axes.images[0].norm(0) == 0.5
    assert conv.images[0].get_clim() == relu.images[0].get_clim() == (-9, 9)
    assert [axes.get_ylim()[0] for axes in figure.axes[3:]] == [-9, 0, 0]  # of each scale
    assert [text.get_text() for text in linear.texts] == ["0", "1", "2", "3"]
    assert len(figure.axes) == 6  # a scale for each layer


def test_of_many_maps_the_first_are_drawn_and_the_title_says_so():
    axes = draw.feature_maps({"conv1": np.ones((70, 2, 2))}).axes[0]
    assert axes.get_title(loc="left") == "conv1: 70 maps of 2x2, the first 64 shown"
    assert numbers(axes)[3, 15] == "63"
    assert len(axes.texts) == 64


def test_maps_of_one_place_are_cells_like_a_flat_layers():
    figure = draw.feature_maps({"conv1": np.arange(120.0).reshape(120, 1, 1)})
    assert figure.axes[0].get_title(loc="left") == "conv1: 120 numbers"
    shown = figure.axes[0].images[0].get_array().compressed()
    np.testing.assert_array_equal(np.unique(shown), np.arange(120))
    firsts = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert firsts == ["0", "40", "80"]  # of each row


def test_the_image_is_an_image_and_the_last_layer_has_names():
    colour, grey = np.random.default_rng(0).random((3, 4, 5)), np.full((1, 4, 5), 0.5)
    for image, expected in ((colour, np.moveaxis(colour, 0, -1)), (grey, grey[0])):
        figure = draw.feature_maps({"image": image, "linear1": np.arange(2)}, ["ant", "bee"])
        first, last = figure.axes[:2]
        assert first.get_title(loc="left") == "image: 4x5 pixels"
        np.testing.assert_array_equal(first.images[0].get_array(), expected)
        assert first.images[0].get_clim() == (0, 1)
        labels = [label.get_text() for label in last.get_xticklabels()]
        assert labels == ["ant", "bee"]


def test_no_layer_no_picture():
    with pytest.raises(BadakError, match="at least one layer"):
        draw.feature_maps({})


def test_dead_maps_can_be_drawn(tmp_path):
    net = Network([Flatten(), Linear(3)], (1, 4, 5))
    maps = feature_maps(net, np.zeros((1, 4, 5)))
    draw.save(draw.feature_maps(maps), tmp_path / "maps.png")
