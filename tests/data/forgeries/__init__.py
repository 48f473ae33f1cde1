"""Forged files, one module per format; `test_bad_files.py` reads them in another process."""

import zlib

import numpy as np

# name: (function that forges it in a folder, function that reads it, words of the message)
CASES = {}


def case(name, read, words):
    """Register a forgery: a function (folder) -> path, its reader, and words of the message."""

    def register(forge):
        CASES[name] = (forge, read, words)
        return forge

    return register


def forged(name, read, words, content, file="file"):
    """Register a forgery that consists of these bytes."""

    @case(name, read, words)
    def _(folder):
        (folder / file).write_bytes(content() if callable(content) else content)
        return folder / file


def flipped(content, place):
    changed = bytearray(content)
    changed[place] ^= 0xFF
    return bytes(changed)


def noise(count):
    return np.random.default_rng(0).integers(0, 256, count, np.uint8).tobytes()


def gzip_bomb(start):
    """A gzip file of 4 MB that begins with `start` and unpacks to 4 GiB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(2**24)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * 256
