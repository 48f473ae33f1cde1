"""The page prepares a digit as badak.data.digit_from_image does."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from badak import models
from badak.data import digit_from_image
from formats.page.opened import opened, seen, take, verdict


def pictures():
    """Handwriting of several kinds: ink dark or light, large or small, on even or shaded paper."""
    generator = np.random.default_rng(0)
    for number, (height, width, ink, paper) in enumerate(
        [(320, 320, 255, 0), (300, 200, 30, 220), (700, 900, 60, 200), (64, 48, 240, 20)]
    ):
        shade = np.linspace(0.7, 1.0, width) if number == 2 else np.ones(width)
        ground = np.clip(
            paper * shade + generator.normal(0, 2 * (number > 0), (height, width)), 0, 255
        )
        picture = Image.fromarray(ground.astype(np.uint8))
        h, w = height / 10, width / 10
        stroke = [(3 * w, 2 * h), (7 * w, 2.5 * h), (4 * w, 5 * h), (6 * w, 8 * h), (2 * w, 7 * h)]
        ImageDraw.Draw(picture).line(stroke, fill=ink, width=max(4, width // 14), joint="curve")
        if number == 1:  # dust
            ImageDraw.Draw(picture).ellipse((w, 9 * h, w + 3, 9 * h + 3), fill=ink)
        yield np.asarray(picture)


@pytest.mark.parametrize("number", range(4))
def test_the_prepared_digit_agrees(page, tmp_path, number):
    pixels = list(pictures())[number]
    Image.fromarray(pixels).save(tmp_path / "digit.png")
    opened(page, tmp_path, models.LeNet5(), "Digits", prepare="digit")
    take(page, tmp_path / "digit.png")
    verdict(page, "%")
    expected = digit_from_image(tmp_path / "digit.png").image
    np.testing.assert_allclose(seen(page, (1, 28, 28)), expected, atol=1e-3)


def test_a_digit_fills_the_image_if_the_training_digits_do(page, tmp_path):
    pixels = np.full((120, 90), 200, np.uint8)
    pixels[20:100, 40:50] = 30  # a one
    Image.fromarray(pixels).save(tmp_path / "one.png")
    opened(page, tmp_path, models.LeNet5(), "Digits", prepare="filling")
    take(page, tmp_path / "one.png")
    verdict(page, "%")
    ink = seen(page) > 0.5
    assert ink.any(axis=1).all()  # all rows
    assert np.flatnonzero(ink.any(axis=0)).tolist() == [13, 14, 15, 16]
    assert "fill 28" in page.locator("#prepared").inner_text()


def test_blank_paper_is_said_to_be_blank(page, tmp_path):
    Image.new("L", (50, 40), 200).save(tmp_path / "blank.png")
    opened(page, tmp_path, models.LeNet5(), "Digits", prepare="digit")
    take(page, tmp_path / "blank.png")
    verdict(page, "Nothing stands out from the paper")
