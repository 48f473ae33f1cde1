"""digit_from_image turns any picture of a digit into MNIST's form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from badak import BadakError, FormatError, Trainer, data, models
from badak.data import digit_from_image


def two(height, width, ink=0.1, paper=0.8):
    """A two in dark ink, drawn with a thick pen on an even page."""
    page = Image.new("L", (width, height), round(255 * paper))
    corners = [(0.35, 0.3), (0.6, 0.3), (0.4, 0.7), (0.65, 0.7)]
    line = [(x * width, y * height) for x, y in corners]
    ImageDraw.Draw(page).line(line, round(255 * ink), max(2, min(height, width) // 16), "curve")
    return np.asarray(page) / 255


def test_every_stage_has_its_form():
    stages = digit_from_image(two(150, 100))
    assert stages.inverted
    assert stages.grey.shape == stages.ink.shape == (150, 100)
    row, column = stages.corner
    h, w = stages.crop.shape
    np.testing.assert_array_equal(stages.crop, stages.ink[row : row + h, column : column + w])
    assert max(stages.boxed.shape) == 20
    assert stages.boxed.shape[1] == pytest.approx(20 * w / h, abs=0.5)
    assert stages.image.shape == (1, 28, 28)
    assert stages.image.dtype == np.float32
    assert stages.image.min() == 0
    assert stages.image.max() == 1


def centre_of_mass(image):
    place = np.arange(28)
    return np.array([image.sum(1) @ place, image.sum(0) @ place]) / image.sum()


@given(st.integers(40, 300), st.integers(40, 300))
def test_the_centre_of_mass_comes_to_the_middle(height, width):
    """Centred as in MNIST: at 13.5 to 14.5, since shifts are whole pixels."""
    image = digit_from_image(two(height, width)).image[0]
    np.testing.assert_allclose(centre_of_mass(image), 14, atol=0.51)


def test_a_digit_never_leaves_the_field():
    heavy = np.zeros((40, 40))
    heavy[:6, 10:30] = 1  # most of its mass at the top, and a long thin tail
    heavy[:, 19:21] = 1
    image = digit_from_image(np.pad(heavy, 20)).image[0]
    rows = np.flatnonzero(image.any(axis=1))
    assert rows[-1] - rows[0] + 1 == 20


def test_dark_on_light_is_light_on_dark():
    page = two(90, 90, ink=0, paper=1)
    dark, light = digit_from_image(page), digit_from_image(1 - page)
    assert (dark.inverted, light.inverted) == (True, False)
    np.testing.assert_allclose(dark.image, light.image, atol=1e-6)


def test_every_kind_of_input_gives_the_same_digit(tmp_path):
    grey = (two(80, 60) * 255).round().astype(np.uint8)
    Image.fromarray(grey).save(tmp_path / "two.png")
    colour = np.stack([grey] * 3, axis=-1)
    kinds = [
        grey / 255,
        (grey / 255).astype(np.float32),
        grey[..., None],
        grey[None],
        colour,
        colour.transpose(2, 0, 1),
        Image.fromarray(grey),
        Image.fromarray(colour).convert("RGBA"),
        tmp_path / "two.png",
        str(tmp_path / "two.png"),
    ]
    expected = digit_from_image(grey).image
    for kind in kinds:
        np.testing.assert_allclose(digit_from_image(kind).image, expected, atol=1e-4)
    black = grey < 128
    assert digit_from_image(black).image.shape == (1, 28, 28)


def test_input_is_left_alone():
    page = two(60, 60)
    before = page.copy()
    digit_from_image(page)
    np.testing.assert_array_equal(page, before)


def test_shadows_dust_and_grain_change_little():
    page = two(400, 300)
    plain = digit_from_image(page).image
    rows, columns = np.mgrid[:400, :300]
    lit = page * (1 - 0.4 * rows / 400)  # darker towards the bottom
    lit[columns + 0.4 * rows > 260] *= 0.55  # the shadow of a hand with a hard edge, over the digit
    lit += np.random.default_rng(0).normal(0, 0.02, lit.shape)
    lit[380:384, 20:24] = lit[10:14, 250:254] = 0.02  # dust
    shaded = digit_from_image(np.clip(lit, 0, 1)).image
    assert np.abs(shaded - plain).mean() < 0.02
    naive = digit_from_image(np.where(lit > 0.5, 1.0, 0.0))  # a single threshold for the whole page
    assert np.abs(naive.image - plain).mean() > 0.05


def test_a_thin_pen_reaches_white():
    page = np.ones((600, 600))
    page[100:500, 300:304] = 0
    assert digit_from_image(page).image.max() == 1


@pytest.mark.parametrize(
    "blank",
    [
        np.ones((50, 40)),
        np.zeros((1, 1)),
        np.linspace(0.4, 1, 300)[:, None].repeat(200, axis=1),
        np.clip(0.8 + np.random.default_rng(0).normal(0, 0.02, (300, 300)), 0, 1),
    ],
    ids=["white", "one pixel", "a slope of light", "grain"],
)
def test_a_blank_page_is_refused(blank):
    with pytest.raises(BadakError, match="no handwriting"):
        digit_from_image(blank)


WRONG = {
    "two images": (np.ones((2, 1, 28, 28)), r"image.*got shape \(2, 1, 28, 28\)"),
    "a row": (np.ones(784), r"image.* got shape \(784,\)"),
    "two channels": (np.ones((9, 9, 2)), r"got shape \(9, 9, 2\)"),
    "empty": (np.ones((0, 9)), "no empty axis"),
    "NaN": (np.full((9, 9), np.nan), "image.*NaN"),
    "0..255 as floats": (np.full((9, 9), 200.0), r"floats in \[0, 1\], or uint8 in 0..255"),
    "int64": (np.full((9, 9), 200), "float32 or float64, or uint8"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_image_is_refused(case):
    image, message = WRONG[case]
    with pytest.raises(BadakError, match=message):
        digit_from_image(image)


def test_a_file_that_is_no_image(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(FormatError, match=r"a\.png.*image.*got"):
        digit_from_image(tmp_path / "a.png")
    with pytest.raises(FormatError, match="No such file"):
        digit_from_image(tmp_path / "b.png")


def scattered(image, rng):
    """An MNIST digit at some place of a larger page, of some size, half of the time dark on light.

    The page stays below 256 pixels so that it is not shrunk twice.
    """
    side = round(28 * rng.uniform(0.8, 6))
    small = Image.fromarray((image * 255).round().astype(np.uint8))
    large = np.asarray(small.resize((side, side), Image.Resampling.BICUBIC)) / 255
    page = np.zeros(side + rng.integers(0, 90, 2))
    top, left = (rng.integers(0, length - side + 1) for length in page.shape)
    page[top : top + side, left : left + side] = large
    return 1 - page if rng.random() < 0.5 else page


def test_mnists_own_digits_keep_their_class(data_dir):
    """Digits placed on larger pages and prepared again are classified as before."""
    train, test = data.load("mnist", data_dir)
    net = models.SimpleConvNet(filters=10, hidden_size=50, weight_init="he")
    Trainer(net, progress=False, epochs=1).fit(train[:10_000])
    rng = np.random.default_rng(0)
    chosen = test[rng.choice(len(test), 300, replace=False)]
    pages = [scattered(image[0], rng) for image in chosen.images]
    again = np.stack([digit_from_image(page).image for page in pages])
    before, after = net.predict(chosen.images), net.predict(again)
    assert (before == chosen.labels).mean() > 0.9
    assert (before != after).mean() < 0.03
    plain = np.stack(
        [np.asarray(Image.fromarray(page).resize((28, 28))) for page in pages], dtype=np.float32
    )
    assert (net.predict(plain[:, None]) != before).mean() > 0.3  # shrinking alone is not enough
