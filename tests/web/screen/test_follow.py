"""Follow a number: what the page shows are badak's numbers, forward, as im2col, and backward."""

import base64
import re
from urllib.parse import unquote, urlencode

import numpy as np
import pytest

import badak
from badak import inspect, ops
from badak.layers import (
    AvgPool2d,
    BatchNorm2d,
    Concat,
    Conv2d,
    Flatten,
    GlobalAvgPool2d,
    GroupNorm,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    ZeroPad2d,
)
from badak.ops.window import Window

TARGET = "(of) => document.querySelector('.panel select')?.value === of"
NUMBER = re.compile(r"-?\d[\d.]*(?:e-?\d+)?")


@pytest.fixture(scope="module")
def net(run):
    return badak.load(run / "best.safetensors")


@pytest.fixture(scope="module")
def image():
    """The image that the page begins with."""
    return badak.data.load("digits")[1].images[0]


@pytest.fixture
def follow(page, serve):
    """A function that opens a place of the served run, and waits until it is drawn."""

    def at(layer, index, title=None, **state):
        link(page, serve.address, layer, index, **state)
        shown(page, title or f"{layer.removesuffix('()')}[{', '.join(map(str, index))}]")
        return page

    return at


def link(page, address, layer, index, **state):
    """Go to a place; in a page that is open already, as Back and Forward do."""
    place = dict(zip(("channel", "y", "x"), index, strict=False))
    if network := re.search(r"[?&]network=([^&]*)", page.url):
        state["network"] = unquote(network[1])
    words = f"#follow?{urlencode({'layer': layer, **place, **state})}"
    if network:
        page.evaluate("(words) => { location.hash = words; }", words)
    else:
        page.goto(address + words)


def shown(page, title):
    """Wait until the panel is drawn for a place."""
    page.locator(".panel:not([aria-busy]) h2", has_text=title).wait_for()


def value(page, place=".panel .result output"):
    return float(page.locator(place).get_attribute("data-value"))


def plain(text):
    """A text of the page with the minus that Python knows."""
    return text.replace("\N{MINUS SIGN}", "-")


def read(text):
    return float(NUMBER.search(plain(text))[0])


def cells(page, nth, titles=True):
    """The numbers of a table among those in a row, at the precision of their titles."""
    table = page.locator(".product table.numbers").nth(nth)
    found = table.locator("td").evaluate_all("all => all.map((cell) => cell.title || '0')")
    return np.array([read(title) for title in found])


def test_a_convolutions_number(follow, net, image):
    page = follow("conv2", (5, 3, 4))
    pixel = inspect.explain_pixel(net, image, "conv2", 5, 3, 4)
    assert value(page) == pytest.approx(pixel.value, rel=1e-6)
    strongest = int(np.argmax(abs(pixel.products.sum(axis=(1, 2)))))
    for nth, expected in enumerate((pixel.patch, pixel.weight, pixel.products)):
        np.testing.assert_allclose(
            cells(page, nth), expected[strongest].ravel(), rtol=1e-5, atol=1e-6
        )
    sums = page.locator("table[aria-label^='What each channel adds'] td")
    total = sum(read(cell.get_attribute("title").split(":")[1]) for cell in sums.all())
    assert total + pixel.bias == pytest.approx(pixel.value, abs=1e-3)
    page.locator(".onwards .chip").click()
    shown(page, f"{list(net.layers)[list(net.layers).index('conv2') + 1]}[5, 3, 4]")


