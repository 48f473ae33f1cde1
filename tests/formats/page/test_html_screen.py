"""The page as people use it: keyboard, screen, file, language."""

import re

import numpy as np
import pytest
from PIL import Image

from badak.formats.page.html import html_page
from badak.layers import Conv2d, Flatten, Linear
from badak.network import Network
from formats.networks import make
from formats.page.opened import opened, seen, take, verdict

INK = """() => {
  const { data } = pad.getContext("2d").getImageData(0, 0, pad.width, pad.height);
  return data.reduce((a, b) => a + b);
}"""


def test_the_keyboard_draws_too(page, tmp_path, learned):
    opened(page, tmp_path, learned[0], "Digits", prepare="digit")
    pad = page.locator("#pad")
    pad.focus()
    for key in ["ArrowUp"] * 8 + ["Space"] + ["ArrowDown"] * 16 + ["Space"]:
        page.keyboard.press(key)
    verdict(page, re.compile("^1, "))
    assert page.locator("#pen").is_visible()
    drawn = page.evaluate(INK)
    page.keyboard.press("ArrowRight")  # the pen is up
    assert page.evaluate(INK) == drawn
    page.keyboard.press("Delete")
    verdict(page, "Nothing drawn yet")


def test_every_control_is_reached_by_tab_and_named(page, tmp_path, learned):
    opened(page, tmp_path, learned[0], "Digits", prepare="digit")
    page.locator("#pad").focus()
    for _ in range(2):
        page.keyboard.press("Space")  # a dot: layers appear once something is drawn
    verdict(page, "%")
    controls = page.locator("a, button, canvas[tabindex], input, summary").all()
    waiting = set()
    for number, control in enumerate(controls):
        if control.is_visible():
            control.evaluate("(control, number) => { control.dataset.number = number; }", number)
            waiting.add(str(number))
    assert len(waiting) > 10
    for _ in range(2 * len(waiting)):
        page.keyboard.press("Tab")
        waiting.discard(page.evaluate("document.activeElement.dataset.number"))
    assert waiting == set()
    for canvas in page.locator("canvas:visible").all():
        assert canvas.get_attribute("aria-label")


def shown_on_the_page(page):
    """The ids of the visible parts."""
    parts = ("pad", "start", "clear", "open", "draw", "keys", "bars", "taken", "layers")
    return {one for one in parts if page.locator(f"#{one}").count() and
            page.locator(f"#{one}").is_visible()}  # fmt: skip


def test_a_page_for_photos_begins_with_a_place_for_one(page, tmp_path):
    net = Network([Conv2d(70, 3), Flatten(), Linear(1500), Linear(3)], (3, 6, 8))
    opened(page, tmp_path, net, "Photos")
    verdict(page, "No image yet")
    assert shown_on_the_page(page) == {"start", "draw"}
    Image.new("RGB", (9, 9), "red").save(tmp_path / "red.png")
    take(page, tmp_path / "red.png")
    verdict(page, "%")
    assert shown_on_the_page(page) == {"pad", "clear", "open", "draw", "bars", "taken", "layers"}
    page.locator("#pad").click()  # draws nothing over the photo
    assert np.ptp(seen(page, (3, 48))[0]) == 0
    page.locator("#clear").click()
    verdict(page, "No image yet")
    assert shown_on_the_page(page) == {"start", "draw"}
    page.locator("#draw").click()
    verdict(page, "Nothing drawn yet")
    assert shown_on_the_page(page) == {"pad", "clear", "open", "keys"}
    page.locator("#pad").click()
    verdict(page, "%")


def test_a_page_for_digits_begins_with_a_drawing_area(page, tmp_path):
    opened(page, tmp_path, make("lenet"), "Digits", prepare="digit")
    verdict(page, "Nothing drawn yet")
    assert shown_on_the_page(page) == {"pad", "clear", "open", "keys"}


def test_many_maps_are_drawn_when_asked_for(page, tmp_path):
    net = Network([Conv2d(70, 3), Flatten(), Linear(1500), Linear(3)], (1, 4, 4))
    opened(page, tmp_path, net, "Photos")
    Image.new("L", (9, 9), 99).save(tmp_path / "grey.png")
    take(page, tmp_path / "grey.png")
    verdict(page, "%")
    for name, count, few in (("conv1", 70, 64), ("linear1", 1500, 1024), ("linear2", 3, 3)):
        stage = page.locator(f"#stage-{name}")
        summary, more = stage.locator("summary"), stage.locator("button")
        assert (f"the first {few:,} shown" in summary.inner_text()) is (few < count)
        assert more.is_visible() is (few < count)
        if few < count:
            height = stage.locator("canvas").bounding_box()["height"]
            assert more.inner_text() == f"Show all {count:,}"
            more.click()
            assert "shown" not in summary.inner_text()
            assert not more.is_visible()
            assert stage.locator("canvas").bounding_box()["height"] >= height


@pytest.mark.parametrize(
    ("title", "names", "language"),
    [
        ("Pets", "ab", "en"),
        ("Pets", "a새", "ko"),
        ("새", "ab", "ko"),
        ("Pets", ["ねこ", "犬"], "ja"),
    ],
)
def test_the_page_says_the_language_of_its_names(title, names, language):
    page = html_page(Network([Flatten(), Linear(2)], (1, 4, 4)), title, list(names))
    assert f'<html lang="{language}">' in page


def test_a_file_that_is_no_image_is_named(page, tmp_path):
    opened(page, tmp_path, Network([Flatten(), Linear(3)], (1, 5, 5)), "Page")
    (tmp_path / "notes.png").write_text("no image")
    take(page, tmp_path / "notes.png")
    page.get_by_text("notes.png is not an image that this browser can read").wait_for()


def test_an_image_can_be_dropped(page, tmp_path):
    opened(page, tmp_path, Network([Flatten(), Linear(3)], (1, 5, 5)), "Page")
    page.evaluate(
        """async () => {
          const canvas = new OffscreenCanvas(10, 10), screen = canvas.getContext("2d");
          screen.fillStyle = "#808080";
          screen.fillRect(0, 0, 10, 10);
          const transfer = new DataTransfer();
          transfer.items.add(new File([await canvas.convertToBlob()], "a.png"));
          const how = { dataTransfer: transfer, bubbles: true, cancelable: true };
          document.body.dispatchEvent(new DragEvent("drop", how));
        }"""
    )
    verdict(page, "%")
    np.testing.assert_allclose(seen(page, 25), np.full(25, 128 / 255), atol=1e-6)


@pytest.mark.parametrize("width", [360, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_the_screen_and_can_be_read(new_page, tmp_path, width, scheme):
    names = ["a name that is far too long to fit", *"bcdefghij"]
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened(page, tmp_path, make("vgg11"), "A page", names)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for part in ("body", ".hint", "button", "#verdict"):
        assert contrast(page, part) >= 4.5  # WCAG 2.2, 1.4.3


def contrast(page, part):
    """The contrast ratio of a part's text and its background."""
    colours = page.evaluate(
        """(part) => {
          const style = getComputedStyle(document.querySelector(part));
          const body = getComputedStyle(document.body).backgroundColor;
          const own = style.backgroundColor;
          return [style.color, own === "rgba(0, 0, 0, 0)" ? body : own];
        }""",
        part,
    )
    lights = []
    for colour in colours:
        share = np.array(re.findall(r"\d+", colour)[:3], float) / 255
        linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
        lights.append(float(linear @ [0.2126, 0.7152, 0.0722]) + 0.05)
    return max(lights) / min(lights)
