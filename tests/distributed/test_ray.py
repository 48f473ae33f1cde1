"""Processes by Ray: sums, loss of workers and machines, their return, and growth."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import counting
from badak.distributed import WorkersLost
from badak.distributed.half import from_half, to_half
from badak.errors import BadakError
from counting import Counting, kill

ray = pytest.importorskip("ray")
from badak.distributed.ray import launch  # noqa: E402
from badak.distributed.ray.cluster import _read_environment  # noqa: E402

TOKEN = "5" * 64
STORE = 80 << 20  # bytes
ENOUGH = 3000  # steps; nobody is awaited longer than this


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A cluster of one machine with room for two workers beside us, which others can join."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", TOKEN)
        _read_environment()
        cluster = Cluster()
        # A machine that is lost counts as there for 17 s otherwise, and is given new workers.
        settings = {
            "health_check_period_ms": 300,
            "health_check_failure_threshold": 3,
        }
        cluster.add_node(
            num_cpus=3,
            include_dashboard=False,
            object_store_memory=STORE,
            _system_config=settings,
        )
        ray.init(cluster.address, log_to_driver=False, logging_level="ERROR")
        patch.setattr(ray._private.worker, "print_to_stdstream", lambda *data, **named: None)
        for module in (counting, sys.modules[__name__]):  # the workers cannot import them
            ray.cloudpickle.register_pickle_by_value(module)
        try:
            yield cluster
        finally:
            ray.shutdown()
            cluster.shutdown()
    _read_environment()


def numbers(rank: int, shape: tuple[int, ...], dtype: Any) -> Any:
    return (1000 * np.random.default_rng(rank).normal(size=shape)).astype(dtype)


SHAPES = [((7,), np.float64), ((3, 50_000), np.float32), ((2, 3), np.int64)]


def summing() -> Any:
    """Return a job that returns whether all ranks have the same bits, and rank 0's results."""
    draw, shapes = numbers, SHAPES

    def job(communicator: Any) -> Any:
        results = []
        for shape, dtype in shapes:
            array = draw(communicator.rank, shape, dtype)
            communicator.allreduce_(array)
            results.append(array)
        for count in (11, 90_001):
            array = draw(communicator.rank, (count,), np.float32)
            communicator.start_allreduce_(array, half=True).wait()
            results.append(array)
        given = draw(communicator.rank, (60_000,), np.float32)
        communicator.broadcast_(given, communicator.size - 1)
        results.append(given)
        communicator.barrier()
        mine = np.frombuffer(b"".join(array.tobytes() for array in results), np.uint8)
        every = communicator.gather(mine.astype(np.int64))
        return (every == mine).all(), results

    return job


@pytest.mark.parametrize("size", [1, 2, 3])
def test_sums_in_the_order_of_ranks(cluster, size):
    same, results = launch(summing(), size)
    assert same
    for result, (shape, dtype) in zip(results, SHAPES, strict=False):
        expected = numbers(0, shape, dtype)
        for rank in range(1, size):
            expected += numbers(rank, shape, dtype)
        np.testing.assert_array_equal(result, expected)
    for result in results[3:5]:
        given = [numbers(rank, result.shape, np.float32) for rank in range(size)]
        if size > 1:
            given = [from_half(to_half(one)) for one in given]
        expected = given[0]
        for one in given[1:]:
            expected = expected + one
        if size > 1:
            expected = from_half(to_half(expected))
        np.testing.assert_array_equal(result, expected)
    np.testing.assert_array_equal(results[5], numbers(size - 1, (60_000,), np.float32))
    _, again = launch(summing(), size)
    assert [one.tobytes() for one in again] == [one.tobytes() for one in results]


def test_references_are_dropped(cluster):
    def job(communicator):
        for _ in range(150):  # 4 MB of each rank
            communicator.allreduce_(np.ones(1_000_000, np.float32))
        worker = ray._private.worker.global_worker.core_worker
        return communicator.gather(np.array(len(worker.get_all_reference_counts())))

    assert (launch(job, 2) < 30).all()


