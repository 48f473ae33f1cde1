"""Networks by name, and from files of every form: normalised, of the right size, with new heads."""

import shutil

import numpy as np
import pytest

import badak
from badak import pretrained
from badak.errors import ArgumentTypeError, BadakError, FormatError
from badak.layers import Flatten, Linear, Normalize
from badak.pretrained.published import IMAGENET_MEAN


@pytest.fixture
def images():
    return np.random.default_rng(2).random((3, 3, 32, 32), dtype=np.float32)


def test_published_weights_normalise_images_themselves(tiny, teacher, images):
    net = pretrained.load("tiny")
    wanted = teacher((images - 0.5) / 0.25)
    np.testing.assert_allclose(net(images), wanted, rtol=1e-3, atol=1e-4)
    known = pretrained.opened("tiny")
    assert (known.crop, known.licence, known.notes) == (0.875, "MIT", ())
    assert tiny.package in known.origin


def test_a_new_head_and_another_size(tiny):
    net = pretrained.load("tiny", 2, image_size=48)
    assert (net.input_shape, net.num_classes) == ((3, 48, 48), 2)
    assert np.abs(net.parameters()["linear1.weight"]).max() < 0.01


def test_a_file_downloaded_by_hand_is_known_by_its_name(tiny, tmp_path):
    path = shutil.copy(tmp_path / "weights.pth", tmp_path / tiny.file)
    assert pretrained.opened(path).licence == "MIT"
    (tmp_path / tiny.file).write_bytes(b"")
    with pytest.raises(FormatError, match="is damaged"):
        pretrained.opened(path)


def test_a_network_that_badak_saved(teacher, tmp_path, images):
    path = tmp_path / "net.safetensors"
    teacher.save(path)
    known = pretrained.opened(path)
    np.testing.assert_array_equal(known.net(images), teacher(images))
    assert (known.crop, known.licence, known.notes) == (1.0, "", ())
    with pytest.raises(BadakError, match=r"takes images of \(3, 32, 32\); got image_size 64"):
        pretrained.load(path, image_size=64)


def test_weights_of_a_model_that_is_named(tiny, teacher, tmp_path, images):
    known = pretrained.opened(tmp_path / "weights.pth", "tiny", 32)
    assert known.net.layers["normalize1"].mean == IMAGENET_MEAN
    assert "ImageNet's mean and deviation are assumed" in known.notes[0]
    with pytest.raises(FormatError, match="may hold weights alone: name their model"):
        pretrained.load(tmp_path / "weights.pth")
    with pytest.raises(FormatError, match="does not fit"):
        pretrained.load(tmp_path / "weights.pth", model="resnet8")
    with pytest.raises(BadakError, match=r"model must be one of.*got 'tinny'"):
        pretrained.load(tmp_path / "weights.pth", model="tinny")


def test_an_onnx_file(teacher, tmp_path, images):
    pytest.importorskip("onnx")
    badak.onnx.export(teacher, tmp_path / "net.onnx")
    known = pretrained.opened(tmp_path / "net.onnx")
    assert isinstance(next(iter(known.net.layers.values())), Normalize)
    assert "no Normalize" in known.notes[0]
    net = badak.Network({"n": Normalize(0.5), "rows": Flatten(), "out": Linear(2)}, (1, 4, 4))
    badak.onnx.export(net, tmp_path / "own.onnx")
    assert pretrained.opened(tmp_path / "own.onnx").notes == ()


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        (3, ArgumentTypeError, "a name or a file; got 3"),
        ("resnet19", BadakError, "did you mean 'resnet18'"),
        ("no/such.pth", FormatError, "no/such.pth cannot be read: there is no such file"),
    ],
)
def test_sources_that_do_not_exist(source, kind, words):
    with pytest.raises(kind, match=words):
        pretrained.load(source)
    with pytest.raises(BadakError, match="image_size must be at least 1; got 0"):
        pretrained.load("resnet18", image_size=0)
