"""What each process does in the tests of MPI: mpiexec -n 3 python mpi_job.py NAME [WORD...]."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from badak.distributed.mpi import MPI, supervise
from badak.errors import BadakError

LENGTHS = (0, 1, 2, 4, 1000, 30_011)
DTYPES = (np.float32, np.float64, np.int64)


def numbers(rank, length, dtype):
    """What a rank brings; the test draws them again."""
    generator = np.random.default_rng([rank, length])
    return (generator.standard_normal(length) * 1000).astype(dtype)


def sums(folder):
    with MPI(timeout=30) as communicator:
        rank, size = communicator.rank, communicator.size
        results = {}
        for time_ in range(2):
            for dtype in DTYPES:
                arrays = [numbers(rank, length, dtype).reshape(1, -1) for length in LENGTHS]
                pending = [communicator.start_allreduce_(array) for array in arrays]
                communicator.advance()
                for one in reversed(pending):
                    one.wait()
                for array in arrays:
                    results[f"{dtype.__name__} {array.size} {time_}"] = array
            for length in LENGTHS:
                array = numbers(rank, length, np.float32)
                communicator.start_allreduce_(array, half=True).wait()
                results[f"half {length} {time_}"] = array
        report = np.full(3, np.finfo(np.float32).max)
        communicator.allreduce_(report)  # whatever the sum is: no warning
        for root in range(size):
            array = np.full((2, 3), rank, np.int32)
            communicator.broadcast_(array, root)
            results[f"broadcast {root} 0"] = array
        results["gather 0"] = communicator.gather(np.array([rank, rank + 0.5]))
        assert communicator.broadcast_bytes(b"a\0b" * rank, size - 1) == b"a\0b" * (size - 1)
        communicator.barrier()
        assert communicator.waited > 0 or size == 1
        np.savez(Path(folder) / f"{rank}.npz", **results)
    communicator.close()


def fault(kind, timeout):
    """Sum until rank 1, or the one that the kind names, does something else."""
    if kind == "no start" and os.environ["PMI_RANK"] == "1":
        sys.exit(2)
    # A busy machine takes its time to start three processes; the sleep comes after that.
    communicator = MPI(30 if kind == "sleep" else float(timeout))
    communicator.timeout = float(timeout)
    acts = communicator.rank == (0 if kind.endswith("rank 0") else 1)
    try:
        work(communicator, kind, acts)
    except BadakError as error:  # only if all raise it; one write, lest lines mix
        os.write(2, f"all: {error}\n".encode())
        sys.exit(4)


def work(communicator, kind, acts):
    array = np.ones(300_000, np.float32)
    with communicator:
        for step in range(200):
            if step == 20 and kind == "all raise":
                raise BadakError("lr must be above 0; got nan")
            if step == 20 and acts:
                act(kind)
                if kind.startswith("leave"):
                    return
            communicator.allreduce_(array)
            array /= communicator.size


def act(kind):
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif kind.startswith("raise"):
        raise BadakError("labels must be below 10; got 11")
    elif kind == "crash":
        raise ZeroDivisionError("a fault of the program")
    elif kind == "exit":
        os._exit(3)
    elif kind == "sleep":
        time.sleep(60)


def outside():
    """A fault before the block that closes."""
    communicator = MPI(30)
    if communicator.rank == 1:
        raise ZeroDivisionError("a fault of the program")
    communicator.barrier()


def link(where, folder):
    """Work until the link is cut, in a sum or before the end."""
    with MPI(timeout=30) as communicator:  # to start
        communicator.timeout = 3.0
        array = np.ones(100_000, np.float32)
        for step in range(100_000):
            communicator.allreduce_(array)
            if step == 10 and communicator.rank == 0:
                (Path(folder) / "works").touch()
            if step == 10 and where == "end":
                while not (Path(folder) / "cut").exists():
                    time.sleep(0.01)
                break


def train_for_ever(folder):
    """Until somebody ends it; notes its number for the test to look at."""
    (Path(folder) / str(os.getpid())).touch()
    with MPI(timeout=30) as communicator:
        array = np.ones(1000, np.float32)
        while True:
            communicator.allreduce_(array)


JOBS = {
    "sums": sums,
    "fault": fault,
    "outside": outside,
    "link": link,
    "train": train_for_ever,
}

if __name__ == "__main__":
    if os.environ.get("SUPERVISED", "1") == "1":
        supervise("Go on with the last checkpoint")
    JOBS[sys.argv[1]](*sys.argv[2:])
