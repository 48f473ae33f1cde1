"""The models: shapes and parameter counts of the papers, and the arguments `badak train` gives."""

from functools import partial

import numpy as np
import pytest

from badak.layers import Conv2d, Dropout, Linear, Residual, ScaledTanh, TableConv2d
from badak.layers.walk import run
from badak.models import (
    MODELS,
    VGG11,
    VGG16,
    AlexNet,
    DeepConvNet,
    LeNet5,
    ResNet18,
    ResNet20,
)

LeNet1998 = partial(LeNet5, modern=False)
AlexNet32 = partial(AlexNet, 10, 32)

# (F, H, W) after each convolution and pooling, as in the papers.
MAPS = {
    LeNet5: [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5)],
    LeNet1998: [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (120, 1, 1)],
    DeepConvNet: [
        *[(16, 28, 28), (16, 28, 28), (16, 14, 14)],
        *[(32, 14, 14), (32, 16, 16), (32, 8, 8)],
        *[(64, 8, 8), (64, 8, 8), (64, 4, 4)],
    ],
    AlexNet: [
        *[(96, 55, 55), (96, 27, 27), (256, 27, 27), (256, 13, 13)],
        *[(384, 13, 13), (384, 13, 13), (256, 13, 13), (256, 6, 6)],
    ],
    AlexNet32: [
        *[(96, 32, 32), (96, 15, 15), (256, 15, 15), (256, 7, 7)],
        *[(384, 7, 7), (384, 7, 7), (256, 7, 7), (256, 3, 3)],
    ],
    ResNet20: [
        (16, 32, 32),
        *[(16, 32, 32)] * 6,
        *[(32, 16, 16)] * 6,
        *[(64, 8, 8)] * 6,
    ],
}
WINDOWS = ("Conv2d", "TableConv2d", "MaxPool2d", "Subsample2d")
# Parameters of the layers, worked out by hand: filters * (cells + 1), and so on.
COUNTS = {
    LeNet5: [156, 2_416, 48_120, 10_164, 850],
    LeNet1998: [156, 12, 1_516, 32, 48_120, 10_164],
    DeepConvNet: [160, 2_320, 4_640, 9_248, 18_496, 36_928, 51_250, 510],
    AlexNet: [34_944, 307_456, 885_120, 663_936, 442_624, 37_752_832, 16_781_312, 4_097_000],
}


@pytest.fixture(scope="module")
def built():
    return {model: model() for model in MAPS}


@pytest.mark.parametrize("model", MAPS)
def test_the_maps_have_the_papers_sizes(built, model):
    rows = built[model].summary().rows
    assert [row.output_shape for row in rows if row.kind in WINDOWS] == MAPS[model]


@pytest.mark.parametrize("model", COUNTS)
def test_every_layer_has_the_papers_parameters(built, model):
    rows = built[model].summary().rows
    assert [row.parameters for row in rows if row.parameters] == COUNTS[model]


def test_alexnet_has_sixty_million_parameters(built):
    assert built[AlexNet].summary().parameters == 60_965_224
    assert [
        layer.groups for layer in built[AlexNet].layers.values() if isinstance(layer, Conv2d)
    ] == [1, 2, 1, 2, 2]


def test_lenet_of_1998_has_sixty_thousand_parameters(built):
    """156 + 12 + 1,516 + 32 + 48,120 + 10,164, and outputs that are not trained."""
    net = built[LeNet1998]
    assert net.summary().parameters == 60_000
    assert list(net.buffers()) == ["rbf1.codes"]
    assert not any(name.startswith("rbf1") for name in net.parameters())


def test_the_papers_pixels():
    """Section III.A: 32x32, the background -0.1 and the ink 1.175; the rest is as without."""
    net = LeNet1998(paper_pixels=True)
    assert net.summary().parameters == 60_000
    image = np.zeros((1, 1, 28, 28), np.float32)
    image[0, 0, 1, 2] = 1
    pixels = next(visit.output for visit in run(net.layers, image) if visit.name == "normalize1")
    assert pixels.shape == (1, 1, 32, 32)
    expected = np.full((32, 32), -0.1)
    expected[3, 4] = 1.175
    np.testing.assert_allclose(pixels[0, 0], expected, atol=1e-6)
    plain = LeNet1998(padding=0, input_shape=(1, 32, 32))
    np.testing.assert_array_equal(net(image), plain(pixels))


def test_c3_sees_what_table_1_says(built):
    """Six filters see three neighbouring maps, six see four, three see two pairs, one sees all."""
    c3 = built[LeNet1998].layers["conv2"]
    assert isinstance(c3, TableConv2d)
    assert [len(maps) for maps in c3.table] == [3] * 6 + [4] * 9 + [6]
    assert sum(map(len, c3.table)) == 60
    assert len({frozenset(maps) for maps in c3.table}) == 16
    for number in range(6):  # the rows of table I: ten filters use each map
        assert sum(number in maps for maps in c3.table) == 10
    for first, maps in enumerate(c3.table[:6]):
        assert set(maps) == {first, (first + 1) % 6, (first + 2) % 6}
    for first, maps in enumerate(c3.table[6:12]):
        assert set(maps) == {(first + step) % 6 for step in range(4)}
    for first, maps in enumerate(c3.table[12:15]):
        assert set(maps) == {(first + step) % 6 for step in (0, 1, 3, 4)}


