"""params.pkl: the book's files are read; anything else that a pickle asks for is refused."""

import os
import pickle
import struct
from collections import OrderedDict

import numpy as np
import pytest

from badak.book import DeepConvNet, SimpleConvNet
from badak.errors import BadakError, FormatError
from badak.pickles import read_pickle

SMALL = {
    "input_dim": (1, 6, 6),
    "conv_param": {"filter_num": 2, "filter_size": 3, "pad": 0, "stride": 1},
    "hidden_size": 3,
}


def of_the_book(params, protocol=3):
    """The bytes of a file written by NumPy 1, like the book's: its module was numpy.core."""
    return pickle.dumps(params, protocol).replace(b"cnumpy._core.", b"cnumpy.core.")


@pytest.mark.parametrize("network", [SimpleConvNet, DeepConvNet])
def test_what_is_saved_is_loaded_and_the_book_can_read_it(network, tmp_path):
    first, second = network(), network()
    first.save_params(tmp_path / "params.pkl")
    plain = pickle.loads((tmp_path / "params.pkl").read_bytes())
    assert list(plain) == list(first.params)
    held = second.params["W1"]
    second.load_params(tmp_path / "params.pkl")
    assert second.params["W1"] is held  # the array that the layer has
    for key, array in first.params.items():
        np.testing.assert_array_equal(second.params[key], array)
    x = np.random.default_rng(0).random((2, 1, 28, 28))
    np.testing.assert_array_equal(second.predict(x), first.predict(x))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_protocol_is_read(protocol, tmp_path):
    first, second = SimpleConvNet(**SMALL), SimpleConvNet(**SMALL)
    content = of_the_book(OrderedDict(first.params), protocol)
    assert (b"numpy.core" in content) == (protocol < 4)
    (tmp_path / "p.pkl").write_bytes(content)
    second.load_params(tmp_path / "p.pkl")
    np.testing.assert_array_equal(second.params["W2"], first.params["W2"])


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<f2", "<i8", "|u1", "?", ">i2"])
def test_arrays_and_plain_values_come_back_as_they_were(dtype, protocol):
    array = np.arange(6).reshape(2, 3).astype(dtype)
    value = {"a": [1, 2.5, None, True, "text", b"bytes"], "b": (array, array.T.copy("F"), array)}
    found = read_pickle(pickle.dumps(value, protocol), "file")
    assert found["a"] == value["a"]
    for ours, theirs in zip(found["b"], value["b"], strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert ours.dtype == theirs.dtype
    empty = np.zeros((0, 3), dtype)
    assert read_pickle(pickle.dumps(empty, protocol), "file").shape == (0, 3)


class Runs:
    """The standard library's unpickler would create a folder from this."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Runs, r"posix\.mkdir|nt\.mkdir"),
        (lambda _: print, r"builtins\.print|__builtin__\.print"),
        (lambda _: np.random.default_rng(0), r"numpy\.random"),
        (lambda _: SimpleConvNet(**SMALL), r"badak\.book\.simple_convnet\.SimpleConvNet"),
    ],
)
def test_anything_else_is_refused_by_name(value, name, protocol, tmp_path):
    network = SimpleConvNet(**SMALL)
    before = {key: array.copy() for key, array in network.params.items()}
    content = {**network.params, "W9": value(tmp_path / "made")}
    (tmp_path / "bad.pkl").write_bytes(pickle.dumps(content, protocol))
    with pytest.raises(FormatError, match=f"bad.pkl names ({name})|asks for NEWOBJ"):
        network.load_params(tmp_path / "bad.pkl")
    assert not (tmp_path / "made").exists()
    for key, array in before.items():
        np.testing.assert_array_equal(network.params[key], array)


def test_every_array_that_does_not_fit_is_listed(tmp_path):
    network = SimpleConvNet(**SMALL)
    before = {key: array.copy() for key, array in network.params.items()}
    odd = {key: array + 1 for key, array in network.params.items()}
    odd["W9"] = odd.pop("b1")
    odd["W2"], odd["b3"] = odd["W2"].T, 3
    (tmp_path / "odd.pkl").write_bytes(pickle.dumps(odd))
    words = r"W9 is unknown; b1 is missing, .*; W2 is \(3, 8\), expected \(8, 3\); b3 is missing"
    with pytest.raises(FormatError, match=words):
        network.load_params(tmp_path / "odd.pkl")
    for key, array in before.items():
        np.testing.assert_array_equal(network.params[key], array)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_refused_by_name(value, tmp_path):
    network = SimpleConvNet(**SMALL)
    before = {key: array.copy() for key, array in network.params.items()}
    odd = {key: array.astype(np.float64) for key, array in network.params.items()}
    odd["W2"].flat[-1] = value
    (tmp_path / "odd.pkl").write_bytes(pickle.dumps(odd))
    with pytest.raises(FormatError, match=r"W2 .*NaN or infinity"):
        network.load_params(tmp_path / "odd.pkl")
    for key, array in before.items():
        np.testing.assert_array_equal(network.params[key], array)


def bomb(place):
    """A pickle of a few hundred bytes with 9^9 elements in an array's description."""
    levels = b"(K\x01K\x01tq\x00"
    for number in range(9):
        get = b"h" + bytes([number])
        levels += b"(" + 9 * get + b"tq" + bytes([number + 1])
    parts = {"shape": b"K\x02\x85", "code": b"U\x02f4", "state": b"(K\x03U\x01<NNNK\x00K\x00K\x00t",
             "raw": b"U\x08" + bytes(8), "version": b"K\x01"}  # fmt: skip
    parts[place] = b"h\x09"
    call = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85U\x01btR("
    dtype = b"cnumpy\ndtype\n(" + parts["code"] + b"K\x00K\x01tR" + parts["state"] + b"b"
    return (
        b"\x80\x02" + levels + b"}U\x02W1" + call + parts["version"] + parts["shape"] + dtype
        + b"\x89" + parts["raw"] + b"tbs."
    )  # fmt: skip


@pytest.mark.parametrize("place", ["shape", "code", "state", "raw", "version"])
def test_a_description_that_would_fill_the_memory_is_not_printed(place, tmp_path):
    (tmp_path / "p.pkl").write_bytes(bomb(place))
    with pytest.raises(FormatError, match=r"p\.pkl is a damaged pickle") as fault:
        SimpleConvNet(**SMALL).load_params(tmp_path / "p.pkl")
    assert len(str(fault.value)) < 1000


def test_what_a_pickle_asks_for_often_is_made_once():
    """A text of 1 MB, encoded 20,000 times with 5 bytes each: 20 GB if each were made."""
    text = b"X" + struct.pack("<I", 2**20) + b"a" * 2**20 + b"q\x00X\x06\x00\x00\x00latin1q\x01"
    asked = 20_000 * b"c_codecs\nencode\nh\x00h\x01\x86R"
    values = read_pickle(b"\x80\x02" + text + b"(" + asked + b"t.", "p.pkl")
    assert len(values) == 20_000
    assert len({id(value) for value in values}) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "pickle"),
        (b"PK\x03\x04", "pickle"),
        (pickle.dumps([1, 2]), "dictionary"),
        (pickle.dumps({"W1": np.array([None])}), "'O8'"),
        (pickle.dumps({"W1": np.zeros(2, "M8[s]")}), "'M8'"),
        (pickle.dumps(np.ones(99))[:-40], "is a damaged pickle"),
        (pickle.dumps(np.ones(3), 2).replace(b"K\x03\x85", b"K\x07\x85"), "cannot have 24 bytes"),
        (pickle.dumps(np.dtype("f8")), "does not describe an array"),
        (b"\x80\x02cnumpy\nndarray\n.", "holds numpy.ndarray itself"),
    ],
)
def test_a_file_that_is_no_params_is_refused(content, words, tmp_path):
    (tmp_path / "p.pkl").write_bytes(content)
    with pytest.raises(FormatError, match=words):
        SimpleConvNet(**SMALL).load_params(tmp_path / "p.pkl")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadakError, match=r"none\.pkl cannot be read"):
        SimpleConvNet(**SMALL).load_params(tmp_path / "none.pkl")