def test_a_killed_worker_is_replaced_and_nothing_is_counted_twice(cluster):
    killed = []

    def before(step, size, pids):
        if step == 10 and not killed:
            killed.append(kill(pids[1]))
        return step > 10 and (size == 2 or step > ENOUGH)

    job = Counting(before)
    assert launch(job, 2) == 0
    assert (1,) in job.log
    assert job.sizes == [2, 1, 2]


def test_all_workers_killed_at_once_and_again_while_the_others_regroup(cluster):
    killed = []

    def before(step, size, pids):
        if size == 3 and len(killed) < 2:
            killed.append([kill(pid) for pid in pids[1:]])
        return len(killed) == 2 and (size == 3 or step > ENOUGH)

    job = Counting(before)
    assert launch(job, 3) == 0
    assert job.sizes[0] == job.sizes[-1] == 3
    assert job.sizes.count(1) >= 2


def test_a_machine_is_lost_and_another_one_comes(cluster):
    """The second worker has room on another machine alone; it starts without, then grows."""
    machines = []

    def before(step, size, pids):
        if step == 5 and not machines:
            assert size == 3
            machines.append(cluster.add_node(num_cpus=1))
        if size == 4 and len(machines) == 1:
            cluster.remove_node(machines[0], allow_graceful=False)
            machines.append(None)
        if size == 3 and len(machines) == 2:
            machines.append(cluster.add_node(num_cpus=1))
        return len(machines) == 3 and (size == 4 or step > ENOUGH)

    job, told = Counting(before), []
    try:
        assert launch(job, 4, timeout=5, tell=told.append) == 0
    finally:
        for machine in list(cluster.worker_nodes):
            cluster.remove_node(machine, allow_graceful=False)
    assert job.sizes == [3, 4, 3, 4]
    assert told == [
        "3 of 4 workers have started (the others: no room yet, or slow to start); "
        "they are taken in when they come"
    ]


def test_a_worker_that_does_not_answer_is_lost(cluster):
    """It is stopped, not ended: nothing says that it is gone."""
    stopped = []

    def before(step, size, pids):
        if step == 5 and not stopped:
            stopped.append(os.kill(pids[1], signal.SIGSTOP))
        return step > 5 and (size == 2 or step > ENOUGH)

    job = Counting(before)
    assert launch(job, 2, timeout=3) == 0
    assert job.sizes == [2, 1, 2]


def test_a_fault_of_one_worker_ends_the_job_as_itself(cluster):
    def job(communicator):
        if communicator.rank == 1:
            raise BadakError("layer 'conv1' has no weight")
        communicator.barrier()

    with pytest.raises(BadakError, match=r"^layer 'conv1' has no weight$"):
        launch(job, 3)


def test_a_bug_shows_where_it_is(cluster):
    def job(communicator):
        if communicator.rank == 1:
            return {}["missing"]
        return communicator.barrier()

    with pytest.raises(KeyError, match="missing") as caught:
        launch(job, 2)
    assert 'return {}["missing"]' in "".join(caught.value.__notes__)


def test_a_job_that_does_not_regroup_ends_with_the_loss(cluster):
    def job(communicator):
        pids = communicator.gather(np.array(os.getpid()))
        if communicator.rank == 0:
            kill(pids[1])
        while True:
            communicator.barrier()

    with pytest.raises(WorkersLost, match="rank 1 was lost: its process or machine ended"):
        launch(job, 2)


def test_interrupt_ends_the_workers(cluster):
    def job(communicator):
        pids = communicator.gather(np.array(os.getpid()))
        if communicator.rank == 0:
            workers.extend(pids.tolist()[1:])
            raise KeyboardInterrupt
        communicator.barrier()

    workers: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        launch(job, 2)
    for _ in range(300):
        if not any(alive(pid) for pid in workers):
            break
        time.sleep(0.1)
    assert workers
    assert not any(alive(pid) for pid in workers)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
