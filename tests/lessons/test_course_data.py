"""course_data: the note's part of MNIST if it is here, else digits; and never a download."""

import gzip
import struct

import numpy as np
import pytest

from badak import FormatError, data, lessons
from badak.data import download
from badak.data.catalog import DATASETS

COUNTS = {"train": 5_003, "t10k": 1_002}


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """No data set at hand, and whoever downloads fails."""
    monkeypatch.delenv("BADAK_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(download, "_stream", lambda *_: pytest.fail("it downloads"))


def write(folder):
    """MNIST's four files, packed, with small images; image i begins with i // 256 and i % 256."""
    folder.mkdir(parents=True)
    for part, count in COUNTS.items():
        images = np.zeros((count, 2, 3), np.uint8)
        images[:, 0, 0], images[:, 0, 1] = np.divmod(np.arange(count), 256)
        labels = (np.arange(count) % 10).astype(np.uint8)
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
            with gzip.open(folder / f"{part}-{kind}-ubyte.gz", "wb", 1) as file:
                file.write(head + array.tobytes())


def check_note(train, test):
    assert (train.name, len(train), len(test)) == ("mnist", 5_000, 1_000)
    for part in (train, test):
        pixels = np.rint(part.images[:, 0, 0, :2] * 255).astype(int)
        np.testing.assert_array_equal(pixels @ (256, 1), np.arange(len(part)))
        np.testing.assert_array_equal(part.labels, np.arange(len(part)) % 10)


@pytest.mark.parametrize("place", ["named", "named/mnist"])
def test_the_notes_images_of_the_folder_that_the_environment_names(
    place, tmp_path, monkeypatch, capsys
):
    write(tmp_path / place)
    monkeypatch.setenv("BADAK_DATA", str(tmp_path / "named"))
    check_note(*lessons.course_data())
    assert capsys.readouterr().out == ""


def test_the_notes_images_of_the_cache_without_a_look_at_its_checksums(capsys):
    write(download.cache_folder("mnist"))  # not the files of the catalog: load would fetch those
    check_note(*lessons.course_data())
    assert capsys.readouterr().out == ""


def test_digits_and_one_line_if_mnist_is_not_here_or_not_whole(capsys):
    folder = download.cache_folder("mnist")
    folder.mkdir(parents=True)
    for file in list(DATASETS["mnist"].source.files)[:3]:
        (folder / file).touch()
    for train, test in (lessons.course_data(), data.load("digits")):
        assert (train.name, len(train), len(test)) == ("digits", 1_437, 360)
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "digits" in out
    assert "BADAK_DATA=FOLDER" in out


def test_damaged_files_are_an_error_not_a_download():
    folder = download.cache_folder("mnist")
    folder.mkdir(parents=True)
    for file in DATASETS["mnist"].source.files:
        (folder / file).touch()
    with pytest.raises(FormatError, match="train-images"):
        lessons.course_data()
