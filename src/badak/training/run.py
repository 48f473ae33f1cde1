"""The run directory: the names of its files, and the lock that keeps a second process out."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from badak import storage
from badak.errors import BadakError


@dataclass(frozen=True)
class RunDirectory:
    """Where a run keeps what; the paths need not exist.

    Args:
        path: the directory.

    Example:
        >>> RunDirectory(Path("runs/first")).checkpoint.as_posix()
        'runs/first/checkpoint/latest.safetensors'
    """

    path: Path

    @property
    def model(self) -> Path:
        """The trained network; `badak.load` reads it."""
        return self.path / "model.safetensors"

    @property
    def checkpoint(self) -> Path:
        """Everything that going on needs."""
        return self.path / "checkpoint" / "latest.safetensors"

    @property
    def history(self) -> Path:
        """A line an epoch."""
        return self.path / "history.csv"

    @property
    def steps(self) -> Path:
        """A line a step."""
        return self.path / "steps.csv"

    @property
    def log(self) -> Path:
        """What the screen showed, without times."""
        return self.path / "log.txt"

    @property
    def config(self) -> Path:
        """The command's options."""
        return self.path / "config.toml"

    @property
    def snapshots(self) -> Path:
        """What the network was like every so many steps, where that was asked for."""
        return self.path / "snapshots.safetensors"

    @property
    def learnt(self) -> Path:
        """Which files of a folder it learnt from."""
        return self.path / "learnt.safetensors"

    @property
    def plots(self) -> Path:
        """The folder of pictures."""
        return self.path / "plots"

    @property
    def report(self) -> Path:
        """The page with all pictures."""
        return self.path / "report.html"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Make the directory, keep other processes out of it, and clear what a killed one left.

        Raises:
            BadakError: it cannot be made or written, or another process trains in it.
        """
        try:
            self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o666)
        except (OSError, ValueError) as fault:
            reason = getattr(fault, "strerror", None) or fault
            raise BadakError(f"cannot write the run directory {self.path}: {reason}") from None
        try:
            _take(descriptor, self.path)
            for folder in (self.path, self.checkpoint.parent, self.plots):
                storage.remove_temporaries(folder)
            yield
        finally:
            os.close(descriptor)  # gives the lock back, as the end of a killed process does


def _take(descriptor: int, path: Path) -> None:
    """Lock an open file and write our process's number into it."""
    try:
        import fcntl
    except ImportError:  # Windows: no such lock, and no other way that survives a kill
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
        raise BadakError(
            f"process {owner} trains in {path} at this moment; wait for it, or choose another "
            "run directory"
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
