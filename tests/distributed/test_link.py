"""measure_link: latency and bandwidth from sums that take made-up times."""

from types import SimpleNamespace

import numpy as np
import pytest

from badak import BadakError
from badak.distributed import Communicator, Link, OneProcess, Pending, measure_link


class Clocked(Communicator):
    """Sums take what a link says on a clock of its own; some take much longer."""

    engine = "a clock"
    rank = 1

    def __init__(self, size, link, hiccups=()):
        super().__init__()
        self.size, self.link, self.hiccups = size, link, hiccups
        self.seconds, self.sums = 0.0, 0

    def perf_counter(self):
        return self.seconds

    def barrier(self):
        self.seconds += 0.001

    def close(self):
        pass

    def _start(self, array, half):
        self.seconds += float(self.link.sum_seconds(array.nbytes, self.size))
        self.seconds += 10.0 * (self.sums in self.hiccups)
        self.sums += 1
        return Arrived()

    def _broadcast(self, array, root):
        raise NotImplementedError

    def gather(self, numbers):
        return np.array([numbers] * self.size)


class Arrived(Pending):
    def wait(self):
        pass


@pytest.fixture
def clocked(monkeypatch):
    def start(*arguments):
        communicator = Clocked(*arguments)
        monkeypatch.setitem(measure_link.__globals__, "time", communicator)
        return communicator

    return start


@pytest.mark.parametrize("size", [2, 3, 16])
@pytest.mark.parametrize("algorithm", ["ring", "halving"])
@pytest.mark.parametrize(("bandwidth", "latency"), [(118e6, 60e-6), (4e9, 2e-6), (1e6, 0.02)])
def test_the_link_is_found(clocked, size, algorithm, bandwidth, latency):
    true = Link(bandwidth, latency, algorithm)
    found = measure_link(clocked(size, true), algorithm=algorithm)
    # The small sum's 8 bytes are taken for latency.
    assert found.latency == pytest.approx(latency, rel=1e-3, abs=8 / bandwidth)
    assert found.bandwidth == pytest.approx(bandwidth, rel=1e-6)
    assert found.algorithm == algorithm


@pytest.mark.parametrize("hiccups", [{0}, {1, 2}, {6}, {8, 9}, {0, 3, 4, 10, 11}])
def test_two_slow_sums_of_five_change_nothing(clocked, hiccups):
    true = Link(118e6, 60e-6)
    slow, found = measure_link(clocked(4, true, hiccups)), measure_link(clocked(4, true))
    assert slow.latency == pytest.approx(found.latency)
    assert slow.bandwidth == pytest.approx(found.bandwidth)


def test_workers_that_measured_differently_agree(clocked):
    communicator = clocked(3, Link(1e6))
    own = []

    def gather(numbers):
        own.append(float(numbers))
        return np.array([numbers, 2 * numbers, 100 * numbers])

    communicator.gather = gather
    assert measure_link(communicator).latency == pytest.approx(2 * own[0] / 4)


def test_a_link_too_fast_to_measure(clocked):
    found = measure_link(clocked(2, Link(np.inf, 1.0)))
    assert found == Link(np.inf, 1.0)


def test_one_process_has_no_link():
    communicator = SimpleNamespace(size=1)  # nothing is asked of it
    assert measure_link(communicator) == measure_link(OneProcess()) == Link(np.inf)


def test_rounds_must_be_some():
    with pytest.raises(BadakError, match="rounds must be at least 1; got 0"):
        measure_link(OneProcess(), rounds=0)
