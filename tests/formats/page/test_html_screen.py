"""The page as people use it: keyboard, screen, file, language."""

import re

import numpy as np
import pytest
from PIL import Image

from badak.formats.page.html import html_page
from badak.layers import Conv2d, Flatten, Linear
from badak.network import Network
from formats.networks import make
from formats.page.test_html import opened, verdict


def test_the_keyboard_draws_too(browser, tmp_path, learned):
    from selenium.webdriver.common.keys import Keys

    opened(browser, tmp_path, learned[0], "Digits", prepare="digit")
    pad = browser.find_element("id", "pad")
    pad.send_keys(*[Keys.UP] * 8, " ", *[Keys.DOWN] * 16, " ")
    assert verdict(browser).startswith("1, ")
    assert browser.find_element("id", "pen").is_displayed()
    drawn = browser.execute_script("return pad.pixels().data.reduce((a, b) => a + b)")
    pad.send_keys(Keys.RIGHT)  # the pen is up
    assert browser.execute_script("return pad.pixels().data.reduce((a, b) => a + b)") == drawn
    pad.send_keys(Keys.DELETE)
    assert verdict(browser) == "Nothing drawn yet"


def test_every_control_is_reached_by_tab_and_named(browser, tmp_path, learned):
    from selenium.webdriver.common.keys import Keys

    opened(browser, tmp_path, learned[0], "Digits", prepare="digit")
    reached = []
    for _ in range(6):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        one = browser.switch_to.active_element
        reached.append(one.accessible_name)
        if one.get_attribute("id") == "pad":
            one.send_keys("  ")  # a dot: layers appear once something is drawn
            verdict(browser)
    assert reached[:4] == ["Drawing area", "Clear", "Open image", "Close all"]
    assert reached[4].startswith("conv1")
    for canvas in browser.find_elements("tag name", "canvas"):
        assert canvas.accessible_name


def shown_on_the_page(browser):
    """The ids of the visible parts."""
    parts = ("pad", "start", "clear", "open", "draw", "keys", "bars", "taken", "layers", "part")
    return {one for one in parts if browser.find_element("id", one).is_displayed()}


def test_a_page_for_photos_begins_with_a_place_for_one(browser, tmp_path):
    net = Network([Conv2d(70, 3), Flatten(), Linear(1500), Linear(3)], (3, 6, 8))
    opened(browser, tmp_path, net, "Photos")
    assert verdict(browser) == "No image yet"
    assert shown_on_the_page(browser) == {"start", "draw"}
    Image.new("RGB", (9, 9), "red").save(tmp_path / "red.png")
    browser.find_element("id", "file").send_keys(str(tmp_path / "red.png"))
    assert "%" in verdict(browser)
    image = {"pad", "clear", "open", "draw", "bars", "taken", "layers", "part"}
    assert shown_on_the_page(browser) == image
    browser.find_element("id", "pad").click()  # draws nothing over the photo
    assert np.ptp(browser.execute_script("return Array.from(values[0].slice(0, 48))")) == 0
    browser.find_element("id", "clear").click()
    assert verdict(browser) == "No image yet"
    assert shown_on_the_page(browser) == {"start", "draw"}
    browser.find_element("id", "draw").click()
    assert verdict(browser) == "Nothing drawn yet"
    assert shown_on_the_page(browser) == {"pad", "clear", "open", "keys"}
    browser.find_element("id", "pad").click()
    assert "%" in verdict(browser)


def test_a_page_for_digits_begins_with_a_drawing_area(browser, tmp_path):
    opened(browser, tmp_path, make("lenet"), "Digits", prepare="digit")
    assert verdict(browser) == "Nothing drawn yet"
    assert shown_on_the_page(browser) == {"pad", "clear", "open", "keys"}


