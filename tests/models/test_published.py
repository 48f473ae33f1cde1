"""Models of today: the parameter counts that their papers, torchvision or MLPerf publish."""

from functools import partial

import numpy as np
import pytest

from badak import models

# At 224x224 for 1,000 classes unless the name says otherwise.
PUBLISHED = {
    "MobileNetV1": (models.MobileNetV1, 4_231_976),
    "MobileNetV2": (models.MobileNetV2, 3_504_872),
    "MobileNetV3-small": (models.MobileNetV3Small, 2_542_856),
    "EfficientNet-B0": (models.EfficientNetB0, 5_288_548),
    "EfficientNet-Lite0": (models.EfficientNetLite0, 4_652_008),
    "EfficientNet-Lite2": (models.EfficientNetLite2, 6_092_072),
    "SqueezeNet 1.1": (models.SqueezeNet, 1_235_496),
    "DenseNet-121": (models.DenseNet121, 7_978_856),
    "DenseNet-169": (partial(models.DenseNet121, blocks=(6, 12, 32, 32)), 14_149_480),
    "ConvNeXt-tiny": (models.ConvNeXtTiny, 28_589_128),
    "ResNet-50": (models.ResNet50, 25_557_032),
    "ResNet-101": (partial(models.ResNet50, blocks=(3, 4, 23, 3)), 44_549_160),
    "ShuffleNetV2 x1.0": (models.ShuffleNetV2, 2_278_604),
    "ShuffleNetV2 x0.5": (
        partial(models.ShuffleNetV2, filters=(24, 48, 96, 192, 1024)),
        1_366_792,
    ),
    "RegNetY-400MF": (models.RegNetY400MF, 4_344_144),
    "GoogLeNet, the paper's": (partial(models.GoogLeNet, batch_norm=False), 6_998_552),
    # For CIFAR-10.
    "WRN-16-4": (models.WideResNet16, 2_748_890),
}
# MLPerf's counts include the running statistics.
MLPERF = {
    "ResNet-8": (models.ResNet8, 78_666),
    "DS-CNN": (models.DSCNN, 24_908),
    # Its convolutions have biases, 2,736 in all, which batch norm cancels.
    "MobileNetV1-0.25": (partial(models.MobileNetV1, 2, 96, width=0.25), 221_794 - 2_736),
}


@pytest.fixture(autouse=True)
def _unfilled(monkeypatch):
    """Weights without values: a hundred million of them need not be drawn to be counted."""
    monkeypatch.setattr(
        "badak.layers.initial.normal", lambda shape, std, generator, dtype: np.zeros(shape, dtype)
    )


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_model_has_the_published_parameters(name):
    make, count = PUBLISHED[name]
    assert make().summary().parameters == count


@pytest.mark.parametrize("name", MLPERF)
def test_a_network_of_mlperf_has_its_numbers(name):
    make, count = MLPERF[name]
    net = make()
    statistics = sum(array.size for array in net.buffers().values())
    assert net.summary().parameters + statistics == count
