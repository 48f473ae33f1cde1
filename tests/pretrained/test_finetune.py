"""Which layers fine-tuning opens, and how their learning rates fall."""

import pytest

from badak import models, pretrained
from badak.errors import BadakError
from badak.layers import Flatten, Linear
from badak.network import Network


@pytest.mark.parametrize(
    ("make", "first"),
    [
        (lambda: models.ResNet18(2, 64, filters=(4, 4, 4, 4)), "block7.conv1"),
        (lambda: models.MobileNetV2(2, 64, width=0.25), "conv15"),
        (lambda: models.LeNet5(), "linear1"),
        (lambda: Network([Flatten(), Linear(3), Linear(2)], (1, 2, 2)), "linear1"),
    ],
)
def test_the_last_stage_learns(make, first):
    net = make()
    pretrained.unfreeze(net)
    assert next(iter(net.trainable())).rpartition(".")[0] == first
    assert not any("norm" in name for name in net.trainable())


def test_all_or_what_patterns_name():
    net = models.ResNet18(2, 64, filters=(4, 4, 4, 4))
    pretrained.unfreeze(net, "all")
    assert next(iter(net.trainable())) == "conv1.weight"
    pretrained.unfreeze(net, "block8.*, block1")
    tops = {name.split(".")[0] for name in net.trainable()}
    assert tops == {"block1", "block8", "linear1"}
    with pytest.raises(BadakError, match=r"matches 'blok8'; near are: .*block8"):
        pretrained.unfreeze(net, "blok8")
    with pytest.raises(BadakError, match="'norm1' opens no layer that learns but the head"):
        pretrained.unfreeze(net, "norm1")


def test_rates_fall_from_the_head():
    net = models.ResNet18(2, 64, filters=(4, 4, 4, 4))
    pretrained.unfreeze(net)
    rates = pretrained.falling_rates(net)
    assert list(rates) == ["block7.*", "block8.*", "linear1.*"]
    assert list(rates.values()) == [0.1, 0.3162, 1]
