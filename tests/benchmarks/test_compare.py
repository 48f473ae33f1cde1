"""The comparison: a peer that differs, crashes or is missing is reported and not timed."""

import importlib
import re
import subprocess
import sys

import numpy as np
import pytest

from badak.errors import BadakError

CASE = "lenet-one"
# Peers with a fault: the text of a module with the `prepare` that worker.py calls.
WRONG = {
    "other": (
        "import bench_badak\n"
        "def prepare(task, peer):\n"
        "    step = bench_badak.prepare(task, peer)\n"
        "    return lambda: step() * 1.01\n",
        "outputs.*0.01",
    ),
    "nan": (
        "import numpy\n"
        "def prepare(task, peer):\n"
        "    return lambda: numpy.full((1, 10), numpy.nan)\n",
        "outputs.*nan",
    ),
    "shape": (
        "import numpy\ndef prepare(task, peer):\n    return lambda: numpy.zeros((1, 9))\n",
        r"\(1, 9\).*\(1, 10\)",
    ),
    "raises": (
        "def prepare(task, peer):\n    raise ValueError('no such\\nthing')\n",
        "ValueError: no such thing",
    ),
    "ends": (
        "def prepare(task, peer):\n    __import__('os')._exit(3)\n",
        "code 3",
    ),
    "ends later": (
        "import bench_badak, os\n"
        "def prepare(task, peer):\n"
        "    step, calls = bench_badak.prepare(task, peer), []\n"
        "    def twice():\n"
        "        calls.append(1)\n"
        "        return step() if len(calls) < 3 else os._exit(4)\n"
        "    return twice\n",
        "code 4",
    ),
}


@pytest.fixture
def compare():
    return importlib.import_module("compare")


def with_peer(compare, monkeypatch, tmp_path, name, text):
    """Add a peer, whose module is `text`, to the table."""
    cases = importlib.import_module("cases")
    (tmp_path / "wrong_peer.py").write_text(text)
    monkeypatch.setitem(compare.PEERS, name, cases.Peer("wrong_peer", ("numpy",), ("*",)))
    path = f"{tmp_path}:{':'.join(entry for entry in sys.path if entry)}"
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setattr(compare, "TURN", dict.fromkeys(compare.TURN, 0.01))
    monkeypatch.setattr(compare, "PAUSE", 0.0)


@pytest.mark.parametrize("name", WRONG)
def test_a_peer_that_is_wrong_is_told_and_not_timed(compare, monkeypatch, tmp_path, name):
    text, words = WRONG[name]
    with_peer(compare, monkeypatch, tmp_path, name, text)
    line = compare.measure(CASE, f"badak,{name}", rounds=2)["cases"][CASE]
    assert re.search(words, line["peers"][name]["fault"])
    assert "median" not in line["peers"][name]
    assert line["peers"]["badak"]["steps"] >= 2 * 3


def test_a_peer_that_agrees_is_timed(compare, monkeypatch, tmp_path):
    """The same harness without a fault: the test above fails because of the fault alone."""
    with_peer(compare, monkeypatch, tmp_path, "same", "from bench_badak import prepare\n")
    line = compare.measure(CASE, "badak,same", rounds=2)["cases"][CASE]
    for found in line["peers"].values():
        assert 0 < found["low"] <= found["median"] <= found["high"]
        assert found["memory"] > 2**20


def test_the_first_peers_own_outputs_must_be_finite(compare):
    one = np.array([np.inf, 1.0])
    faults = compare.disagreements({"badak": one, "book": one}, 1e-2)
    assert faults.keys() == {"badak", "book"}
    assert all("badak's outputs" in fault for fault in faults.values())


def test_the_difference_is_a_share_of_the_largest_output(compare):
    outputs = {"a": np.array([1.0, -2.0]), "b": np.array([1.0, -2.5]), "c": np.array([1.01, -2])}
    faults = compare.disagreements(outputs, 1e-2)
    assert faults.keys() == {"b"}
    assert re.search(r"0\.25 .*0\.01", faults["b"])


def test_a_library_that_is_not_installed_is_left_out(compare, monkeypatch, tmp_path):
    cases = importlib.import_module("cases")
    monkeypatch.setitem(compare.PEERS, "absent", cases.Peer("x", ("numpy", "no_such"), ("*",)))
    results = compare.measure("lenet-one", "absent", rounds=1)
    assert results["not installed"] == ["absent"]
    assert results["cases"]["lenet-one"]["peers"] == {}


@pytest.mark.parametrize(
    ("cases", "peers", "words"),
    [
        ("simple-trian", "*", "case.*'simple-trian'.*alexnet, deep,"),
        ("lenet-one, alex", "*", "case.*'alex'"),
        ("lenet-one", "tensorflow", "peer.*'tensorflow'.*badak, book"),
    ],
)
def test_unknown_names_are_refused(compare, cases, peers, words):
    with pytest.raises(BadakError, match=words):
        compare.measure(cases, peers, rounds=1)


def test_patterns_with_commas_between(compare):
    names = ["simple-train", "simple-one", "lenet-train"]
    assert compare.chosen(names, "simple-*", "case") == ["simple-train", "simple-one"]
    assert compare.chosen(names, "*-train , simple-one", "case") == names


def test_epochs_must_learn_alike(compare, monkeypatch):
    printed = {"badak": "test accuracy 0.9750 on", "torch-eager": "test accuracy 0.9520"}
    seconds = iter([9.0, 9.0, 1.0, 1.0, 3.0, 3.0])
    monkeypatch.setattr(compare.processes, "run", lambda case, peer: (next(seconds), printed[peer]))
    found = compare.in_fresh_processes("mnist-epoch", list(printed), rounds=1)
    assert found["badak"]["median"] == 1.0  # the first round is a warm-up and does not count
    assert found["badak"]["accuracy"] == 0.975
    assert "0.952" in found["torch-eager"]["fault"]


def test_an_epoch_that_learns_nothing_is_no_epoch(compare, monkeypatch):
    monkeypatch.setattr(compare.processes, "run", lambda case, peer: (1.0, "test accuracy 0.1"))
    found = compare.in_fresh_processes("mnist-epoch", ["badak"], rounds=1)
    assert "0.1" in found["badak"]["fault"]


@pytest.mark.parametrize("name", ["OPENBLAS_CORETYPE", "PYTHONDONTWRITEBYTECODE"])
def test_peers_run_as_they_come(monkeypatch, name):
    monkeypatch.setenv(name, "1")
    assert name not in importlib.import_module("team").environment()


def test_a_turn_is_short_but_has_its_least(monkeypatch):
    worker = importlib.import_module("worker")
    calls = []
    assert len(worker.turn(lambda: calls.append(1), 0.0, 100)) == worker.MINIMUM
    assert len(calls) == 1 + worker.MINIMUM  # one of them runs untimed
    assert len(worker.turn(lambda: None, 60.0, 7)) == 7


def test_importing_a_peers_process_does_not_import_badak(benchmarks):
    """The memory reported for PyTorch must not include badak."""
    script = "import sys, worker; print('badak' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=benchmarks, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
