"""The page prepares a digit as badak.data.digit_from_image does."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from badak import models
from badak.data import digit_from_image
from formats.page.test_html import opened, verdict


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
def test_the_prepared_digit_agrees(browser, tmp_path, number):
    pixels = list(pictures())[number]
    Image.fromarray(pixels).save(tmp_path / "digit.png")
    opened(browser, tmp_path, models.LeNet5(), "Digits", prepare="digit")
    browser.find_element("id", "file").send_keys(str(tmp_path / "digit.png"))
    assert "%" in verdict(browser)
    seen = browser.execute_script("return Array.from(values[0])")
    expected = digit_from_image(tmp_path / "digit.png").image
    np.testing.assert_allclose(np.reshape(seen, (1, 28, 28)), expected, atol=1e-3)


def test_a_digit_fills_the_image_if_the_training_digits_do(browser, tmp_path):
    pixels = np.full((120, 90), 200, np.uint8)
    pixels[20:100, 40:50] = 30  # a one
    Image.fromarray(pixels).save(tmp_path / "one.png")
    opened(browser, tmp_path, models.LeNet5(), "Digits", prepare="filling")
    browser.find_element("id", "file").send_keys(str(tmp_path / "one.png"))
    assert "%" in verdict(browser)
    seen = np.reshape(browser.execute_script("return Array.from(values[0])"), (28, 28)) > 0.5
    assert seen.any(axis=1).all()  # all rows
    assert np.flatnonzero(seen.any(axis=0)).tolist() == [13, 14, 15, 16]
    assert "fill 28" in browser.find_element("id", "prepared").text


def test_blank_paper_is_said_to_be_blank(browser, tmp_path):
    Image.new("L", (50, 40), 200).save(tmp_path / "blank.png")
    opened(browser, tmp_path, models.LeNet5(), "Digits", prepare="digit")
    browser.find_element("id", "file").send_keys(str(tmp_path / "blank.png"))
    assert verdict(browser) == "Nothing stands out from the paper"
