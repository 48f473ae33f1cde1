"""glance: what an image file is, and its pixels made small."""

import numpy as np
import pytest
from PIL import Image

from badak.data.glance import glance, shrunk
from badak.data.image import MAX_PIXELS
from badak.errors import FormatError

NOISE = np.random.default_rng(0).integers(0, 256, (60, 90, 3), np.uint8)


@pytest.mark.parametrize(
    ("name", "mode", "seen"),
    [
        ("a.png", "L", ("PNG", "L")),
        ("a.png", "RGBA", ("PNG", "RGBA")),
        ("a.png", "P", ("PNG", "P")),
        ("a.jpg", "CMYK", ("JPEG", "CMYK")),
        ("a.jpg", "RGB", ("JPEG", "RGB")),
        ("a.bmp", "RGB", ("BMP", "RGB")),
        ("a.tif", "RGB", ("TIFF", "RGB")),
    ],
)
def test_format_mode_and_size_are_those_of_the_file(tmp_path, name, mode, seen):
    Image.fromarray(NOISE).convert(mode).save(tmp_path / name)
    found = glance(tmp_path / name, 45)
    assert (found.format, found.mode, found.width, found.height) == (*seen, 90, 60)
    assert found.pixels.shape == (3, 30, 45)


def test_a_small_image_stays_as_it_is(tmp_path):
    Image.fromarray(NOISE).save(tmp_path / "a.png")
    np.testing.assert_array_equal(glance(tmp_path / "a.png", 90).pixels, NOISE.transpose(2, 0, 1))


def test_a_turned_photo_is_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(NOISE).save(tmp_path / "a.jpg", exif=exif)
    found = glance(tmp_path / "a.jpg", 30)
    assert (found.width, found.height, found.pixels.shape) == (60, 90, (3, 30, 20))


def test_a_large_photo_that_is_decoded_small_keeps_its_size(tmp_path):
    Image.fromarray(NOISE).resize((1800, 1200)).save(tmp_path / "a.jpg")
    found = glance(tmp_path / "a.jpg", 100)
    assert (found.width, found.height, found.pixels.shape) == (1800, 1200, (3, 67, 100))


def test_damage_is_said_as_training_says_it(tmp_path):
    Image.fromarray(NOISE).save(tmp_path / "a.jpg")
    content = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(content[: len(content) // 2])
    (tmp_path / "empty.png").touch()
    with pytest.raises(FormatError, match=r"cut.jpg is a damaged image"):
        glance(tmp_path / "cut.jpg", 50)
    with pytest.raises(FormatError, match=r"empty.png must be an image .*; got an empty file"):
        glance(tmp_path / "empty.png", 50)
    with pytest.raises(FormatError, match=r"none.png.*No such file"):
        glance(tmp_path / "none.png", 50)


def test_an_image_too_large_for_training_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("badak.data.glance.MAX_PIXELS", 5000)
    monkeypatch.setattr("badak.data.image.MAX_PIXELS", 5000)
    Image.fromarray(NOISE).save(tmp_path / "a.jpg")
    with pytest.raises(FormatError, match="more than 5000 pixels"):
        glance(tmp_path / "a.jpg", 50)
    assert MAX_PIXELS > 5000


def test_shrinking_averages_areas():
    image = np.random.default_rng(1).integers(0, 256, (3, 64, 96), np.uint8)
    expected = image.reshape(3, 8, 8, 8, 12).mean(axis=(2, 4))
    np.testing.assert_allclose(shrunk(image, 8), expected, atol=1)