def test_its_steps_run_one_after_another(follow, net, image):
    page = follow("conv1", (1, 9, 8))
    pixel = inspect.explain_pixel(net, image, "conv1", 1, 9, 8)
    products = pixel.products.ravel()
    slider, said = page.locator(".player input"), page.locator(".running")
    slider.fill("6")
    assert read(said.inner_text().split("sum so far")[1]) == pytest.approx(
        products[:7].sum(), rel=1e-3, abs=1e-6
    )
    page.locator("button[aria-label='Next step']").click()
    assert read(said.inner_text().split("sum so far")[1]) == pytest.approx(
        products[:8].sum(), rel=1e-3, abs=1e-6
    )
    assert page.locator(".product table").last.locator("td.later").count() == products.size - 8
    slider.fill(str(products.size - 4))
    page.locator("button[aria-label='Play']").click()
    page.locator("button[aria-label='Pause']").wait_for()
    page.locator("button[aria-label='Play']").wait_for()  # it stops at the end by itself
    assert slider.input_value() == str(products.size)


def test_nothing_moves_by_itself_for_those_who_ask_for_calm(new_page, serve):
    page = new_page(reduced_motion="reduce")
    link(page, serve.address, "conv1", (1, 9, 8))
    shown(page, "conv1[1, 9, 8]")
    slider = page.locator(".player input")
    slider.fill("2")
    page.locator("button[aria-label='Play']").click()
    assert slider.input_value() == slider.get_attribute("max")
    assert page.locator("button[aria-label='Pause']").count() == 0


def test_on_a_phone_a_tap_leads_to_the_number(new_page, serve):
    page = new_page(viewport={"width": 360, "height": 740}, has_touch=True)
    for layer, index in [("conv2", (5, 3, 4)), ("pool1", (2, 4, 5)), ("linear1", (7,))]:
        for mode in ("step", "columns", "back", "sandbox"):
            link(page, serve.address, layer, index, mode=mode)
            page.locator(f".modes [data-mode={mode}][aria-pressed=true]").wait_for()
            shown(page, "Sandbox" if mode == "sandbox" else f"{layer.removesuffix('()')}[")
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, (layer, mode)
    link(page, serve.address, "conv1", (1, 9, 8), mode="step")
    shown(page, "conv1[1, 9, 8]")
    tiles = page.locator("[data-layer=pool1] canvas").first
    tiles.scroll_into_view_if_needed()
    tiles.tap(position={"x": 20, "y": 20})
    shown(page, "pool1[")
    assert 0 <= page.locator(".panel").bounding_box()["y"] < 200


def test_from_the_probability_down_to_the_image(follow, net, image):
    """Each step leads to one of the numbers that made it; the trail and Back lead up again."""
    label = int(net.predict(image[None])[0])
    page = follow("softmax()", (label,))
    assert value(page) == pytest.approx(net.predict_proba(image[None])[0, label], rel=1e-5)
    page.locator("button[title^='Follow the logit']").nth(label).click()
    walked = [f"softmax[{label}]"]
    for _ in range(20):
        title = page.locator(".panel:not([aria-busy]) h2").inner_text().split(" =")[0]
        if title.startswith("image"):
            break
        walked.append(title)
        step = page.locator(".body [data-focus=patch] td:not(.out), .body .chip.place")
        step.first.click()
        page.wait_for_function(
            "(title) => !document.querySelector('.panel h2').textContent.startsWith(title)",
            arg=title,
        )
        page.locator(".panel:not([aria-busy])").wait_for()
    assert title.startswith("image[0, ")
    layers = [place.split("[")[0] for place in walked]
    assert layers == ["softmax", *reversed(list(net.layers))]
    assert page.locator(".trail .place").all_inner_texts() == walked[-12:]
    page.go_back()
    shown(page, walked[-1])
    page.locator(".trail .place", has_text=walked[-3]).click()
    shown(page, walked[-3])


def test_a_pixels_gradient_and_its_overlapping_sums(follow, net, image):
    for of in ("loss", "logit"):
        page = follow("image()", (0, 12, 10), mode="back", label=3, of=of)
        page.wait_for_function(TARGET, arg=of)
        expected = inspect.gradient_maps(net, image, 3, of)[""][0, 12, 10]
        assert value(page) == pytest.approx(expected, rel=1e-4, abs=1e-9)
        entries = page.locator("table[aria-label^='one entry per window'] td").evaluate_all(
            "all => all.map((cell) => cell.title)"
        )
        added = [read(entry.split(": ")[1]) for entry in entries]
        assert len(added) == 25  # the windows that saw it
        assert sum(added) == pytest.approx(expected, rel=1e-3, abs=1e-8)


