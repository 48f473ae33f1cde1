"""The time of a step of N workers, against workers that send message by message."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak.distributed import Bucket, Link, Load, efficiency, speedup, step_seconds, wire_share
from badak.distributed.scaling import REPORT
from badak.errors import BadakError
from ring_of_workers import halving, ring

seconds = st.floats(1e-4, 1.0)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def loads(draw):
    ready = sorted(draw(st.lists(st.floats(0, 1), min_size=1, max_size=5)))
    sizes = [draw(st.integers(1, 4_000_000)) for _ in ready]
    return Load(
        draw(st.integers(1, 500)),
        draw(seconds),
        draw(seconds),
        draw(st.floats(0, 0.1)),
        tuple(Bucket(*pair) for pair in zip(ready, sizes, strict=True)),
        statistics_bytes=draw(st.integers(0, 20_000)),
        state_bytes=3 * sum(sizes) + draw(st.integers(0, 1000)),
        half_seconds=draw(st.floats(0, 0.01)),
    )


links = st.builds(Link, st.floats(1e5, 1e11), st.floats(0, 1e-2))


def simulated(load, workers, link, generator, sync_every=1, accumulate=1, half=False, overlap=True):
    """One period of `sync_every` steps, moment by moment; the mean seconds of a step."""
    wire = (workers, link.bandwidth, link.latency)
    moment = 0.0
    for _ in range(sync_every):
        for _ in range(accumulate):
            moment += load.forward
            start, moment = moment, moment + load.backward
        if sync_every == 1:
            buckets = [
                (
                    start + (bucket.ready if overlap else 1) * load.backward,
                    bucket.bytes / 2 if half else bucket.bytes,
                )
                for bucket in load.buckets
            ]
            moment = max(moment, ring(*wire, buckets, generator))
            if load.statistics_bytes:
                moment = ring(*wire, [(moment, load.statistics_bytes)], generator)
            moment += load.half_seconds if half and workers > 1 else 0
        moment += load.update
    if sync_every > 1:
        moment = ring(*wire, [(moment, load.state_bytes)], generator)
    moment = ring(*wire, [(moment, REPORT)], generator)
    return moment / sync_every


@given(loads(), st.integers(1, 8), links, seeds, st.sampled_from([1, 2, 8]), st.integers(1, 3),
       st.booleans(), st.booleans())  # fmt: skip
def test_a_step_takes_as_long_as_its_messages(
    load, workers, link, seed, sync_every, accumulate, half, overlap
):
    workers = workers if workers != 7 else 6  # the simulation cuts arrays evenly
    how = {"sync_every": sync_every, "accumulate": accumulate, "half": half, "overlap": overlap}
    expected = simulated(load, workers, link, np.random.default_rng(seed), **how)
    np.testing.assert_allclose(step_seconds(load, workers, link, **how), expected, rtol=1e-9)


@given(st.integers(0, 5), st.integers(1, 10**8), links, seeds)
def test_halving_sends_as_much_in_fewer_rounds(power, byte_count, link, seed):
    workers, generator = 2**power, np.random.default_rng(seed)
    numbers = generator.integers(-99, 99, (workers, 64))
    sums, expected = halving(numbers, byte_count, link.bandwidth, link.latency)
    np.testing.assert_array_equal(sums, np.broadcast_to(numbers.sum(axis=0), sums.shape))
    by_halves = Link(link.bandwidth, link.latency, "halving")
    found = by_halves.sum_seconds(byte_count, workers)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    assert found <= link.sum_seconds(byte_count, workers)


@given(loads(), links, st.integers(1, 9), st.booleans())
def test_one_worker_waits_for_nobody(load, link, sync_every, half):
    assert speedup(load, 1, link, sync_every=sync_every, half=half) == 1
    assert step_seconds(load, 1, link) == pytest.approx(load.compute)


@given(loads(), st.integers(1, 4096), st.integers(1, 9))
def test_a_link_without_limits_gives_n_times(load, workers, sync_every):
    found = speedup(load, workers, Link(np.inf), sync_every=sync_every)
    assert found == pytest.approx(workers)


@given(loads(), st.integers(2, 4096), links, st.floats(1, 100), st.integers(1, 9))
def test_a_faster_link_is_never_worse(load, workers, link, times, sync_every):
    faster = Link(link.bandwidth * times, link.latency / times)
    slow, fast = (efficiency(load, workers, one, sync_every=sync_every) for one in (link, faster))
    assert 0 < slow <= fast * (1 + 1e-12) <= 1 + 1e-9


@given(loads(), st.integers(2, 4096), links)
def test_what_saves_messages_is_never_worse(load, workers, link):
    plain = efficiency(load, workers, link)
    assert efficiency(load, workers, link, overlap=False) <= plain
    assert efficiency(load, workers, link, accumulate=4) >= plain
    every = [efficiency(load, workers, link, sync_every=count) for count in (2, 8, 64)]
    assert every == sorted(every)
    np.testing.assert_allclose(wire_share(load, workers, link), 1 - plain)


def test_many_numbers_of_workers_at_once():
    load = Load.even(100, 0.01, 0.02, 0.001, 5_000_000, buckets=5, state_bytes=15_000_000)
    link, workers = Link.gigabits(1), np.array([[1, 2, 3], [8, 64, 1024]])
    for sync_every in (1, 8):
        found = step_seconds(load, workers, link, sync_every=sync_every)
        alone = [step_seconds(load, int(count), link, sync_every) for count in workers.ravel()]
        np.testing.assert_array_equal(found, np.reshape(alone, (2, 3)))


def test_by_hand():
    """1,200 bytes at 1,000 bytes a second: three workers send 2 x 2/3 of them, in 4 rounds."""
    link = Link(1000.0, 0.01)
    assert link.sum_seconds(1200, 3) == pytest.approx(1.6 + 0.04)
    load = Load.even(10, 1.0, 2.0, 0.5, 1200, buckets=2)
    report = 4 / 3 * 128 / 1000 + 0.04
    # The first half is ready after 1 s and sent at 1.84, the second after 2 s and sent at 2.84.
    assert step_seconds(load, 3, link) == pytest.approx(1 + 2.84 + 0.5 + report)


def test_half_width_by_hand():
    """Half the bytes, and the time that rounding takes; nobody rounds alone."""
    load = Load(10, 1.0, 2.0, 0.5, (Bucket(1.0, 1200),), state_bytes=2400, half_seconds=0.25)
    link = Link(1000.0)
    assert step_seconds(load, 2, link, half=True) == pytest.approx(3.5 + 0.6 + 0.25 + 0.128)
    assert step_seconds(load, 2, link) == pytest.approx(3.5 + 1.2 + 0.128)
    assert step_seconds(load, 1, link, half=True) == pytest.approx(3.5)
    # Averages are never rounded.
    both = [step_seconds(load, 2, link, sync_every=4, half=half) for half in (False, True)]
    assert both == pytest.approx([3.5 + (2.4 + 0.128) / 4] * 2)


@pytest.mark.parametrize("workers", [0, -1, 1.5, np.nan, np.inf, [2, 0]])
def test_workers_that_are_no_number_of_workers(workers):
    load = Load.even(1, 0.01, 0.02, 0, 1000)
    with pytest.raises(BadakError, match=r"workers must be whole numbers of at least 1; got"):
        step_seconds(load, workers, Link(1e6))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"bandwidth": 0}, "bandwidth must be above 0; got 0"),
        ({"bandwidth": np.nan}, "bandwidth must be finite and above 0; got nan"),
        ({"bandwidth": 1, "latency": -1}, "latency must be at least 0; got -1"),
        ({"bandwidth": 1, "algorithm": "star"}, "algorithm must be one of 'ring', 'halving'"),
    ],
)
def test_a_link_that_cannot_be(arguments, words):
    with pytest.raises(BadakError, match=words):
        Link(**arguments)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"images": 0}, "images must be at least 1; got 0"),
        ({"backward": -1.0}, "backward must be at least 0; got -1"),
        ({"forward": 0, "backward": 0, "update": 0}, "must not all be 0 seconds"),
        ({"buckets": (Bucket(1.5, 10),)}, "ready must be at least 0 and at most 1; got 1.5"),
        ({"buckets": (Bucket(1.0, -1),)}, "bytes must be at least 0; got -1"),
        ({"buckets": (Bucket(1.0, 1), Bucket(0.5, 1))}, r"in the order .* got \[1.0, 0.5\]"),
    ],
)
def test_a_load_that_cannot_be(change, words):
    right = {"images": 1, "forward": 0.1, "backward": 0.2, "update": 0.0, "buckets": ()}
    with pytest.raises(BadakError, match=words):
        Load(**right | change)


def test_a_number_of_steps_that_cannot_be():
    load, link = Load.even(1, 0.01, 0.02, 0, 1000), Link(1e6)
    with pytest.raises(BadakError, match=r"sync_every must be at least 1; got 0"):
        step_seconds(load, 2, link, sync_every=0)
    with pytest.raises(BadakError, match=r"accumulate must be at least 1; got 0"):
        speedup(load, 2, link, accumulate=0)
