"""temperature against SciPy's minimum, thresholds against their definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from badak import BadakError, load, models
from badak.data import Dataset
from badak.inspect import Predictions, accepted, predictions, temperature, thresholds
from badak.inspect.evaluation.calibration import with_temperature
from prediction_cases import predicted


@given(st.integers(0, 10_000), st.floats(0.2, 8), st.integers(2, 7))
def test_the_temperature_is_scipys(seed, spread, classes):
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(60, classes)) * spread
    truth = np.array([generator.choice(classes, p=row) for row in softmax(logits / 1.7, axis=1)])
    found = Predictions(truth, softmax(logits, axis=1), [str(k) for k in range(classes)])

    def loss(log_t):
        return -log_softmax(logits / np.exp(log_t), axis=1)[np.arange(60), truth].mean()

    best = minimize_scalar(loss, bounds=np.log((0.05, 20)), method="bounded")
    ours = temperature(found)
    assert loss(np.log(ours)) <= best.fun + 1e-9
    if 0.06 < ours < 15:
        assert np.log(ours) == pytest.approx(best.x, abs=1e-2)


def test_the_temperature_is_part_of_the_model(tmp_path):
    generator = np.random.default_rng(0)
    images = generator.random((40, 1, 28, 28), dtype=np.float32)
    net = models.LeNet5()
    labels = np.where(generator.random(40) < 0.9, net.predict(images), 3)
    data = Dataset(images, labels, [str(k) for k in range(10)])
    calm = with_temperature(net, 2.5)
    calm.save(tmp_path / "calm.safetensors")
    for one in (calm, load(tmp_path / "calm.safetensors")):
        np.testing.assert_allclose(one(images), net(images) / 2.5, rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(one.predict(images), net.predict(images))
        assert temperature(one, data) == pytest.approx(temperature(net, data) / 2.5, rel=1e-3)


@given(predicted(), st.sampled_from([0.0, 0.5, 0.8, 0.95, 1.0]))
def test_thresholds_are_the_lowest_that_are_precise_enough(found, precision):
    limits = thresholds(found, precision=precision)
    for label, limit in enumerate(limits):
        own = found.predicted == label
        sure, right = found.confidence[own], ~found.wrong[own]
        enough = [one for one in sure if right[sure >= one].mean() >= precision]
        assert limit == (min(enough) if enough else np.inf)
    taken = accepted(found, limits)
    for label in range(len(limits)):
        own = taken & (found.predicted == label)
        assert not own.any() or (~found.wrong[own]).mean() >= precision


def test_wrong_arguments_are_named():
    found = Predictions([0, 1], [[0.9, 0.1], [0.4, 0.6]], ["cat", "dog"])
    with pytest.raises(BadakError, match=r"precision must.*1\.5"):
        thresholds(found, precision=1.5)
    with pytest.raises(BadakError, match=r"limits must be 2.*\(3,\)"):
        accepted(found, [0.1, 0.2, 0.3])
    net = models.LeNet5()
    with pytest.raises(BadakError, match=r"temperature must.*30"):
        with_temperature(net, 30)
    with pytest.raises(BadakError, match=r"layer 'temperature' already"):
        with_temperature(with_temperature(net, 2), 2)
    with pytest.raises(TypeError, match=r"net must be a Network; got str"):
        with_temperature("net", 2)


def test_more_wrong_than_right_is_as_calm_as_can_be():
    net = models.LeNet5()
    images = np.random.default_rng(0).random((20, 1, 28, 28), dtype=np.float32)
    worst = predictions(
        net, Dataset(images, np.argmin(net(images), axis=1), [str(k) for k in range(10)])
    )
    assert temperature(worst) == pytest.approx(20)