def test_the_gradient_of_a_number_within(follow, net, image):
    page = follow("pool1", (2, 4, 5), mode="back", label=7)
    expected = inspect.explain_gradient(net, image, "pool1", (2, 4, 5), 7, "logit").gradient
    assert value(page) == pytest.approx(expected, rel=1e-5)
    maps = inspect.gradient_maps(net, image, 7)
    assert value(page) == pytest.approx(maps["pool1"][2, 4, 5], rel=1e-4)
    assert page.locator(".network h2").inner_text() == "Gradients"


def test_a_weights_gradient(follow, net, image):
    page = follow("conv1", (1, 9, 8))
    page.locator(".product table").nth(1).locator("td").nth(7).click()
    name = "conv1.weight[1, 0, 1, 2]"
    shown(page, name)
    label = int(net.predict(image[None])[0])
    expected = inspect.explain_weight_gradient(
        net, image, "conv1.weight", (1, 0, 1, 2), label, "logit"
    )
    assert value(page) == pytest.approx(expected.gradient, rel=1e-4)


def test_the_cell_of_im2col(follow, net, image):
    page = follow("conv2", (5, 3, 4), mode="columns")
    conv, x = net.layers["conv2"], inspect.feature_maps(net, image)["pool1"]
    weight = net.parameters()["conv2.weight"]
    matrix = ops.im2col(x[None], weight.shape[2:], stride=conv.stride, padding=conv.padding)[0]
    product = weight.reshape(len(weight), -1) @ matrix
    width = inspect.explain_pixel(net, image, "conv2", 5, 3, 4).output.shape[1]
    column = 3 * width + 4
    words = page.locator(".running").inner_text()
    assert f"Row 5 times column {column}" in words
    assert value(page, ".cell-value") == pytest.approx(product[5, column], rel=1e-5)
    page.locator(".player input").fill("0")  # the first entry of the column
    cell = page.locator(".product table").first.locator("td").first.get_attribute("title")
    assert read(cell) == pytest.approx(matrix[0, column], rel=1e-5, abs=1e-6)
    box = page.locator(".multiplied canvas").first.bounding_box()  # its columns are places
    page.mouse.click(box["x"] + 1, box["y"] + box["height"] / 2)
    shown(page, re.compile(r"conv2\[5, \d+, \d+\]"))
    place = [
        int(number)
        for number in re.findall(r"\d+", page.locator(".panel h2").inner_text().split("]")[0])
    ]
    assert place[1:2] == [5]
    assert (place[2], place[3]) != (3, 4)


SANDBOX = ("size", "kernel", "stride", "padding", "dilation")


def test_the_sandboxs_formula(page, serve):
    page.goto(serve.at("follow?mode=sandbox"))
    for numbers in [(7, 3, 2, 1, 1), (8, 3, 3, 1, 2), (16, 5, 4, 0, 1), (5, 5, 1, 4, 2)]:
        for name, number in zip(SANDBOX, numbers, strict=True):
            page.locator(f"input[name=sandbox-{name}]").fill(str(number))
        size, kernel, stride, padding, dilation = numbers
        window = Window.of(kernel, stride, padding, dilation)
        places = window.output_size(size, size)[0]
        assert page.locator(".formula code").inner_text() == window.formula(0, size)
        assert page.locator(".formula .result").inner_text() == str(places)
        assert page.locator(".slide .place").count() == places**2
        page.locator(".slide .place").last.click()
        rows = [(places - 1) * stride - padding + dilation * cell for cell in range(kernel)]
        words = plain(page.locator(".running").inner_text())
        assert f"reads rows {', '.join(map(str, rows))} and" in words
        assert ("No window reaches" in words) == (max(rows) < size - 1)
    # Chromium allows few changes of an address a second: after many at once the page waits.
    page.wait_for_url(re.compile(r"sandbox=5\.5\.1\.4\.2"))
    page.reload()
    assert page.locator(".formula code").inner_text() == window.formula(0, size)


