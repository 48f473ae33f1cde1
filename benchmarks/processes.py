"""Whole commands, timed from start to exit, each round in a fresh process."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from badak.data import mnist
from team import HERE, Fault, environment

# Accuracies of one epoch from different seeds that count as the same.
ALIKE = 0.02
LEAST_ACCURACY = 0.95


def mnist_folder():
    """The folder of the IDX files, as BADAK_DATA names it."""
    root = Path(os.environ.get("BADAK_DATA", ""))
    for folder in (root / "mnist", root):
        if mnist.find(folder, mnist.FILES["train"][0]):
            return str(folder.absolute())
    raise Fault("BADAK_DATA must name the folder that holds mnist")


def command(case, peer, folder):
    """The words to run; what is written goes to the empty `folder`."""
    if case == "import":
        return [sys.executable, "-c", "import badak"]
    source = mnist_folder()
    if peer == "badak":
        words = ["train", "mnist", "--epochs", "1", "--data-dir", source]
        return [sys.executable, "-m", "badak", *words, "--run-dir", f"{folder}/run"]
    return [sys.executable, str(HERE / "torch_mnist.py"), source, folder]


def run(case, peer):
    """Return the seconds a command took, and what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        words = command(case, peer, folder)
        start = time.perf_counter()
        done = subprocess.run(
            words, capture_output=True, text=True, check=False, cwd=folder, env=environment()
        )
        seconds = time.perf_counter() - start
    if done.returncode:
        raise Fault((done.stderr.strip().splitlines() or ["it failed"])[-1])
    return seconds, done.stdout


def accuracy(printed):
    """The test accuracy a training command printed; None where it printed none."""
    match = re.search(r"test accuracy ([\d.]+)", printed)
    return float(match[1]) if match else None
