"""read_idx reads every type and any shape, plain and packed, and the real files bit for bit."""

import gzip
import hashlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from badak.data.idx import TYPES, read_idx


def written(array, code):
    shape = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, code, array.ndim]) + shape + array.astype(TYPES[code]).tobytes()


@st.composite
def cases(draw):
    code = draw(st.sampled_from(list(TYPES)))
    shape = draw(arrays.array_shapes(max_dims=8, max_side=4, min_side=0))
    dtype = np.dtype(TYPES[code]).newbyteorder("=")
    values = arrays.from_dtype(dtype, allow_nan=False)
    return draw(arrays.arrays(dtype, shape, elements=values)), code, draw(st.booleans())


@given(cases())
def test_reads_what_was_written(tmp_path_factory, case):
    array, code, packed = case
    path = tmp_path_factory.mktemp("idx") / "file"
    content = written(array, code)
    path.write_bytes(gzip.compress(content) if packed else content)
    read = read_idx(path)
    assert read.dtype == array.dtype
    assert read.dtype.isnative
    assert read.flags.writeable
    np.testing.assert_array_equal(read, array)


def test_the_name_does_not_matter(tmp_path):
    content = written(np.arange(3), 8)
    (tmp_path / "plain.gz").write_bytes(content)
    (tmp_path / "packed").write_bytes(gzip.compress(content))
    for name in ("plain.gz", "packed"):
        np.testing.assert_array_equal(read_idx(str(tmp_path / name)), [0, 1, 2])


def test_values_larger_than_one_piece(tmp_path):
    array = np.random.default_rng(0).integers(0, 256, (3, 1000, 1001), np.uint8)
    (tmp_path / "file").write_bytes(gzip.compress(written(array, 8), 1))
    np.testing.assert_array_equal(read_idx(tmp_path / "file"), array)


def test_values_packed_as_tightly_as_deflate_can(tmp_path):
    """Blank images are packed 1028:1, near the limit that reveals a forged header."""
    array = np.zeros((2**12, 2**12), np.uint8)
    (tmp_path / "file").write_bytes(gzip.compress(written(array, 8)))
    np.testing.assert_array_equal(read_idx(tmp_path / "file"), array)


def test_the_file_is_closed(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(written(np.arange(3), 8))
    read_idx(path)
    path.rename(tmp_path / "other")  # an open file would warn, and warnings are errors


@pytest.mark.parametrize(
    ("name", "md5"),
    [
        ("train-images-idx3-ubyte.gz", "6bbc9ace898e44ae57da46a324031adb"),
        ("t10k-images-idx3-ubyte.gz", "2646ac647ad5339dbf082846283269ea"),
    ],
)
def test_the_real_mnist_images_are_the_originals(data_dir, name, md5):
    array = read_idx(data_dir / "mnist" / name)
    again = written(array, 8)
    assert hashlib.md5(again, usedforsecurity=False).hexdigest() == md5
