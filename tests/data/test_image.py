"""An image file in any mode gives the same numbers: upright, opaque, 8 bits."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from badak.data.image import grey, read_image, read_pixels, size_pair
from badak.errors import BadakError

RAMP = np.linspace(0, 255, 12).astype(np.uint8).reshape(3, 4)  # non-square


def saved(tmp_path, image, name="image.png", **options):
    image.save(tmp_path / name, **options)
    return tmp_path / name


def picture(seed=0, shape=(6, 9, 3)):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize("name", ["image.png", "image.bmp", "image.tiff", "image.ppm"])
def test_lossless_files_of_the_asked_size_come_unchanged(tmp_path, name):
    path = saved(tmp_path, Image.fromarray(picture()), name)
    pixels = read_pixels(path, (6, 9))
    np.testing.assert_array_equal(pixels, picture().transpose(2, 0, 1))
    image = read_image(path, (3, 6, 9))
    assert (image.shape, image.dtype) == ((1, 3, 6, 9), np.float32)
    np.testing.assert_array_equal(image[0], pixels / np.float32(255))


@pytest.mark.parametrize("name", ["image.jpg", "image.webp", "image.gif"])
def test_lossy_files_come_nearly_unchanged(tmp_path, name):
    smooth = np.zeros((16, 24, 3), np.uint8)
    smooth[..., 0] = np.arange(24) * 10
    path = saved(tmp_path, Image.fromarray(smooth), name)
    difference = read_pixels(path, (16, 24)).transpose(1, 2, 0) - smooth.astype(int)
    assert np.abs(difference).mean() < 6


def test_the_content_decides_and_not_the_name(tmp_path):
    path = saved(tmp_path, Image.fromarray(picture()), "image.png")
    path = path.rename(tmp_path / "image.jpg")
    np.testing.assert_array_equal(read_pixels(path, (6, 9)), picture().transpose(2, 0, 1))


def grey_modes(tmp_path):
    deep = RAMP.astype(np.uint16) * 257
    yield "L", saved(tmp_path, Image.fromarray(RAMP), "l.png")
    yield "16 bits", saved(tmp_path, Image.fromarray(deep), "deep.png")
    yield "16 bits, TIFF", saved(tmp_path, Image.fromarray(deep), "deep.tiff")
    yield "16 bits, big-endian", saved(tmp_path, Image.fromarray(deep.astype(">u2")), "big.tiff")
    yield "32 bits", saved(tmp_path, Image.fromarray(deep.astype(np.int32)), "32.tiff")
    yield "alpha", saved(tmp_path, Image.fromarray(RAMP).convert("LA"), "la.png")
    yield "RGB", saved(tmp_path, Image.fromarray(RAMP).convert("RGB"), "rgb.png")
    yield "palette", saved(tmp_path, Image.fromarray(RAMP).convert("P"), "p.png")
    yield "palette GIF", saved(tmp_path, Image.fromarray(RAMP), "p.gif")


def test_grey_of_any_depth_gives_the_same_numbers(tmp_path):
    for name, path in grey_modes(tmp_path):
        for plane in read_pixels(path, RAMP.shape):
            np.testing.assert_array_equal(plane, RAMP, err_msg=name)


def test_16_bits_go_to_the_nearest_of_256_steps(tmp_path):
    deep = np.arange(2**16, dtype=np.uint16).reshape(256, 256)
    plane = read_pixels(saved(tmp_path, Image.fromarray(deep)), (256, 256))[0]
    np.testing.assert_array_equal(plane, np.round(deep / 257))


def test_one_bit(tmp_path):
    path = saved(tmp_path, Image.fromarray(RAMP > 100), "bits.png")
    np.testing.assert_array_equal(read_pixels(path, RAMP.shape)[0], (RAMP > 100) * 255)


def test_cmyk_jpeg_is_turned_into_rgb(tmp_path):
    path = saved(tmp_path, Image.new("RGB", (16, 16), (255, 0, 0)).convert("CMYK"), "cmyk.jpg")
    with Image.open(path) as image:
        assert image.mode == "CMYK"
    pixels = read_pixels(path, (4, 4)).astype(int)
    assert np.abs(pixels - np.array([255, 0, 0]).reshape(3, 1, 1)).max() < 12


def transparent_palette(tmp_path):
    image = Image.new("P", (4, 4), 1)
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putpixel((0, 0), 0)
    return saved(tmp_path, image, "palette.png", transparency=0)


def test_what_is_transparent_shows_white(tmp_path):
    rgba = np.zeros((4, 4, 4), np.uint8)
    rgba[2:, :, 3] = 255  # black below; above black too, but clear
    pixels = read_pixels(saved(tmp_path, Image.fromarray(rgba)), (4, 4))
    np.testing.assert_array_equal(pixels[:, :2], 255)
    np.testing.assert_array_equal(pixels[:, 2:], 0)
    pixels = read_pixels(transparent_palette(tmp_path), (4, 4))
    np.testing.assert_array_equal(pixels[:, 0, 0], [255, 255, 255])
    np.testing.assert_array_equal(pixels[:, 3, 3], [0, 255, 0])


def test_an_animation_gives_its_first_frame(tmp_path):
    frames = [Image.new("RGB", (5, 5), colour) for colour in ("red", "lime", "blue")]
    path = saved(tmp_path, frames[0], "moving.gif", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(read_pixels(path, (2, 2))[:, 0, 0], [255, 0, 0])


TURNS = {  # EXIF orientation: how the stored pixels come from the upright picture
    1: lambda x: x,
    2: np.fliplr,
    3: lambda x: np.rot90(x, 2),
    4: np.flipud,
    5: lambda x: np.transpose(x, (1, 0, 2)),
    6: lambda x: np.rot90(x, 1),
    7: lambda x: np.rot90(np.transpose(x, (1, 0, 2)), 2),
    8: lambda x: np.rot90(x, -1),
}


@pytest.mark.parametrize("orientation", TURNS)
def test_exif_orientation_is_put_right(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(TURNS[orientation](picture())))
    path = saved(tmp_path, stored, "turned.png", exif=exif)
    np.testing.assert_array_equal(read_pixels(path, (6, 9)), picture().transpose(2, 0, 1))


def test_the_middle_is_kept_whole(tmp_path):
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, 10:20] = 255
    path = saved(tmp_path, Image.fromarray(wide))
    np.testing.assert_array_equal(read_pixels(path, (10, 10)), 255)
    np.testing.assert_array_equal(read_pixels(path, (5, 5))[:, :, 1:4], 255)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 40), st.integers(1, 40))
def test_any_size_from_any_size(tmp_path_factory, height, width, h, w):
    path = saved(tmp_path_factory.mktemp("size"), Image.new("RGB", (w, h), (9, 99, 199)))
    pixels = read_pixels(path, (height, width))
    assert pixels.shape == (3, height, width)
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels[:, 0, 0], [9, 99, 199])
    assert (pixels == pixels[:, :1, :1]).all()


def test_grey_is_pillows(tmp_path):
    x = picture(shape=(5, 7, 3))
    ours = grey(x.transpose(2, 0, 1)[None])[0, 0]
    theirs = np.asarray(Image.fromarray(x).convert("L"))
    assert np.abs(ours.astype(int) - theirs).max() <= 1


@given(st.integers(0, 255))
def test_grey_of_grey_changes_nothing(value):
    assert grey(np.full((1, 3, 1, 1), value, np.uint8)).item() == value


def test_read_image_grey_and_inverted(tmp_path):
    path = saved(tmp_path, Image.fromarray(RAMP))
    plain, inverted = read_image(path, (1, 3, 4)), read_image(path, (1, 3, 4), invert=True)
    np.testing.assert_array_equal(plain[0, 0], RAMP / np.float32(255))
    np.testing.assert_allclose(inverted, 1 - plain, atol=1e-7)


def test_mnist_images_survive_a_png(tmp_path, data_dir):
    from badak.data import load

    _, test = load("mnist", data_dir)
    image, _ = test[0]
    path = saved(tmp_path, Image.fromarray(np.round(image[0] * 255).astype(np.uint8)))
    np.testing.assert_array_equal(read_image(path, test.image_shape)[0], image)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((2, 8, 8), r"\(1, H, W\) for grey or \(3, H, W\) for RGB; got \(2, 8, 8\)"),
        ((3, 8), r"got \(3, 8\)"),
        ((3, 0, 8), "image_size.*got 0"),
        ((3, 8, 2**20), "image_size.*4096.*got 1048576"),
    ],
)
def test_refuses_a_shape_that_no_image_has(tmp_path, shape, words):
    path = saved(tmp_path, Image.fromarray(RAMP))
    with pytest.raises(BadakError, match=words):
        read_image(path, shape)


@pytest.mark.parametrize("size", [0, -1, 2.5, "32", (1, 2, 3), (), None, (8, 0), True])
def test_refuses_a_size(size):
    with pytest.raises(BadakError, match="image_size"):
        size_pair(size)


def test_sizes():
    assert size_pair(5) == (5, 5)
    assert size_pair((5, 7)) == size_pair([5, 7]) == (5, 7)


@pytest.mark.parametrize("size", [(500, 375), (375, 500), (256, 256)])
def test_crop_keeps_what_resize_and_centre_crop_keep(size):
    """0.875 at 224 is Resize(256), CenterCrop(224), but for its rounding to whole sizes."""
    ramp = np.linspace(0, 255, size[0])[None] * np.linspace(0.5, 1, size[1])[:, None]
    image = Image.fromarray(np.rint(ramp).astype(np.uint8)).convert("RGB")
    scale = 256 / min(size)
    whole = image.resize([round(side * scale) for side in size], Image.Resampling.BICUBIC)
    left, top = ((side - 224) // 2 for side in whole.size)
    expected = np.asarray(whole.crop((left, top, left + 224, top + 224)), int)
    result = read_pixels(image, (224, 224), 0.875).transpose(1, 2, 0)
    assert np.abs(result - expected).max() <= 2
    assert np.abs(read_pixels(image, (224, 224)).transpose(1, 2, 0) - expected).max() > 10
    by_door = read_image(image, (3, 224, 224), crop=0.875)[0]
    np.testing.assert_array_equal(np.rint(by_door * 255).transpose(1, 2, 0), result)


@pytest.mark.parametrize(
    ("crop", "words"),
    [
        (0, r"crop must be at least 0\.01 and at most 1; got 0"),
        (1.01, r"crop.*got 1\.01"),
        (np.nan, "crop.*got nan"),
        ("0.5", "crop must be a number; got '0.5'"),
        (True, "crop.*got True"),
    ],
)
def test_refuses_a_crop(crop, words):
    with pytest.raises(BadakError, match=words):
        read_image(Image.new("RGB", (4, 4)), (3, 2, 2), crop=crop)


def large_jpeg(folder, size=(800, 640), orientation=1, **options):
    """Smooth colours with some edges, of which a small JPEG has enough."""
    w, h = size
    x, y = np.arange(w) / w, np.arange(h)[:, None] / h
    planes = [x + 0 * y, y + 0 * x, ((x * 5).astype(int) + (y * 4).astype(int)) % 2]
    pixels = (np.stack(np.broadcast_arrays(*planes), axis=2) * 255).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(folder, Image.fromarray(pixels), "large.jpg", exif=exif, **options)


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("shape", [(3, 16, 16), (3, 20, 12), (1, 64, 64)])
def test_jpegs_reduced_decoding_is_hardly_visible(tmp_path, monkeypatch, orientation, shape):
    path = large_jpeg(tmp_path, orientation=orientation, quality=95)
    decoded = []
    draft = JpegImageFile.draft
    monkeypatch.setattr(
        JpegImageFile, "draft", lambda self, *how: (draft(self, *how), decoded.append(self.size))
    )
    result = read_image(path, shape)
    (size,) = decoded
    assert 3 * max(shape) <= min(size) < 640  # smaller, and still three times as large
    with Image.open(path) as image:
        image.load()  # now it is too late to reduce
        whole = read_image(image, shape)
    assert len(decoded) == 1
    difference = np.abs(result - whole) * 255
    assert difference.mean() < 1
    assert difference.max() < 16


def test_a_jpeg_that_was_only_opened_gives_the_numbers_of_its_file_and_keeps_its_size(tmp_path):
    path = large_jpeg(tmp_path)
    expected = read_image(path, (3, 16, 16))
    with Image.open(path) as image:
        np.testing.assert_array_equal(read_image(image, (3, 16, 16)), expected)
        np.testing.assert_array_equal(read_image(image, (3, 16, 16)), expected)
        assert image.size == (800, 640)
        image.load()
        assert np.asarray(image).shape == (640, 800, 3)
    memory = io.BytesIO(path.read_bytes())
    np.testing.assert_array_equal(read_image(Image.open(memory), (3, 16, 16)), expected)


@pytest.mark.parametrize(("size", "side"), [((801, 640), 16), ((800, 640), 128)])
def test_a_jpeg_is_decoded_whole_if_a_half_is_too_small_or_has_a_rest(
    tmp_path, monkeypatch, size, side
):
    monkeypatch.setattr(JpegImageFile, "draft", None)
    read_image(large_jpeg(tmp_path, size), (3, side, side))
