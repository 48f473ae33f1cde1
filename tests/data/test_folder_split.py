"""Which images of a folder are for training and which for testing."""

import shutil

import numpy as np
import pytest
from PIL import Image

from badak.data import split
from badak.data.content import choose_tested
from badak.data.folder import read_folder
from badak.errors import FormatError
from data.test_folder import fill, values


def test_classes_by_name_and_a_fifth_tests(tmp_path):
    train, test = read_folder(fill(tmp_path / "insects", count=100))
    assert train.class_names == test.class_names == ("ants", "bees")
    assert train.name == "insects"
    for part, share in ((train, 0.8), (test, 0.2)):
        assert part.images.shape[1:] == (3, 32, 32)
        assert len(part) == pytest.approx(share * 200, abs=25)
        assert np.bincount(part.labels) == pytest.approx([share * 100] * 2, abs=20)
    assert len(set(train.digests) | set(test.digests)) == 120  # 80 of the images occur twice
    assert not set(train.digests) & set(test.digests)


def part_of_each(folder):
    """Digest -> 0 for a training image, 1 for a test image; and the label of each."""
    return {
        int(number): (place, part.class_names[label])
        for place, part in enumerate(read_folder(folder, 8))
        for number, label in zip(part.digests, part.labels, strict=True)
    }


def test_the_split_depends_on_the_content_of_each_image_only(tmp_path):
    here = fill(tmp_path / "one" / "insects", count=20)
    before = part_of_each(here)
    there = tmp_path / "elsewhere" / "other"
    there.mkdir(parents=True)
    for name, new in (("bees", "ants"), ("ants", "wasps")):  # in another order, under other names
        (there / new).mkdir()
        for path in sorted((here / name).iterdir(), reverse=True):
            shutil.copyfile(path, there / new / f"{name}-{99 - int(path.stem)}.png")
    after = part_of_each(there)
    assert {key: part for key, (part, _) in after.items()} == {
        key: part for key, (part, _) in before.items()
    }
    assert {label for _, label in after.values()} == {"ants", "wasps"}


def test_images_that_come_or_go_move_no_other(tmp_path):
    root = fill(tmp_path, ("ants", "bees", "wasps"), count=20)
    before = part_of_each(root)
    for number in range(30):
        Image.new("RGB", (5, 4), (9, 9, number)).save(root / "bees" / f"new{number}.png")
    for name in ("03", "11", "18"):
        (root / "ants" / f"{name}.png").unlink()
    after = part_of_each(root)
    assert len(after) == len(before) + 30 - 3
    assert {key: before[key] for key in before if key in after} == {
        key: after[key] for key in before if key in after
    }


def test_copies_of_an_image_stay_together(tmp_path):
    root = fill(tmp_path, count=15)
    for path in list(root.rglob("*.png")):
        for copy in range(3):
            shutil.copyfile(path, path.with_name(f"{copy}-{path.name}"))
    train, test = read_folder(root)
    assert len(train) + len(test) == 4 * 30
    assert not set(values(train)) & set(values(test))


LOW, HIGH = 2**61, 2**63  # digests below 2^64 / 5 are for testing


@pytest.mark.parametrize(
    ("classes", "tested"),
    [
        ([[LOW, HIGH], [LOW + 1, HIGH + 1]], {LOW, LOW + 1}),
        # A single image is for training; of two, the lower one is for testing.
        ([[LOW], [HIGH, HIGH + 1]], {HIGH}),
        ([[LOW, LOW + 1, LOW + 2], [HIGH]], {LOW, LOW + 1}),
        ([[HIGH, HIGH], [LOW, HIGH + 1]], {LOW}),  # a copy does not count as a second image
        # An image that another class needs for training stays.
        ([[HIGH, HIGH + 1], [HIGH]], {HIGH + 1}),
        ([[HIGH, HIGH + 1], [HIGH], [HIGH + 1]], set()),
        ([[LOW], [LOW, LOW + 5]], {LOW + 5}),
        ([[], [LOW, HIGH]], {LOW}),
    ],
)
def test_small_classes_train_first_and_test_if_they_can(classes, tested):
    assert choose_tested(classes) == tested
    assert choose_tested(classes[::-1]) == tested


def test_a_folder_of_one_image_per_class_cannot_test(tmp_path):
    fill(tmp_path, count=1)
    with pytest.raises(FormatError, match=r"two different images .* got 2 images of 2"):
        read_folder(tmp_path)


def test_three_parts_with_split(tmp_path):
    whole, test = read_folder(fill(tmp_path))
    train, validation = split(whole, (0.75, 0.25), seed=1)
    parts = [values(part) for part in (train, validation, test)]
    assert len(train) == pytest.approx(0.75 * len(whole), abs=1)
    assert sorted(parts[0] + parts[1] + parts[2]) == [*range(10), *range(20, 30)]
    assert set(train.digests) | set(validation.digests) == set(whole.digests)


@pytest.mark.parametrize("name", ["test", "val", "valid", "validation"])
def test_parts_that_are_there_are_used(tmp_path, name):
    fill(tmp_path / "train", count=3)
    fill(tmp_path / name, classes=("bees", "ants"), count=2, ending="bmp")
    train, test = read_folder(tmp_path)
    assert train.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert test.labels.tolist() == [0, 0, 1, 1]
    assert values(test) == [20, 21, 0, 1]  # this time bees are first


def test_a_test_part_may_lack_a_class(tmp_path):
    fill(tmp_path / "train", ("ants", "bees", "wasps"), count=2)
    fill(tmp_path / "test", ("ants", "wasps"), count=1, ending="bmp")
    assert read_folder(tmp_path)[1].labels.tolist() == [0, 2]
    shutil.rmtree(tmp_path / "test" / "ants")
    assert read_folder(tmp_path)[1].labels.tolist() == [2]


def test_a_test_part_without_labels_is_skipped_for_one_with(tmp_path):
    fill(tmp_path / "train", count=3)
    fill(tmp_path / "val", count=2, ending="bmp")
    (tmp_path / "test" / "unknown").mkdir(parents=True)
    Image.new("L", (5, 5)).save(tmp_path / "test" / "1.png")
    Image.new("L", (5, 5)).save(tmp_path / "test" / "unknown" / "2.png")
    with pytest.warns(UserWarning, match=r"skipped .*: 1 folder test; "):
        assert read_folder(tmp_path)[1].labels.tolist() == [0, 0, 1, 1]
    shutil.rmtree(tmp_path / "val")
    with pytest.raises(FormatError, match=r"test .*train \(ants, bees\)"):
        read_folder(tmp_path)


def test_a_test_part_that_shares_images_with_the_training_part(tmp_path):
    fill(tmp_path / "train", count=5)
    fill(tmp_path / "test", count=3)
    Image.new("L", (5, 5), 200).save(tmp_path / "test" / "ants" / "new.png")
    with pytest.warns(UserWarning, match="6 of the 7 test images"):
        train, test = read_folder(tmp_path)
    assert (len(train), len(test)) == (10, 7)
