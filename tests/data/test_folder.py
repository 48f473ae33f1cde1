"""A folder of images: classes by name, parts by name, the split by content alone."""

import os
import shutil
import sys
import types
import unicodedata

import numpy as np
import pytest
from PIL import BmpImagePlugin, Image

from badak.data import image, load, split
from badak.data.content import choose_tested
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


def test_classes_by_name_and_a_fifth_tests(tmp_path):
    train, test = read_folder(fill(tmp_path / "insects", count=100))
    assert train.class_names == test.class_names == ("ants", "bees")
    assert train.name == "insects"
    for part, share in ((train, 0.8), (test, 0.2)):
        assert part.images.shape[1:] == (3, 32, 32)
        assert len(part) == pytest.approx(share * 200, abs=25)
        assert np.bincount(part.labels) == pytest.approx([share * 100] * 2, abs=20)
    assert len(set(train.digests) | set(test.digests)) == 120  # 80 of the images come twice
    assert not set(train.digests) & set(test.digests)


def part_of_each(folder):
    """Digest -> 0 if the image trains, 1 if it tests; and the label of each."""
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


LOW, HIGH = 2**61, 2**63  # digests below 2^64 / 5 test, the others train


@pytest.mark.parametrize(
    ("classes", "tested"),
    [
        ([[LOW, HIGH], [LOW + 1, HIGH + 1]], {LOW, LOW + 1}),
        ([[LOW], [HIGH, HIGH + 1]], {HIGH}),  # an only image trains; of two, the lower one tests
        ([[LOW, LOW + 1, LOW + 2], [HIGH]], {LOW, LOW + 1}),
        ([[HIGH, HIGH], [LOW, HIGH + 1]], {LOW}),  # a copy is no second image
        ([[HIGH, HIGH + 1], [HIGH]], {HIGH + 1}),  # what another class needs to learn stays
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
    assert values(test) == [20, 21, 0, 1]  # this time bees were made first


def test_a_test_part_may_lack_a_class(tmp_path):
    fill(tmp_path / "train", ("ants", "bees", "wasps"), count=2)
    fill(tmp_path / "test", ("ants", "wasps"), count=1, ending="bmp")
    assert read_folder(tmp_path)[1].labels.tolist() == [0, 2]
    shutil.rmtree(tmp_path / "test" / "ants")
    assert read_folder(tmp_path)[1].labels.tolist() == [2]


def test_a_test_part_without_labels_is_passed_over_for_one_with(tmp_path):
    fill(tmp_path / "train", count=3)
    fill(tmp_path / "val", count=2, ending="bmp")
    (tmp_path / "test" / "unknown").mkdir(parents=True)
    Image.new("L", (5, 5)).save(tmp_path / "test" / "1.png")
    Image.new("L", (5, 5)).save(tmp_path / "test" / "unknown" / "2.png")
    with pytest.warns(UserWarning, match=r"passed over .*: 1 folder test; "):
        assert read_folder(tmp_path)[1].labels.tolist() == [0, 0, 1, 1]
    shutil.rmtree(tmp_path / "val")
    with pytest.raises(FormatError, match=r"test .*train \(ants, bees\)"):
        read_folder(tmp_path)


def test_a_test_part_that_shares_images_with_the_training_part(tmp_path):
    fill(tmp_path / "train", count=5)
    fill(tmp_path / "test", count=3)
    Image.new("L", (5, 5), 200).save(tmp_path / "test" / "ants" / "new.png")
    with pytest.warns(UserWarning, match="6 of the 7 test images are training images"):
        train, test = read_folder(tmp_path)
    assert (len(train), len(test)) == (10, 7)


def test_hidden_and_other_files_are_passed_over(tmp_path):
    root = fill(tmp_path)
    (root / "ants" / ".hidden.png").write_bytes(b"no image")
    for place in (root, root / "bees"):
        (place / "__MACOSX" / "bees").mkdir(parents=True)
        (place / ".DS_Store").write_bytes(b"no image")
        (place / "Thumbs.db").write_bytes(b"no image")
    (root / ".git").mkdir()
    train, test = read_folder(root)  # in silence
    (root / "ants" / "notes.txt").write_text("no image")
    (root / "bees" / "more.TXT").write_text("no image")
    (root / "bees" / "README").write_text("no image")
    (root / "bees" / "README.jpg").symlink_to("nowhere")
    (root / "ants" / "album.png").mkdir()
    (root / "loose.webp").write_bytes(b"no image")
    with pytest.warns(UserWarning, match="passed over") as seen:
        parts = read_folder(root)
    assert len(train) + len(test) == 20 == len(parts[0]) + len(parts[1])
    assert len(seen) == 1
    for words in ("2 .txt", "1 without ending", "1 folder album.png", "1 .webp", "1 broken link"):
        assert words in str(seen[0].message)


def test_a_name_composed_here_and_decomposed_there_is_one_class(tmp_path):
    names = ("caf\u00e9", "\ub098\ubb34")
    pieces = [unicodedata.normalize("NFD", name) for name in names]
    fill(tmp_path / "train", pieces, count=2)
    fill(tmp_path / "test", names, count=2, ending="bmp")
    train, test = read_folder(tmp_path)
    assert train.class_names == test.class_names == names
    assert train.labels.tolist() == test.labels.tolist() == [0, 0, 1, 1]
    assert values(train) == values(test) == [0, 1, 20, 21]
    # Both in one part, as on a disk that keeps them apart: one class.
    fill(tmp_path / "test", pieces[:1], count=1, ending="ppm")
    assert read_folder(tmp_path)[1].labels.tolist() == [0, 0, 0, 1, 1]


def test_a_class_whose_name_is_not_utf8(tmp_path):
    fill(tmp_path)
    os.rename(os.fsencode(tmp_path / "bees"), os.fsencode(tmp_path) + b"/b\xe9es")  # noqa: PTH104
    with pytest.raises(FormatError, match=r"name of a sub-folder.*UTF-8.*b\\udce9es"):
        read_folder(tmp_path)
    with pytest.raises(BadakError, match=r"name.*got 'folder:/b\\udce9es'"):
        load("folder:/b\udce9es")


@pytest.mark.parametrize(
    "ending",
    ["png", "PNG", "jpg", "jpeg", "jfif", "bmp", "gif", "webp", "tif", "tiff", "ppm", "pnm"],
)
def test_every_format(tmp_path, ending):
    train, test = read_folder(fill(tmp_path, count=2, ending=ending))
    assert len(train) + len(test) == 4


def test_avif_where_pillow_decodes_it(tmp_path):
    if "AVIF" not in image.readable_formats():
        pytest.skip("this Pillow was built without AVIF")
    train, test = read_folder(fill(tmp_path, count=3, ending="avif"))
    assert len(train) + len(test) == 6


def test_heic_by_pillow_heif(tmp_path, monkeypatch):
    """A stand-in for the package, whose files are BMP under another name."""
    package = types.ModuleType("pillow_heif")
    package.register_heif_opener = lambda: Image.register_open(
        "HEIF", BmpImagePlugin.BmpImageFile, lambda head: head.startswith(b"BM")
    )
    root = fill(tmp_path, count=3, ending="bmp")
    for path in root.rglob("*.bmp"):
        path.rename(path.with_suffix(".HEIC"))
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # an import of it fails
    image.readable_formats.cache_clear()
    with pytest.raises(FormatError, match=r"ants holds no images \(\.png, "):
        read_folder(root)
    monkeypatch.setitem(sys.modules, "pillow_heif", package)
    monkeypatch.setattr(Image, "OPEN", dict(Image.OPEN))
    monkeypatch.setattr(Image, "ID", list(Image.ID))
    image.readable_formats.cache_clear()
    try:
        train, test = read_folder(root)
    finally:
        image.readable_formats.cache_clear()
    assert len(train) + len(test) == 6


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
    fill(tmp_path / "test", mode="L", ending="bmp")
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
    with pytest.raises(FormatError, match=r"ants/03\.png .*damaged"):
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
    with pytest.raises(FormatError, match=r"bees .*no image.* decoded"):
        read_folder(root, skip_corrupt=True)


def test_far_too_many_pixels_are_refused_before_the_first_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr("badak.checks.memory_limit", lambda: 1000)
    with pytest.raises(BadakError, match=f"20 images of {tmp_path} would need"):
        read_folder(fill(tmp_path))


def test_a_folder_that_cannot_be_listed(tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.iterdir", refuse)
    with pytest.raises(FormatError, match="cannot be read: Permission denied"):
        read_folder(tmp_path)


def test_refuses_a_colour_that_is_no_answer(tmp_path):
    with pytest.raises(BadakError, match=r"color.*got 'rgb'"):
        read_folder(tmp_path, color="rgb")


def test_real_photos(data_dir):
    train, test = load(f"folder:{data_dir / 'photos' / 'hymenoptera'}", image_size=(24, 40))
    assert train.class_names == ("ants", "bees")
    assert train.images.shape == (244, 3, 24, 40)
    np.testing.assert_array_equal(np.bincount(train.labels), [123, 121])
    np.testing.assert_array_equal(np.bincount(test.labels), [70, 83])
    assert 0.3 < train.images.mean() < 0.6
    assert train.images.std() > 0.2
