"""MNIST's four files as data sets: packed or not, with either spelling, and the real files."""

import gzip
import struct

import numpy as np
import pytest

from badak.data import load
from badak.data.emnist import FORMS
from badak.data.mnist import FASHION, read_mnist_like
from badak.errors import FormatError


def written(array):
    array = array.astype(np.uint8)
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def write(folder, name=lambda stem: stem, pack=lambda content: content):
    rng = np.random.default_rng(0)
    arrays = {
        "train-images-idx3-ubyte": rng.integers(0, 256, (6, 4, 5)),
        "train-labels-idx1-ubyte": rng.integers(0, 10, 6),
        "t10k-images-idx3-ubyte": rng.integers(0, 256, (3, 4, 5)),
        "t10k-labels-idx1-ubyte": rng.integers(0, 10, 3),
    }
    for stem, array in arrays.items():
        (folder / name(stem)).write_bytes(pack(written(array)))
    return list(arrays.values())


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("dotted", [False, True])
def test_reads_either_spelling_plain_or_packed(tmp_path, pack, dotted):
    ending = ".gz" if pack is gzip.compress else ""

    def name(stem):
        return (stem.replace("-idx", ".idx") if dotted else stem) + ending

    arrays = write(tmp_path, name, pack)
    train, test = read_mnist_like(tmp_path)
    for part, images, labels in ((train, *arrays[:2]), (test, *arrays[2:])):
        np.testing.assert_array_equal(part.images, images[:, None].astype(np.float32) / 255)
        np.testing.assert_array_equal(part.labels, labels)
        assert part.class_names == tuple("0123456789")
        assert part.name == "mnist"


def test_labels_are_counted_by_the_class_names(tmp_path):
    write(tmp_path)
    with pytest.raises(ValueError, match=r"labels.*0\.\.1"):
        read_mnist_like(tmp_path, ("zero", "one"))


def write_emnist(folder, form, first, last):
    """Four files of EMNIST, whose images are stored column by column; labels first to last."""
    arrays = {}
    for part in ("train", "test"):
        labels = np.arange(first, last + 1).repeat(2)
        upright = np.random.default_rng(len(part)).integers(0, 256, (len(labels), 5, 4))
        arrays[part] = upright, labels
        stored = {"images-idx3": upright.transpose(0, 2, 1), "labels-idx1": labels}
        for what, array in stored.items():
            path = folder / f"emnist-{form}-{part}-{what}-ubyte.gz"
            path.write_bytes(gzip.compress(written(array)))
    return arrays


@pytest.mark.parametrize(
    ("form", "first", "names"),
    [
        ("letters", 1, "abcdefghijklmnopqrstuvwxyz"),
        ("digits", 0, "0123456789"),
        ("mnist", 0, "0123456789"),
        ("balanced", 0, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"),
        ("bymerge", 0, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"),
        ("byclass", 0, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
    ],
)
def test_emnist_is_upright_and_counted_from_zero(tmp_path, form, first, names):
    arrays = write_emnist(tmp_path, form, first, first + len(names) - 1)
    write(tmp_path)  # MNIST's files beside it do not belong to it
    for part, data in zip(("train", "test"), load(f"emnist-{form}", tmp_path), strict=True):
        upright, labels = arrays[part]
        np.testing.assert_array_equal(data.images[:, 0], upright.astype(np.float32) / 255)
        np.testing.assert_array_equal(data.labels, labels - first)
        assert (data.class_names, data.name) == (tuple(names), f"emnist-{form}")
    assert load("mnist", tmp_path)[0].name == "mnist"


@pytest.mark.parametrize(("first", "last", "label"), [(0, 25, 0), (2, 27, 27)])
def test_letters_are_labelled_1_to_26(tmp_path, first, last, label):
    write_emnist(tmp_path, "letters", first, last)
    with pytest.raises(FormatError, match=rf"labels.*1\.\.26; label \d+ is {label}"):
        FORMS["emnist-letters"].read(tmp_path)


def test_real_mnist(data_dir):
    train, test = read_mnist_like(data_dir / "mnist")
    assert (train.images.shape, test.images.shape) == ((60000, 1, 28, 28), (10000, 1, 28, 28))
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    np.testing.assert_array_equal(np.bincount(train.labels), counts)
    counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    np.testing.assert_array_equal(np.bincount(test.labels), counts)
    np.testing.assert_array_equal(train.labels[:10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    assert (train.images.min(), train.images.max()) == (0, 1)
    assert train.images.mean() == pytest.approx(0.1307, abs=1e-4)  # the well-known mean
    assert train.images.std() == pytest.approx(0.3081, abs=1e-4)


def test_real_fashion_mnist(data_dir):
    train, test = read_mnist_like(data_dir / "fashion-mnist", FASHION, "fashion-mnist")
    np.testing.assert_array_equal(np.bincount(train.labels), [6000] * 10)
    np.testing.assert_array_equal(np.bincount(test.labels), [1000] * 10)
    assert train.images.mean() == pytest.approx(0.2860, abs=1e-4)
    assert train.class_names[int(train.labels[0])] == "Ankle boot"
    assert train.name == test.name == "fashion-mnist"
