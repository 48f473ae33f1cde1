"""explore: the widget in Chromium, its model a stand-in that passes messages on to Python."""

import base64
import re

import pytest

import badak
from badak import data
from browser import DIGITS, eventually

CELL = "<!doctype html><title>notebook</title><div id='cell'></div>"
RENDER = """
async ({ esm, values, ink }) => {
  document.body.style.color = ink;
  const address = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const { default: widget } = await import(address);
  const hearers = new Set();
  const model = {
    get: (name) => values[name],
    on: (event, hear) => hearers.add(hear),
    off: (event, hear) => hearers.delete(hear),
    async send(content) {
      const [reply, packet] = await askPython(content);
      const bytes = Uint8Array.from(atob(packet), (letter) => letter.charCodeAt(0));
      const buffers = packet ? [new DataView(bytes.buffer)] : [];
      for (const hear of hearers) hear(reply, buffers);
    },
  };
  globalThis.hearers = hearers;
  globalThis.stop = widget.render({ model, el: document.getElementById("cell") });
}
"""


@pytest.fixture(scope="module")
def digits():
    return data.load("digits")[1]


@pytest.fixture
def show(page, run, digits):
    """A function that shows a widget in a cell; it returns the frame's content."""
    net = badak.load(run / "model.safetensors")
    widget = badak.inspect.explore(net, digits)
    sent = []

    def send(*reply, buffers=()):
        sent.append([*reply, base64.b64encode(b"".join(buffers)).decode()])

    widget.send = send  # for as long as the page asks: questions still arrive as it closes

    def ask(content):
        widget._handle_custom_msg(content, [])
        return sent.pop()

    def show(ink="#000"):
        page.route("http://127.0.0.1/cell", lambda route: route.fulfill(
            body=CELL, content_type="text/html"
        ))  # fmt: skip
        page.goto("http://127.0.0.1/cell")
        page.expose_function("askPython", ask)
        names = ("page", "title", "questions", "code")
        values = {name: getattr(widget, name) for name in names}
        page.evaluate(RENDER, {"esm": widget._esm, "values": values, "ink": ink})
        return page.frame_locator("iframe")

    show.net = net
    return show


def best(net, image):
    return f"{net.predict(image[None])[0]}, {net.predict_proba(image[None]).max():.1%}"


def test_it_shows_what_the_network_makes_of_the_images(show, digits):
    cell = show()
    cell.locator("#verdict", has_text=best(show.net, digits.images[0])).wait_for()
    cell.get_by_role("button", name="Next test image").click()
    cell.locator("#verdict", has_text=best(show.net, digits.images[1])).wait_for()


def test_a_drawn_digit_wins(show, page):
    cell = show()
    cell.locator("#verdict", has_text="%").wait_for()
    cell.locator("#clear").click()
    box = cell.locator("#pad").bounding_box()
    for stroke in DIGITS[3]:
        spots = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*spots[0])
        page.mouse.down()
        for spot in spots[1:]:
            page.mouse.move(*spot, steps=3)
        page.mouse.up()
    cell.locator("#verdict", has_text=re.compile(r"^3, \d+\.\d%$")).wait_for()


def test_a_number_is_followed_to_its_sum(show, digits):
    cell = show()
    cell.locator("#verdict", has_text="%").wait_for()
    cell.get_by_role("link", name="Follow a number").click()
    title = cell.locator(".panel h2").first
    eventually_matches = re.compile(r"(\w+)\[(\d+), (\d+), (\d+)\] = (-?[\d.]+)")
    title.filter(has_text=eventually_matches).wait_for()
    layer, *index, value = eventually_matches.search(title.inner_text()).groups()
    maps = badak.inspect.feature_maps(show.net, digits.images[0])
    assert float(value) == pytest.approx(float(maps[layer][tuple(map(int, index))]), rel=1e-3)


def test_the_cell_is_as_high_as_the_page(show, page):
    cell = show()
    cell.locator("#verdict", has_text="%").wait_for()
    frame = page.frames[1]
    heights = "[document.documentElement.scrollHeight, innerHeight]"
    eventually(page, lambda: len(set(frame.evaluate(heights))) == 1)
    tall = frame.evaluate("innerHeight")
    cell.locator("#fold").click()
    eventually(page, lambda: frame.evaluate("innerHeight") < tall)
    eventually(page, lambda: len(set(frame.evaluate(heights))) == 1)


@pytest.mark.parametrize(("ink", "paper"), [("#000", 255), ("rgba(255, 255, 255, 0.87)", 20)])
def test_it_takes_the_notebooks_theme(show, ink, paper):
    cell = show(ink)
    cell.locator("#verdict").wait_for()
    colour = cell.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert int(re.search(r"\d+", colour)[0]) == paper


def test_a_cell_that_is_gone_hears_nothing(show, page):
    show().locator("#verdict").wait_for()
    assert page.evaluate("hearers.size") == 1
    page.evaluate("stop()")
    assert page.evaluate("hearers.size") == 0
