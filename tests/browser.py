"""Chromium in tests. A conftest imports the fixtures; `new_page` watches every page that it opens.

A test fails on whatever its pages complain of: an error in the console, one that nobody caught, a
request to another host. A test that provokes one takes it out of `complaints` first.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

    NewPage = Callable[..., Page]

HERE = ("", "127.0.0.1", "localhost")  # file:, data: and blob: name no host
ARGUMENTS = (
    "--no-sandbox",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--use-fake-device-for-media-stream",  # a camera
    "--use-fake-ui-for-media-stream",
)
Stroke = list[tuple[float, float]]  # in shares of the pad's width and height

# How a hand writes some digits, so that the small networks of tests know them.
DIGITS: dict[int, list[Stroke]] = {
    0: [[(0.5, 0.15), (0.3, 0.3), (0.28, 0.7), (0.5, 0.87), (0.7, 0.7), (0.7, 0.3), (0.5, 0.15)]],
    1: [[(0.5, 0.12), (0.5, 0.88)]],
    3: [[(0.3, 0.2), (0.6, 0.15), (0.68, 0.3), (0.45, 0.48), (0.7, 0.65), (0.28, 0.82)]],
    5: [[(0.7, 0.15), (0.35, 0.15), (0.32, 0.47), (0.6, 0.45), (0.68, 0.65), (0.3, 0.82)]],
    7: [[(0.3, 0.15), (0.7, 0.15), (0.45, 0.88)], [(0.35, 0.5), (0.7, 0.5)]],
}  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """The system's Chromium; started once per module, as asyncio would find its loop in others."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium: apt-get install -y chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the test's pages complained of so far."""
    return []


@pytest.fixture
def new_page(chromium: "Browser", complaints: list[str]) -> "Iterator[NewPage]":
    """A function that opens a page in a browser's fresh profile; arguments as `new_context`."""
    contexts: list[BrowserContext] = []

    def new(**options: object) -> "Page":
        settings = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US"} | options
        context = chromium.new_context(**settings)
        contexts.append(context)
        _watch(context, complaints)
        return context.new_page()

    yield new
    for context in contexts:
        for page in context.pages:
            page.evaluate("0")  # what was said before arrives before the answer
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_page: "NewPage") -> "Page":
    """A page of 1280 x 900 pixels, in English, light."""
    return new_page()


def _watch(context: "BrowserContext", complaints: list[str]) -> None:
    def request(url: str) -> None:
        if (urlsplit(url).hostname or "") not in HERE:
            complaints.append(f"request to another host: {url}")

    context.set_default_timeout(15_000)

    def said(message: "ConsoleMessage") -> None:
        if message.type == "error":
            complaints.append(f"{message.text} ({message.location['url']})")

    context.on("console", said)
    context.on("weberror", lambda one: complaints.append(str(one.error)))
    context.on("request", lambda one: request(one.url))
    context.on("page", lambda one: one.on("websocket", lambda socket: request(socket.url)))


def draw(page: "Page", strokes: list[Stroke], pad: str = "#pad", steps: int = 3) -> None:
    """Draw strokes on the pad with the mouse; `steps` movements between two points."""
    place = page.locator(pad)
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    for stroke in strokes:
        spots = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*spots[0])
        page.mouse.down()
        for spot in spots[1:]:
            page.mouse.move(*spot, steps=steps)
        page.mouse.up()


def painted(page: "Page") -> None:
    """Wait until the page has painted what was last asked of it."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")


def eventually(page: "Page", check: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until what the check looks at on the page is so."""
    start = time.monotonic()
    while not check():
        assert time.monotonic() - start < seconds
        page.wait_for_timeout(50)
