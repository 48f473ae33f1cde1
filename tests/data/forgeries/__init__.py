"""Forged files, a module for each format: what `test_bad_files.py` replays in another process."""

import zlib

import numpy as np

# name: (how to forge it in a folder, how it is read, what the message must say)
CASES = {}


def case(name, read, words):
    """Register a forgery: a function (folder) -> path, how it is read, and what must be said."""

    def register(forge):
        CASES[name] = (forge, read, words)
        return forge

    return register


def forged(name, read, words, content, file="file"):
    """Register a forgery that is just these bytes."""

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
