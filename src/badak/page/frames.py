"""Frames: packets one after another in a pipe, each after its length."""

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO

from badak.errors import FormatError

HEAD = struct.Struct("<Q")
LARGEST = 2**28  # bytes of a packet


def write_frame(descriptor: int, packet: bytes) -> None:
    """Write one packet, as a whole.

    Raises:
        BrokenPipeError: nothing reads it any more.
    """
    rest = memoryview(HEAD.pack(len(packet)) + packet)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def read_frames(stream: BinaryIO) -> Iterator[bytes]:
    """Yield packets until the stream ends; one that it ends within is left out.

    Raises:
        FormatError: a length that no packet has.

    Example:
        >>> import io
        >>> list(read_frames(io.BytesIO(HEAD.pack(2) + b"hi" + HEAD.pack(9) + b"half")))
        [b'hi']
    """
    while len(head := stream.read(HEAD.size)) == HEAD.size:
        (length,) = HEAD.unpack(head)
        if length > LARGEST:
            raise FormatError(f"a packet has at most {LARGEST:,} bytes; got {length:,}")
        if len(packet := stream.read(length)) < length:
            return
        yield packet
