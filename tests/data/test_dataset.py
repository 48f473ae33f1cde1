"""Dataset: valid input, the form in which it is kept, and indexing (BAD_INPUTS rows L, N)."""

import numpy as np
import pytest
import scipy.sparse
import torch
from hypothesis import given
from hypothesis import strategies as st

from badak.data import Dataset
from badak.errors import ArgumentTypeError, BadakError

N, C, H, W = 6, 2, 3, 5


def images(dtype=np.float32):
    return np.random.default_rng(0).random((N, C, H, W)).astype(dtype)


LABELS = [0, 1, 2, 0, 1, 2]
NAMES = ["ant", "bee", "cat"]


def unaligned(array):
    memory = np.zeros(array.nbytes + 1, np.uint8)
    view = memory[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    assert not view.flags.aligned
    return view


def test_keeps_float32_images_and_int64_labels():
    data = Dataset(images(np.float64), LABELS, NAMES, "pets")
    assert data.images.dtype == np.float32
    assert data.images.flags.c_contiguous
    assert data.labels.dtype == np.int64
    assert data.labels.flags.c_contiguous
    assert (data.class_names, data.name, data.num_classes) == (tuple(NAMES), "pets", 3)
    assert (len(data), data.image_shape) == (N, (C, H, W))
    np.testing.assert_allclose(data.images, images(np.float64), rtol=1e-7)


def test_float32_images_are_not_copied():
    x = images()
    assert np.shares_memory(Dataset(x, LABELS).images, x)


def test_uint8_is_scaled_once():
    data = Dataset(np.full((2, 1, 1, 2), 255, np.uint8), [0, 1])
    np.testing.assert_array_equal(data.images, np.ones((2, 1, 1, 2), np.float32))


def test_one_hot_labels_become_indices():
    np.testing.assert_array_equal(Dataset(images(), np.eye(3)[LABELS], NAMES).labels, LABELS)


def test_class_names_default_to_numbers():
    assert Dataset(images(), LABELS).class_names == ("0", "1", "2")
    assert Dataset(images(), [0] * N).class_names == ("0", "1")
    assert Dataset(images()[:0], []).class_names == ("0", "1")


SAME_VALUES = {
    "N1 transposed": lambda x: np.ascontiguousarray(x.transpose(3, 2, 1, 0)).transpose(3, 2, 1, 0),
    "N1 every second": lambda x: np.repeat(x, 2, axis=0)[::2],
    "N1 negative stride": lambda x: np.ascontiguousarray(x[::-1, :, ::-1])[::-1, :, ::-1],
    "N2 Fortran": np.asfortranarray,
    "N3 read-only": lambda x: np.require(x.copy(), requirements="C"),
    "N4 big-endian": lambda x: x.astype(">f4"),
    "N10 torch tensor": torch.from_numpy,
    "N10 nested lists": lambda x: x.tolist(),
    "N12 unaligned": unaligned,
}


@pytest.mark.parametrize("form", SAME_VALUES)
def test_any_form_of_the_same_numbers_gives_the_same_images(form):
    x = images()
    given_form = SAME_VALUES[form](x)
    if isinstance(given_form, np.ndarray):
        given_form.flags.writeable = False
    data = Dataset(given_form, LABELS)
    np.testing.assert_array_equal(data.images, x)
    assert data.images.flags.c_contiguous
    assert data.images.flags.aligned or form == "N12 unaligned"
    assert data.images.dtype == np.dtype("=f4")


def test_broadcast_view_with_stride_zero():
    one = images()[:1]
    data = Dataset(np.broadcast_to(one, (N, C, H, W)), LABELS)
    np.testing.assert_array_equal(data.images, np.repeat(one, N, axis=0))


def test_memmap_is_read_and_not_written(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, images())
    before = path.read_bytes()
    data = Dataset(np.load(path, mmap_mode="r"), LABELS)
    np.testing.assert_array_equal(data.images, images())
    assert path.read_bytes() == before


def with_nan(value):
    x = images()
    x[3, 1, 2, 4] = value
    return x


BAD = {
    # row: (images, labels, class names, words of the message)
    "L1": (images(), [0, 1, 2, 3, 1, 2], NAMES, r"labels.*0\.\.2; label 3 is 3"),
    "L2": (images(), [0, 1, 2, -1, 1, 2], NAMES, r"labels.*0\.\.2; label 3 is -1"),
    "L2 unnamed": (images(), [0, 1, 2, -1, 1, 2], None, "labels.*negative.* -1"),
    "L3 half": (images(), [0, 1, 1.5, 0, 1, 2], NAMES, "labels.*got float64"),
    "L3 NaN": (images(), [0, 1, np.nan, 0, 1, 2], NAMES, "labels.*got float64"),
    "L4": (images(), np.eye(3)[LABELS] / 2, NAMES, "one-hot rows; row 0"),
    "L4 width": (images(), np.eye(4)[LABELS], NAMES, r"labels.*got \(6, 4\)"),
    "L5": (images(), LABELS[:-1], NAMES, r"labels.*got \(5,\)"),
    "L6": (images(), [0] * N, ["ant"], r"class_names.*got \['ant'\]"),
    "L7": (images(), ["ant"] * N, NAMES, "labels.*got dtype <U3"),
    "L8 twice": (images(), LABELS, ["ant", "bee", "ant"], "'ant' occurs twice"),
    "L8 text": (images(), LABELS, "abc", "class_names.*got 'abc'"),
    "L8 number": (images(), LABELS, ["ant", "bee", 3], r"class_names.*got \['ant', 'bee', 3\]"),
    "N5 float16": (images(np.float16), LABELS, NAMES, "images.*got float16"),
    "N5 longdouble": (images(np.longdouble), LABELS, NAMES, "images.*got float128"),
    "N5 complex": (images(np.complex64), LABELS, NAMES, "images.*got dtype complex64"),
    "N5 object": (images().astype(object), LABELS, NAMES, "images.*got dtype object"),
    "N5 text": (images().astype(str), LABELS, NAMES, "images.*got dtype <U32"),
    "N5 fields": (
        np.zeros(6, [("a", "f4")]),
        LABELS,
        NAMES,
        r"images.*got dtype \[\('a', '<f4'\)\]",
    ),
    "N5 bfloat16": (torch.zeros(N, 1, 2, 2, dtype=torch.bfloat16), LABELS, NAMES, "bfloat16"),
    "N7": (images().astype(np.int64), LABELS, NAMES, "images.*got int64"),
    "N7 bool": (images() > 0.5, LABELS, NAMES, "images.*got bool"),
    "N8 NaN": (with_nan(np.nan), LABELS, NAMES, "image 3 holds NaN or infinity"),
    "N8 infinity": (with_nan(-np.inf), LABELS, NAMES, "image 3 holds NaN or infinity"),
    "N9": (images(np.float64) * 1e300, LABELS, NAMES, "image 0 holds NaN or infinity"),
    "N10 masked": (np.ma.masked_less(images(), 0.5), LABELS, NAMES, "images.* masked"),
    "N10 ragged": ([[1.0], [1.0, 2.0]], LABELS, NAMES, "images.* array"),
    "N10 sparse": (scipy.sparse.eye_array(6), LABELS, NAMES, "images.*got dtype object"),
    "N10 gradient": (
        torch.zeros(N, 1, 2, 2, requires_grad=True),
        LABELS,
        NAMES,
        "images.* gradients",
    ),
    "N10 None": (None, LABELS, NAMES, "images.*got dtype object"),
    "N13": (np.zeros((6, 1, 0, 3)), LABELS, NAMES, r"images.*got \(6, 1, 0, 3\)"),
    "3 axes": (images()[:, 0], LABELS, NAMES, r"images.*got \(6, 3, 5\)"),
}


@pytest.mark.parametrize("row", BAD)
def test_refuses(row):
    x, labels, names, words = BAD[row]
    with pytest.raises(BadakError, match=words):
        Dataset(x, labels, names)


def test_refuses_a_name_that_is_no_text():
    with pytest.raises(ArgumentTypeError, match=r"name.*got 3"):
        Dataset(images(), LABELS, NAMES, 3)


def test_slices_are_views_and_stay_datasets():
    data = Dataset(images(), LABELS, NAMES, "pets")
    part = data[1:4]
    assert isinstance(part, Dataset)
    assert np.shares_memory(part.images, data.images)
    np.testing.assert_array_equal(part.labels, [1, 2, 0])
    assert (part.class_names, part.name) == (data.class_names, "pets")
    assert len(data[:0]) == 0


@given(st.data())
def test_fancy_indexing_takes_images_and_labels_together(draw):
    data = Dataset(images(), LABELS, NAMES)
    places = draw.draw(st.lists(st.integers(-N, N - 1)))
    part = data[places]
    np.testing.assert_array_equal(part.images, images()[np.array(places, int)])
    np.testing.assert_array_equal(part.labels, np.array(LABELS)[np.array(places, int)])


def test_a_mask_selects():
    data = Dataset(images(), LABELS, NAMES)
    np.testing.assert_array_equal(data[data.labels == 1].images, images()[[1, 4]])


def test_one_index_gives_an_image_and_its_label():
    data = Dataset(images(), LABELS, NAMES)
    image, label = data[np.int64(-1)]
    np.testing.assert_array_equal(image, images()[-1])
    assert (label, type(label)) == (2, int)
    assert [label for _, label in data] == LABELS


@pytest.mark.parametrize("index", [[[0]], [0.5], True, "0", [True] * (N - 1), [N], None])
def test_refuses_an_index_that_names_no_images(index):
    with pytest.raises(BadakError, match="Dataset"):
        Dataset(images(), LABELS)[index]


def test_is_frozen():
    data = Dataset(images(), LABELS)
    with pytest.raises(AttributeError):
        data.images = images()


def test_repr_names_the_sizes():
    assert repr(Dataset(images(), LABELS)) == "Dataset(6 images of (2, 3, 5), 3 classes)"


def test_digests_go_with_their_images():
    data = Dataset(np.zeros((4, 1, 2, 2)), [0, 1, 1, 0], digests=[5, 2**64 - 1, 7, 8])
    assert data[1:3].digests.tolist() == [2**64 - 1, 7]
    assert data[[3, 0]].digests.tolist() == [8, 5]
    assert data[data.labels == 1].digests.dtype == np.uint64
    assert Dataset(np.zeros((4, 1, 2, 2)), [0, 1, 1, 0])[1:].digests is None


@pytest.mark.parametrize(
    ("digests", "words"),
    [
        ([1, 2], r"digests.*got shape \(2,\)"),
        (["a", "b", "c"], "digests.*integers"),
        ([1, 2, -3], "digests.*integers"),
        ([1, 2, 2**64], "digests.*integers"),
    ],
)
def test_refuses_digests(digests, words):
    with pytest.raises(BadakError, match=words):
        Dataset(np.zeros((3, 1, 2, 2)), [0, 1, 1], digests=digests)