def test_a_window_that_does_not_fit(page, serve):
    page.goto(serve.at("follow?mode=sandbox&sandbox=4.3.1.0.2"))
    words = page.locator(".sandbox .fault.running").inner_text()
    with pytest.raises(badak.BadakError) as fault:
        Window.of(3, dilation=2).output_size(4, 4)
    assert "covers 5 \N{MULTIPLICATION SIGN} 5" in words
    assert "covers 5x5" in str(fault.value)
    assert "at most 2" in words
    assert "at most 2" in str(fault.value)


def test_the_keyboard_alone(follow, net, image):
    page = follow("relu1", (2, 4, 5))
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('[data-layer=conv1]') !== null"):
            break
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("PageDown")
    page.locator("[data-layer=''] canvas.lit").wait_for()
    page.keyboard.press("Enter")
    height, width = net.layers["conv1"].output_shape(net.input_shape)[1:]
    shown(page, f"conv1[1, {height // 2 + 1}, {width // 2 + 1}]")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('[data-focus=patch]') !== null"):
            break
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    pixel = inspect.explain_pixel(net, image, "conv1", 1, height // 2 + 1, width // 2 + 1)
    shown(page, f"image[0, {pixel.rows[1]}, {pixel.columns[1]}]")
    page.keyboard.press("Backspace")
    shown(page, f"conv1[1, {height // 2 + 1}, {width // 2 + 1}]")
    page.locator(".modes [data-mode=step]").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    shown(page, "conv1[1, ")
    assert page.evaluate("document.activeElement.dataset.mode") == "columns"


def test_pointing_lights_what_a_number_sees(follow, net):
    page = follow("softmax()", (1,))
    tiles = page.locator("[data-layer=pool1] canvas").first
    box = tiles.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.locator("[data-layer=pool1].here").wait_for()
    lit = page.locator("canvas.lit").evaluate_all(
        "all => all.map((one) => one.closest('[data-layer]').dataset.layer)"
    )
    layers = list(net.layers)
    assert lit == ["", *layers[: layers.index("pool1") + 1]]
    page.mouse.move(2, 2)
    page.locator("[data-layer='softmax()'].here").wait_for()


def test_a_link_restores_what_was_seen(follow, new_page):
    page = follow("conv2", (5, 3, 4), mode="columns")
    page.locator(".modes button", has_text="Backward").click()
    page.locator(".panel select").first.select_option("loss")
    page.locator(".panel select").nth(1).select_option("4")
    page.locator(".panel .result output").wait_for()
    shown(page, "conv2[5, 3, 4]")
    seen, address = value(page), page.url
    again = new_page()
    again.context.add_cookies(page.context.cookies())
    again.goto(address)
    shown(again, "conv2[5, 3, 4]")
    assert again.locator(".modes [aria-pressed=true]").inner_text() == "Backward"
    assert value(again) == seen


def explained(net, image):
    """What each way to look at some number should print, by the state of the link."""
    last = {"label": 2, "of": "logit"}
    yield "conv2", (5, 3, 4), {}, inspect.explain_number(net, image, "conv2", (5, 3, 4)).value
    columns = inspect.explain_columns(net, image, "conv2", (5, 3, 4))
    yield "conv2", (5, 3, 4), {"mode": "columns"}, columns.total
    gradient = inspect.explain_gradient(net, image, "pool1", (2, 4, 5), **last)
    yield "pool1", (2, 4, 5), {"mode": "back", **last}, gradient.gradient
    yield "softmax()", (3,), {}, net.predict_proba(image[None])[0, 3]
    cell = inspect.explain_weight_gradient(net, image, "conv1.weight", (1, 0, 1, 2), **last)
    weight = {"mode": "back", "weight": "conv1.weight@1.0.1.2"}
    yield "conv1", (1, 2, 3), weight | last, cell.gradient
    yield "conv1", (1, 2, 3), {"mode": "sandbox", "sandbox": "7.3.2.1.1"}, 9.0


TITLES = {"conv1.weight@1.0.1.2": "conv1.weight[1, 0, 1, 2]", "7.3.2.1.1": "Sandbox"}


def test_the_code_runs_as_it_stands(follow, serve, net, image, monkeypatch, capsys):
    monkeypatch.chdir(serve.runs.parent)
    for layer, index, state, expected in explained(net, image):
        page = follow(
            layer, index, TITLES.get(state.get("sandbox") or state.get("weight")), **state
        )
        if not page.locator(".panel .copied[open]").count():
            page.locator(".panel .copied summary").click()
        page.locator(".panel .copied pre:not(:empty)").wait_for()
        code = page.locator(".panel .copied pre").inner_text()
        exec(compile(code, "copied", "exec"), {})
        numbers = [float(number) for number in NUMBER.findall(capsys.readouterr().out)]
        assert any(number == pytest.approx(expected, rel=1e-3) for number in numbers), code


LAYERS = {
    "wide": Conv2d(6, 3, stride=2, padding=2, dilation=2),
    "norm": BatchNorm2d(),
    "relu": ReLU(),
    "groups": Conv2d(6, 3, padding=1, groups=3),
    "block": Residual([Conv2d(6, 3, padding=1), GroupNorm(2), ReLU()]),
    "branches": Concat([[Conv2d(2, 1)], [AvgPool2d(3, stride=1, padding=1)]]),
    "pad": ZeroPad2d(1),
    "max": MaxPool2d(3, stride=2, padding=1),
    "mean": GlobalAvgPool2d(),
    "flat": Flatten(),
    "end": Linear(3),
}


@pytest.fixture(scope="module")
def many(serving, tmp_path_factory):
    """A server with a network of many kinds of layers, and an image for it as links carry it."""
    runs = tmp_path_factory.mktemp("many") / "runs"
    runs.mkdir()
    net = badak.Network(dict(LAYERS), input_shape=(3, 12, 14), seed=1)
    net.save(runs.parent / "many.safetensors")
    yield from ((net, server) for server in serving(runs, "many.safetensors"))


def test_every_kind_of_layer_both_ways(page, many):
    net, server = many
    pixels = np.random.default_rng(0).integers(0, 65536, net.input_shape).astype("<u2")
    image = (pixels / 65535).astype(np.float32)
    ink = base64.b64encode(pixels.tobytes()).decode()
    outputs = inspect.gradient_maps(net, image, 1)
    for layer, gradients in list(outputs.items())[1:]:
        index = tuple(size // 2 for size in gradients.shape)
        link(page, server.address, layer, index, ink=ink, source="ink")
        shown(page, f"{layer}[")
        expected = inspect.explain_number(net, image, layer, index).value
        assert value(page) == pytest.approx(expected, rel=1e-5, abs=1e-6), layer
        link(page, server.address, layer, index, ink=ink, source="ink", mode="back", label=1)
        page.locator(".modes [data-mode=back][aria-pressed=true]").wait_for()
        shown(page, f"{layer}[")
        assert value(page) == pytest.approx(gradients[index], rel=1e-4, abs=1e-6), layer


def test_without_an_image_there_is_the_sandbox(page, many):
    _, server = many
    page.goto(server.at("follow"))
    page.locator(".nothing", has_text="no image yet").wait_for()
    assert page.locator(".formula code").inner_text() == Window.of(3, 2, 1).formula(0, 7)
    page.locator(".nothing button").click()
    page.locator("main[data-view=draw]").wait_for()
