"""badak's wheel, and those of all it needs, by pip: for this Python and this system alone."""

import importlib.metadata
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from badak.errors import BadakError

EXTRAS = "web,notebook,course"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
OPTIONS = ("--quiet", "--retries", "1")
NO_NETWORK = (
    "NewConnectionError",
    "NameResolutionError",
    "Temporary failure in name resolution",
    "ConnectTimeoutError",
    "Max retries exceeded",
)


def check() -> None:
    """Refuse a Python without pip.

    Raises:
        BadakError: it has none.
    """
    if not any(importlib.metadata.distributions(name="pip")):
        raise BadakError(
            f"{sys.executable} has no pip, which collects the kit's wheels: run "
            f"`{sys.executable} -m ensurepip`, then this command again"
        )


def run(words: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Run a command and return what it wrote."""
    return subprocess.run(
        words, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
    )


def collect(clone: Path, folder: Path) -> Path:
    """Build badak's wheel and download the others; return badak's.

    Raises:
        BadakError: pip cannot; the message has its last words.
    """
    folder.mkdir(parents=True)
    # A folder for its build: that of the clone may hold another compiler's files.
    with tempfile.TemporaryDirectory(prefix="badak-kit-") as build:
        setting = f"--config-settings=build-dir={build}"
        own = ("wheel", *OPTIONS, "--no-deps", setting, "--wheel-dir", str(folder), str(clone))
        _pip(own, "build badak's wheel")
    (wheel,) = folder.glob("badak-*.whl")
    # Only wheels: what must be built first cannot be installed without a network.
    others = ("download", *OPTIONS, "--only-binary", ":all:", "--dest", str(folder))
    _pip((*others, f"{wheel}[{EXTRAS}]"), "download the wheels that the course needs")
    return wheel


def _pip(words: Sequence[str], what: str) -> None:
    done = run((*PIP, *words))
    if done.returncode == 0:
        return
    said = done.stderr + done.stdout
    if any(sign in said for sign in NO_NETWORK):
        raise BadakError(
            f"pip could not {what}: it reached no package index. The kit is made with internet "
            "access, and used without"
        )
    faults = [line for line in said.splitlines() if line.strip().startswith("ERROR:")]
    last = (faults or said.strip().splitlines() or [f"exit code {done.returncode}"])[-1].strip()
    raise BadakError(f"pip could not {what}: {last}")
