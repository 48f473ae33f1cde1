"""The run directory: the names of its files, and the lock that keeps a second process out."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from badak import files, storage
from badak.errors import BadakError

LOCK_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Owner(NamedTuple):
    """The process that a run's lock names, and whether it still trains there."""

    pid: int
    alive: bool


@dataclass(frozen=True)
class RunDirectory:
    """The paths of a run's files; they need not exist.

    Example:
        >>> RunDirectory(Path("runs/first")).checkpoint.as_posix()
        'runs/first/checkpoint/latest.safetensors'
    """

    path: Path

    @classmethod
    @contextmanager
    def claimed(cls, stem: Path) -> Iterator["RunDirectory"]:
        """Make a new directory: `stem`, or `stem`-2, -3, ... if that exists.

        Two processes that ask at the same time get two directories. If nothing was written within
        the block, the directory is removed again.
        """
        number, path = 1, stem
        try:
            stem.parent.mkdir(parents=True, exist_ok=True)
            while not _make(path):
                number += 1
                path = stem.with_name(f"{stem.name}-{number}")
        except (OSError, ValueError) as fault:
            raise _unwritable(path, fault) from None
        try:
            yield cls(path)
        finally:
            for folder in (path, path.parent):
                with suppress(OSError):
                    folder.rmdir()  # refused unless it is empty

    @property
    def model(self) -> Path:
        """The trained network; `badak.load` reads it."""
        return self.path / "model.safetensors"

    @property
    def best(self) -> Path:
        """The network at the end of its best epoch, if validation images were measured."""
        return self.path / "best.safetensors"

    @property
    def checkpoint(self) -> Path:
        """Everything that a resume needs."""
        return self.path / "checkpoint" / "latest.safetensors"

    @property
    def history(self) -> Path:
        """One line per epoch."""
        return self.path / "history.csv"

    @property
    def steps(self) -> Path:
        """One line per step."""
        return self.path / "steps.csv"

    @property
    def log(self) -> Path:
        """The lines that the screen showed, without times."""
        return self.path / "log.txt"

    @property
    def config(self) -> Path:
        """The command's options."""
        return self.path / "config.toml"

    @property
    def snapshots(self) -> Path:
        """Filters, maps and more, recorded every few steps, if the run has snapshots."""
        return self.path / "snapshots.safetensors"

    @property
    def learnt(self) -> Path:
        """Digests of the files that it learnt from, if they are a folder's."""
        return self.path / "learnt.safetensors"

    @property
    def plots(self) -> Path:
        """The folder of pictures."""
        return self.path / "plots"

    @property
    def report(self) -> Path:
        """The page with all pictures."""
        return self.path / "report.html"

    @property
    def owner(self) -> Owner | None:
        """The process that trains here, or was killed here; None if nobody does."""
        try:
            with files.opened(self.path / "lock") as file:
                number = file.read(21).strip()
                if not re.fullmatch(rb"\d+", number):
                    return None
                return Owner(int(number), _holds(int(number), file.fileno()))
        except BadakError:
            return None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Make the directory, lock out other processes, and remove what a killed one left.

        Raises:
            BadakError: it cannot be made or written, a file in it is a symbolic link, or another
                process trains in it.
        """
        try:
            self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
            self.refuse_links()
        except (OSError, ValueError) as fault:
            if isinstance(fault, BadakError):
                raise
            raise _unwritable(self.path, fault) from None
        with locked(self.path):
            for folder in (self.path, self.checkpoint.parent, self.plots):
                storage.remove_temporaries(folder)
            yield

    def make_plots(self) -> None:
        """Make the folder of pictures; call this before pictures or the report are written."""
        self.refuse_links()
        self.plots.mkdir(exist_ok=True)

    def refuse_links(self) -> None:
        """Check that no file of the directory is a link, before writing there.

        Saving follows a link, which is right for a path that the user typed. But a run directory
        may come from an archive or a cache, with links that the user has not seen.
        """
        for folder in (self.path, self.checkpoint.parent, self.plots):
            links = [path for path in folder.glob("*") if path.is_symlink()]
            if links:
                raise BadakError(
                    f"{links[0]} is a symbolic link, and writing through it would change another "
                    "file: replace it by a copy, or choose another run directory"
                )


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock other processes out of a directory that exists, by its file `lock`.

    Raises:
        BadakError: it cannot be written, or another process trains in it.
    """
    try:
        descriptor = os.open(folder / "lock", LOCK_FLAGS, 0o666)
    except (OSError, ValueError) as fault:
        raise _unwritable(folder, fault) from None
    try:
        _take(descriptor, folder)
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)  # not after a kill: so `owner` tells one
    finally:
        os.close(descriptor)  # releases the lock, as the end of a killed process does


def _make(path: Path) -> bool:
    """Make a directory; false if something of that name exists."""
    try:
        path.mkdir()
    except FileExistsError:
        return False
    return True


def _unwritable(path: Path, fault: Exception) -> BadakError:
    reason = getattr(fault, "strerror", None) or fault
    return BadakError(f"cannot write the run directory {path}: {reason}")


def _take(descriptor: int, path: Path) -> None:
    """Lock an open file and write our process's number into it."""
    about = os.fstat(descriptor)
    content = os.read(descriptor, 21) if stat.S_ISREG(about.st_mode) else None
    if content is None or about.st_nlink > 1 or not re.fullmatch(rb"\d*\n?", content):
        raise BadakError(
            f"{path / 'lock'} is not a lock that badak wrote: move it away, or choose another run "
            "directory"
        )
    try:
        import fcntl
    except ImportError:  # Windows has no such lock, and none that a kill releases
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = content.decode().strip() or "unknown"
        raise BadakError(
            f"process {owner} is training in {path}; wait for it, or choose another run directory"
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


def _holds(pid: int, descriptor: int) -> bool:
    """Whether a process lives and has locked a file; another may have got its number since."""
    try:
        import fcntl
    except ImportError:  # see `_take`
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:  # another user's
        pass
    except (OSError, OverflowError):
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    return False
