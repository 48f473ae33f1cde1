"""Row D17: .npz archives."""

import io
import struct
import zipfile
import zlib

import numpy as np

from badak.data.cifar import read_cifar10
from badak.data.npz import read_npz
from forgeries import flipped, forged
from forgeries.pickles import Runs


def npy(header, payload=b"", version=b"\x01\x00"):
    text = header.encode() + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H", len(text)) + text + payload


def npy_of(shape, descr="'|u1'", payload=b""):
    return npy(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}", payload)


def zipped(**members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            if isinstance(content, np.ndarray):
                content = saved(content)
            file.writestr(f"{name}.npy", content)
    return packed.getvalue()


def saved(array):
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


def patched(content, field, value, size=4):
    """Change a field of the (only) entry in a zip's local header and directory."""
    local = {"method": 8, "packed": 18, "unpacked": 22}[field]
    directory = content.rindex(b"PK\x01\x02") + local + 2
    changed = bytearray(content)
    for place in (local, directory):
        changed[place : place + size] = value.to_bytes(size, "little")
    return bytes(changed)


def read_x(path):
    return read_npz(path, ["x"])


def npz_case(name, words, content):
    forged(name, read_x, words, content, "some.npz")


SMALL = zipped(x=np.arange(1000, dtype=np.uint16))


def zip_bomb():
    """A valid zip of 3 MB that holds 3 GiB of zeros: only its size gives it away."""
    header = npy_of((3 * 2**30,))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block_count = 192
    head = packer.compress(header) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(2**24)) + packer.flush(zlib.Z_FULL_FLUSH)
    data = head + block * block_count + packer.flush()
    sizes = struct.pack("<IIHH", len(data), len(header) + 3 * 2**30, 5, 0)
    common = struct.pack("<HHHHHI", 20, 0, 8, 0, 33, 0) + sizes
    local = b"PK\x03\x04" + common + b"x.npy" + data
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0)
    entry += b"x.npy"
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), len(local), 0)
    return local + entry + end


npz_case(
    "D17 two arrays of one name",
    "holds several arrays of one name",
    zipped(x=np.zeros(3), y=np.ones(3)).replace(b"y.npy", b"x.npy"),
)
npz_case("D17 no rows", "would need .* GiB", zipped(x=npy_of((0, 2**62, 2**62), "'<f8'")))


def flipped_entry():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as file:
        file.writestr("x.npy", saved(np.arange(1000, dtype=np.uint16)))
    return flipped(packed.getvalue(), 500)


def encrypted():
    changed = bytearray(SMALL)
    changed[6] |= 1
    changed[SMALL.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


npz_case("D17 objects", "holds Python objects", zipped(x=np.array([Runs()], object)))
npz_case(
    "D17 shape 2**40", r"declares \(1099511627776,\).*and 0 follow", zipped(x=npy_of((2**40,)))
)
npz_case("D17 negative", r"declares the shape \(-1,\)", zipped(x=npy_of((-1,))))
npz_case("D17 negative pair", "declares the shape", zipped(x=npy_of((-2, -2), payload=b"abcd")))
npz_case("D17 wraps", "and 0 follow", zipped(x=npy_of((2**32, 2**32))))
npz_case("D17 too few", "3 bytes, and 2 follow", zipped(x=npy_of((3,), payload=b"ab")))
npz_case("D17 too many", "3 bytes, and 4 follow", zipped(x=npy_of((3,), payload=b"abcd")))
npz_case("D17 bomb", "more than they can hold", patched(SMALL, "unpacked", 2**32 - 2))
npz_case(
    "D17 says more",
    "and 2000 follow|declares|is damaged|is cut short",
    patched(zipped(x=npy_of((3000,), payload=bytes(2000))), "unpacked", 3000 + 70),
)
npz_case("D17 real bomb", "would need 3.* GiB; this process can have 2.0 GiB", zip_bomb)
npz_case("D17 method", "got method 14", patched(SMALL, "method", 14, 2))
npz_case("D17 sum", "is damaged: Bad CRC-32", flipped_entry)
npz_case("D17 cut", "is damaged", SMALL[: len(SMALL) // 2])
npz_case("D17 header", "is damaged", zipped(x=npy("{'descr': __import__('os').system('x')}")))
npz_case("D17 deep header", "is damaged", zipped(x=npy("(" * 5000)))
npz_case("D17 deep minus", "is damaged", zipped(x=npy("-" * 5000 + "1")))
npz_case("D17 long header", "is damaged", zipped(x=npy("#" * 60000)))
npz_case("D17 version", r"of \.npy version \(9, 9\)", zipped(x=npy("{}", version=b"\x09\x09")))
npz_case("D17 no npy", "is damaged", zipped(x=b"hello"))
npz_case("D17 empty member", "is damaged", zipped(x=b""))
npz_case("D17 a page", r"\.npz.*got an HTML", b"<html></html>")
npz_case("D17 a single array", r"\.npz.*got a NumPy \.npy", saved(np.arange(3)))
npz_case("D17 encrypted", "is damaged: .*encrypted", encrypted)


def cifar_npz(name, words, **changed):
    arrays = {
        "x_train": np.zeros((3, 3, 32, 32), np.uint8),
        "y_train": np.arange(3),
        "x_test": np.zeros((2, 3, 32, 32), np.uint8),
        "y_test": np.arange(2),
    } | changed
    arrays = {key: array for key, array in arrays.items() if array is not None}
    forged(name, read_cifar10, words, lambda: zipped(**arrays), "cifar10.npz")


cifar_npz("D17 lacks", "is incomplete: it lacks y_test", y_test=None)
cifar_npz(
    "D17 images",
    r"train: images.*got uint8 \(3, 32, 32, 3\)",
    x_train=np.zeros((3, 32, 32, 3), np.uint8),
)
cifar_npz("D17 dtype", "test: images.*got float64", x_test=np.zeros((2, 3, 32, 32)))
cifar_npz("D17 none", "test: images.*got", x_test=np.zeros((0, 3, 32, 32), np.uint8))
cifar_npz("D17 labels", r"train: labels.*0\.\.9; label 2 is 10", y_train=np.array([0, 1, 10]))
cifar_npz("D17 negative label", "label 0 is -1", y_train=np.array([-1, 1, 2]))
cifar_npz("D17 count", "train: labels.* 3 ", y_train=np.arange(4))
cifar_npz("D17 kind", "train: labels.* 3 ", y_train=np.zeros(3))
cifar_npz("D17 names", "class_names.*airplane, ", class_names=np.array(["a"] * 10))
