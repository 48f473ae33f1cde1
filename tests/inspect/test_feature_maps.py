"""feature_maps: every layer's output is what PyTorch's hooks see, and the picture shows it."""

import numpy as np
import pytest
import torch

from badak import BadakError
from badak.inspect import draw, feature_maps
from badak.layers import Flatten, Linear
from badak.models import DeepConvNet, SimpleConvNet
from badak.network import Network
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
    with pytest.raises(BadakError, match=r"image must have shape \(1, 28, 28\); got \(28, 28\)"):
        feature_maps(net, image[0])
    with pytest.raises(BadakError, match="image must be finite"):
        feature_maps(net, image * np.nan)


def test_the_picture_has_each_map_in_its_place():
    values = np.random.default_rng(0).standard_normal((18, 2, 3))
    values[4, 0, 1] = 9  # farther from 0 than the lowest
    maps = {"conv1": values, "relu1": values.clip(0), "linear1": np.arange(4.0)}
    figure = draw.feature_maps(maps)
    conv, relu, linear = figure.axes[:3]
    drawn = conv.images[0].get_array()
    assert drawn.shape == (4, 48)  # sixteen in a row
    np.testing.assert_array_equal(drawn[2:4, 3:6], values[17])
    assert drawn.mask[2:, 6:].all()  # nothing behind the last
    assert (conv.images[0].norm.vmin, conv.images[0].norm.vmax) == (-9, 9)
    assert (relu.images[0].norm.vmin, relu.images[0].norm.vmax) == (0, 9)
    assert [text.get_text() for text in linear.texts] == ["0", "1", "2", "3"]
    assert len(figure.axes) == 6  # a scale for each layer


def test_of_many_maps_the_first_are_drawn_and_the_title_says_so():
    axes = draw.feature_maps({"conv1": np.ones((70, 2, 2))}).axes[0]
    assert axes.get_title(loc="left") == "conv1: 70 maps of 2x2, the first 64 shown"
    assert axes.images[0].get_array().shape == (8, 32)


def test_maps_of_one_place_are_cells_like_a_flat_layers():
    figure = draw.feature_maps({"conv1": np.arange(120.0).reshape(120, 1, 1)})
    assert figure.axes[0].get_title(loc="left") == "conv1: 120 numbers"
    assert figure.axes[0].images[0].get_array().size == 120


def test_no_layer_no_picture():
    with pytest.raises(BadakError, match="at least one layer"):
        draw.feature_maps({})


def test_dead_maps_can_be_drawn(tmp_path):
    net = Network([Flatten(), Linear(3)], (1, 4, 5))
    maps = feature_maps(net, np.zeros((1, 4, 5)))
    draw.save(draw.feature_maps(maps), tmp_path / "maps.png")
