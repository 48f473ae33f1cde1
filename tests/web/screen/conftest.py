"""`serve`: a running `badak serve`; `exported`: a page in one file; `page`: Chromium's."""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from browser import chromium, complaints, new_page, page

__all__ = ["chromium", "complaints", "new_page", "page"]

TRAINING = (
    "--model", "lenet", "--epochs", "8", "--batch-size", "50", "--snapshots", "40",
)  # fmt: skip


class Served(NamedTuple):
    """A server: its address with the token, and the folder of its runs."""

    address: str
    runs: Path
    process: "subprocess.Popen[str]"

    def at(self, link: str) -> str:
        """The address of a view, such as "draw"."""
        return f"{self.address}#{link}"


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory: LeNet-5, which has learnt the digits in some seconds, with snapshots."""
    folder = tmp_path_factory.mktemp("screen") / "digits"
    _badak("train", "digits", *TRAINING, "--run-dir", str(folder))
    return folder


@pytest.fixture(scope="module")
def serve(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`badak serve` on the module's own copy of the run."""
    runs = tmp_path_factory.mktemp("served") / "runs"
    shutil.copytree(run, runs / "digits")
    yield from served(runs, "runs/digits")


@pytest.fixture(scope="session")
def serving() -> Callable[..., Iterator[Served]]:
    """`served`, for modules that look at something else than the run."""
    return served


@pytest.fixture(scope="session")
def exported(run: Path) -> str:
    """The address of the page that `badak export --to html` writes."""
    path = run.parent / "digits.html"
    _badak("export", str(run), "--to", "html", "--output", str(path))
    return path.as_uri()


def served(runs: Path, *words: str) -> Iterator[Served]:
    """Start `badak serve` above the folder of runs, and stop it as Ctrl-C does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "badak", "serve", *words, "--no-browser"],
        cwd=runs.parent,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Served(_address(process), runs, process)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _address(process: "subprocess.Popen[str]") -> str:
    said = ""
    for line in process.stdout or ():
        said += line
        if found := re.search(r"http://127\.0\.0\.1:\d+/\S*", line):
            return found[0]
    raise AssertionError(f"badak serve named no address: {said}")


def _badak(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "badak", *words], check=True, stdout=subprocess.DEVNULL)
