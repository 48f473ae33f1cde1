"""Files out of a .tar.gz that cannot be trusted: in memory, under limits, never to disk."""

import gzip
import tarfile
import zlib
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from badak.errors import FormatError
from badak.files import as_path, opened

LARGEST_ARCHIVE = 2**28  # bytes unpacked; CIFAR-10 has 186 million


class _Limited:
    """A stream that refuses to give more than so many bytes."""

    def __init__(self, stream: gzip.GzipFile, limit: int, path: Path) -> None:
        self.stream, self.left, self.path = stream, limit, path

    def read(self, count: int = -1) -> bytes:
        data = self.stream.read(self.left + 1 if count < 0 else min(count, self.left + 1))
        self.left -= len(data)
        if self.left < 0:
            raise FormatError(f"{self.path} unpacks to more than {LARGEST_ARCHIVE} bytes")
        return data


def read_members(
    path: str | Path, folders: Collection[str], names: Collection[str], largest: int
) -> dict[str, bytes]:
    """Read some files of a .tar.gz archive into memory.

    Args:
        path: the archive.
        folders: the folders in it whose files are read.
        names: the names of the files to read; others are passed over.
        largest: most bytes that one of them may have.

    Returns:
        The files' contents by name; those it lacks are left out.

    Raises:
        FormatError: no archive, damage, a limit passed, or a member that no honest archive of data
            has (a link, a device, a path that leads out, the same name twice).

    Example:
        >>> import io, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "some.tar.gz")
        ...     with tarfile.open(path, "w:gz") as archive:
        ...         member = tarfile.TarInfo("data/a.bin")
        ...         member.size = 3
        ...         archive.addfile(member, io.BytesIO(b"abc"))
        ...     read_members(path, ["data"], ["a.bin"], largest=100)
        {'a.bin': b'abc'}
    """
    path = as_path(path)
    found: dict[str, bytes] = {}
    try:
        with opened(path) as packed, gzip.GzipFile(fileobj=packed) as unpacked:
            stream = _Limited(unpacked, LARGEST_ARCHIVE, path)
            with tarfile.open(fileobj=cast(BinaryIO, stream), mode="r|") as archive:
                for member in archive:
                    place = _checked(member, path)
                    if str(place.parent) not in folders or place.name not in names:
                        continue
                    if member.size > largest or place.name in found:
                        fault = "is too large" if member.size > largest else "comes twice"
                        raise FormatError(f"{path}: {member.name} {fault} ({member.size} bytes)")
                    file = archive.extractfile(member)
                    found[place.name] = file.read() if file else b""
            while stream.read(2**20):  # to the end, where gzip's checksum is compared
                pass
    except FormatError:
        raise
    except EOFError:
        raise FormatError(f"{path} is cut short; fetch it again") from None
    except (tarfile.TarError, zlib.error, gzip.BadGzipFile, ValueError) as fault:
        raise FormatError(f"{path} is damaged: {fault}; fetch it again") from None
    return found


def _checked(member: tarfile.TarInfo, path: Path) -> PurePosixPath:
    """The member's path, after everything odd has been refused."""
    place = PurePosixPath(member.name)
    if not (member.isreg() or member.isdir()):
        raise FormatError(f"{path}: {member.name} is a link or a device; only files are read")
    if place.is_absolute() or ".." in place.parts:
        raise FormatError(f"{path}: {member.name} leads out of the archive")
    return place
