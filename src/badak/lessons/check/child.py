"""check_file: run the checks of one file in a process of its own, that may hang or die."""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from badak import checks, files
from badak.errors import FormatError
from badak.lessons.check.finding import REMARKS, Finding
from badak.lessons.check.limits import WAITING

SECONDS = 10.0  # of the processor, for one function, class or statement
STARTS = 8  # of a process: each that hangs or dies costs one
STARTING = 300.0  # seconds until it has loaded badak, on a slow machine
MAX_BYTES = 2**20
# A figure opens no window; one thread, so that the time of the processor is that of the clock.
ENVIRONMENT = {
    "MPLBACKEND": "agg",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Report:
    """What the checker found in one file.

    Attributes:
        file: its name.
        findings: what is wrong, in the file's order of units.
        remarks: what is worth a word, but no fault.
        right: names of functions and classes that are right.
        unfit: names whose arguments the checker does not understand.
        left: names of networks, not checked until the layers before are right.
    """

    file: str
    findings: tuple[Finding, ...]
    remarks: tuple[Finding, ...] = ()
    right: tuple[str, ...] = ()
    unfit: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing in the file is an exercise."""
        return not (self.findings or self.right or self.unfit or self.left)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON's types."""
        parts = {name: list(getattr(self, name)) for name in ("right", "unfit", "left")}
        findings = [finding.as_dict() for finding in self.findings]
        return {"file": self.file, "findings": findings, **parts}


def check_file(path: str | os.PathLike[str], *, seconds: float = SECONDS) -> Report:
    r"""Check the reader's functions, layers and networks, and name what is wrong with them.

    The code runs in a process of its own, with limits of time and memory; it cannot hang or crash
    the checker. But it runs with the user's rights: check only what you would run.

    Args:
        path: a Python file; functions and classes are recognised by the book's names.
        seconds: limit for each function, class or statement of the file, of the processor's time;
            what only waits has six times as long.

    Raises:
        BadakError: the path cannot be used, or seconds is not positive.
        FormatError: the file cannot be read, is no text, or is larger than 1 MB.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "a.py").write_text("class MulLayer:\n    pass  # not yet begun\n")
        >>> check_file(folder / "a.py").unfit
        ('MulLayer',)
    """
    seconds = checks.real(seconds, "seconds", above=0)
    place = files.as_path(path)
    data = files.read(place, MAX_BYTES)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError):
        raise FormatError(
            f"{place} cannot be read: it is not UTF-8 text; save it with the encoding UTF-8"
        ) from None
    with tempfile.TemporaryDirectory(prefix="badak-check-") as folder:
        return _Parent(place.resolve(), Path(folder), seconds).report()


def lines_in(out: Path) -> list[dict[str, Any]]:
    """Return what a worker wrote, without a line that its death cut short."""
    lines = []
    for line in out.read_text(encoding="utf-8", errors="replace").splitlines():
        with contextlib.suppress(ValueError):
            lines.append(json.loads(line))
    return [line for line in lines if isinstance(line, dict)]


def report_of(file: str, lines: list[dict[str, Any]], kept: list[Finding]) -> Report:
    """Return the report in a worker's lines, and in what its parent kept.

    Example:
        >>> report_of("a.py", [{"checked": "im2col", "right": True}], []).right
        ('im2col',)
    """
    told = [Finding(**line["finding"]) for line in lines if "finding" in line]
    findings = list({json.dumps(f.as_dict()): f for f in [*kept, *told]}.values())
    return Report(
        file,
        tuple(f for f in findings if f.kind not in REMARKS),
        tuple(f for f in findings if f.kind in REMARKS),
        tuple(dict.fromkeys(line["checked"] for line in lines if line.get("right"))),
        tuple(dict.fromkeys(line["unfit"] for line in lines if "unfit" in line)),
        tuple(dict.fromkeys(line["left"] for line in lines if "left" in line)),
    )


class _Parent:
    """Starts the worker, again past whatever hung or died, and collects its lines."""

    def __init__(self, path: Path, folder: Path, seconds: float) -> None:
        self.path, self.folder, self.seconds = path, folder, seconds
        self.skip: list[str] = []
        self.kept: list[Finding] = []  # findings about what is skipped

    def report(self) -> Report:
        for start in range(STARTS):
            lines = self._start(start)
            if any("done" in line for line in lines):
                break
            self._note_death(lines)
        return report_of(self.path.name, lines, self.kept)

    def _start(self, start: int) -> list[dict[str, Any]]:
        """Run the worker once, and return its lines."""
        out, task = self.folder / f"out{start}", self.folder / "task.json"
        self.trace = self.folder / f"trace{start}"
        out.touch()
        words = {"path": str(self.path), "skip": self.skip, "seconds": self.seconds}
        words |= {"out": str(out), "trace": str(self.trace)}
        task.write_text(json.dumps(words), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "badak.lessons.check.worker", str(task)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.path.parent,
            env=os.environ | ENVIRONMENT,
            start_new_session=True,
        )
        try:
            self._wait(process, out)
        finally:
            _end(process)
        self.code = process.returncode
        return lines_in(out)

    def _wait(self, process: "subprocess.Popen[bytes]", out: Path) -> None:
        """Wait for the end; the worker ends itself in time, unless it is stuck or stopped."""
        size, since = 0, time.monotonic()
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.5)
                return
            grown = out.stat().st_size
            if grown != size:
                size, since = grown, time.monotonic()
            longest = WAITING * self.seconds + 20
            if time.monotonic() - since > (longest if size else STARTING):
                return

    def _note_death(self, lines: list[dict[str, Any]]) -> None:
        """Take note of the unit in which the worker ended, so that the next one leaves it out."""
        begun = [line for line in lines if "begin" in line]
        ended = {line["end"] for line in lines if "end" in line}
        name, line = (begun[-1]["begin"], begun[-1]["line"]) if begun else ("", 0)
        if not begun or name in ended or name in self.skip:
            self.skip.append(name)
            self.kept.append(Finding(self.path.name, "died", line, "", {"code": self.code}))
            return
        self.skip.append(name)
        if name.startswith("repair "):
            return  # a changed copy did not end: no fault of the code
        text = self.trace.read_text(encoding="utf-8", errors="replace")
        own = re.search(rf'File "{re.escape(str(self.path))}", line (\d+)', text)
        statement = name.startswith("statement")
        subject = self.path.name if statement else name
        waited = WAITING if text.startswith("Timeout") else 1
        values = {"seconds": f"{waited * self.seconds:g}"}
        if not text:
            self.kept.append(Finding(subject, "died", line, "", {"code": self.code}))
        elif statement:
            self.kept.append(
                Finding(subject, "slow_script", int(own[1]) if own else line, "", values)
            )
        else:
            where = int(own[1]) if own else line
            self.kept.append(Finding(subject, "endless", where, "endless", values))


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the worker and what it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
