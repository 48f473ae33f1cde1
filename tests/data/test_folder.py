"""A folder of images: classes and parts by name, the split only by content."""

import os
import sys
import types
import unicodedata

import numpy as np
import pytest
from PIL import BmpImagePlugin, Image

from badak.data import image, load
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


def test_hidden_and_other_files_are_skipped(tmp_path):
    root = fill(tmp_path)
    (root / "ants" / ".hidden.png").write_bytes(b"no image")
    for place in (root, root / "bees"):
        (place / "__MACOSX" / "bees").mkdir(parents=True)
        (place / ".DS_Store").write_bytes(b"no image")
        (place / "Thumbs.db").write_bytes(b"no image")
    (root / ".git").mkdir()
    train, test = read_folder(root)  # without a warning
    (root / "ants" / "notes.txt").write_text("no image")
    (root / "bees" / "more.TXT").write_text("no image")
    (root / "bees" / "README").write_text("no image")
    (root / "bees" / "README.jpg").symlink_to("nowhere")
    (root / "ants" / "album.png").mkdir()
    (root / "loose.webp").write_bytes(b"no image")
    with pytest.warns(UserWarning, match="skipped") as seen:
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
    # Both in one part, on a file system that distinguishes them: one class.
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
    """A fake of the package, whose files are BMP under another name."""
    package = types.ModuleType("pillow_heif")
    package.register_heif_opener = lambda: Image.register_open(
        "HEIF", BmpImagePlugin.BmpImageFile, lambda head: head.startswith(b"BM")
    )
    root = fill(tmp_path, count=3, ending="bmp")
    for path in root.rglob("*.bmp"):
        path.rename(path.with_suffix(".HEIC"))
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # makes its import fail
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
    assert 0.3 < np.mean(train.images) < 0.6
    assert np.std(train.images) > 0.2
