"""Open plain files only: a folder, pipe, socket or device could make us wait for ever."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from badak import checks
from badak.errors import ArgumentTypeError, BadakError, FormatError, shown

KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
DEFLATE_RATIO = 1032  # gzip and zip pack at most 258 bytes into 2 bits
FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):  # Windows lacks some
    FLAGS |= getattr(os, _name, 0)


def as_path(path: str | os.PathLike[str]) -> Path:
    """Return a path as a `Path` that the system can look up; the file need not exist.

    Raises:
        ArgumentTypeError: it is neither text nor a path; the number of an open file is refused too.
        BadakError: the system refuses it: it has a NUL character, is too long, or its folder is
            closed.

    Example:
        >>> as_path(3)
        Traceback (most recent call last):
        badak.errors.ArgumentTypeError: a file's path must be a string or a Path; got 3
    """
    try:
        place = Path(path)
        place.stat()
    except TypeError:
        raise ArgumentTypeError(
            f"a file's path must be a string or a Path; got {shown(path)}"
        ) from None
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as fault:
        raise BadakError(f"{shown(str(path))} cannot be used: {fault.strerror}") from None
    except ValueError:
        raise BadakError(f"{shown(str(path))} is not a valid file name") from None
    return place


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[BufferedReader]:
    """Lend a plain file, open for reading; a link to one is followed.

    Raises:
        BadakError: `path` is not a path, see `as_path`.
        FormatError: there is no such file, it is not a plain file, or the system refuses to open or
            read it.

    Example:
        >>> with opened("/dev/null") as file:
        ...     file.read()
        Traceback (most recent call last):
        badak.errors.FormatError: /dev/null cannot be read: it is a device, not a file
    """
    place = as_path(path)
    try:
        _check_plain(place.stat(), place)  # first: opening some devices has effects
        with os.fdopen(os.open(place, FLAGS), "rb") as file:
            _check_plain(os.fstat(file.fileno()), place)  # it may have been replaced since
            yield file
    except OSError as fault:
        if fault.errno is None:  # raised by a decoder for damaged data, not by the system
            raise
        raise FormatError(f"{place} cannot be read: {fault.strerror or fault}") from None


def read(path: str | os.PathLike[str], largest: int | None = None) -> bytes:
    """Return the content of a plain file.

    Raises:
        FormatError: as `opened`; or it has more bytes than `largest`, or than this process can
            hold: a sparse file of a terabyte takes no space on the disk.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = Path(folder, "a").write_bytes(b"abc")
        ...     read(Path(folder, "a"))
        b'abc'
    """
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        limit = checks.memory_limit()
        largest = limit if largest is None else min(largest, limit)
        if size > largest:
            raise FormatError(f"{path} is too large: it has {size:,} bytes, more than {largest:,}")
        return file.read()


def head(path: str | os.PathLike[str], count: int = 64) -> bytes:
    """Return the first bytes of a plain file.

    Raises:
        FormatError: as for `opened`.

    Example:
        >>> import sys
        >>> len(head(sys.executable, 4))
        4
    """
    with opened(path) as file:
        return file.read(count)


def _check_plain(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = KINDS.get(stat.S_IFMT(status.st_mode), "something else")
        raise FormatError(f"{path} cannot be read: it is {kind}, not a file")
