"""Forged safetensors files (BAD_INPUTS rows S, T6, T11): name -> (bytes, words of the message)."""

import json
import struct
from functools import cache

import numpy as np

LONGEST = 2**63


def framed(header: bytes | dict, data: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file of any header, with any claimed length."""
    if isinstance(header, dict):
        header = json.dumps(header).encode()
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def tensor(shape: list, offsets: list, dtype: str = "F32") -> dict:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


META = {"badak": json.dumps({"metadata": {}, "sha256": "0" * 64})}


def with_tensors(data: bytes = bytes(8), **tensors: dict) -> bytes:
    return framed({"__metadata__": META, **tensors}, data)


@cache
def forged() -> dict[str, tuple[bytes, str]]:
    """Every forged file; each must meet a FormatError that contains the words."""
    sound = tensor([2], [0, 8])
    twice = (
        b'{"__metadata__":{"badak":"{}"},'
        b'"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},'
        b'"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    )
    return {
        "S1 empty": (b"", "0 bytes"),
        "S1 seven bytes": (bytes(7), "7 bytes"),
        "S2 header length 0": (framed(b"", bytes(8)), "claims 0 bytes"),
        "S3 header past the end": (framed(b"{}", length=1000), "claims 1000 bytes"),
        "S4 header length 2**63": (framed(b"{}", length=LONGEST), "claims 9223372036854775808"),
        "S4 header length 2**64-1": (framed(b"{}", length=2 * LONGEST - 1), "claims"),
        "S5 header over the format's limit": (framed(b"{}", length=100_000_001), "claims"),
        "S6 not UTF-8": (framed(b'{"\xff": 1}'), "not UTF-8"),
        "S7 not JSON": (framed(b"{hello}"), "not JSON"),
        "S7 an array": (framed(b"[1, 2]"), "JSON object"),
        "S7 NaN": (framed(b'{"w": NaN}'), "NaN"),
        "S7 nested 100,000 deep": (framed(b"[" * 100_000), "nested too deeply"),
        "S7 an integer of 5,000 digits": (framed(b'{"w": ' + b"9" * 5000 + b"}"), "not JSON"),
        "S8 a name twice": (framed(twice, bytes(8)), "'w' twice"),
        "S9 unknown dtype": (with_tensors(w=tensor([2], [0, 8], "F99")), "dtype 'F99'"),
        "S9 dtype no text": (with_tensors(w=tensor([2], [0, 8], ["F32"])), "dtype"),
        "S9 unknown key": (with_tensors(w=sound | {"code": "x"}), "exactly dtype"),
        "S9 missing key": (with_tensors(w={"dtype": "F32", "shape": [2]}), "exactly dtype"),
        "S9 tensor no object": (with_tensors(w=[1]), "exactly dtype"),
        "S10 negative size": (with_tensors(w=tensor([-2], [0, 8])), "shape"),
        "S10 float size": (with_tensors(w=tensor([2.0], [0, 8])), "shape"),
        "S10 bool size": (with_tensors(w=tensor([True, 2], [0, 8])), "shape"),
        "S10 text size": (with_tensors(w=tensor(["2"], [0, 8])), "shape"),
        "S10 float offset": (with_tensors(w=tensor([2], [0, 8.0])), "data_offsets"),
        "S10 three offsets": (with_tensors(w=tensor([2], [0, 4, 8])), "data_offsets"),
        "S11 product overflows": (with_tensors(w=tensor([2**62, 4], [0, 8])), "claims bytes"),
        "S11 product wraps to 0": (with_tensors(b"", w=tensor([2**32] * 2, [0, 0])), "claims"),
        "S11 nine axes": (with_tensors(w=tensor([1] * 9, [0, 4])), "up to 8"),
        "S12 begin after end": (with_tensors(w=tensor([2], [8, 0])), "claims bytes 8 to 0"),
        "S12 hole": (with_tensors(bytes(16), w=tensor([2], [8, 16])), "expected 0 to 8"),
        "S12 overlap": (
            with_tensors(bytes(12), v=tensor([2], [0, 8]), w=tensor([2], [4, 12])),
            "expected 8 to 16",
        ),
        "S12 alias": (with_tensors(v=sound, w=sound), "expected 8 to 16"),
        "S12 past the end": (with_tensors(w=tensor([4], [0, 16])), "the file has 8"),
        "S13 trailing bytes": (with_tensors(bytes(9), w=sound), "tensors take 8 bytes and 9"),
        "S13 one byte short": (with_tensors(bytes(7), w=sound), "the file has 7"),
        "S14 metadata no text": (
            framed({"__metadata__": {"badak": 1}}),
            "metadata must be a JSON object",
        ),
        "S14 metadata missing": (framed({}), "no badak metadata"),
        "S14 another program's": (framed({"__metadata__": {"format": "pt"}}), "no badak metadata"),
        "S14 metadata not JSON": (
            framed({"__metadata__": {"badak": "{"}}),
            "metadata is not JSON",
        ),
        "S14 metadata a list": (
            framed({"__metadata__": {"badak": "[]"}}),
            "exactly metadata and sha256",
        ),
        "S16 100,000 tensors": (
            with_tensors(b"", **{f"t{i}": tensor([0], [0, 0]) for i in range(100_000)}),
            "checksum",
        ),
        "S16 a header of 17 MiB": (framed(b" " * (17 * 2**20)), "header claims"),
        "T6 checksum of something else": (with_tensors(w=sound), "checksum"),
        "T11 pickle": (b"\x80\x04\x95" + bytes(20), "pickle"),
        "T11 zip, as torch.save writes": (b"PK\x03\x04" + bytes(20), "pickle or zip"),
        "text": (b"<!DOCTYPE html><html></html>", "not a safetensors file"),
        "NumPy": (np.lib.format.magic(1, 0) + bytes(50), "not a safetensors file"),
    }
