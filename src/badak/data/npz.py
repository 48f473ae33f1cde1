"""Read arrays of an untrusted .npz archive: no pickles, and every size is checked."""

import math
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.data.sniff import describe
from badak.errors import LONGEST_VALUE, BadakError, FormatError, shown
from badak.files import DEFLATE_RATIO, as_path, opened

MAX_HEADER = 10_000  # bytes; NumPy's own limit for files that are not trusted
FAULTS = (zipfile.BadZipFile, RuntimeError, EOFError, ValueError, zlib.error, struct.error)


def read_npz(path: str | Path, names: Sequence[str] | None = None) -> dict[str, NDArray[Any]]:
    """Read arrays of an .npz archive; its other files are ignored.

    Names are without ``.npy``; those that the archive lacks are left out. None reads all.

    Raises:
        FormatError: no archive, an array of Python objects, a size that its data cannot have, or
            damage.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.savez(Path(folder, "some.npz"), x=np.arange(3), y=np.ones(2))
        ...     read_npz(Path(folder, "some.npz"), ["x"])
        {'x': array([0, 1, 2])}
    """
    with _archive(as_path(path)) as (archive, members):
        chosen = members if names is None else [name for name in names if name in members]
        return {name: _array(archive, members[name], f"{path}: {name}.npy") for name in chosen}


def npz_headers(path: str | Path) -> dict[str, tuple[tuple[int, ...], np.dtype[Any]]]:
    """Return the shape and dtype of each array of an .npz archive without reading it.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.savez(Path(folder, "some.npz"), x=np.ones((2, 3)))
        ...     npz_headers(Path(folder, "some.npz"))
        {'x': ((2, 3), dtype('float64'))}
    """
    headers = {}
    with _archive(as_path(path)) as (archive, members):
        for name, member in members.items():
            with _checked(archive, member, f"{path}: {name}.npy") as (_, shape, _, dtype):
                headers[name] = shape, dtype
    return headers


def npz_place(path: Path, name: str | None) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Return shape, Fortran order, dtype and place of an array that an .npz archive holds as it is.

    The whole array is read once, for the archive's checksum. None names the only array.
    """
    with _archive(path) as (archive, members):
        if name not in members and (name is not None or len(members) != 1):
            names = ", ".join(map(repr, members)) or "no array"
            raise FormatError(f"{path} holds {names}; name must be one of them; got {name!r}")
        member = members[name] if name is not None else next(iter(members.values()))
        place = f"{path}: {member.filename}"
        if member.compress_type != zipfile.ZIP_STORED:
            raise FormatError(f"{place} is compressed: save it by numpy.savez to open it in place")
        with _checked(archive, member, place, limited=False) as (stream, shape, fortran, dtype):
            header = stream.tell()
            while stream.read(2**20):  # to the end, where the zip's checksum is compared
                pass
        local = archive.fp
        if local is None:
            raise FormatError(f"{path} was closed")
        local.seek(member.header_offset + 26)
        lengths = struct.unpack("<HH", local.read(4))  # of the member's name and extra field
        return shape, fortran, dtype, member.header_offset + 30 + sum(lengths) + header


@contextmanager
def _archive(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]]:
    """Yield an archive and its arrays by name, without ``.npy``."""
    try:
        with opened(path) as file:
            start = file.read(64)
            if not start.startswith(b"PK"):
                raise FormatError(f"{path} must be an .npz archive; got {describe(start)}")
            with zipfile.ZipFile(file) as archive:
                arrays = [each for each in archive.infolist() if each.filename.endswith(".npy")]
                members = {each.filename.removesuffix(".npy"): each for each in arrays}
                if len(members) < len(arrays):
                    raise FormatError(f"{path} holds several arrays of one name")
                yield archive, members
    except BadakError:
        raise
    except FAULTS as fault:
        raise FormatError(f"{path} is damaged: {fault}") from None


@contextmanager
def _checked(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: str, limited: bool = True
) -> Iterator[tuple[IO[bytes], tuple[int, ...], bool, np.dtype[Any]]]:
    """Yield an array's data, shape, order and dtype, after its sizes were compared.

    `limited` says whether it must fit in memory.
    """
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FormatError(f"{place} must be stored or deflated; got method {member.compress_type}")
    if member.file_size > DEFLATE_RATIO * member.compress_size + DEFLATE_RATIO:
        raise FormatError(
            f"{place} declares {member.file_size} bytes in {member.compress_size} packed bytes, "
            "more than they can hold"
        )
    with archive.open(member) as stream:
        shape, fortran, dtype = npy_header(stream, place)
        if dtype.hasobject:
            raise FormatError(f"{place} holds Python objects; only plain numbers are read")
        if any(size < 0 for size in shape):
            raise FormatError(f"{place} declares the shape {shown(shape)}")
        wanted = math.prod(shape) * dtype.itemsize
        follow = member.file_size - stream.tell()
        if wanted != follow:
            raise FormatError(
                f"{place} declares {shown(shape)} of {shown(dtype)}, {shown(wanted)} bytes, "
                f"and {follow} follow"
            )
        if limited:
            checks.array_memory(shape, dtype.itemsize, place)
        yield stream, shape, fortran, dtype


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: str) -> NDArray[Any]:
    with _checked(archive, member, place) as (stream, shape, fortran, dtype):
        wanted = math.prod(shape) * dtype.itemsize
        data = stream.read(wanted + 1)  # to the end, where the zip's checksum is compared
    if len(data) != wanted:
        raise FormatError(f"{place} is cut short: {len(data)} of {wanted} bytes arrived")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")


def npy_header(stream: IO[bytes], place: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type as the .npy header gives them."""
    try:
        version = np.lib.format.read_magic(stream)
        if version == (1, 0):
            return np.lib.format.read_array_header_1_0(stream, MAX_HEADER)
        if version == (2, 0):
            return np.lib.format.read_array_header_2_0(stream, MAX_HEADER)
    except Exception as fault:  # NumPy's parser fails in many ways on forged headers
        reason = str(fault).partition("\n")[0][:LONGEST_VALUE] or type(fault).__name__
        raise FormatError(f"{place}: its header is damaged: {reason}") from None
    raise FormatError(f"{place} is of .npy version {version}; versions 1.0 and 2.0 are read")
