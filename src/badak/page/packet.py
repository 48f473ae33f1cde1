"""A packet: facts as JSON and arrays as bytes, in one message between the page and Python.

Layout: the length of the header as a little-endian uint32, four zero bytes, the header as UTF-8
JSON ``{"facts": ..., "arrays": [{"name", "dtype", "shape"}, ...]}``, then each array's bytes in C
order. Each array is filled up with zero bytes, the header with spaces, to a multiple of 8.
"""

import json
import math
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.errors import FormatError

DTYPES = {"float32": "<f4", "uint8": "|u1", "int32": "<i4"}
STEP = 8

Arrays = dict[str, NDArray[Any]]


def pack(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]] | None = None) -> bytes:
    """Write facts and named arrays as one message.

    Other floats become float32, other integers int32, and booleans uint8. A NaN or infinite number
    in the facts becomes null; in arrays they stay.

    Example:
        >>> facts, arrays = unpack(pack({"layer": "conv1"}, {"bias": np.array([1.0, 2.0])}))
        >>> facts, arrays["bias"].tolist(), arrays["bias"].dtype.name
        ({'layer': 'conv1'}, [1.0, 2.0], 'float32')
    """
    listed, parts = [], []
    for name, array in (arrays or {}).items():
        dtype = _dtype(array)
        listed.append({"name": name, "dtype": dtype, "shape": array.shape})
        data = np.ascontiguousarray(array).astype(DTYPES[dtype]).tobytes()
        parts.append(data + b"\0" * (-len(data) % STEP))
    header = json.dumps(
        {"facts": _finite(facts), "arrays": listed}, allow_nan=False, ensure_ascii=False
    ).encode()
    header += b" " * (-len(header) % STEP)
    return struct.pack("<II", len(header), 0) + header + b"".join(parts)


def unpack(packet: bytes) -> tuple[dict[str, Any], Arrays]:
    """Read a message of `pack`.

    Raises:
        FormatError: the bytes are no such message.

    Example:
        >>> unpack(b"hello")
        Traceback (most recent call last):
        badak.errors.FormatError: a packet begins with 8 bytes and its header; got 5 bytes
    """
    if len(packet) < STEP:
        raise FormatError(f"a packet begins with 8 bytes and its header; got {len(packet)} bytes")
    length, place = struct.unpack_from("<I", packet)[0], STEP
    try:
        header = json.loads(packet[place : place + length])
        facts, listed = header["facts"], header["arrays"]
        arrays: Arrays = {}
        place += length
        for entry in listed:
            dtype, shape = np.dtype(DTYPES[entry["dtype"]]), tuple(entry["shape"])
            if any(side < 0 for side in shape):
                raise ValueError(f"shape {shape}")
            array = np.frombuffer(packet, dtype, math.prod(shape), place).reshape(shape)
            arrays[entry["name"]] = array
            place += -(-array.nbytes // STEP) * STEP
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise FormatError(f"a packet could not be read: {fault}") from None
    return facts, arrays


def _dtype(array: NDArray[Any]) -> str:
    if array.dtype == np.uint8 or array.dtype.kind == "b":
        return "uint8"
    return "int32" if array.dtype.kind in "iu" else "float32"


def _finite(value: Any) -> Any:
    """Return facts as JSON takes them: numbers of Python, None for NaN and infinity."""
    if isinstance(value, Mapping):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_finite(entry) for entry in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
