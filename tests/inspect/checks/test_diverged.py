"""A network whose weights are NaN: each function says so or shows it; none hides it."""

import numpy as np
import pytest

from badak import BadakError, inspect
from badak.data import Dataset
from badak.inspect import draw
from badak.inspect.checks.precision import DTYPES
from badak.models import SimpleConvNet


@pytest.fixture
def net():
    net = SimpleConvNet(filters=2, num_classes=3, input_shape=(1, 10, 12), hidden_size=4)
    net.parameters()["conv1.weight"][...] = np.nan
    return net


@pytest.fixture
def data():
    generator = np.random.default_rng(0)
    images = generator.random((6, 1, 10, 12), dtype=np.float32)
    return Dataset(images, [0, 1, 2, 0, 0, 0], ["a", "b", "c"])


JUDGES = ["confusion_matrix", "per_class_accuracy", "reliability", "roc", "misclassified"]
METHODS = ["saliency", "smooth_grad", "integrated_gradients", "grad_cam", "occlusion"]


@pytest.mark.parametrize("name", JUDGES)
def test_predictions_are_not_judged(name, net, data):
    with pytest.raises(BadakError, match="network's output is NaN or infinite"):
        getattr(inspect, name)(net, data)


@pytest.mark.parametrize("name", [*METHODS, "attributions"])
def test_nothing_speaks_for_a_class(name, net, data):
    with pytest.raises(BadakError, match="network's output is NaN or infinite"):
        getattr(inspect, name)(net, data.images[0], 1)


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_outputs_have_no_place_on_a_plane(method, net, data):
    with pytest.raises(BadakError, match="'relu2' is NaN or infinite"):
        inspect.embedding(net, data, "relu2", method)


def test_no_image_excites_it(net):
    with pytest.raises(BadakError, match="'linear2' is NaN or infinite"):
        inspect.maximize_activation(net, "linear2", 0)


@pytest.mark.parametrize("dtype", DTYPES)
def test_no_image_is_classified_rightly_in_any_precision(dtype, net, data):
    found = inspect.precision(net, data, dtype)
    assert (found.accuracy, found.accuracy64) == (0, 0)
    assert found.layers[0].error == np.inf


def test_one_number_is_shown_as_it_is(net, data, tmp_path):
    found = inspect.explain_pixel(net, data.images[0], "conv1", 0, 1, 2)
    assert np.isnan(found.value)
    draw.save(draw.explain_pixel(found), tmp_path / "nan.png")
