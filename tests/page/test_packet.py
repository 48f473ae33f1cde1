"""Packets: what Python packs, Python and the page's JavaScript read."""

import base64
import math
import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, from_dtype

import node
from badak.errors import FormatError
from badak.page import pack, unpack
from badak.page.packet import STEP

WORDS = st.text(max_size=8)
FACTS = st.dictionaries(
    WORDS,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(width=32) | WORDS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)
SHAPES = array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
ARRAYS = st.dictionaries(
    WORDS,
    st.sampled_from([np.float32, np.uint8, np.int32]).flatmap(
        lambda dtype: arrays(dtype, SHAPES, elements=from_dtype(np.dtype(dtype)))
    ),
    max_size=4,
)

KINDS = {"float32": "Float32Array", "uint8": "Uint8Array", "int32": "Int32Array"}
READ = """
const lines = fs.readFileSync(process.argv[2], "utf8").split("\\n");
console.log(JSON.stringify(lines.map((line) => {
  const { facts, arrays } = unpack(bytesOf(line));
  return { facts, arrays: Object.entries(arrays).map(([name, { shape, data }]) => [
    name, data.constructor.name, shape,
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64")]) };
})));
"""


def finite(value):
    """Facts as they come back: null for what JSON has no number for."""
    if isinstance(value, dict):
        return {key: finite(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


@given(facts=FACTS, named=ARRAYS)
def test_what_is_packed_is_unpacked(facts, named):
    packet = pack(facts, named)
    assert len(packet) % STEP == 0
    read, found = unpack(packet)
    assert read == finite(facts)
    assert list(found) == list(named)
    for name, array in named.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        np.testing.assert_array_equal(found[name], array)


def test_javascript_reads_what_python_packs(tmp_path):
    packets = []

    @settings(max_examples=50)
    @given(facts=FACTS, named=ARRAYS)
    def draw(facts, named):
        packets.append((facts, named, pack(facts, named)))

    draw()
    lines = [base64.b64encode(packet).decode() for _, _, packet in packets]
    (tmp_path / "packets").write_text("\n".join(lines))
    for (facts, named, _), seen in zip(
        packets, node.run("packet.js", READ, tmp_path, tmp_path / "packets"), strict=True
    ):
        assert seen["facts"] == finite(facts)
        found = {name: (kind, shape, values) for name, kind, shape, values in seen["arrays"]}
        assert set(found) == set(named)
        for name, array in named.items():
            kind, shape, values = found[name]
            assert (kind, tuple(shape)) == (KINDS[array.dtype.name], array.shape)
            assert base64.b64decode(values) == array.tobytes()


@pytest.mark.parametrize(
    ("array", "dtype"),
    [
        (np.array([1.5, np.nan, -np.inf]), "float32"),
        (np.array([True, False]), "uint8"),
        (np.array([-1, 2**31 - 1]), "int32"),
        (np.arange(24.0).reshape(4, 6)[::-1, ::2], "float32"),
        (np.arange(6, dtype=">i4"), "int32"),
    ],
)
def test_other_arrays_become_one_of_three_kinds(array, dtype):
    found = unpack(pack({}, {"it": array}))[1]["it"]
    assert found.dtype.name == dtype
    np.testing.assert_array_equal(found, array)


def test_numpys_numbers_are_numbers():
    facts = {"share": np.float32(0.5), "count": np.int64(3), "few": np.array([1.0, np.nan])}
    assert unpack(pack(facts))[0] == {"share": 0.5, "count": 3, "few": [1.0, None]}


@given(bytes=st.binary(max_size=64))
def test_no_bytes_crash(bytes):
    with pytest.raises(FormatError, match="packet"):
        unpack(bytes)


@given(facts=FACTS, named=ARRAYS, data=st.data())
def test_a_damaged_packet_is_refused_or_read(facts, named, data):
    packet = bytearray(pack(facts, named))
    place = data.draw(st.integers(0, len(packet) - 1))
    packet[place] ^= 1 << data.draw(st.integers(0, 7))
    with suppress(FormatError):
        unpack(bytes(packet[: data.draw(st.integers(0, len(packet)))]))


@pytest.mark.parametrize(
    "header",
    [
        b'{"facts": {}, "arrays": [{"name": "a", "dtype": "float32", "shape": [4]}]}',
        b'{"facts": {}, "arrays": [{"name": "a", "dtype": "float32", "shape": [-1]}]}',
        b'{"facts": {}, "arrays": [{"name": "a", "dtype": "float32", "shape": [1e9]}]}',
        b'{"facts": {}, "arrays": [{"name": "a", "dtype": "object", "shape": [0]}]}',
        b'{"facts": {}, "arrays": {"name": 3}}',
        b'{"facts": {}, "arrays": [{"name": [], "dtype": "uint8", "shape": [0]}]}',
        b"[" * 100_000,
        b"3",
    ],
)
def test_a_header_that_lies_is_refused(header):
    with pytest.raises(FormatError, match="packet could not be read"):
        unpack(struct.pack("<II", len(header), 0) + header)
