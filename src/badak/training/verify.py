"""verify_resume: kill a run, resume it, and compare every bit with an uninterrupted run."""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from badak import storage
from badak.errors import BadakError
from badak.training.run import RunDirectory

# The checkpoint is looked for this often, so that the run is killed well before its end.
POLL_SECONDS = 0.002


@dataclass(frozen=True)
class Comparison:
    """One comparison: its name, its size, and whether all bits agree."""

    what: str
    size: str
    identical: bool


@dataclass(frozen=True)
class ResumeReport:
    """The result of `verify_resume`.

    Attributes:
        steps: how many the runs made.
        killed_at: the step of the checkpoint from which the killed run was resumed.
        comparisons: everything compared.
    """

    steps: int
    killed_at: int
    comparisons: tuple[Comparison, ...]

    @property
    def identical(self) -> bool:
        """Whether all bits agree."""
        return all(comparison.identical for comparison in self.comparisons)


def verify_resume(
    arguments: Sequence[str], steps: int, recorded: RunDirectory | None = None
) -> ResumeReport:
    """Train twice with the command line, once killed by SIGKILL and resumed, and compare.

    Args:
        arguments: of ``badak``, such as ``["train", "digits"]``; run directory, resume, number of
            steps and checkpoints are added here.
        steps: how many each run makes, at least 4; all steps of a shorter run.
        recorded: a run of the same arguments, whose first steps are compared too.

    Returns:
        What was compared, and whether it agrees.

    Raises:
        BadakError: a run failed, or ended before it could be killed.
    """
    if steps < 4:
        raise BadakError(f"steps must be at least 4, to be killed in between; got {steps}")
    with tempfile.TemporaryDirectory(prefix="badak-verify-") as folder:
        whole, killed = (RunDirectory(Path(folder, name)) for name in ("whole", "killed"))
        command = [sys.executable, "-m", "badak", *arguments, "--max-steps", str(steps)]
        _run([*command, "--run-dir", str(whole.path)])
        steps = len(whole.steps.read_text().splitlines()) - 1  # the run itself may be shorter
        if steps < 4:
            raise BadakError(f"the run has only {steps} steps; it needs 4 to be killed in between")
        command += ["--checkpoint-every", str(steps // 4)]
        killed_at = _kill_midway([*command, "--run-dir", str(killed.path)], killed, steps)
        _run([*command, "--run-dir", str(killed.path), "--resume"])
        comparisons = [*_arrays(whole, killed), *_files(whole, killed)]
        if recorded is not None:
            comparisons.append(_recorded_steps(recorded, whole))
    return ResumeReport(steps, killed_at, tuple(comparisons))


def _run(command: list[str]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise BadakError(f"the run failed: {(result.stderr or result.stdout).strip()[-500:]}")


def _kill_midway(command: list[str], run: RunDirectory, steps: int) -> int:
    """Start a run, kill it after its first checkpoint, and return that checkpoint's step."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        while process.poll() is None and not run.checkpoint.exists():
            time.sleep(POLL_SECONDS)
        process.kill()
        _, complaint = process.communicate()
    if process.returncode == 0:
        raise BadakError(f"the run ended before it could be killed; use more than {steps} steps")
    if process.returncode != -signal.SIGKILL:
        raise BadakError(f"the run failed: {complaint.decode(errors='replace').strip()[-500:]}")
    return int(storage.load(run.checkpoint)[1]["position"]["step"])


def _arrays(whole: RunDirectory, killed: RunDirectory) -> list[Comparison]:
    first, second = (storage.load(run.checkpoint) for run in (whole, killed))
    comparisons = []
    for name, array in first[0].items():
        other = second[0].get(name)
        same = (
            other is not None
            and other.dtype == array.dtype
            and other.shape == array.shape
            and other.tobytes() == array.tobytes()
        )
        comparisons.append(Comparison(name, f"{array.size:,} numbers", same))
    names = Comparison("array names", f"{len(first[0])}", first[0].keys() == second[0].keys())
    position = Comparison("position, generators, settings", "", first[1] == second[1])
    return [*comparisons, names, position]


def _files(whole: RunDirectory, killed: RunDirectory) -> list[Comparison]:
    comparisons = []
    for file, other in (
        (whole.model, killed.model),
        *([(whole.best, killed.best)] if whole.best.exists() else []),  # once an epoch has ended
        (whole.history, killed.history),
        (whole.steps, killed.steps),
        (whole.log, killed.log),
    ):
        content = file.read_bytes()
        comparisons.append(
            Comparison(file.name, f"{len(content):,} bytes", content == other.read_bytes())
        )
    return comparisons


def _recorded_steps(recorded: RunDirectory, whole: RunDirectory) -> Comparison:
    """Compare the user's own run with the same steps, repeated now."""
    again = whole.steps.read_text().splitlines()
    before = recorded.steps.read_text().splitlines()[: len(again)]
    return Comparison(
        f"the first steps of {recorded.path}",
        f"{len(before) - 1} steps",
        before == again[: len(before)],
    )
