"""The members of an untrusted zip archive of weights: PyTorch's .pt, Keras's .keras."""

import os
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from badak import checks
from badak.errors import FormatError, shown
from badak.files import DEFLATE_RATIO, opened

FAULTS = (
    zipfile.BadZipFile, RuntimeError, EOFError, ValueError, LookupError, OverflowError, zlib.error,
    struct.error,
)  # fmt: skip
ENCRYPTED = 1  # a bit of a member's flags
LOCAL_HEADER = 30  # bytes, without the name
# Of all compressed members; both programs store theirs uncompressed.
LARGEST_UNPACKED = 2**29


class Members:
    """The members of an open archive, whose sizes and places were compared.

    Attributes:
        sizes: name -> bytes.
    """

    def __init__(self, archive: zipfile.ZipFile, path: Path, file_bytes: int) -> None:
        self._archive, self._path = archive, path
        members = archive.infolist()
        name, count = Counter(member.filename for member in members).most_common(1)[0]
        if count > 1:
            raise FormatError(f"{path} holds {count} members named {shown(name)}")
        for member in members:
            _check(member, f"{path}: {shown(member.filename)}")
        _check_apart(members, path, file_bytes)
        packed = [each.file_size for each in members if each.compress_type != zipfile.ZIP_STORED]
        if sum(packed) > LARGEST_UNPACKED:
            raise FormatError(
                f"{path} unpacks to {sum(packed):,} bytes; at most {LARGEST_UNPACKED:,} are read: "
                "store its members uncompressed"
            )
        self.sizes = {member.filename: member.file_size for member in members}

    def read(self, name: str) -> bytes:
        """Return a member's content, after its checksum was compared.

        Raises:
            FormatError: it is damaged, or larger than this process can hold.
        """
        size = self.sizes[name]
        if size > checks.memory_limit():
            raise FormatError(f"{self._path}: {shown(name)} is too large: it has {size:,} bytes")
        try:
            content = self._archive.read(name)
        except FAULTS as fault:
            raise FormatError(f"{self._path}: {shown(name)} is damaged: {fault}") from None
        if len(content) != size:
            raise FormatError(f"{self._path}: {shown(name)} is cut short")
        return content


@contextmanager
def opened_members(path: Path) -> Iterator[Members]:
    """Lend the members of a zip archive, within the block.

    Raises:
        FormatError: no zip archive, a damaged one, or one that is made to mislead: two members of
            one name or in one place, names that lead out of a folder, sizes that cannot be.
    """
    with opened(path) as file:
        try:
            archive = zipfile.ZipFile(file)
        except FAULTS as fault:
            raise FormatError(f"{path} is a damaged zip archive: {fault}") from None
        with archive:
            if not archive.namelist():
                raise FormatError(f"{path} is an empty zip archive")
            yield Members(archive, path, os.fstat(file.fileno()).st_size)


def _check(member: zipfile.ZipInfo, place: str) -> None:
    """Refuse a member that is encrypted, packed in another way, or larger than it can be."""
    parts = member.filename.replace("\\", "/").split("/")
    if ".." in parts or not parts[0]:
        raise FormatError(f"{place} leads out of the archive's folder")
    if member.flag_bits & ENCRYPTED:
        raise FormatError(f"{place} is encrypted")
    if member.compress_type == zipfile.ZIP_STORED:
        largest = member.compress_size
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        largest = DEFLATE_RATIO * member.compress_size + DEFLATE_RATIO
    else:
        raise FormatError(f"{place} must be stored or deflated; got method {member.compress_type}")
    if member.file_size > largest:
        raise FormatError(
            f"{place} declares {member.file_size} bytes in {member.compress_size} packed bytes, "
            "more than they can hold"
        )


def _check_apart(members: list[zipfile.ZipInfo], path: Path, file_bytes: int) -> None:
    """Refuse members that share bytes of the file, or reach beyond its end."""
    ordered = sorted(members, key=lambda member: member.header_offset)
    begins = [member.header_offset for member in ordered[1:]] + [file_bytes]
    for member, following in zip(ordered, begins, strict=True):
        if member.header_offset + LOCAL_HEADER + member.compress_size > following:
            raise FormatError(
                f"{path}: {shown(member.filename)} overlaps the next member or the file's end"
            )
