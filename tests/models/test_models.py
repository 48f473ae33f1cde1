"""The models: shapes and parameter counts of the papers, and the arguments `badak train` gives."""

import numpy as np
import pytest

from badak import BadakError
from badak.layers import Conv2d, Dropout, Linear
from badak.models import MODELS, AlexNet, DeepConvNet, LeNet5

# (F, H, W) behind each convolution and pooling, as the papers count them.
MAPS = {
    LeNet5: [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5)],
    DeepConvNet: [
        *[(16, 28, 28), (16, 28, 28), (16, 14, 14)],
        *[(32, 14, 14), (32, 16, 16), (32, 8, 8)],
        *[(64, 8, 8), (64, 8, 8), (64, 4, 4)],
    ],
    AlexNet: [
        *[(96, 55, 55), (96, 27, 27), (256, 27, 27), (256, 13, 13)],
        *[(384, 13, 13), (384, 13, 13), (256, 13, 13), (256, 6, 6)],
    ],
}
# The parameters of each layer that has any, worked out by hand: filters * (cells + 1), and so on.
COUNTS = {
    LeNet5: [156, 2_416, 48_120, 10_164, 850],
    DeepConvNet: [160, 2_320, 4_640, 9_248, 18_496, 36_928, 51_250, 510],
    AlexNet: [34_944, 307_456, 885_120, 663_936, 442_624, 37_752_832, 16_781_312, 4_097_000],
}


@pytest.fixture(scope="module")
def built():
    return {model: model() for model in MAPS}


@pytest.mark.parametrize("model", MAPS)
def test_the_maps_have_the_papers_sizes(built, model):
    rows = built[model].summary().rows
    assert [row.output_shape for row in rows if row.kind in ("Conv2d", "MaxPool2d")] == MAPS[model]


@pytest.mark.parametrize("model", COUNTS)
def test_every_layer_has_the_papers_parameters(built, model):
    rows = built[model].summary().rows
    assert [row.parameters for row in rows if row.parameters] == COUNTS[model]


def test_alexnet_has_sixty_million_parameters(built):
    assert built[AlexNet].summary().parameters == 60_965_224
    assert [
        layer.groups for layer in built[AlexNet].layers.values() if isinstance(layer, Conv2d)
    ] == [1, 2, 1, 2, 2]


def test_dropout_stands_where_the_book_and_the_paper_put_it(built):
    kinds = [type(layer) for layer in built[DeepConvNet].layers.values()]
    assert kinds[-3:] == [Dropout, Linear, Dropout]
    names = list(built[AlexNet].layers)
    assert names.index("dropout1") + 1 == names.index("linear1")
    assert names.index("dropout2") + 1 == names.index("linear2")


@pytest.mark.parametrize("model", [LeNet5, DeepConvNet])
def test_he_weights_keep_the_signal(built, model):
    """Neither vanishing nor exploding: the outputs of noise spread like its values."""
    x = np.random.default_rng(0).standard_normal((50, 1, 28, 28)).astype(np.float32)
    assert 0.3 < built[model](x).std() < 10


# What makes each small enough for a quick forward pass, and an input that its windows fit.
SMALL = {
    "simple": ({}, (2, 14, 12)),
    "lenet": ({}, (2, 18, 20)),
    "deep": ({}, (2, 12, 14)),
    "alexnet": ({"hidden_sizes": (8, 8)}, (2, 67, 75)),
}


@pytest.mark.parametrize("name", MODELS)
def test_any_images_and_classes_as_the_command_line_passes_them(name):
    sizes, shape = SMALL[name]
    arguments = {"input_shape": shape, "num_classes": 3, "seed": 1, "weight_init": "xavier"}
    net = MODELS[name](dtype=np.float64, **arguments, **sizes)
    x = np.random.default_rng(0).random((2, *shape))
    result = net.forward_backward(x, [0, 2])
    assert result.logits.shape == (2, 3)
    assert result.logits.dtype == np.float64
    weights = [layer for layer in net.layers.values() if hasattr(layer, "weight_init")]
    assert {layer.weight_init for layer in weights} == {"xavier"}
    again = MODELS[name](dtype=np.float64, **arguments, **sizes)
    for key, array in net.parameters().items():
        np.testing.assert_array_equal(array, again.parameters()[key])


def test_sizes_that_do_not_fit_name_the_layer():
    with pytest.raises(BadakError, match=r"MaxPool2d 'pool2'.* 3x3 .*does not fit"):
        AlexNet(input_shape=(3, 32, 32))


def test_lenet_of_1998_is_not_here_yet():
    with pytest.raises(BadakError, match=r"modern must be True, the only form .*; got False"):
        LeNet5(modern=False)
