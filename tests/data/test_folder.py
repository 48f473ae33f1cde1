"""A folder of images: classes by name, parts by name, the split by names alone."""

import os
import shutil

import numpy as np
import pytest
from PIL import Image

from badak.data import load, split
from badak.data.folder import read_folder
from badak.errors import BadakError, FormatError


def fill(root, classes=("ants", "bees"), count=10, mode="RGB", ending="png"):
    """Plain images; the value of image k of class c is 20 c + k."""
    for label, name in enumerate(classes):
        (root / name).mkdir(parents=True)
        for number in range(count):
            value = 20 * label + number
            colour = value if mode == "L" else (value, value, 255 - value)
            Image.new(mode, (9, 7), colour).save(root / name / f"{number:02}.{ending}")
    return root


def values(dataset):
    return np.round(dataset.images[:, 0, 0, 0] * 255).astype(int).tolist()


def test_classes_by_name_and_a_stratified_split(tmp_path):
    train, test = read_folder(fill(tmp_path / "insects"))
    assert train.class_names == test.class_names == ("ants", "bees")
    assert train.name == "insects"
    assert (len(train), len(test)) == (16, 4)
    for part, count in ((train, 8), (test, 2)):
        assert part.images.shape[1:] == (3, 32, 32)
        np.testing.assert_array_equal(np.bincount(part.labels), [count, count])
        assert [value // 20 for value in values(part)] == part.labels.tolist()
    assert sorted(values(train) + values(test)) == [*range(10), *range(20, 30)]


def test_the_split_depends_on_names_only(tmp_path):
    here = fill(tmp_path / "one" / "insects")
    there = tmp_path / "elsewhere" / "other"
    there.mkdir(parents=True)
    for name in ("bees", "ants"):  # made in another order, at another time
        (there / name).mkdir()
        for path in sorted((here / name).iterdir(), reverse=True):
            shutil.copyfile(path, there / name / path.name)
            os.utime(there / name / path.name, (0, 0))
    for one, other in zip(read_folder(here), read_folder(there), strict=True):
        np.testing.assert_array_equal(one.images, other.images)
        np.testing.assert_array_equal(one.labels, other.labels)


def test_three_parts_with_split(tmp_path):
    train, test = read_folder(fill(tmp_path))
    train, validation = split(train, (0.75, 0.25), seed=1)
    parts = [values(part) for part in (train, validation, test)]
    assert [len(part) for part in parts] == [12, 4, 4]
    assert sorted(parts[0] + parts[1] + parts[2]) == [*range(10), *range(20, 30)]


@pytest.mark.parametrize("name", ["test", "val", "valid", "validation"])
def test_parts_that_are_there_are_used(tmp_path, name):
    fill(tmp_path / "train", count=3)
    fill(tmp_path / name, classes=("bees", "ants"), count=2)
    train, test = read_folder(tmp_path)
    assert train.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert test.labels.tolist() == [0, 0, 1, 1]
    assert values(test) == [20, 21, 0, 1]  # this time bees were made first


def test_a_test_part_may_lack_a_class(tmp_path):
    fill(tmp_path / "train", ("ants", "bees", "wasps"), count=2)
    fill(tmp_path / "test", ("ants", "wasps"), count=1)
    assert read_folder(tmp_path)[1].labels.tolist() == [0, 2]


def test_hidden_and_other_files_are_passed_over(tmp_path):
    root = fill(tmp_path)
    (root / "ants" / "notes.txt").write_text("no image")
    (root / "ants" / ".hidden.png").write_bytes(b"no image")
    (root / "ants" / "README").write_text("no image")
    (root / "ants" / "album.png").mkdir()
    (root / ".git").mkdir()
    (root / "loose.png").write_bytes(b"no image")
    train, test = read_folder(root)
    assert len(train) + len(test) == 20


@pytest.mark.parametrize("ending", ["png", "PNG", "jpg", "jpeg", "bmp", "gif"])
def test_every_format(tmp_path, ending):
    train, test = read_folder(fill(tmp_path, count=2, ending=ending))
    assert len(train) + len(test) == 4


@pytest.mark.parametrize(
    ("mode", "color", "channels"),
    [
        ("L", None, 1), ("RGB", None, 3),
        ("L", True, 3), ("RGB", True, 3),
        ("L", False, 1), ("RGB", False, 1),
    ],
)  # fmt: skip
def test_grey_or_colour(tmp_path, mode, color, channels):
    train, test = read_folder(fill(tmp_path, mode=mode), color=color)
    assert train.image_shape == test.image_shape == (channels, 32, 32)


def test_one_coloured_image_anywhere_makes_all_rgb(tmp_path):
    fill(tmp_path / "train", mode="L")
    fill(tmp_path / "test", mode="L")
    Image.new("RGB", (5, 5), (1, 2, 3)).save(tmp_path / "test" / "bees" / "colour.png")
    train, test = read_folder(tmp_path)
    assert train.image_shape == test.image_shape == (3, 32, 32)
    np.testing.assert_array_equal(train.images[:, 0], train.images[:, 2])


@pytest.mark.parametrize(("size", "shape"), [(5, (3, 5, 5)), ((4, 6), (3, 4, 6))])
def test_image_size(tmp_path, size, shape):
    assert read_folder(fill(tmp_path), size)[0].image_shape == shape
    assert load(f"folder:{tmp_path}", image_size=size)[0].image_shape == shape


def test_corrupt_images_are_left_out_on_request_with_one_warning(tmp_path):
    root = fill(tmp_path)
    for name in ("ants/03.png", "bees/07.png"):
        (root / name).write_bytes((root / name).read_bytes()[:50])
    with pytest.raises(FormatError, match=r"ants/03\.png is a damaged image"):
        read_folder(root)
    with pytest.warns(
        UserWarning, match=r"2 images could not .* the first: .*ants/03\.png"
    ) as seen:
        train, test = load(f"folder:{root}", skip_corrupt=True)
    assert len(seen) == 1
    assert sorted(values(train) + values(test)) == [
        *range(3), *range(4, 10), *range(20, 27), 28, 29
    ]  # fmt: skip


def test_a_class_of_corrupt_images_only_is_an_error_even_so(tmp_path):
    root = fill(tmp_path)
    for path in (root / "bees").iterdir():
        path.write_bytes(b"no image")
    with pytest.raises(FormatError, match="bees holds no image that can be decoded"):
        read_folder(root, skip_corrupt=True)


def test_far_too_many_pixels_are_refused_before_the_first_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr("badak.checks._memory_limit", lambda: 1000)
    with pytest.raises(BadakError, match=f"20 images of {tmp_path} would need"):
        read_folder(fill(tmp_path))


def test_a_folder_that_cannot_be_listed(tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.iterdir", refuse)
    with pytest.raises(FormatError, match="cannot be read: Permission denied"):
        read_folder(tmp_path)


def test_refuses_a_colour_that_is_no_answer(tmp_path):
    with pytest.raises(BadakError, match="color must be True, False or None; got 'rgb'"):
        read_folder(tmp_path, color="rgb")


def test_real_photos(data_dir):
    train, test = load(f"folder:{data_dir / 'photos' / 'hymenoptera'}", image_size=(24, 40))
    assert train.class_names == ("ants", "bees")
    assert train.images.shape == (244, 3, 24, 40)
    np.testing.assert_array_equal(np.bincount(train.labels), [123, 121])
    np.testing.assert_array_equal(np.bincount(test.labels), [70, 83])
    assert 0.3 < train.images.mean() < 0.6
    assert train.images.std() > 0.2