def test_other_numbers_of_filters_see_all():
    assert isinstance(LeNet1998(filters=(4, 9)).layers["conv2"], Conv2d)


def test_every_layer_of_1998_up_to_f6_is_squashed(built):
    kinds = [type(layer).__name__ for layer in built[LeNet1998].layers.values()]
    squashed = [kinds[place - 1] for place, kind in enumerate(kinds) if kind == "ScaledTanh"]
    assert squashed == ["Conv2d", "Subsample2d", "TableConv2d", "Subsample2d", "Conv2d", "Linear"]
    tanh = ScaledTanh()
    assert (tanh.amplitude, tanh.slope) == (1.7159, 2 / 3)


@pytest.mark.parametrize("shape", [(1, 64, 64), (3, 65, 90), (1, 300, 66), (2, 67, 67)])
def test_alexnet_takes_every_size_around_where_its_two_forms_meet(shape):
    net = AlexNet(2, input_shape=shape, hidden_sizes=(8, 8))
    small = min(shape[1:]) < 67
    assert net.layers["conv1"].kernel_size == (5 if small else 11)
    assert net.layers["linear1"].out_features == 8


@pytest.mark.parametrize("modern", [True, False])
def test_larger_images_are_not_padded_and_smaller_ones_to_32(modern):
    def first(shape):
        net = LeNet5(modern=modern, input_shape=shape)
        return net.layers["conv1"].padding, net.summary().rows[0].output_shape

    assert first((1, 28, 28)) == (2, (6, 28, 28))
    assert first((3, 32, 32)) == (0, (6, 28, 28))
    assert first((1, 27, 40)) == (((2, 3), (0, 0)), (6, 28, 36))


# torchvision's published counts at 224x224 for 1,000 classes, and the paper's for CIFAR-10.
PUBLISHED = {
    "VGG-11": (partial(VGG11, batch_norm=False), 132_863_336),
    "VGG-11, batch norm": (VGG11, 132_868_840),
    "VGG-16": (partial(VGG16, batch_norm=False), 138_357_544),
    "VGG-16, batch norm": (VGG16, 138_365_992),
    "ResNet-18": (ResNet18, 11_689_512),
    "ResNet-34": (partial(ResNet18, blocks=(3, 4, 6, 3)), 21_797_672),
    "ResNet-20, option A": (ResNet20, 269_722),
    "ResNet-56, option A": (partial(ResNet20, blocks=(9, 9, 9)), 853_018),
}


@pytest.fixture
def unfilled(monkeypatch):
    """Weights without values: to count half a gigabyte of them, none need be drawn."""
    monkeypatch.setattr(
        "badak.layers.initial.normal", lambda shape, std, generator, dtype: np.zeros(shape, dtype)
    )


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.usefixtures("unfilled")
def test_deep_networks_have_the_published_parameters(name):
    model, count = PUBLISHED[name]
    assert model().summary().parameters == count


@pytest.mark.usefixtures("unfilled")
def test_the_maps_of_the_networks_for_photographs_halve():
    def sizes(net):
        shapes = [row.output_shape for row in net.summary().rows if len(row.output_shape) == 3]
        return list(dict.fromkeys(shapes))

    assert sizes(VGG16())[-4:] == [(256, 28, 28), (512, 28, 28), (512, 14, 14), (512, 7, 7)]
    stages = [(64, 56, 56), (128, 28, 28), (256, 14, 14), (512, 7, 7)]
    assert sizes(ResNet18()) == [(64, 112, 112), *stages, (512, 1, 1)]


def test_resnet_20_has_nineteen_convolutions_and_two_widening_shortcuts(built):
    rows = built[ResNet20].summary().rows
    assert sum(row.kind == "Conv2d" for row in rows) == 19
    assert sum(row.kind == "Residual" for row in rows) == 9
    widened = [row.name for row in rows if row.kind == "Widen2d"]
    assert widened == ["block4.shortcut.widen1", "block7.shortcut.widen1"]
    for name, layer in built[ResNet20].layers.items():
        if isinstance(layer, Residual):  # ReLU comes after the sum
            assert list(layer.layers) == ["conv1", "norm1", "relu1", "conv2", "norm2"]
            names = list(built[ResNet20].layers)
            assert names[names.index(name) + 1].startswith("relu")


def test_dropout_stands_where_the_book_and_the_paper_put_it(built):
    kinds = [type(layer) for layer in built[DeepConvNet].layers.values()]
    assert kinds[-3:] == [Dropout, Linear, Dropout]
    names = list(built[AlexNet].layers)
    assert names.index("dropout1") + 1 == names.index("linear1")
    assert names.index("dropout2") + 1 == names.index("linear2")


@pytest.mark.parametrize("model", [LeNet5, DeepConvNet])
def test_he_weights_keep_the_signal(built, model):
    """Signals neither vanish nor explode: for noise, outputs have about the spread of inputs."""
    x = np.random.default_rng(0).standard_normal((50, 1, 28, 28)).astype(np.float32)
    assert 0.3 < built[model](x).std() < 10


