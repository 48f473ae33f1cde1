"""load: the names, where and in which order files are searched for, and the messages."""

import dataclasses
import gzip
import shutil
import struct

import numpy as np
import pytest

from badak.data import DATASETS, load
from badak.data.augment import AUGMENTATIONS, Augmentation
from badak.data.catalog import FOLDER
from badak.data.download import Page, Source, cache_folder
from badak.data.here import is_here
from badak.errors import ArgumentTypeError, BadakError, FormatError

# Before tests replace it.
TABLE = {**DATASETS, "folder": FOLDER}


def written(array):
    array = array.astype(np.uint8)
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def write(folder, label):
    """A tiny MNIST whose labels are all `label`, which shows where it was found."""
    folder.mkdir(parents=True)
    for part in ("train", "t10k"):
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(
            gzip.compress(written(np.zeros((2, 4, 4))))
        )
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(written(np.full(2, label)))


@pytest.fixture(autouse=True)
def _offline(tmp_path, monkeypatch, request):
    """Only data that the test makes, an empty cache, and mirrors that do not answer."""
    if "data_dir" in request.fixturenames:  # reads BADAK_DATA, so before it is removed
        request.getfixturevalue("data_dir")
    monkeypatch.delenv("BADAK_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    mirrors = ("http://127.0.0.1:1/first/{file}", "http://127.0.0.1:1/second/{file}")
    for name, entry in DATASETS.items():
        if isinstance(entry.source, Source):
            source = Source(mirrors, entry.source.files)
            monkeypatch.setitem(DATASETS, name, dataclasses.replace(entry, source=source))


def found(tmp_path, **options):
    return int(load("mnist", **options)[0].labels[0])


def test_search_order(tmp_path, monkeypatch):
    given, named = tmp_path / "given", tmp_path / "named"
    write(named, 1)
    monkeypatch.setenv("BADAK_DATA", str(named))
    assert found(tmp_path) == 1
    write(named / "mnist", 2)
    assert found(tmp_path) == 2
    write(given, 3)
    assert found(tmp_path, data_dir=given) == 3
    write(given / "mnist", 4)
    assert found(tmp_path, data_dir=str(given)) == 4
    assert found(tmp_path) == 2


def test_a_data_dir_without_the_files_falls_through(tmp_path, monkeypatch):
    write(tmp_path / "named", 5)
    monkeypatch.setenv("BADAK_DATA", str(tmp_path / "named"))
    (tmp_path / "empty").mkdir()
    assert found(tmp_path, data_dir=tmp_path / "empty") == 5


def test_the_cache_is_used_without_a_network(tmp_path, monkeypatch, data_dir):
    cache = tmp_path / "cache" / "badak" / "fashion-mnist"
    shutil.copytree(data_dir / "fashion-mnist", cache)
    train, _ = load("fashion-mnist")
    assert len(train) == 60000


def test_files_that_are_there_are_judged_by_content_and_not_by_checksum(tmp_path):
    write(tmp_path / "here", 7)  # these do not have the real files' checksums
    assert found(tmp_path, data_dir=tmp_path / "here") == 7


def test_a_folder_with_some_of_the_files_is_an_error_and_no_download(tmp_path):
    write(tmp_path / "here", 7)
    (tmp_path / "here" / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(FormatError, match="lacks t10k-labels-idx1-ubyte"):
        load("mnist", tmp_path / "here")


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10"])
def test_offline_says_what_was_tried_and_what_works(tmp_path, monkeypatch, name):
    (tmp_path / "given").mkdir()
    monkeypatch.setenv("BADAK_DATA", str(tmp_path / "named"))
    with pytest.raises(BadakError) as error:
        load(name, tmp_path / "given")
    message = str(error.value)
    file = next(iter(DATASETS[name].source.files))
    for words in (
        f"{name} is not on this machine",
        f"looked in {tmp_path}/given/{name}, {tmp_path}/given, {tmp_path}/named/{name}, ",
        f"http://127.0.0.1:1/first/{file} (no connection)",
        f"http://127.0.0.1:1/second/{file} (no connection)",
        "the data set 'digits'",
        "data_dir=FOLDER",
        "BADAK_DATA=FOLDER",
    ):
        assert words in message
    assert all(file in message for file in DATASETS[name].source.files)
    assert "\n" not in message


def test_emnist_is_not_downloaded(tmp_path):
    with pytest.raises(BadakError) as error:
        load("emnist-balanced", tmp_path)
    for words in (
        f"looked in {tmp_path}/emnist-balanced, {tmp_path}; badak does not download it",
        "gzip.zip of https://www.nist.gov/",
        "put emnist-balanced-train-images-idx3-ubyte, ",
    ):
        assert words in str(error.value)


def test_a_folder_takes_no_data_dir(tmp_path):
    with pytest.raises(BadakError, match=r"'folder:ants'.*got '.*more'"):
        load("folder:ants", tmp_path / "more")


def test_digits_need_nothing():
    train, test = load("digits")
    assert (len(train), len(test)) == (1437, 360)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("minst", "'digits', 'mnist', .*got 'minst'.*'mnist'"),
        ("imagenet", r"'folder:PATH'; got 'imagenet'$"),
        ("", "got ''"),
        ("folder:", "got 'folder:'"),
        ("folder:/nowhere", "/nowhere .*folder"),
        ("MNIST", "got 'MNIST'"),
        ("emnist", "got 'emnist': did you mean"),
        (3, "name.*got 3"),
        (None, "name.*got None"),
    ],
)
def test_refuses_a_name(name, words):
    with pytest.raises(BadakError, match=words):
        load(name)


