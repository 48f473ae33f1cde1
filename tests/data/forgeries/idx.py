"""Rows D1-D10: IDX files, plain and packed, and folders of MNIST's four."""

import gzip
import os
import struct

import numpy as np

from badak.data.idx import read_idx
from badak.data.mnist import read_mnist_like
from forgeries import case, flipped, forged, gzip_bomb, noise


def idx(shape, payload=None, code=8):
    payload = bytes(int(np.prod(shape))) if payload is None else payload
    return struct.pack(f">HBB{len(shape)}I", 0, code, len(shape), *shape) + payload


GOOD = idx((10, 28, 28), noise(7840))
PACKED = gzip.compress(GOOD, mtime=0)


for cut in (3, 9, 12, 40, len(PACKED) // 2, len(PACKED) - 8, len(PACKED) - 1):
    forged(f"D1 gz cut at {cut}", read_idx, "cut short", PACKED[:cut])
for cut in (1, 3, 4, 10, 15, 16, len(GOOD) - 1):
    forged(f"D1 plain cut at {cut}", read_idx, "cut short|IDX file", GOOD[:cut])
forged("D2 sum", read_idx, "is damaged: CRC check failed", flipped(PACKED, -8))
forged("D2 length", read_idx, "is damaged: Incorrect length", flipped(PACKED, -1))
forged("D2 data", read_idx, "is damaged|cut short", flipped(PACKED, len(PACKED) // 2))
forged("D3 garbage", read_idx, "is damaged: Not a gzipped file", PACKED + b"garbage")
forged("D3 second member", read_idx, "holds more than the 10x28x28 values", PACKED * 2)
forged("D3 plain", read_idx, "holds more than the 10x28x28 values, 7840 bytes", GOOD + b"x")
forged("D4 bomb", read_idx, "holds more than the 10x28x28", lambda: gzip_bomb(idx((10, 28, 28))))
forged(
    "D4 declared far over the data",
    read_idx,
    r"declares 60000x280x280 values, 4704000000 bytes, but a file of \d+ bytes can hold",
    gzip.compress(idx((60000, 280, 280), b"")),
)
forged(
    "D4 declared and there",
    read_idx,
    r"would need 4\.0 GiB; this process can have 2\.0 GiB",
    lambda: gzip_bomb(idx((2**32 - 2**20,), b"")),
)
PACKED_ZEROS = gzip.compress(idx((2**20,)), mtime=0)
forged(
    "D4 declared just over what so many bytes can hold",
    read_idx,
    r"declares \d+ values, \d+ bytes, but a file of \d+ bytes can hold",
    gzip.compress(idx((1100 * len(PACKED_ZEROS),), bytes(2**20)), mtime=0),
)
forged("D7 no images", read_idx, "would need .* GiB", idx((0, 2**32 - 1, 2**32 - 1), b""))
forged("D7 no columns", read_idx, "would need .* GiB", idx((2**31, 2**31, 2**31, 0), b"", 0x0E))
forged("D5 magic", read_idx, "begins with 00 00; got bytes 12 34", b"\x12\x34\x08\x03" + GOOD[4:])
forged("D5 little-endian", read_idx, "little-endian", b"\x03\x08\0\0" + GOOD[4:])
for code in (0x00, 0x07, 0x0A, 0x0F, 0xFF):
    forged(
        f"D5 type {code:02x}",
        read_idx,
        f"type.*got {code:02x}",
        idx((3,), b"abc", code),
    )
forged("D5 no dimensions", read_idx, "1 to 8 dimensions; got 0", idx((), b"a"))
forged("D5 255 dimensions", read_idx, "1 to 8 dimensions; got 255", idx((1,) * 255, b"a"))
forged("D6 larger header", read_idx, "11x28x28 values, 8624 bytes", idx((11, 28, 28), GOOD[16:]))
forged("D6 smaller header", read_idx, "holds more than the 9x28x28", idx((9, 28, 28), GOOD[16:]))
forged(
    "D6 larger header, packed",
    read_idx,
    "declares 11x28x28 values, 8624 bytes, and 7840 follow",
    gzip.compress(idx((11, 28, 28), GOOD[16:])),
)
forged("D7 images", read_idx, "declares 4294967295x28x28", idx((2**32 - 1, 28, 28), b""))
forged("D7 product", read_idx, "can hold", idx((2**32 - 1,) * 8, b"abc", 0x0E))
forged("D7 wraps to 0", read_idx, "can hold", idx((2**31, 2**31, 4), b""))
forged("D10 page", read_idx, "an HTML or XML page", b"<!DOCTYPE html><html>404</html>")
forged("D10 page after blanks", read_idx, "an HTML or XML page", b"\xef\xbb\xbf\n <html></html>")
forged(
    "D10 packed page",
    read_idx,
    "IDX.*an HTML",
    gzip.compress(b"<html></html>"),
    "train-images-idx3-ubyte.gz",
)
forged(
    "D10 LFS",
    read_idx,
    "a Git-LFS pointer: fetch the real file",
    b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9912422\n",
)
forged("D10 empty", read_idx, "got an empty file", b"")
forged("D10 zip", read_idx, r"a zip or \.npz archive", b"PK\x03\x04" + bytes(30))


@case("D10 folder", read_idx, "cannot be read: it is a folder, not a file")
def _(folder):
    (folder / "file").mkdir()
    return folder / "file"


@case("D10 nowhere", read_idx, "cannot be read: No such file")
def _(folder):
    return folder / "file"


@case("D10 pipe", read_idx, "cannot be read: it is a pipe, not a file")
def _(folder):
    os.mkfifo(folder / "file")
    return folder / "file"


def mnist(name, words, **changed):
    """Register a folder with MNIST's four files, some of them changed; None omits a file."""

    @case(name, read_mnist_like, words)
    def _(folder):
        files = {
            "train-images-idx3-ubyte": idx((5, 4, 4)),
            "train-labels-idx1-ubyte": idx((5,), bytes([0, 1, 2, 3, 9])),
            "t10k-images-idx3-ubyte": idx((2, 4, 4)),
            "t10k-labels-idx1-ubyte": idx((2,), bytes([7, 8])),
        }
        for stem, content in files.items():
            content = changed.get(stem.replace("-", "_"), content)
            if content is not None:
                (folder / stem).write_bytes(content)
        return folder


mnist("D8 counts", "4 labels", train_labels_idx1_ubyte=idx((4,)))
mnist(
    "D8 swapped",
    "train-images.* images, uint8.*swapped",
    train_images_idx3_ubyte=idx((5,)),
    train_labels_idx1_ubyte=idx((5, 4, 4)),
)
mnist(
    "D8 labels are images",
    "t10k-labels.* labels.*swapped",
    t10k_labels_idx1_ubyte=idx((2, 4, 4)),
)
mnist("D8 missing", "lacks t10k-labels-idx1-ubyte", t10k_labels_idx1_ubyte=None)
mnist(
    "D8 sizes",
    "1x4x4.* 1x4x5",
    t10k_images_idx3_ubyte=idx((2, 4, 5)),
)
mnist("D8 signed", "images, uint8.*got int8", t10k_images_idx3_ubyte=idx((2, 4, 4), code=9))
mnist(
    "D8 no images",
    "images.*got shape 0x4x4",
    train_images_idx3_ubyte=idx((0, 4, 4)),
    train_labels_idx1_ubyte=idx((0,)),
)
mnist("D8 no pixels", "images.*got shape 5x0x4", train_images_idx3_ubyte=idx((5, 0, 4)))
mnist(
    "D9",
    r"t10k-labels.*0\.\.9; label 1 is 11",
    t10k_labels_idx1_ubyte=idx((2,), bytes([7, 11])),
)
