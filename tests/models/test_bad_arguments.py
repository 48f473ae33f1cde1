"""Sizes that do not fit a model: the message names the layer or the argument."""

import pytest

from badak import BadakError
from badak.models import (
    DSCNN,
    VGG11,
    AlexNet,
    DeepConvNet,
    GoogLeNet,
    LeNet5,
    RegNetY400MF,
    ResNet18,
    ResNet20,
    ShuffleNetV2,
)
from models.test_models import AlexNet32, LeNet1998


def test_sizes_that_do_not_fit_name_the_layer():
    with pytest.raises(BadakError, match=r"MaxPool2d 'pool3'.* 3x3 .*does not fit"):
        AlexNet(input_shape=(3, 12, 12))
    with pytest.raises(BadakError, match=r"image_size.*got 0"):
        VGG11(image_size=0)
    with pytest.raises(BadakError, match=r"input_shape.*got 7"):
        ResNet20(input_shape=7)


def test_modern_is_a_yes_or_no():
    with pytest.raises(BadakError, match=r"modern.*got 1998"):
        LeNet5(modern=1998)
    with pytest.raises(BadakError, match=r"paper_pixels.*got 32"):
        LeNet5(paper_pixels=32)
    with pytest.raises(BadakError, match="paper_pixels=True needs modern=False"):
        LeNet5(paper_pixels=True)


@pytest.mark.parametrize(
    ("model", "sizes", "words"),
    [
        (LeNet5, {"filters": (6,)}, r"filters.*got 1: \(6,\)"),
        (LeNet1998, {"filters": 6}, "filters.*got 6"),
        (LeNet5, {"hidden_sizes": (1, 2, 3)}, "hidden_sizes.*got 3"),
        (AlexNet32, {"filters": (1, 2)}, "filters.*got 2"),
        (AlexNet32, {"hidden_sizes": 8}, "hidden_sizes.*got 8"),
        (DeepConvNet, {"filters": (1,)}, "filters.*got 1"),
        (VGG11, {"filters": (64, 128)}, "filters of a stage.*got 64"),
        (VGG11, {"filters": [[2]], "hidden_sizes": 8}, "hidden_sizes.*got 8"),
        (ResNet20, {"blocks": (1, 1)}, "filters.*got 3"),
        (ResNet20, {"blocks": (), "filters": ()}, "stages of blocks.*got 0"),
        (ResNet20, {"blocks": (1.5, 1, 1)}, r"blocks.*got 1\.5"),
        (ResNet18, {"blocks": (1, 0, 1, 1)}, "blocks.*got 0"),
        (RegNetY400MF, {"filters": (48, 104, 208, 441)}, "multiples of group_width, 8; got 441"),
        (RegNetY400MF, {"group_width": 0}, "group_width.*got 0"),
        (ShuffleNetV2, {"filters": (24, 48, 97, 192, 1024)}, "even; got 97"),
        (GoogLeNet, {"modules": [[(1, 2, 3)]]}, "filters of a module.*got 3"),
        (GoogLeNet, {"modules": [[(1, 2, 3, 4)]]}, "a reduction and its filters.*got 2"),
        (DSCNN, {"dropout": 0.2}, r"dropout.*got 0\.2"),
        (ResNet18, {"blocks": (1, 10**9, 1, 1)}, "blocks.* 10000.*got 1000000000"),
    ],
)
def test_wrong_numbers_of_sizes_are_named(model, sizes, words):
    with pytest.raises(BadakError, match=words):
        model(**sizes)