def test_he_weights_neither_lull_nor_saturate_lenet_of_1998(built):
    """Xavier's weights give F6 a spread of 0.05: the network is then linear, and learns slowly."""
    out = np.random.default_rng(0).random((50, 1, 28, 28), dtype=np.float32)
    for name, layer in built[LeNet1998].layers.items():
        if name == "rbf1":
            break
        out, _ = layer.forward(out, training=False)
    assert 0.3 < out.std() < 1.2


# Arguments that make each model small, and an input that its windows fit.
SMALL = {
    "simple": ({"filters": 4, "hidden_size": 8}, (2, 14, 12)),
    "lenet": ({"filters": (4, 5), "hidden_sizes": (12, 8)}, (2, 18, 20)),
    "deep": ({"filters": (3, 4, 5, 6, 7, 8), "hidden_size": 8}, (2, 12, 14)),
    "lenet1998": ({}, (2, 18, 20)),
    "lenet1998-paper": ({}, (2, 18, 20)),
    "alexnet": ({"filters": (4, 6, 8, 6, 4), "hidden_sizes": (8, 8)}, (2, 67, 75)),
    "vgg11": ({"filters": [[4]] * 5}, (2, 18, 20)),
    "vgg16": ({"filters": [[4, 4]] * 5}, (2, 40, 33)),
    "resnet20": ({"blocks": (1, 2, 1), "filters": (4, 6, 8)}, (2, 9, 11)),
    "resnet18": ({"filters": (4, 6, 8, 9)}, (2, 18, 20)),
    "googlenet": ({"modules": [[(2, (2, 3), (3, 2), 2)]] * 2}, (2, 18, 20)),
    "resnet8": ({"filters": (4, 6, 8)}, (2, 9, 11)),
    "resnet50": ({"filters": (2, 3, 4, 5), "blocks": (1, 1, 1, 1)}, (2, 18, 20)),
    "wideresnet16": ({"width": 0.25, "blocks": (1, 2, 1)}, (2, 9, 11)),
    "squeezenet": ({"fires": ((2,), (3, 4))}, (2, 18, 20)),
    "densenet121": ({"blocks": (1, 2), "growth": 4}, (2, 9, 11)),
    "mobilenet-v1": ({"width": 0.1}, (2, 18, 20)),
    "mobilenet-v2": ({"width": 0.1}, (2, 18, 20)),
    "mobilenet-v3-small": ({"width": 0.1}, (2, 18, 20)),
    "shufflenet-v2": ({"filters": (4, 6, 8, 10, 12), "blocks": (1, 2, 1)}, (2, 18, 20)),
    "efficientnet-b0": ({"width": 0.1, "depth": 0.5}, (2, 18, 20)),
    "efficientnet-lite0": ({"width": 0.1, "depth": 0.5}, (2, 18, 20)),
    "efficientnet-lite2": ({"width": 0.1, "depth": 0.5}, (2, 18, 20)),
    "regnety-400mf": ({"filters": (8, 16), "blocks": (1, 2)}, (2, 9, 11)),
    "convnext-tiny": ({"filters": (4, 6), "blocks": (1, 2)}, (2, 18, 20)),
    "ds-cnn": ({"filters": 8}, (2, 18, 20)),
    "photo": ({"filters": (4, 5, 6, 8)}, (2, 18, 20)),
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
    leaves = [leaf for top, one in net.layers.items() for _, leaf in one.leaves(top)]
    weights = [layer for layer in leaves if hasattr(layer, "weight_init")]
    assert {layer.weight_init for layer in weights} == {"xavier"}
    again = MODELS[name](dtype=np.float64, **arguments, **sizes)
    for key, array in net.parameters().items():
        np.testing.assert_array_equal(array, again.parameters()[key])


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32)])
@pytest.mark.usefixtures("unfilled")
def test_every_model_takes_mnists_and_cifars_images(name, shape):
    net = MODELS[name](input_shape=shape, num_classes=10)
    assert net.output_shape == (10,)
    assert net.summary().parameters < 30e6


def test_small_and_large_images_have_forms_of_their_own():
    assert AlexNet32().layers["linear1"].out_features == 1024
    hidden = [layer for layer in VGG11(10, 32).layers.values() if isinstance(layer, Linear)]
    assert [layer.out_features for layer in hidden] == [512, 10]
    assert ResNet18(10, 32).layers["conv1"].stride == 1
    assert "pool1" in ResNet18(10, 64, filters=(4, 4, 4, 4)).layers
    assert VGG11(10, input_shape=(1, 28, 28)).layers["conv1"].padding == 3


def test_sizes_may_be_lists_and_arrays():
    assert isinstance(LeNet1998(filters=[6, 16]).layers["conv2"], TableConv2d)
    sizes = {"blocks": np.array([1, 1]), "filters": np.array([2, 4])}
    assert (
        ResNet20(**sizes).summary().parameters
        == ResNet20(blocks=(1, 1), filters=(2, 4)).summary().parameters
    )
