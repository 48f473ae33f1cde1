"""Filters: an edited weight changes the page's prediction as it changes badak's; keys, links."""

import re
import subprocess
import sys
import time

import numpy as np
import pytest

import badak
from badak import data, inspect

LINK = "filters?layer=conv2&filter=3&slice=2&y=1&x=4&source=test:{number}"


@pytest.fixture(scope="module")
def net(serve):
    run = serve.runs / "digits"
    best = run / "best.safetensors"
    return badak.load(best if best.exists() else run / "model.safetensors")


@pytest.fixture(scope="module")
def number(net):
    """The test image of which the network is least sure: edits change what it says."""
    return int(net.predict_proba(data.load("digits")[1].images).max(axis=1).argmin())


@pytest.fixture(scope="module")
def image(number):
    return data.load("digits")[1].images[number]


@pytest.fixture
def opened(page, serve, number):
    page.goto(serve.at(LINK.format(number=number)))
    page.locator("#filters-verdict", has_text="%").wait_for()
    return page


def shares(page):
    """The shares that the bars say now, one per class, in percent."""
    texts = page.locator(".both-bars .share").all_inner_texts()
    return [float(text.rpartition(" ")[2].rstrip("%")) for text in texts]


def expected(net, image):
    return (100 * net.predict_proba(image[None])[0]).round(1)


def agree(page, net, image):
    """Wait until the page's prediction is the network's, within what one decimal says."""
    wanted, deadline = expected(net, image), time.monotonic() + 10
    while time.monotonic() < deadline:
        if np.allclose(shares(page), wanted, atol=0.11):
            return
        page.wait_for_timeout(50)
    np.testing.assert_allclose(shares(page), wanted, atol=0.11)


def until(page, text):
    page.wait_for_function("(text) => location.hash.includes(text)", arg=text)


def edited(net, **changes):
    """A copy of the network with other weights in filter 3 of conv2."""
    copy = net.astype(np.float32)
    for name, change in changes.items():
        change(copy.parameters()[f"conv2.{name}"][3:4])
    return copy


def test_a_typed_weight_changes_the_prediction_as_it_does_badaks(opened, net, image):
    agree(opened, net, image)
    opened.locator(".cells").focus()
    opened.keyboard.type("9.5")
    until(opened, "edits=conv2.weight*3-2-1-4*9.5")

    def change(weight):
        weight[0, 2, 1, 4] = 9.5

    changed = edited(net, weight=change)
    assert not np.allclose(expected(changed, image), expected(net, image), atol=5)
    agree(opened, changed, image)
    assert opened.locator("#cell-9").inner_text() == "9.50"


def zero(weight):
    weight[...] = 0


def test_zero_flip_bias_and_reset(opened, net, image):
    def flip(weight):
        weight *= -1

    def raised(bias):
        bias[...] = 4

    for act, copy in [
        (lambda: opened.locator("#flip").click(), edited(net, weight=flip)),
        (lambda: opened.locator("#zero").click(), edited(net, weight=zero)),
        (lambda: opened.locator("#bias").fill("4"), edited(net, weight=zero, bias=raised)),
        (lambda: opened.locator("#reset").click(), net),
    ]:
        act()
        agree(opened, copy, image)
    opened.wait_for_function("() => !location.hash.includes('edits')")


def test_flipping_twice_leaves_no_edit(opened):
    opened.locator("#flip").click()
    opened.locator(".edits", has_text="150").wait_for()
    opened.locator("#flip").click()
    opened.locator("#unedit").wait_for(state="detached")


def test_keys_choose_and_change_a_cell(opened, net):
    opened.locator(".cells").focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", "Shift+ArrowUp", "Shift+ArrowUp"):
        opened.keyboard.press(key)
    scale = np.abs(inspect.filters(net, "conv2")).max()
    value = float(opened.locator("#cell-value").input_value())
    trained = inspect.filters(net, "conv2")[3, 2, 0, 2]
    assert value == pytest.approx(trained + 2 * scale / 20, rel=1e-3)
    opened.keyboard.press("Delete")
    until(opened, "conv2.weight*3-2-0-2*0")
    assert opened.locator("#cell-2").get_attribute("aria-selected") == "true"


def test_the_wheel_turns_the_cell_only_once_the_grid_is_chosen(opened):
    box = opened.locator("#cell-9").bounding_box()
    opened.mouse.move(box["x"] + 5, box["y"] + 5)
    before = opened.locator("#cell-value").input_value()
    opened.mouse.wheel(0, -40)
    assert opened.locator("#cell-value").input_value() == before
    opened.locator("#cell-9").click()
    box = opened.locator("#cell-9").bounding_box()
    opened.mouse.move(box["x"] + 5, box["y"] + 5)
    opened.mouse.wheel(0, -40)
    opened.locator(".edits", has_text="1").wait_for()
    assert float(opened.locator("#cell-value").input_value()) > float(before)


def test_edits_stay_in_other_views_and_in_the_link(opened, serve, new_page, net, image):
    opened.locator("#zero").click()
    until(opened, "edits=")
    agree(opened, edited(net, weight=zero), image)
    link = opened.url
    other = new_page()
    other.goto(serve.address)  # the token, as a cookie
    other.goto(link)
    other.locator(".filter-changes").wait_for()
    agree(other, edited(net, weight=zero), image)
    opened.locator("nav a", has_text="Draw").click()
    until(opened, "edits=")
    opened.locator("#unedit").click()
    until(opened, "draw")
    opened.wait_for_function("() => !location.hash.includes('edits')")


def test_what_excites_a_filter_is_what_badak_finds(opened, net):
    opened.locator("#maximized").wait_for()
    opened.locator(".climb .hint", has_text="After 200 steps").wait_for(timeout=30_000)
    opened.locator(".found .hint", has_text="first 1,000").wait_for()
    found = inspect.top_patches(net, data.load("digits")[0][:1000], "conv2", 3)
    said = opened.locator(".patch").evaluate_all("all => all.map((tile) => tile.ariaLabel)")
    numbers = [int(re.search(r"image ([\d,]+)", words)[1].replace(",", "")) for words in said]
    assert numbers == found.indices.tolist()


def test_another_filter_stops_what_is_searched_for_the_first(opened):
    opened.locator("#filter-5").click()
    opened.locator("#filter-9").click()
    opened.locator("#chosen-title", has_text="Filter 9").wait_for()
    opened.locator(".climb .hint", has_text="After 200 steps").wait_for(timeout=30_000)
    until(opened, "filter=9")


def test_a_row_of_a_linear_is_a_picture_to_walk_in(page, serve):
    page.goto(serve.at("filters?layer=linear1&filter=2&source=test:5"))
    page.locator("#chosen-title", has_text="Row 2").wait_for()
    page.locator(".cells").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    page.locator(".edits", has_text="1").wait_for()


def test_the_code_runs_as_it_stands(opened, serve):
    opened.locator("#zero").click()
    until(opened, "edits=")
    opened.locator(".copied summary").click()
    shown = opened.locator(".copied pre", has_text="maximize_activation(made)")
    code = shown.inner_text()
    assert "(3, 0, 0, 0): 0," in code
    subprocess.run([sys.executable, "-c", code], cwd=serve.runs.parent, check=True)


def test_korean(new_page, serve):
    page = new_page(locale="ko-KR")
    page.goto(serve.at(LINK.format(number=0)))
    page.locator("#chosen-title", has_text="conv2의 필터 3").wait_for()
