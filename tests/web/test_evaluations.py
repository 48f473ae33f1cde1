"""Predictions in the background: the same as badak.inspect's, computed once, a few kept."""

import threading

import numpy as np
import pytest

from badak import BadakError, data, inspect, models
from badak.web import evaluations
from badak.web.evaluations import Evaluations, Judged, Progress

NET = models.SimpleConvNet()


def _digits():
    return data.load("digits")[1]


@pytest.fixture
def judge():
    judge = Evaluations()
    yield judge
    judge.close()


def test_the_predictions_are_the_librarys(judge):
    found = judge.wait(NET, "digits", _digits)
    expected = inspect.predictions(NET, _digits())
    np.testing.assert_array_equal(found.predictions.probabilities, expected.probabilities)
    np.testing.assert_array_equal(found.predictions.labels, expected.labels)
    assert found.places.tolist() == list(range(360))


def test_images_are_read_once(judge):
    calls = []

    def load():
        calls.append(1)
        return _digits()

    first = judge.wait(NET, "digits", load)
    assert judge.ask(NET, "digits", load) is first
    assert len(calls) == 1


def test_progress_is_told_while_the_work_goes_on(judge):
    go_on = threading.Event()

    def load():
        go_on.wait(10)
        return _digits()

    assert judge.ask(NET, "digits", load, patience=0) == Progress(0, 0)
    go_on.set()
    assert isinstance(judge.wait(NET, "digits", load), Judged)


def test_a_fault_is_raised_to_who_asks_and_then_tried_again(judge):
    def load():
        raise BadakError("the folder is gone")

    with pytest.raises(BadakError, match="the folder is gone"):
        judge.wait(NET, "digits", load)
    assert len(judge.wait(NET, "digits", _digits).places) == 360


def test_images_that_do_not_fit_are_refused(judge):
    with pytest.raises(BadakError, match=r"takes images of \(1, 28, 28\).*\(1, 8, 8\)"):
        judge.wait(NET, "small", lambda: data.Dataset(np.zeros((2, 1, 8, 8)), [0, 1]))


def test_few_networks_are_kept(judge, monkeypatch):
    monkeypatch.setattr(evaluations, "KEPT", 2)
    nets = [models.SimpleConvNet(seed=seed) for seed in range(3)]
    first = judge.wait(nets[0], "digits", _digits)
    judge.wait(nets[1], "digits", _digits)
    judge.wait(nets[2], "digits", _digits)
    assert judge.wait(nets[0], "digits", _digits) is not first


def test_of_too_many_images_some_are_judged_evenly_spread(judge, monkeypatch):
    monkeypatch.setattr(evaluations, "MOST", 1000)  # probabilities: 100 images of 10 classes
    found = judge.wait(NET, "digits", _digits)
    assert len(found.predictions) == 100
    assert (found.places[0], found.places[-1]) == (0, 359)
    expected = inspect.predictions(NET, _digits()[found.places])
    np.testing.assert_array_equal(found.predictions.labels, expected.labels)
    np.testing.assert_allclose(found.predictions.probabilities, expected.probabilities, atol=1e-6)


def test_the_work_ends_when_the_server_does():
    judge, begun, go_on = Evaluations(), threading.Event(), threading.Event()

    def load():
        begun.set()
        go_on.wait(10)
        return _digits()

    judge.ask(NET, "digits", load, patience=0)
    begun.wait(10)
    go_on.set()
    judge.close()
    assert not [one for one in threading.enumerate() if one.name == "badak-evaluation"]


def test_work_that_others_displace_begins_again(judge, monkeypatch):
    monkeypatch.setattr(evaluations, "KEPT", 1)
    begun, go_on = threading.Event(), threading.Event()

    def load():
        begun.set()
        go_on.wait(10)
        return _digits()

    assert judge.ask(NET, "digits", load, patience=0) == Progress(0, 0)
    begun.wait(10)
    displaced = judge._jobs[0]
    judge.ask(models.SimpleConvNet(seed=1), "digits", _digits, patience=0)
    with judge._lock:
        judge._jobs.insert(0, displaced)  # as for somebody who asked before
    go_on.set()
    assert judge.ask(NET, "digits", load, patience=10) == Progress(0, 0)
    with judge._lock:
        judge._jobs.remove(displaced)
    assert len(judge.wait(NET, "digits", _digits).places) == 360
