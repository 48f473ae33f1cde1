"""files: plain files are read, everything else is refused with a message, nothing blocks."""

import os
import socket
from pathlib import Path

import numpy as np
import pytest

import badak
from badak import files
from badak.book.simple_convnet import SimpleConvNet
from badak.cli.config_file import read_config
from badak.data import digit_from_image, read_image
from badak.data.archive import read_members
from badak.data.cifar import read_cifar10
from badak.data.idx import read_idx
from badak.data.mnist import read_mnist_like
from badak.data.npz import read_npz
from badak.errors import ArgumentTypeError, BadakError, FormatError
from badak.inspect import learning_curve, timeline
from badak.layers import Flatten, Linear
from badak.training import RunDirectory, snapshots


def net():
    return badak.Network([Flatten(), Linear(2)], (1, 1, 3))


READERS = {
    "a": files.read,
    "model.safetensors": badak.load,
    "w.safetensors": lambda path: badak.load_state_dict(net(), path),
    "w.npz": lambda path: badak.load_state_dict(net(), path),
    "w.weights.h5": lambda path: badak.load_state_dict(net(), path),
    "params.pkl": lambda path: SimpleConvNet((1, 28, 28)).load_params(path),
    "snapshots.safetensors": snapshots.read,
    "train-images-idx3-ubyte": read_idx,
    "cifar10.npz": read_npz,
    "photo.png": lambda path: read_image(path, (1, 8, 8)),
    "digit.png": digit_from_image,
    "cifar-10-python.tar.gz": lambda path: read_members(path, [], [], 1),
    "net.onnx": badak.onnx.load,
}


def pipe(path):
    os.mkfifo(path)


def link_to_a_pipe(path):
    os.mkfifo(f"{path}.pipe")
    path.symlink_to(f"{path}.pipe")


def a_socket(path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


OTHERS = {
    "a pipe": pipe,
    "a pipe, through a link": link_to_a_pipe,
    "a socket": a_socket,
    "a folder": Path.mkdir,
    "a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("name", READERS)
def test_what_is_no_plain_file_is_refused_by_its_kind(name, kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's path may have 107 characters
    OTHERS[kind](Path(name))
    words = rf"{name}.* it is {kind.partition(',')[0]}, not a file"
    with pytest.raises(FormatError, match=words):
        READERS[name](name)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("odd", ["a\0b", "n" * 300, "\ud800"])
def test_a_name_that_no_file_has(name, odd, tmp_path):
    with pytest.raises(BadakError, match=r"not a valid file name|File name too long"):
        READERS[name](f"{tmp_path}/{odd}{name}")


DOORS = {
    "cifar": read_cifar10,
    "mnist": read_mnist_like,
    "folder": lambda path: badak.data.load(f"folder:{path}"),
    "data_dir": lambda path: badak.data.load("mnist", path),
    "timeline": timeline,
    "learning_curve": learning_curve,
    "config": lambda path: read_config(RunDirectory(Path(path))),
    "save": lambda path: net().save(path),
    "onnx": lambda path: badak.onnx.export(net(), path),
}


@pytest.mark.parametrize("name", DOORS)
@pytest.mark.parametrize("odd", ["a\0b", "n" * 300, "\ud800", "d/" * 3000])
def test_a_folder_that_cannot_be_and_a_file_to_write(name, odd, tmp_path):
    words = r"not a valid file name|File name too long|must be text in UTF-8"
    with pytest.raises(BadakError, match=words):
        DOORS[name](f"{tmp_path}/{odd}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [0, 3.5, None, b"name"])
@pytest.mark.parametrize("name", sorted(READERS.keys() - {"digit.png"}))
def test_an_open_files_number_is_no_path(name, number):
    with pytest.raises(
        ArgumentTypeError, match=r"must be (a string or a Path|a path or a Pillow image)"
    ):
        READERS[name](number)


def test_a_pipe_in_the_place_of_a_runs_files(tmp_path):
    run = RunDirectory(tmp_path)
    run.checkpoint.parent.mkdir()
    os.mkfifo(run.checkpoint)
    with pytest.raises(FormatError, match=r"latest\.safetensors .*pipe"):
        learning_curve(run)


def test_pipes_among_the_batches_of_cifar(tmp_path):
    os.mkfifo(tmp_path / "data_batch_1.bin")
    (tmp_path / "test_batch.bin").write_bytes(bytes(3073))
    with pytest.raises(FormatError, match=r"data_batch_1\.bin .*pipe"):
        read_cifar10(tmp_path)


def test_a_link_to_a_file_is_followed_and_its_end_is_known(tmp_path):
    (tmp_path / "real").write_bytes(b"abcdef")
    (tmp_path / "link").symlink_to("real")
    assert files.read(tmp_path / "link") == b"abcdef"
    assert files.head(str(tmp_path / "link"), 2) == b"ab"
    assert files.read(tmp_path / "link", largest=6) == b"abcdef"
    with pytest.raises(FormatError, match=r"link .*large.* 6 bytes.* 5"):
        files.read(tmp_path / "link", largest=5)


@pytest.mark.parametrize("name", ["a", "model.safetensors", "params.pkl", "snapshots.safetensors"])
def test_a_sparse_file_larger_than_memory_is_refused_unread(name, tmp_path):
    """It takes no space on disk, but 8 TB of memory if it is read."""
    path = tmp_path / name
    path.touch()
    os.truncate(path, 2**43)
    with pytest.raises(FormatError, match=rf"{name} .*large.*8,796,093,022,208 bytes"):
        READERS[name](path)


def test_a_decoders_fault_stays_its_own(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.ones(3))
    with pytest.raises(OSError, match="of the decoder"), files.opened(tmp_path / "a.npz"):
        raise OSError("of the decoder")