def test_many_maps_are_drawn_when_asked_for(browser, tmp_path):
    net = Network([Conv2d(70, 3), Flatten(), Linear(1500), Linear(3)], (1, 4, 4))
    opened(browser, tmp_path, net, "Photos")
    Image.new("L", (9, 9), 99).save(tmp_path / "grey.png")
    browser.find_element("id", "file").send_keys(str(tmp_path / "grey.png"))
    assert "%" in verdict(browser)
    for name, count, few in (("conv1", 70, 64), ("linear1", 1500, 1024), ("linear2", 3, 3)):
        stage = browser.find_element("id", f"stage-{name}")
        summary, more = (stage.find_element("tag name", one) for one in ("summary", "button"))
        assert (f"the first {few} shown" in summary.text) is (few < count)
        assert more.is_displayed() is (few < count)
        if few < count:
            height = stage.find_element("tag name", "canvas").size["height"]
            assert more.text == f"Show all {count:,}"
            more.click()
            assert "shown" not in summary.text
            assert not more.is_displayed()
            assert stage.find_element("tag name", "canvas").size["height"] >= height


@pytest.mark.parametrize(
    ("title", "names", "language"),
    [
        ("Pets", "ab", "en"),
        ("Pets", "a새", "ko"),
        ("새", "ab", "ko"),
        ("Pets", ["ねこ", "犬"], "ja"),
    ],
)
def test_the_page_says_its_language(title, names, language):
    page = html_page(Network([Flatten(), Linear(2)], (1, 4, 4)), title, list(names))
    assert f'<html lang="{language}">' in page


def test_a_file_that_is_no_image_is_named(browser, tmp_path):
    opened(browser, tmp_path, Network([Flatten(), Linear(3)], (1, 5, 5)), "Page")
    (tmp_path / "notes.png").write_text("no image")
    browser.find_element("id", "file").send_keys(str(tmp_path / "notes.png"))
    assert verdict(browser) == "notes.png is not an image that this browser can read"


def test_an_image_can_be_dropped(browser, tmp_path):
    opened(browser, tmp_path, Network([Flatten(), Linear(3)], (1, 5, 5)), "Page")
    browser.execute_async_script(
        "const done = arguments[0], canvas = new OffscreenCanvas(10, 10);"
        "const screen = canvas.getContext('2d'); screen.fillStyle = '#808080';"
        "screen.fillRect(0, 0, 10, 10);"
        "canvas.convertToBlob().then((blob) => {"
        "  const transfer = new DataTransfer(); transfer.items.add(new File([blob], 'a.png'));"
        "  document.body.dispatchEvent("
        "    new DragEvent('drop', { dataTransfer: transfer, bubbles: true }));"
        "  setTimeout(done, 200); });"
    )
    assert "%" in verdict(browser)
    np.testing.assert_allclose(
        browser.execute_script("return Array.from(values[0])"), np.full(25, 128 / 255), atol=1e-6
    )


@pytest.mark.parametrize("width", [360, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_the_screen_and_can_be_read(browser, tmp_path, width, scheme):
    names = ["a name that is far too long to fit", *"bcdefghij"]
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    try:
        opened(browser, tmp_path, make("vgg11"), "A page", names)
        wide, inner = browser.execute_script(
            "return [document.documentElement.scrollWidth, innerWidth]"
        )
        assert wide <= inner == width
        for part in ("body", ".hint", "button", "#verdict"):
            assert contrast(browser, part) >= 4.5  # WCAG 2.2, 1.4.3
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def contrast(browser, part):
    """The contrast ratio of a part's text and its background."""
    colours = browser.execute_script(
        "const style = getComputedStyle(document.querySelector(arguments[0]));"
        "const body = getComputedStyle(document.body).backgroundColor;"
        "const own = style.backgroundColor;"
        "return [style.color, own === 'rgba(0, 0, 0, 0)' ? body : own];",
        part,
    )
    lights = []
    for colour in colours:
        share = np.array(re.findall(r"\d+", colour)[:3], float) / 255
        linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
        lights.append(float(linear @ [0.2126, 0.7152, 0.0722]) + 0.05)
    return max(lights) / min(lights)
