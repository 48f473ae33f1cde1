"""A picture gives equal numbers by path and as a Pillow image, in every mode and depth."""

import numpy as np
import pytest
from forgeries.images import png
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from badak import BadakError, FormatError
from badak.data import Dataset, digit_from_image, load, read_image

ORIENTATION = 0x0112
# The transposition to store, so that the EXIF orientation restores the picture.
STORED = {1: lambda x: x, 2: np.fliplr, 3: lambda x: np.rot90(x, 2), 6: np.rot90}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("modes")


def by_every_way(path, shape):
    """By path, as an image just opened, as a decoded image, and as a copy without a file."""
    with Image.open(path) as lazy:
        ways = [read_image(path, shape), read_image(str(path), shape), read_image(lazy, shape)]
        ways += [read_image(lazy, shape), read_image(lazy.copy(), shape)]
    for other in ways[1:]:
        np.testing.assert_array_equal(other, ways[0])
    return ways[0][0]


def drawn(draw, top, planes=()):
    height, width = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    shape = (height, width, *planes)
    values = st.lists(
        st.sampled_from([0, 1, top // 3, top]) | st.integers(0, top),
        min_size=int(np.prod(shape)),
        max_size=int(np.prod(shape)),
    )
    return np.array(draw(values)).reshape(shape)


def packed(samples, depth):
    """Rows of a PNG file: a filter byte, then samples of `depth` bits from the top down."""
    rows = []
    for row in samples.reshape(len(samples), -1):
        bits = "".join(f"{value:0{depth}b}" for value in row)
        bits += "0" * (-len(bits) % 8)
        rows.append(bytes([0, *(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))]))
    return b"".join(rows)


@given(st.data(), st.sampled_from([1, 2, 4, 8, 16]))
def test_grey_pngs_with_a_transparent_grey(place, data, depth):
    top = 2**depth - 1
    samples = drawn(data.draw, top)
    key = data.draw(st.none() | st.sampled_from(samples.ravel().tolist()))
    more = b"" if key is None else key.to_bytes(2, "big")
    height, width = samples.shape
    path = place / "grey.png"
    path.write_bytes(png(width, height, packed(samples, depth), depth, 0, more))
    white = 255 if depth == 16 and samples.max() <= 255 else top
    expected = np.floor(samples * 255 / white + 0.5)
    expected[samples == key] = 255
    np.testing.assert_array_equal(
        by_every_way(path, (1, height, width))[0] * np.float32(255), expected.astype(np.float32)
    )


@given(st.data(), st.sampled_from([8, 16]))
def test_colour_pngs_with_a_transparent_colour(place, data, depth):
    samples = drawn(data.draw, 255, (3,)) * (257 if depth == 16 else 1)
    height, width, _ = samples.shape
    key = samples[data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))]
    path = place / "colour.png"
    more = b"".join(int(value).to_bytes(2, "big") for value in key)
    path.write_bytes(png(width, height, packed(samples, depth), depth, 2, more))
    expected = samples // (257 if depth == 16 else 1)
    expected[(samples == key).all(axis=2)] = 255
    image = by_every_way(path, (3, height, width)).transpose(1, 2, 0)
    np.testing.assert_array_equal(np.rint(image * 255), expected)


@given(st.data(), st.sampled_from(["<i4", "<u2", ">u2"]))
def test_integers_of_any_depth(place, data, dtype):
    samples = drawn(data.draw, data.draw(st.sampled_from([1, 200, 255, 300, 65535])))
    path = place / "whole.tiff"
    Image.fromarray(samples.astype(dtype)).save(path)
    steps = samples if samples.max() <= 255 else np.floor(samples / 257 + 0.5)
    image = by_every_way(path, (1, *samples.shape))[0]
    np.testing.assert_array_equal(np.rint(image * 255), steps)


@given(st.data())
def test_floats_between_0_and_1(place, data):
    samples = drawn(data.draw, 1000).astype(np.float32) / np.float32(1000)
    path = place / "floats.tiff"
    Image.fromarray(samples).save(path)
    image = by_every_way(path, (1, *samples.shape))[0]
    np.testing.assert_allclose(image, samples, atol=0.5 / 255 + 1e-6)


@pytest.mark.parametrize(
    ("value", "dtype", "words"),
    [
        (1.5, "f4", r"floats in \[0, 1\]; got float32 from 0 to 1.5"),
        (-0.5, "f4", "got float32 from -0.5 to 0"),
        (np.nan, "f4", "got float32 from nan to nan"),
        (-1, "i4", "got int32 from -1 to 0"),
        (65536, "i4", "got int32 from 0 to 65536"),
    ],
)
def test_numbers_of_unknown_range_are_refused_and_never_black(tmp_path, value, dtype, words):
    image = Image.fromarray(np.array([[0, value]], dtype))
    image.save(tmp_path / "odd.tiff")
    for source in (image, tmp_path / "odd.tiff"):
        with pytest.raises(FormatError, match=words):
            read_image(source, (1, 2, 2))
        with pytest.raises(FormatError, match=words):
            digit_from_image(source)


