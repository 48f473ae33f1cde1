"""Writes PyTorch's two forms of files step by step, so that any step can be wrong."""

import io
import struct
import zipfile
from dataclasses import dataclass
from typing import Any

from badak.formats.weights.torch_stream import MAGIC


@dataclass(frozen=True)
class Raw:
    """Steps of a pickle as they are."""

    steps: bytes


def name(words):
    """The step that names a global, "module name"."""
    return Raw(b"c" + words.replace(" ", "\n").encode() + b"\n")


def call(function, *arguments):
    return Raw(step(function) + step(arguments) + b"R")


def persistent(value):
    return Raw(step(value) + b"Q")


def built(value, state):
    return Raw(step(value) + step(state) + b"b")


def step(value: Any) -> bytes:
    """The steps that make a value."""
    match value:
        case Raw():
            return value.steps
        case None | True | False:
            return {None: b"N", True: b"\x88", False: b"\x89"}[value]
        case int():
            digits = value.to_bytes(16, "little", signed=True)
            return b"\x8a\x10" + digits
        case float():
            return b"G" + struct.pack(">d", value)
        case str():
            return b"X" + struct.pack("<I", len(value.encode())) + value.encode()
        case tuple():
            return b"(" + b"".join(map(step, value)) + b"t"
        case list():
            return b"](" + b"".join(map(step, value)) + b"e"
        case dict():
            return b"}(" + b"".join(step(part) for item in value.items() for part in item) + b"u"
    raise TypeError(value)


def pickled(value):
    return b"\x80\x02" + step(value) + b"."


FLOATS, REBUILD = "torch FloatStorage", "torch._utils _rebuild_tensor_v2"
HOOKS = call(name("collections OrderedDict"))


def stored(key, count, kind=FLOATS, more=()):
    return persistent(("storage", name(kind), key, "cpu", count, *more))


def tensor(storage, size, stride, offset=0, more=(), rebuild=REBUILD, hooks=HOOKS):
    return call(name(rebuild), storage, offset, size, stride, False, hooks, *more)


def state(weight=None, bias=None, view=(), **more):
    """The state dict of a Linear from 3 to 2, as a pickle describes it."""
    weight = weight or tensor(stored("0", 6, more=view), (2, 3), (3, 1))
    bias = bias or tensor(stored("1", 2, more=view), (2,), (1,))
    return {"fc.weight": weight, "fc.bias": bias, **more}


WEIGHT, BIAS = struct.pack("<6f", 1, 2, 3, 4, 5, 6), struct.pack("<2f", 7, 8)


def members(value=None, **changes):
    """The members of an archive by name, below the folder ``w``."""
    own = {
        "data.pkl": pickled(state() if value is None else value),
        "byteorder": b"little",
        "data/0": WEIGHT,
        "data/1": BIAS,
        "version": b"3\n",
    }
    own |= {key.replace("_", "/"): content for key, content in changes.items()}
    return {f"w/{key}": content for key, content in own.items() if content is not None}


def zipped(parts, method=zipfile.ZIP_STORED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as file:
        for key, content in parts.items() if isinstance(parts, dict) else parts:
            file.writestr(zipfile.ZipInfo(key), content, method)
    return packed.getvalue()


MACHINE = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2}}


def streamed(
    value=None, keys=("0", "1"), storages=((6, WEIGHT), (2, BIAS)), magic=MAGIC, version=1001,
    machine=MACHINE,
):  # fmt: skip
    """The old form: five pickles, and the storages."""
    value = state(view=(None,)) if value is None else value
    pickles = b"".join(map(pickled, (magic, version, machine, value, list(keys))))
    return pickles + b"".join(struct.pack("<Q", count) + content for count, content in storages)
