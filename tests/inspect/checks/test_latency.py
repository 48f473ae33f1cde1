"""latency: what it runs, how often, and what it refuses. No test asserts a time."""

import numpy as np
import pytest

from badak import BadakError, inspect
from badak.inspect import latency
from badak.models import LeNet5

IMAGES = np.random.default_rng(0).random((3, 1, 28, 28), np.float32)


def test_it_runs_one_image_at_a_time_in_turn(monkeypatch):
    seen = []
    monkeypatch.setattr(LeNet5().__class__, "__call__", lambda _, x: seen.append(x.copy()))
    found = latency(LeNet5(), IMAGES, rounds=4, seconds=60)
    assert found.rounds == 4
    assert [x.shape for x in seen] == [(1, 1, 28, 28)] * 7  # three warm up
    for turn, x in enumerate(seen[3:]):
        np.testing.assert_array_equal(x[0], IMAGES[turn % 3])


def test_its_numbers_are_in_order_and_of_the_times_that_the_clock_told(monkeypatch):
    ticks = iter([0, 1, 4, 4, 5, 6, 6, 7, 9])  # the end; before, after; looks, before, after; ...
    monkeypatch.setattr("time.perf_counter", lambda: next(ticks))
    found = latency(LeNet5(), IMAGES, rounds=3, seconds=60)
    assert (found.low, found.median, found.high) == (1, 2, 3)


def test_it_ends_when_the_time_is_over_but_not_before_one_round():
    assert latency(LeNet5(), IMAGES, seconds=0).rounds == 1


@pytest.mark.parametrize(
    ("images", "more", "words"),
    [
        (IMAGES[:0], {}, "images must have at least one image"),
        (IMAGES[:, :, 1:], {}, r"images must have shape \(any, 1, 28, 28\); got \(3, 1, 27, 28\)"),
        (IMAGES, {"rounds": 0}, "rounds must be at least 1; got 0"),
        (IMAGES, {"seconds": -1.0}, "seconds must be at least 0; got -1"),
    ],
)
def test_bad_arguments_are_refused(images, more, words):
    with pytest.raises(BadakError, match=words):
        latency(LeNet5(), images, **more)


def test_it_is_public():
    assert inspect.latency is latency
