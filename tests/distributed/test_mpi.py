"""MPI: sums against a loop over the ranks; every way in which a process can fail, and what is said.

Each mpiexec runs with a limit; a job that hangs fails the test.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from badak.distributed import mpi
from badak.errors import BadakError
from distributed.hosts import Hosts, hosts, mpiexec
from distributed.mpi_job import DTYPES, LENGTHS, numbers

__all__ = ["hosts"]

JOB = str(Path(__file__).with_name("mpi_job.py"))
LIMIT = 60  # seconds; ten times what a job needs on a busy machine
GO_ON = "Go on with the last checkpoint"


def run(size, *words, command=None, meanwhile=None, **environment):
    """Run a job; `meanwhile` is called while it runs."""
    job = [sys.executable, JOB, *map(str, words)]
    job = command(job) if command else [mpiexec(), "-n", str(size), *job]
    process = subprocess.Popen(
        job,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
        start_new_session=True,
    )
    try:
        if meanwhile:
            meanwhile(process)
        out, err = process.communicate(timeout=LIMIT)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    return process.returncode, out, err


def last_line(out, err):
    """The last line, and that mpiexec's banner is nowhere."""
    assert "BAD TERMINATION" not in out
    assert not out.strip()
    assert "Abort(" not in err
    return err.strip().splitlines()[-1]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_sums_are_those_of_a_loop_over_the_ranks(size, tmp_path):
    code, out, err = run(size, "sums", tmp_path)
    assert (code, out, err) == (0, "", "")
    ranks = [dict(np.load(tmp_path / f"{rank}.npz")) for rank in range(size)]
    for name, expected in ranks[0].items():
        for results in ranks[1:]:
            assert results[name].tobytes() == expected.tobytes(), name
        if name.endswith(" 1"):
            assert expected.tobytes() == ranks[0][name[:-1] + "0"].tobytes(), name
    for length in LENGTHS:
        for dtype in DTYPES:
            total = numbers(0, length, dtype)
            for rank in range(1, size):
                total = total + numbers(rank, length, dtype)
            np.testing.assert_array_equal(ranks[0][f"{dtype.__name__} {length} 0"], total[None])
        exact = sum(numbers(rank, length, np.float64) for rank in range(size))
        largest = sum(abs(numbers(rank, length, np.float64)) for rank in range(size))
        half = ranks[0][f"half {length} 0"]
        assert half.dtype == np.float32
        # Each number is rounded once, and the sum: by at most one part in 256.
        assert (abs(half - exact) <= (2 / 256) * largest * (size > 1) + 1e-3).all()
    for root in range(size):
        assert (ranks[0][f"broadcast {root} 0"] == root).all()
    np.testing.assert_array_equal(ranks[0]["gather 0"], [[r, r + 0.5] for r in range(size)])


FAULTS = [
    ("kill", 137, r"process 1 of 3, on .* was ended by signal 9, Killed .*" + GO_ON),
    ("exit", 3, r"process 1 of 3, on .* ended with status 3 before the others.*" + GO_ON),
    ("raise", 1, r"process 1 of 3: labels must be below 10; got 11"),
    ("raise in rank 0", 1, r"process 0 of 3: labels must be below 10; got 11"),
    ("crash", 1, r"process 1 of 3: ZeroDivisionError: a fault of the program"),
    ("leave", 1, r"MPI: process 1 of 3 ended before the others, says process 0; .*resume=True"),
    ("leave: rank 0", 1, r"MPI: process 0 of 3 ended before the others, says process [12]; "),
    ("sleep", 1, r"MPI: process 1 of 3 did not answer for 3 s, says process 0; .*resume=True"),
]


@pytest.mark.parametrize(("kind", "code", "words"), FAULTS, ids=[kind for kind, *_ in FAULTS])
def test_one_clear_line_ends_a_job_of_which_one_process_fails(kind, code, words):
    status, out, err = run(3, "fault", kind, 3 if kind == "sleep" else 30)
    assert status == code, err
    line = last_line(out, err)
    assert re.match(f"(MPI: )?{words}", line), line
    assert err.count("\n") == 1 or kind == "crash", err
    assert ("Traceback" in err) == (kind == "crash")


def test_a_fault_of_all_is_raised_on_each():
    code, out, err = run(3, "fault", "all raise", 30)
    assert (code, out, err) == (4, "", 3 * "all: lr must be above 0; got nan\n")


