"""Read files of an untrusted .tar.gz: in memory, under limits, never to disk."""

import gzip
import tarfile
import zlib
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from badak.errors import FormatError
from badak.files import as_path, opened

MAX_UNPACKED = 2**28  # bytes unpacked; CIFAR-10 has 186 million


class _Limited:
    """A stream that refuses to return more than a number of bytes."""

    def __init__(self, stream: gzip.GzipFile, limit: int, path: Path) -> None:
        self.stream, self.left, self.path = stream, limit, path

    def read(self, count: int = -1) -> bytes:
        data = self.stream.read(self.left + 1 if count < 0 else min(count, self.left + 1))
        self.left -= len(data)
        if self.left < 0:
            raise FormatError(f"{self.path} unpacks to more than {MAX_UNPACKED} bytes")
        return data


def read_members(
    path: str | Path, folders: Collection[str], names: Collection[str], largest: int
) -> dict[str, bytes]:
    """Read some files of a .tar.gz archive into memory.

    Those are read that lie in one of `folders`, have one of `names` and at most `largest` bytes;
    names that the archive lacks are left out.

    Raises:
        FormatError: no archive, damage, a limit exceeded, or a member that no honest archive of
            data has (a link, a device, a path that leaves the archive, the same name twice).

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
    contents: dict[str, bytes] = {}
    try:
        with opened(path) as packed, gzip.GzipFile(fileobj=packed) as unpacked:
            stream = _Limited(unpacked, MAX_UNPACKED, path)
            with tarfile.open(fileobj=cast(BinaryIO, stream), mode="r|") as archive:
                for member in archive:
                    place = _checked(member, path)
                    if str(place.parent) not in folders or place.name not in names:
                        continue
                    if member.size > largest or place.name in contents:
                        fault = "is too large" if member.size > largest else "occurs twice"
                        raise FormatError(f"{path}: {member.name} {fault} ({member.size} bytes)")
                    file = archive.extractfile(member)
                    contents[place.name] = file.read() if file else b""
            while stream.read(2**20):  # to the end, where gzip's checksum is compared
                pass
    except FormatError:
        raise
    except EOFError:
        raise FormatError(f"{path} is cut short; download it again") from None
    except (tarfile.TarError, zlib.error, gzip.BadGzipFile, ValueError) as fault:
        raise FormatError(f"{path} is damaged: {fault}; download it again") from None
    return contents


def _checked(member: tarfile.TarInfo, path: Path) -> PurePosixPath:
    """Return the member's path, or refuse the member."""
    place = PurePosixPath(member.name)
    if not (member.isreg() or member.isdir()):
        raise FormatError(f"{path}: {member.name} is a link or a device; only files are read")
    if place.is_absolute() or ".." in place.parts:
        raise FormatError(f"{path}: {member.name} leaves the archive")
    return place
