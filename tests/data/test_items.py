"""Dataset.from_items: what PyTorch's users have becomes a data set, in memory or on disk."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from badak.data import Dataset, items
from badak.data.stored import StoredImages
from badak.errors import ArgumentTypeError, BadakError

PIXELS = np.random.default_rng(0).integers(0, 256, (7, 3, 4, 5), np.uint8)


class Items(torch.utils.data.Dataset):
    classes = ("ant", "bee", "fly")

    def __init__(self, convert):
        self.convert, self.taken = convert, []

    def __len__(self):
        return len(PIXELS)

    def __getitem__(self, place):
        self.taken.append(place)
        return self.convert(PIXELS[place]), torch.tensor(place % 3)


FORMS = {
    "uint8": lambda image: image,
    "floats": lambda image: image.astype(np.float32) / np.float32(255),
    "float64": lambda image: image / 255,
    "tensor": lambda image: torch.from_numpy(image) / 255,
    "view": lambda image: np.asfortranarray(image),
    "Pillow": lambda image: Image.fromarray(image.transpose(1, 2, 0)),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("small", [0, 2**30])
def test_images_and_labels_as_they_are(monkeypatch, tmp_path, form, small):
    monkeypatch.setattr(items, "SMALL", small)
    monkeypatch.setattr("badak.data.scratch.cache_folder", lambda _: tmp_path)
    source = Items(FORMS[form])
    data = Dataset.from_items(source, name="insects")
    np.testing.assert_allclose(data.images[:], PIXELS / np.float32(255), atol=1e-7)
    assert isinstance(data.images, StoredImages) == (
        small == 0 or form in ("uint8", "view", "Pillow")
    )
    assert data.labels.tolist() == [0, 1, 2, 0, 1, 2, 0]
    assert (data.class_names, data.name) == (Items.classes, "insects")
    assert sorted(set(source.taken)) == list(range(7))
    assert list(tmp_path.iterdir()) == []


def test_parts_of_pytorchs_data_sets():
    part = torch.utils.data.Subset(Items(FORMS["tensor"]), [4, 1])
    data = Dataset.from_items(part, ["ant", "bee"])
    assert data.labels.tolist() == [1, 1]
    np.testing.assert_allclose(data.images[:], PIXELS[[4, 1]] / np.float32(255), atol=1e-7)
    tensors = torch.utils.data.TensorDataset(torch.zeros(3, 1, 2, 2), torch.tensor([0, 1, 1]))
    assert Dataset.from_items(tensors).labels.tolist() == [0, 1, 1]


@pytest.mark.parametrize(("mode", "channels"), [("L", 1), ("1", 1), ("P", 3), ("RGBA", 3)])
def test_pillow_images_are_grey_or_rgb(mode, channels):
    pairs = [(Image.new(mode, (5, 4), 1), 0)] * 2
    assert Dataset.from_items(pairs).image_shape == (channels, 4, 5)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=9))
def test_any_list_of_pairs(labels):
    data = Dataset.from_items([(np.full((1, 2, 3), k, np.uint8), k) for k in labels], list("abcde"))
    assert data.labels.tolist() == labels
    np.testing.assert_array_equal(data.images.raw(slice(None))[:, 0, 0, 0], labels)


GOOD = (np.zeros((1, 2, 2), np.float32), 0)
BAD = {
    "no items": ([], "items must have at least one"),
    "a generator": ((pair for pair in [GOOD]), "must have a length.*got generator"),
    "an image alone": ([GOOD, GOOD[0]], r"items\[1\]: must be a pair.*got ndarray"),
    "three": ([(*GOOD, 1)], r"items\[0\]: must be a pair \(image, label\); got tuple"),
    "a flat image": ([(np.zeros(4), 0)], r"items\[0\]: its image must have shape \(C, H, W\); got"),
    "an empty image": ([(np.zeros((1, 0, 4)), 0)], r"items\[0\].*got \(1, 0, 4\)"),
    "integers": ([(np.zeros((1, 2, 2), int), 0)], r"items\[0\]: its image must be floats.*int64"),
    "other shape": ([GOOD, (np.zeros((1, 2, 3), np.float32), 0)], r"items\[1\].*\(1, 2, 3\)"),
    "other dtype": ([GOOD, (np.zeros((1, 2, 2), np.uint8), 0)], r"items\[1\].*float32.*got uint8"),
    "a name as label": ([(GOOD[0], "ant")], r"items\[0\]: label must be an integer; got 'ant'"),
    "a label below 0": ([(GOOD[0], -1)], r"items\[0\]: label must be at least 0; got -1"),
    "NaN": ([(np.full((1, 2, 2), np.nan), 0)], "images must be finite; image 0 holds NaN"),
    "a gradient": ([(torch.zeros(1, 2, 2, requires_grad=True), 0)], r"items\[0\].*detach"),
}


@pytest.mark.parametrize("case", BAD)
def test_refuses(case):
    pairs, words = BAD[case]
    with pytest.raises(BadakError, match=words):
        Dataset.from_items(pairs)


def test_type_errors_and_names_that_do_not_fit():
    with pytest.raises(ArgumentTypeError):
        Dataset.from_items(3)
    with pytest.raises(BadakError, match=r"labels must lie in 0\.\.1; label 0 is 2"):
        Dataset.from_items([(GOOD[0], 2)], ["a", "b"])


def test_a_fault_of_an_item_leaves_no_file(monkeypatch, tmp_path):
    monkeypatch.setattr(items, "SMALL", 0)
    monkeypatch.setattr("badak.data.scratch.cache_folder", lambda _: tmp_path)

    def fail(image):
        if image[0, 0, 0] == PIXELS[5, 0, 0, 0]:
            raise ZeroDivisionError("item 5")
        return image

    with pytest.raises(ZeroDivisionError, match="item 5"):
        Dataset.from_items(Items(fail))
    assert list(tmp_path.iterdir()) == []