MODES = {  # mode: the format that keeps it
    "1": "png", "L": "png", "LA": "png", "P": "png", "RGB": "webp", "RGBA": "png", "PA": "tiff",
    "CMYK": "tiff", "YCbCr": "jpg", "I": "tiff", "I;16": "png", "F": "tiff",
}  # fmt: skip


@given(st.data(), st.sampled_from(list(MODES)), st.sampled_from(list(STORED)))
def test_every_mode_and_orientation(place, data, mode, orientation):
    samples = drawn(data.draw, 255, (4,)).astype(np.uint8)
    stored = np.ascontiguousarray(STORED[orientation](samples))
    image = in_mode(stored, mode)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    path = place / f"mode.{MODES[mode]}"
    image.save(path, exif=exif, lossless=True)
    upright = by_every_way(path, (3, *samples.shape[:2]))
    plain = place / f"plain.{MODES[mode]}"
    in_mode(samples, mode).save(plain, lossless=True)
    if MODES[mode] != "jpg":  # its blocks differ
        np.testing.assert_array_equal(upright, read_image(plain, (3, *samples.shape[:2]))[0])


def in_mode(samples, mode):
    """RGBA samples as an image of this mode."""
    image = Image.fromarray(samples)
    if mode == "F":
        return Image.fromarray(samples[..., 0] / np.float32(255))
    if mode.startswith("I"):
        return Image.fromarray(samples[..., 0].astype("i4" if mode == "I" else "u2") * 257)
    if mode in ("CMYK", "YCbCr"):
        image = image.convert("RGB")
    if mode == "PA":
        return in_mode(samples, "P").convert("PA")
    return image.convert(mode, dither=Image.Dither.NONE)


def test_the_callers_image_is_left_alone(tmp_path):
    image = in_mode(np.zeros((2, 3, 4), np.uint8), "LA")
    image.info.update(transparency=0, exif=Image.Exif().tobytes())
    before = (image.mode, image.tobytes(), dict(image.info))
    read_image(image, (1, 2, 3))
    assert (image.mode, image.tobytes(), dict(image.info)) == before


def test_a_handwritten_digit_is_turned_upright_as_its_file_is(tmp_path):
    page = np.full((90, 60), 240, np.uint8)
    page[20:26, 15:45] = page[20:75, 39:45] = 10
    exif = Image.Exif()
    exif[ORIENTATION] = 3
    path = tmp_path / "turned.tiff"
    Image.fromarray(np.ascontiguousarray(page[::-1, ::-1])).save(path, exif=exif)
    expected = digit_from_image(page).image
    np.testing.assert_allclose(digit_from_image(path).image, expected, atol=1e-6)
    with Image.open(path) as image:
        np.testing.assert_allclose(digit_from_image(image).image, expected, atol=1e-6)


def test_an_image_that_pillow_cannot_decode_any_more(tmp_path):
    Image.new("L", (3, 3)).save(tmp_path / "closed.png")
    with Image.open(tmp_path / "closed.png") as image:
        pass
    with pytest.raises(FormatError, match=r"closed\.png"):
        read_image(image, (1, 3, 3))
    with pytest.raises(FormatError, match=r"pixels.*got 0x4"):
        read_image(Image.new("L", (0, 4)), (1, 3, 3))


def test_a_folder_and_a_path_that_no_system_has(tmp_path):
    for read in (digit_from_image, lambda path: read_image(path, (1, 2, 2))):
        with pytest.raises(FormatError, match=f"{tmp_path} .* folder"):
            read(tmp_path)
        with pytest.raises(BadakError, match=r"^'a\\x00b' is not a valid file name"):
            read("a\0b")


def test_elsewhere_a_pillow_image_is_refused_and_pointed_to_read_image():
    """An array would silently lose orientation, palette and background."""
    from badak import inspect, models
    from badak.sklearn import ConvNetClassifier

    image, net = Image.new("P", (28, 28), 200), models.SimpleConvNet()
    doors = [
        lambda: net.predict([image]),
        lambda: inspect.saliency(net, image, 0),
        lambda: inspect.nearest(load("digits")[0], image),
        lambda: Dataset([image], [0], ["a"]),
        lambda: ConvNetClassifier().fit([image, image], [0, 1]),
        lambda: ConvNetClassifier().fit(image, np.zeros(28)),
    ]
    for door in doors:
        with pytest.raises(TypeError, match=r"got a Pillow image: badak\.data\.read_image"):
            door()
