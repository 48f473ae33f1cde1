"""Images and labels may be arrays of other libraries, or are refused with advice."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

import badak
from badak import Network, checks
from badak.arrays import as_images, as_labels
from badak.data import Dataset, digit_from_image
from badak.errors import ArgumentTypeError, BadakError
from badak.layers import Flatten, Linear

MEMORY = 2**24

IMAGES = np.random.default_rng(0).random((3, 1, 6, 5)).astype(np.float32)
LABELS = np.array([2, 0, 1])


class OnlyArray:
    """Offers ``__array__`` and nothing else."""

    def __init__(self, array):
        self._array = array

    def __array__(self, dtype=None, copy=None):
        return self._array if dtype is None else self._array.astype(dtype)


class OnlyDLPack:
    """Offers ``__dlpack__`` and nothing else."""

    def __init__(self, array):
        self._array = array

    def __dlpack__(self, **options):
        return self._array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self._array.__dlpack_device__()


class OnGpu(OnlyDLPack):
    """Behaves like CuPy's arrays and PyTorch's CUDA tensors."""

    def __dlpack_device__(self):
        return 2, 0

    def __array__(self, dtype=None, copy=None):
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")


def jax_array(array):
    return pytest.importorskip("jax.numpy").asarray(array)


MAKERS = {
    "torch": torch.from_numpy,
    "jax": jax_array,
    "__array__": OnlyArray,
    "__dlpack__": OnlyDLPack,
    "list of tensors": lambda array: list(torch.from_numpy(array)),
}


@pytest.mark.parametrize("maker", MAKERS)
def test_images_and_labels_of_other_libraries_are_taken_everywhere(maker):
    images, labels = MAKERS[maker](IMAGES), MAKERS[maker](LABELS)
    net = badak.models.SimpleConvNet((1, 6, 5), filters=2, kernel_size=3)
    assert (net(images) == net(IMAGES)).all()
    assert (net.predict_proba(images) == net.predict_proba(IMAGES)).all()
    loss, _ = net.loss_and_gradients(images, labels)
    assert loss == net.loss_and_gradients(IMAGES, LABELS)[0]
    assert (badak.data.Dataset(images, labels).labels == LABELS).all()
    assert badak.Trainer(net).step(images, labels) == loss


@pytest.mark.parametrize("maker", ["torch", "jax", "__array__", "__dlpack__"])
def test_bytes_views_and_float64_are_taken(maker):
    make = MAKERS[maker]
    bytes_ = (IMAGES * 255).astype(np.uint8)
    np.testing.assert_allclose(as_images(make(bytes_)), bytes_ / 255, rtol=1e-6)
    turned = as_images(
        make(IMAGES).transpose(2, 3) if maker == "torch" else make(IMAGES.swapaxes(2, 3))
    )
    assert (turned == IMAGES.swapaxes(2, 3)).all()
    assert as_images(torch.from_numpy(IMAGES).double()).dtype == np.float32
    assert as_labels(make(LABELS.astype(np.uint8))).dtype == np.int64


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (
            torch.ones(1, 1, 2, 2, requires_grad=True),
            r"images must not require gradients.*images.detach\(\)",
        ),
        (torch.nn.Parameter(torch.ones(1, 1, 2, 2)), "images must not require gradients"),
        ([torch.ones(1, 2, 2, requires_grad=True)], r"detach\(\)"),
        (
            OnGpu(IMAGES),
            r"another device's memory \(CUDA\): copy them .* images.cpu\(\) in PyTorch",
        ),
        (torch.ones(1, 1, 2, 2, device="meta"), "cannot be read as an array"),
        (torch.ones(1, 1, 2, 2).to_sparse(), "pass a dense float32 tensor"),
        (torch.ones(1, 1, 2, 2).bfloat16(), r"images \(torch.bfloat16\) cannot be read"),
        (torch.ones(1, 1, 2, 2).half(), "must be float32 or float64, or uint8"),
        (torch.ones(1, 1, 2, 2) > 0, "got bool"),
    ],
)
def test_tensors_that_cannot_be_read_say_what_to_do(images, words):
    with pytest.raises(ArgumentTypeError, match=words):
        as_images(images)


def test_labels_on_a_device_are_refused_by_name():
    with pytest.raises(ArgumentTypeError, match=r"labels .*device"):
        as_labels(OnGpu(LABELS))


def channels_last_net():
    return badak.Network([Flatten(), Linear(4)], (3, 9, 7))


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("images", lambda net, x: net(x)),
        ("images", lambda net, x: net.predict(x)),
        ("images", lambda net, x: net.predict_proba(x)),
        ("images", lambda net, x: net.loss_and_gradients(x, [0, 1])),
        ("images", lambda net, x: badak.Trainer(net, progress=False).step(x, [0, 1])),
    ],
)
def test_channels_last_are_named_where_images_enter(name, call):
    x = np.zeros((2, 9, 7, 3), np.float32)
    words = rf"{name}.*got \(2, 9, 7, 3\), .* {name}.transpose"
    with pytest.raises(BadakError, match=words):
        call(channels_last_net(), x)


def test_channels_last_are_named_by_the_trainer_and_told_of_by_the_data_set():
    x, y = np.zeros((2, 9, 7, 3), np.float32), np.array([0, 1])
    with pytest.warns(UserWarning, match=r"9 channels of 7x3 pixels; .*images.transpose") as told:
        train = Dataset(x, y)
    assert told[0].filename == __file__
    trainer = badak.Trainer(channels_last_net(), batch_size=2, progress=False)
    good = Dataset(x.transpose(0, 3, 1, 2), y)
    with pytest.raises(BadakError, match=r"train.images must be .*got \(2, 9, 7, 3\), channels"):
        trainer.fit(train)
    with pytest.raises(BadakError, match=r"validation\.images must be"):
        trainer.fit(good, train)


@pytest.mark.parametrize("label", [0, 1, 3])
def test_labels_in_a_column_are_refused_and_named(label):
    net, x = channels_last_net(), np.zeros((2, 3, 9, 7), np.float32)
    column = np.full((2, 1), label)
    words = r"labels.*got \(2, 1\).*labels.ravel"
    for call in (
        lambda: Dataset(x, column),
        lambda: net.loss_and_gradients(x, column),
        lambda: badak.Trainer(net, progress=False).step(x, column),
        lambda: net.evaluate(SimpleNamespace(images=x, labels=column)),
    ):
        with pytest.raises(BadakError, match=words):
            call()


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.full((2, 1, 6, 6), 180.0), "images reach 180; .*images / 255"),
        (np.full((2, 3, 6, 6), -99, np.float32), "images reach 99"),
        (np.ones((2, 1, 6, 6), np.uint8), "images are uint8 of 0 and 1"),
    ],
)
def test_a_data_set_tells_of_an_odd_scale(images, words):
    with pytest.warns(UserWarning, match=words) as told:
        Dataset(images, [0, 1])
    assert [one.filename for one in told] == [__file__]


FAR = (2**20, 1, 6, 5)  # 120 MiB as float32, of one number in memory
DOORS = {
    "images": lambda: as_images(np.broadcast_to(np.float32(1), FAR)),
    "doubles": lambda: as_images(np.broadcast_to(np.float64(1), FAR)),
    "bytes": lambda: as_images(np.broadcast_to(np.uint8(1), FAR)),
    "to doubles": lambda: as_images(np.zeros((2**18, 1, 6, 5), np.uint8), dtype=np.float64),
    "labels": lambda: as_labels(np.broadcast_to(np.int32(1), (2**24,))),
    "one-hot labels": lambda: as_labels(np.broadcast_to(np.eye(1, 3), (2**24, 3))),
    "a data set": lambda: Dataset(np.broadcast_to(np.float32(1), FAR), np.zeros(2**20, int)),
    "a network": lambda: Network([Flatten(), Linear(3)], FAR[1:])(
        np.broadcast_to(np.float32(1), FAR)
    ),
    "a picture": lambda: digit_from_image(np.broadcast_to(np.uint8(1), (2**12, 2**11))),
}


@pytest.mark.parametrize("name", DOORS)
def test_a_view_far_larger_than_its_memory_is_refused_before_it_is_copied(name, monkeypatch):
    monkeypatch.setattr(checks, "memory_limit", lambda: MEMORY)
    with pytest.raises(BadakError, match=r"(images|labels|image) would need .* GiB"):
        DOORS[name]()


def test_what_needs_no_copy_needs_no_memory(monkeypatch):
    images = np.zeros((2**18, 1, 6, 5), np.float32)
    monkeypatch.setattr(checks, "memory_limit", lambda: MEMORY)
    assert as_images(images) is images
