"""Draw: what is drawn goes through the network, on the server's page and in the exported one."""

import re

import pytest

from browser import DIGITS, draw


@pytest.fixture(params=["served", "exported"])
def opened(request, page):
    """The view Draw, by each of its engines."""
    if request.param == "served":
        page.goto(request.getfixturevalue("serve").at("draw"))
    else:
        page.goto(request.getfixturevalue("exported"))
    return page


@pytest.mark.parametrize("digit", DIGITS)
def test_a_drawn_digit_wins(opened, digit):
    opened.locator("#clear").click()
    draw(opened, DIGITS[digit])
    verdict = opened.locator("#verdict")
    verdict.filter(has_text=re.compile(rf"^{digit}, \d+\.\d%$")).wait_for()


def test_a_link_restores_the_stages_that_are_switched_off(opened):
    opened.locator("#verdict").wait_for()
    opened.locator("#clear").click()
    draw(opened, DIGITS[1])
    crop, box = (opened.get_by_label(words) for words in ("Crop to the ink", "Into 20"))
    usual = box.is_checked()
    crop.uncheck()
    box.set_checked(not usual)
    opened.wait_for_url("**switched=crop-box**")
    address = opened.url
    opened.goto("about:blank")
    opened.goto(address)
    opened.locator("#verdict", has_text="%").wait_for()
    assert not crop.is_checked()
    assert box.is_checked() is not usual
    assert opened.get_by_label("Ink white on black").is_checked()


def test_a_camera_that_is_allowed_after_the_view_was_left_is_turned_off(page, serve):
    page.goto(serve.at("draw"))
    page.locator("#camera").wait_for()
    page.evaluate("""() => {
      const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        await new Promise((done) => setTimeout(done, 500));
        return (window.stream = await real(wanted));
      };
    }""")
    page.locator("#camera").click()
    page.get_by_role("link", name="Filters").click()
    page.wait_for_function(
        "() => window.stream?.getTracks().every((track) => track.readyState === 'ended')"
    )


def test_a_link_to_an_image_that_is_not_there_says_so(page, serve, complaints):
    page.goto(serve.at("draw?source=test:9999"))
    words = "number of a test image must be at most 359; got 9999"
    page.get_by_text(words).wait_for()
    page.evaluate("() => void (location.hash = 'draw?network=run%2Fdigits&source=test:4')")
    page.get_by_text("Test image 4 of").wait_for()
    page.evaluate("() => void (location.hash = 'draw?network=run%2Fdigits&source=test:9998')")
    page.get_by_text(words.replace("9999", "9998")).wait_for()
    page.wait_for_url("**source=test%3A4**")  # the image that is shown
    page.get_by_role("button", name="Next test image").click()
    page.get_by_text("Test image 5 of").wait_for()
    page.wait_for_url("**source=test%3A5**")
    assert all("status of 4" in one for one in complaints)
    complaints.clear()
