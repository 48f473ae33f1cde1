"""How soon the page shows a stroke: Draw in Chromium, all layers' maps open.

    python benchmarks/page.py [--strokes N]

From the time stamp of a pointer's movement over the drawing area until after the paint in which
the prediction and the maps in sight are those of that movement, and until all layers' maps are,
those that one would have to scroll to as well: on the page of `badak serve`, and on the page that
`badak export --to html` writes. `benchmarks/serve.py` measures how soon one sees
the page.
"""

import argparse
import statistics
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import TimeoutError, sync_playwright

from badak.formats.page.html import html_page
from badak.models import ResNet20, SimpleConvNet
from serve import launched, serving, told

NETWORKS = {"SimpleConvNet": (SimpleConvNet, 50), "ResNet-20": (ResNet20, 150)}  # ms aimed at
MARKS = {"badak-shown": "in sight", "badak-all-shown": "all maps"}
WARMING = 5  # strokes that are not counted
DOT = 1000  # milliseconds to wait within a stroke, in which a slow network shows nothing
WATCH = """(mark) => {
  const pad = document.getElementById("pad");
  globalThis.delays = [];
  let since = null;
  const moved = (event) => {
    if (event.buttons) since = event.timeStamp;
  };
  for (const kind of ["pointerdown", "pointermove"])
    pad.addEventListener(kind, moved, { capture: true });
  new PerformanceObserver((list) => {
    const shown = list.getEntriesByName(mark).at(-1);
    if (!shown || since === null || shown.startTime < since) return;
    const begun = since;
    since = null;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => delays.push(performance.now() - begun); // the first task after a paint
    requestAnimationFrame(() => port2.postMessage(null));
  }).observe({ type: "mark" });
}"""
SHOWN = "() => delays.length > 0"
ALL_OPEN = "[...document.querySelectorAll('#stages details')].every((layer) => layer.open)"
OPEN_ALL = "for (const layer of document.querySelectorAll('#stages details')) layer.open = true"


def delays(page, mark, strokes):
    """Milliseconds from the movement of each short stroke to the paint after a mark."""
    page.locator("#pad").wait_for(state="attached")
    instead = page.get_by_role("button", name="Draw instead")
    if instead.count():
        instead.click()
    page.locator("#pad").wait_for()
    page.evaluate(OPEN_ALL)
    assert page.evaluate(ALL_OPEN)
    page.evaluate(WATCH, mark)
    box = page.locator("#pad").bounding_box()
    times = []
    for stroke in range(strokes + WARMING):
        x = box["x"] + box["width"] * (0.2 + 0.05 * (stroke % 12))
        y = box["y"] + box["height"] * (0.2 + 0.05 * (stroke // 12 % 12))
        page.mouse.move(x, y)
        page.evaluate("delays.length = 0")
        page.mouse.down()
        with suppress(TimeoutError):
            page.wait_for_function(SHOWN, timeout=DOT)
        page.evaluate("delays.length = 0")
        page.mouse.move(x + 0.05 * box["width"], y)
        with suppress(TimeoutError):
            page.wait_for_function(SHOWN, timeout=DOT)
        if not page.evaluate(SHOWN):  # a slow network is shown at the stroke's end
            page.mouse.move(x + 0.06 * box["width"], y)
            page.mouse.up()
            page.wait_for_function(SHOWN)
        times.append(page.evaluate("delays[0]"))
        page.mouse.up()
    return times[WARMING:]


@contextmanager
def addresses(folder, name, make):
    """The addresses of a network's two pages."""
    net = make()
    net.save(folder / f"{name}.safetensors")
    exported = folder / f"{name}.html"
    prepare = "digit" if net.input_shape == (1, 28, 28) else "picture"
    exported.write_text(html_page(net, name, prepare=prepare), encoding="utf-8")
    with serving(folder / f"{name}.safetensors") as served:
        yield {"badak serve": served, "exported page": exported.as_uri()}


def main():
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--strokes", type=int, default=40)
    chosen = options.parse_args()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = launched(playwright)
        for name, (make, aim) in NETWORKS.items():
            with addresses(Path(folder), name, make) as pages:
                for where, address in pages.items():
                    for mark, what in MARKS.items():
                        page = browser.new_page(viewport={"width": 1280, "height": 900})
                        page.goto(address)
                        times = delays(page, mark, chosen.strokes)
                        page.close()
                        told(
                            f"{name}, {where}, {what}",
                            f"{statistics.median(times):.0f} ms "
                            f"median (aim {aim}), {max(times):.0f} ms at most, of {len(times)}",
                        )
        browser.close()


if __name__ == "__main__":
    main()