def test_a_fault_outside_of_the_block_ends_all():
    code, out, err = run(3, "outside")
    assert code == 1
    line = last_line(out, err)
    assert line == "MPI: process 1 of 3 ended before the others; all processes end here"
    assert "ZeroDivisionError: a fault of the program" in err


def test_a_process_that_ends_before_mpi_begins_ends_all():
    code, out, err = run(3, "fault", "no start", 30)
    assert (code, out, err) == (2, "", "")


def test_without_a_parent_nobody_waits_for_ever_to_begin():
    code, out, _ = run(3, "fault", "no start", 2, SUPERVISED="0")
    assert code
    assert "BAD TERMINATION" in out  # by SIGALRM, and nobody is there to say why


@pytest.mark.parametrize("sent", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_no_process_outlives_mpiexec(sent, tmp_path):
    def meanwhile(process):
        await_(lambda: len(list(tmp_path.iterdir())) == 2)
        time.sleep(0.5)  # in the middle of sums
        process.send_signal(getattr(signal, sent))

    code, out, err = run(2, "train", tmp_path, meanwhile=meanwhile)
    assert code
    if sent != "SIGINT":  # on which mpiexec itself kills all; on a busy machine it says so
        assert "BAD TERMINATION" not in out
    if sent == "SIGTERM":
        assert "was ended by signal 15" in err
    for file in tmp_path.iterdir():
        await_(lambda name=file.name: not runs(name))


def runs(pid):
    try:
        return "mpi_job" in Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False


def await_(condition):
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("where", ["sum", "end"])
def test_a_cut_link_ends_all_within_the_timeout(where, hosts: Hosts, tmp_path):
    def meanwhile(process):
        await_((tmp_path / "works").exists)
        hosts.cut()
        (tmp_path / "cut").touch()

    code, out, err = run(2, "link", where, tmp_path, command=hosts.mpiexec, meanwhile=meanwhile)
    assert code == 1
    line = last_line(out, err)
    how = "answer for" if where == "sum" else "end within"
    assert line.startswith(f"MPI: process 1 of 2 did not {how} 3 s, says process 0; all"), line
    await_(lambda: not hosts.processes())  # on the other host, too


def test_a_process_killed_on_another_host_is_named(hosts: Hosts, tmp_path):
    code, out, err = run(2, "fault", "kill", 30, command=hosts.mpiexec)
    assert code == 137
    line = last_line(out, err)
    assert line.startswith(f"MPI: process 1 of 2, on {hosts.names[1]}, was ended by signal 9")


ENVIRONMENTS = [
    ({}, False, 1),
    ({"PMI_SIZE": "1", "PMI_RANK": "0"}, True, 1),
    ({"PMI_SIZE": "4", "PMI_RANK": "3"}, True, 4),
    ({"OMPI_COMM_WORLD_SIZE": "2"}, True, 2),
    ({"SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "0"}, True, 4),
    ({"SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"}, False, 1),
    ({"SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "0", "PMI_SIZE": "8"}, True, 8),
    ({"SLURM_NTASKS": "4"}, False, 1),
    ({"PMI_SIZE": "many"}, False, 1),
]


@pytest.mark.parametrize(("variables", "started", "size"), ENVIRONMENTS)
def test_the_environment_says_how_many_were_started(variables, started, size, monkeypatch):
    for name in ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert (mpi.started(), mpi.world_size()) == (started, size)


@pytest.mark.parametrize(
    "variables",
    [{"SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "1"}, {"OMPI_COMM_WORLD_SIZE": "4"}],
)
def test_a_world_of_another_size_is_refused(variables, tmp_path):
    code, _, err = run(1, "sums", tmp_path, command=list, **variables)
    assert code == 1
    line = err.strip().splitlines()[-1]
    assert "MPI: 4 processes were started, but the MPI library of this one sees 1" in line
    assert "srun with PMI2" in line
    assert not list(tmp_path.iterdir())


def test_mpi4py_is_loaded_by_a_communicator_alone():
    code = (
        "import sys; from badak.distributed import mpi; mpi.started();"
        "assert not any('mpi4py' in name for name in sys.modules);"
        "sys.modules['mpi4py'] = None; mpi.MPI()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith("badak.errors.MissingExtra: MPI needs mpi4py and an MPI library")
    assert line.endswith("pip install 'badak[mpi]'")


def test_arguments_are_checked_before_mpi_begins():
    with pytest.raises(BadakError, match=r"timeout must be .*above 0; got 0"):
        mpi.MPI(timeout=0)