def test_a_name_of_the_wrong_type_is_a_type_error():
    with pytest.raises(ArgumentTypeError):
        load(3)


@pytest.mark.parametrize(
    "options", [{"image_size": 28}, {"color": True}, {"color": False}, {"skip_corrupt": True}]
)
def test_options_of_a_folder_are_refused_elsewhere(options):
    (name,) = options
    with pytest.raises(BadakError, match=f"{name}.* 'folder:PATH'.*'digits'"):
        load("digits", **options)


def test_a_data_dir_that_does_not_exist(tmp_path):
    with pytest.raises(BadakError, match=r"data_dir.*got '.*nowhere'"):
        load("mnist", tmp_path / "nowhere")


def test_the_table_lists_every_name():
    forms = ["letters", "digits", "mnist", "balanced", "bymerge", "byclass"]
    assert list(DATASETS) == [
        *("digits", "mnist", "fashion-mnist", "cifar10"),
        *(f"emnist-{form}" for form in forms),
    ]


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10"])
def test_the_real_ones_by_badak_data(name, data_dir, monkeypatch):
    monkeypatch.setenv("BADAK_DATA", str(data_dir))
    train, test = load(name)
    assert train.name == test.name == name
    assert train.num_classes == test.num_classes == 10
    assert len(train) >= 20000


@pytest.mark.parametrize("name", [*DATASETS, "folder"])
def test_every_data_set_has_every_field(name, tmp_path):
    entry = TABLE[name]
    assert callable(entry.read)
    assert not entry.lies_in(tmp_path / "nowhere")
    assert isinstance(AUGMENTATIONS[entry.augment], Augmentation)
    assert entry.handwriting in ("none", "filling", "centred")
    if isinstance(entry.source, Source):
        assert len(set(entry.source.mirrors)) >= 2
        assert all("{file}" in mirror for mirror in entry.source.mirrors)
        assert all(len(md5) == 32 and size > 4000 for md5, size in entry.source.files.values())
    elif isinstance(entry.source, Page):
        assert "https://" in entry.source.advice
        assert len(entry.source.files) == 4
    else:
        assert name in ("digits", "folder")


@pytest.mark.parametrize("name", ["digits", "mnist", "fashion-mnist", "cifar10"])
def test_what_is_known_of_a_data_set_is_so(name, data_dir):
    train, _ = load(name, data_dir)
    entry = DATASETS[name]
    assert (entry.shape, entry.classes) == (train.image_shape, train.num_classes)
    assert entry.images == len(train) or name == "cifar10"  # of which the tests may have a part


def test_a_data_set_is_here_if_nothing_must_be_downloaded(tmp_path, monkeypatch):
    assert is_here("digits")
    assert not is_here("mnist")
    assert not is_here("emnist-letters")
    write(tmp_path / "mnist", 1)
    monkeypatch.setenv("BADAK_DATA", str(tmp_path))
    assert is_here("mnist")
    source = DATASETS["cifar10"].source
    folder = cache_folder("cifar10")
    folder.mkdir(parents=True)
    for file in source.files:
        assert not is_here("cifar10")
        (folder / file).touch()
    assert is_here("cifar10")
