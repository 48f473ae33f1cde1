"""The communicator of the tests does what a communicator promises."""

import time

import numpy as np
import pytest

from badak.distributed import WorkersLost
from distributed.threads import on_ranks


@pytest.mark.parametrize("size", [1, 2, 3])
def test_sums_broadcasts_and_barriers(size):
    def job(communicator):
        rank = communicator.rank
        first, second = np.full(3, 10.0**rank, np.float32), np.array([rank + 1])
        pending = communicator.start_allreduce_(first)
        communicator.allreduce_(second)
        pending.wait()
        root = np.array([rank])
        communicator.broadcast_(root, size - 1)
        communicator.barrier()
        words = communicator.broadcast_bytes(b"word" if rank == 0 else b"")
        return first.tolist(), second.item(), root.item(), words, len(communicator.room._tables)

    ones = float("1" * size)
    for *result, left in on_ranks(size, job):
        assert result == [[ones] * 3, size * (size + 1) // 2, size - 1, b"word"]
        assert left <= 1


def test_half_sums_are_rounded_alike_on_all_ranks():
    def job(communicator):
        array = np.array([1.0, 0.1 + communicator.rank / 1000], np.float32)
        communicator.start_allreduce_(array, half=True).wait()
        return array.tolist()

    results = on_ranks(3, job)
    assert results[0] == results[1] == results[2]
    assert results[0][0] == 3
    assert results[0][1] == pytest.approx(0.303, rel=2**-7)
    assert results[0][1] != pytest.approx(0.303, rel=1e-6)


def test_a_rank_that_fails_is_gone_for_the_others_and_its_fault_is_told():
    lost = []

    def job(communicator):
        if communicator.rank == 1:
            time.sleep(0.01)
            raise ZeroDivisionError
        try:
            communicator.allreduce_(np.ones(2))
        except WorkersLost as fault:
            lost.append(fault.ranks)
            raise

    with pytest.raises(ZeroDivisionError):
        on_ranks(3, job)
    assert lost == [(1,), (1,)]


def test_a_silent_rank_is_lost_after_the_timeout():
    def job(communicator):
        if communicator.rank == 0:
            communicator.barrier()
        else:
            time.sleep(0.2)

    with pytest.raises(WorkersLost, match="silent"):
        on_ranks(2, job, timeout=0.05)


def test_different_calls_are_noticed():
    def job(communicator):
        communicator.allreduce_(np.ones(2 + communicator.rank))

    with pytest.raises(AssertionError, match="different calls"):
        on_ranks(2, job)
