"""Forged .pt and .pth files are refused in words, within 2 GiB, and nothing in them is run."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import badak
from formats.weights.torch_forgeries import CASES, MARK, run


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    script = Path(run.__file__)
    folders = f"{Path(badak.__file__).parents[1]}{os.pathsep}{script.parents[3]}"
    done = subprocess.run(
        [sys.executable, script, tmp_path_factory.mktemp("forged")],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        env=os.environ | {"PYTHONPATH": folders, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("title", CASES)
def test_a_forged_file_is_refused_and_the_network_stays(outcome, title):
    kind, message, same, _ = outcome["results"][title]
    assert kind == "FormatError", message
    assert re.search(CASES[title][0], message), message
    assert "\n" not in message
    assert same


def test_nothing_was_run(outcome):
    """Python's own audit saw no import, no call of a program, nothing compiled."""
    assert outcome["events"] == []
    assert not Path(MARK).exists()
