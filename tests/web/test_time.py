"""The time machine's answers against `badak.inspect.timeline`."""

import os
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from badak import BadakError, Network, Trainer, data, inspect
from badak.inspect.explore import Subject
from badak.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Residual
from badak.training import RunDirectory
from badak.web.answers import time as answers


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "first"
    net = network()
    train, test = data.load("digits")
    trainer = Trainer(net, epochs=2, batch_size=20, snapshots=3, progress=False)
    trainer.fit(train[:100], test[:40], folder)
    return RunDirectory(folder)


@pytest.fixture
def session(run):
    return session_of(run)


def network():
    return Network([Conv2d(3, 5), ReLU(), MaxPool2d(4), Flatten(), Linear(10)], (1, 28, 28))


def session_of(run, net=None):
    opened = run and SimpleNamespace(run=run)
    found = SimpleNamespace(opened=opened, subject=Subject(net or network(), tuple("abc")))
    return SimpleNamespace(network=lambda identity: found)


def test_a_timeline_is_that_of_inspect(session, run):
    moments, answer = inspect.timeline(run), answers.timeline(session)
    facts, arrays = answer.facts, answer.arrays
    assert facts["recorded"]
    assert facts["whole"]
    assert (facts["layers"], facts["rectifiers"]) == (["conv1"], ["relu1"])
    assert facts["weights"] == ["conv1.weight", "linear1.weight"]
    for name, expected in {
        "steps": [0, 3, 6, 9],
        "accuracy": moments.accuracy,
        "confusion": moments.confusion,
        "images": moments.images,
        "filters.conv1": moments.filters["conv1"],
        "maps.conv1": moments.maps["conv1"],
        "dead.relu1": moments.dead["relu1"],
        "ratios.conv1.weight": moments.ratios["conv1.weight"],
    }.items():
        np.testing.assert_array_equal(arrays[name], expected, err_msg=name)
    assert facts["labels"] == moments.labels.tolist()


def test_names_are_in_the_order_of_the_layers():
    layers = {
        "stem": Conv2d(1, 3, padding=1),
        "block": Residual([Conv2d(1, 3, padding=1), ReLU()]),
        "flat": Flatten(),
        "end": Linear(10),
    }
    net = Network(layers, (1, 9, 9))
    assert answers._in_order(["block.conv1", "stem"], net) == ["stem", "block.conv1"]
    weights = ["block.conv1.weight", "end.weight", "other.weight", "stem.weight"]
    expected = ["stem.weight", "block.conv1.weight", "end.weight", "other.weight"]
    assert answers._in_order(weights, net) == expected


def test_one_scale_for_all_time(session, run):
    moments, scales = inspect.timeline(run), answers.timeline(session).facts["scales"]
    assert scales == {
        "filters.conv1": np.abs(moments.filters["conv1"]).max(),
        "maps.conv1": np.abs(moments.maps["conv1"]).max(),
    }


def test_losses_are_means_since_the_moment_before(session, run):
    losses = np.loadtxt(run.steps, delimiter=",", skiprows=1, usecols=4)
    expected = [np.nan, losses[:3].mean(), losses[3:6].mean(), losses[6:9].mean()]
    np.testing.assert_allclose(answers.timeline(session).arrays["loss"], expected)


def test_a_large_run_comes_moment_by_moment(session, run, monkeypatch):
    monkeypatch.setattr(answers, "MOST_BYTES", 100)
    whole = answers.timeline(session)
    assert not whole.facts["whole"]
    assert "filters.conv1" not in whole.arrays
    assert "filters.conv1" in whole.facts["scales"]
    moment, answer = inspect.timeline(run)[2], answers.moment(session, t=2)
    assert answer.facts["step"] == moment.step == 6
    np.testing.assert_array_equal(answer.arrays["filters.conv1"], moment.filters["conv1"])
    np.testing.assert_array_equal(answer.arrays["maps.conv1"], moment.maps["conv1"])
    np.testing.assert_array_equal(answer.arrays["confusion"], moment.confusion)


def test_the_file_is_read_once_until_it_changes(run, tmp_path, monkeypatch):
    folder = shutil.copytree(run.path, tmp_path / "run")
    session, read = session_of(RunDirectory(folder)), []
    monkeypatch.setattr(
        answers, "moments_of", lambda run: read.append(run) or inspect.timeline(run)
    )
    answers.timeline(session)
    for t in range(3):
        assert answers.moment(session, t=t).facts["step"] == 3 * t
    assert len(read) == 1
    os.utime(RunDirectory(folder).snapshots, ns=(1, 1))
    answers.moment(session, t=0)
    assert len(read) == 2


def test_a_moment_that_is_not_there(session):
    with pytest.raises(BadakError, match=r"t must be at most 3; got 4"):
        answers.moment(session, t=4)


def test_a_run_without_snapshots_says_so(tmp_path):
    answer = answers.timeline(session_of(RunDirectory(tmp_path / "bare")))
    assert answer.facts == {"path": str(tmp_path / "bare"), "recorded": False}


def test_a_network_without_a_run_has_no_moments():
    assert answers.timeline(session_of(None)).facts == {"path": None, "recorded": False}
    with pytest.raises(BadakError, match=r"no run"):
        answers.moment(session_of(None), t=0)


def test_a_diverged_run_still_has_scales():
    assert answers._largest(np.array([np.nan, -2.0, np.inf])) == 2
    assert answers._largest(np.array([np.nan, 0.0])) == 1
