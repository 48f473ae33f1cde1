"""Files that cannot be trusted (BAD_INPUTS rows D) are refused with a message, and not changed.

All are forged and read in one other process with 2 GiB of memory, where a reader that believes a
false size dies. Run as a script, this file is that process; it prints the results as JSON.
"""

import hashlib
import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import forgeries.idx
import forgeries.images
import forgeries.npz
import forgeries.tar  # noqa: F401  # each import registers its cases
import pytest
from forgeries import CASES
from forgeries.pickles import MARK

import badak

MEMORY = 2 * 2**30


def state(folder):
    """Every file below a folder with its content and its time."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in sorted(folder.rglob("*"))
    }


def run_all(folder):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    results = {}
    for number, (name, (forge, read, _)) in enumerate(CASES.items()):
        place = folder / str(number)
        place.mkdir()
        path = forge(place)
        before = state(place)
        try:
            outcome = ["nothing", repr(read(path))[:200]]
        except Exception as fault:
            outcome = [type(fault).__name__, str(fault)]
        results[name] = [*outcome, state(place) == before]
        for file in place.iterdir():  # or the large files would add up
            if file.is_file():
                file.unlink()
    json.dump(results, sys.stdout)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    source = Path(badak.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, __file__, tmp_path_factory.mktemp("bad")],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        env=os.environ | {"PYTHONPATH": str(source), "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


# A refusal for lack of memory is right too, although the file's format is not at fault.
MEMORY_ROWS = {
    "D4 declared and there",
    "D7 no images",
    "D7 no columns",
    "D17 real bomb",
    "D17 no rows",
}


@pytest.mark.parametrize("name", CASES)
def test_is_refused_in_words(results, name):
    kind, message, untouched = results[name]
    words = CASES[name][2]
    assert kind == ("BadakError" if name in MEMORY_ROWS else "FormatError"), message
    assert re.search(words, message), message
    assert "\n" not in message
    assert untouched


def test_no_pickle_was_run(results):
    assert not Path(MARK).exists()


if __name__ == "__main__":
    run_all(Path(sys.argv[1]))
