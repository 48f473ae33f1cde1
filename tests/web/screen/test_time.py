"""The time machine: its slider shows what `badak.inspect.timeline` has; play, pin, links."""

import subprocess
import sys

import pytest

from badak import inspect

SHOWN = "() => performance.getEntriesByName('badak-moment-shown').length"


@pytest.fixture(scope="module")
def moments(serve):
    return inspect.timeline(serve.runs / "digits")


@pytest.fixture
def opened(page, serve):
    page.goto(serve.at("time"))
    page.wait_for_function(SHOWN)
    return page


def confusion(page, side=-1):
    """The matrix that is shown, as rows of integers."""
    table = page.locator("table.time-confusion").nth(side)
    rows = table.locator("tbody tr").evaluate_all(
        "all => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent))"
    )
    return [[int(text.replace(",", "") or 0) for text in row] for row in rows]


def test_it_begins_at_the_end_and_each_step_is_badaks(opened, moments):
    assert str(moments.steps[-1]) in opened.locator("#time-said").inner_text()
    assert confusion(opened) == moments.confusion[-1].tolist()
    slider = opened.locator("#time-step")
    slider.focus()
    for t in (0, 1, 2):
        opened.keyboard.press("Home" if t == 0 else "ArrowRight")
        opened.locator("#time-said", has_text=f"Step {moments.steps[t]} (").wait_for()
        assert confusion(opened) == moments.confusion[t].tolist()
        accuracy = f"accuracy {100 * moments.accuracy[t]:.1f}%"
        opened.locator(".curve-accuracy", has_text=accuracy).wait_for()
        dead = opened.locator(".time-lines").first.locator("b").all_inner_texts()
        assert dead[0] == f"{100 * moments.dead['relu1'][t]:.1f}%"


def test_filters_are_those_of_the_step_on_one_scale(opened, moments):
    opened.goto(opened.url.split("#")[0] + f"#time?step={moments.steps[1]}&layer=conv1")
    opened.locator("#time-said", has_text=f"Step {moments.steps[1]} ").wait_for()
    filters = moments.filters["conv1"]
    largest = abs(filters).max()
    scale = f"±{float(f'{largest:.3g}')} in filters"
    opened.locator(".time-layer .hint", has_text=scale).wait_for()
    pixel = (
        opened.locator(".time-filters canvas")
        .nth(2)
        .evaluate(
            "(canvas) => [...canvas.getContext('2d').getImageData(3, 1, 1, 1).data].slice(0, 3)"
        )
    )
    value = filters[1, 2, 0, 1, 3]
    end = (0xC2, 0x41, 0x0C) if value > 0 else (0x1D, 0x5F, 0xB8)
    expected = [255 + abs(value) / largest * (colour - 255) for colour in end]
    assert pixel == pytest.approx(expected, abs=1.5)


def test_two_steps_side_by_side(opened, moments):
    opened.locator("#time-step").focus()
    opened.keyboard.press("Home")
    opened.keyboard.press("p")
    opened.keyboard.press("End")
    opened.locator(".side h2", has_text=f"Step {moments.steps[-1]}").wait_for()
    assert confusion(opened, 0) == moments.confusion[0].tolist()
    assert confusion(opened, 1) == moments.confusion[-1].tolist()
    opened.wait_for_url("**pin=0**")


def test_a_link_restores_what_was_seen(new_page, serve, moments):
    page = new_page()
    page.goto(serve.at(f"time?step={moments.steps[2]}&pin={moments.steps[1]}&layer=conv2"))
    page.locator("#pin", has_text=f"Unpin step {moments.steps[1]}").wait_for()
    assert page.locator("#time-step").input_value() == "2"
    assert page.locator(".time-layer select").input_value() == "conv2"


def test_it_plays_to_the_end_and_stops(opened, moments):
    opened.locator("#play").click()
    opened.locator("#time-said", has_text="Step 0 ").wait_for()
    opened.locator("#play", has_text="Pause").wait_for()
    opened.locator("#play", has_text="Play").wait_for()
    opened.wait_for_url(f"**step={moments.steps[-1]}**")


def test_a_large_run_is_asked_for_moment_by_moment(page, serve, moments):
    """The server's answer is made to say that it is not whole; the page then asks on."""
    page.add_init_script(
        """const there = Response.prototype.arrayBuffer;
        Response.prototype.arrayBuffer = async function () {
          const buffer = await there.call(this);
          if (!this.url.endsWith("/timeline")) return buffer;
          const length = new Uint32Array(buffer, 0, 1)[0], bytes = new Uint8Array(buffer);
          const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
          const changed = header.replace('"whole": true', '"whole":false');
          bytes.set(new TextEncoder().encode(changed), 8);
          return buffer;
        };"""
    )
    asked = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.goto(serve.at("time?step=0"))
    page.locator("#time-said", has_text="Step 0 ").wait_for()
    page.wait_for_function(SHOWN)
    assert "moment" in asked
    assert confusion(page) == moments.confusion[0].tolist()


def test_without_snapshots_it_says_how_to_get_some(page, serve):
    (serve.runs / "digits" / "snapshots.safetensors").rename(serve.runs / "kept")
    try:
        page.goto(serve.at("time"))
        page.locator(".empty-state", has_text="--snapshots 20").wait_for()
    finally:
        (serve.runs / "kept").rename(serve.runs / "digits" / "snapshots.safetensors")


def test_the_code_runs_as_it_stands(opened, serve):
    opened.locator(".copied summary").click()
    code = opened.locator(".copied pre", has_text="inspect.timeline(").inner_text()
    subprocess.run([sys.executable, "-c", code], cwd=serve.runs.parent, check=True)


def test_korean(new_page, serve):
    page = new_page(locale="ko-KR")
    page.goto(serve.at("time?step=0"))
    page.locator("#time-said", has_text="0번 갱신한 뒤").wait_for()
