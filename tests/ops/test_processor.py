"""Threads and instruction sets: which are chosen, and which are refused."""

import os
import re
import subprocess
import sys

import pytest

import badak
from badak.errors import BadakError
from badak.ops import processor

core = pytest.importorskip("badak._core")


def ran(command, **environment):
    return subprocess.run(
        [sys.executable, *command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def _threads_as_before():
    before = badak.num_threads()
    yield
    badak.set_num_threads(before)


@pytest.mark.usefixtures("_threads_as_before")
def test_the_number_of_threads_is_kept():
    badak.set_num_threads(3)
    assert badak.num_threads() == 3 == core.num_threads()
    for wrong, words in ((0, "got 0"), (2.0, r"got 2\.0"), (9999, "got 9999")):
        with pytest.raises(BadakError, match=words):
            badak.set_num_threads(wrong)
    assert badak.num_threads() == 3


def test_the_default_is_the_processors_this_process_may_run_on():
    script = "import badak; print(badak.num_threads())"
    environment = {"BADAK_NUM_THREADS": "5"}
    assert ran(["-c", script], **environment).stdout == "5\n"
    if "BADAK_NUM_THREADS" not in os.environ:
        assert ran(["-c", script]).stdout == f"{len(os.sched_getaffinity(0))}\n"


@pytest.mark.parametrize("name", core.usable_sets())
def test_the_environment_chooses_the_instruction_set(name):
    shown = ran(["-m", "badak", "--version"], BADAK_ISA=name, BADAK_NUM_THREADS="2").stdout
    assert f"runs {name} of " in shown
    assert "threads: 2" in shown


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"BADAK_NUM_THREADS": "0"}, "BADAK_NUM_THREADS.* 1 to 1024.*got '0'"),
        ({"BADAK_NUM_THREADS": "abc"}, "BADAK_NUM_THREADS.*got 'abc'"),
        ({"BADAK_ISA": "x86-64-v9"}, f"BADAK_ISA.*'{core.usable_sets()[0]}'.*got 'x86-64-v9'"),
    ],
)
def test_a_wrong_environment_is_one_line_and_exit_code_2(environment, words):
    done = ran(["-m", "badak", "train"], **environment)
    assert done.returncode == 2
    assert re.search(words, done.stderr)
    assert done.stderr.count("\n") == 1


def test_without_a_core_there_is_one_thread_and_no_instruction_set(monkeypatch):
    monkeypatch.setattr(processor, "core", lambda: None)
    assert processor.num_threads() == 1
    processor.set_num_threads(2)
    assert processor.num_threads() == 1
    with pytest.raises(BadakError, match=r"none.*native core"):
        processor.use_instruction_set("x86-64-v2")
