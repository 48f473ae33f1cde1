"""The page computes what badak computes; in Chromium: drawing, files, other people's words."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from badak.data import read_image
from badak.errors import BadakError
from badak.formats.page.html import html_page
from badak.layers import Flatten, Linear, Residual
from badak.network import Network
from browser import DIGITS, draw
from formats import page_network
from formats.networks import NETWORKS, images, make
from formats.page.opened import opened, seen, take, verdict
from own_layer import Own


@pytest.mark.parametrize("name", NETWORKS)
def test_the_forward_pass_agrees(tmp_path, name):
    net = make(name)
    x = images(net, 20)
    y = page_network.outputs(page_network.parts(net), x, tmp_path)
    np.testing.assert_allclose(y, net(x).reshape(len(x), -1), atol=1e-4)


@pytest.mark.parametrize("name", ["odd", "nested", "lenet1998", "resnet20"])
def test_every_layers_maps_are_the_layers_own(tmp_path, name):
    net = make(name)
    x = images(net, 1)
    shown = page_network.maps(page_network.parts(net), x[0], tmp_path)
    leaves = [leaf for top, layer in net.layers.items() for leaf, _ in layer.leaves(top)]
    assert set(leaves) | set(net.layers) <= set(shown)
    for key, layer in net.layers.items():
        x, _ = layer.forward(x, training=False)
        np.testing.assert_allclose(shown[key], x[0], atol=1e-4)


def test_a_drawn_one_is_a_one(page, tmp_path, learned):
    opened(page, tmp_path, learned[0], "Digits", prepare="digit")
    assert "; 61,706 parameters." in page.locator("main").inner_text()
    verdict(page, "Nothing drawn yet")
    draw(page, DIGITS[1])
    verdict(page, re.compile(r"^1, \d+\.\d%$"))
    assert page.locator("#bars .name").all_inner_texts() == list("0123456789")
    best = page.locator("#bars li").evaluate_all("all => all.map((bar) => bar.className)")
    assert best.index("best") == 1
    ink = seen(page)
    rows, _ = np.nonzero(ink > 0.5)
    assert rows.max() - rows.min() == 19  # 20 rows, centred
    assert rows.min() in (4, 5)
    assert abs(np.average(np.arange(28), weights=ink.sum(axis=0)) - 14) <= 0.5
    page.locator("#clear").click()
    verdict(page, "Nothing drawn yet")


@pytest.mark.parametrize("size", [(40, 61), (61, 40)])
@pytest.mark.parametrize(("channels", "crop"), [(1, 1), (3, 0.8)])
def test_an_image_file_is_read_as_badak_reads_it(page, tmp_path, channels, crop, size):
    shape = (channels, 9, 12)
    net = Network([Flatten(), Linear(3)], shape)
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    opened(page, tmp_path, net, "Pictures", ["cat", "dog", "<b>owl</b>"], crop=crop)
    take(page, tmp_path / "picture.png")
    expected = read_image(tmp_path / "picture.png", shape, crop=crop)
    said = verdict(page, re.compile(r"^(cat|dog|<b>owl</b>), \d+\.\d%$"))
    once_or_twice = 1.6 / 255  # rounded
    np.testing.assert_allclose(seen(page, expected.shape), expected, atol=once_or_twice)
    share = net.predict_proba(expected)[0, int(net.predict(expected)[0])]
    assert float(said.split(", ")[1].rstrip("%")) / 100 == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("size", [(90, 30), (30, 90)])
@pytest.mark.parametrize("prepare", ["digit", "picture"])
def test_what_is_shown_of_an_image_is_what_the_network_sees_of_it(page, tmp_path, prepare, size):
    net = Network([Flatten(), Linear(3)], (1, 28, 28))
    picture = np.full((size[1], size[0]), 230, np.uint8)
    picture[2:9, 2:9] = 40  # a corner, outside the central square
    Image.fromarray(picture).save(tmp_path / "corner.png")
    opened(page, tmp_path, net, "Page", prepare=prepare)
    take(page, tmp_path / "corner.png")
    verdict(page, "%")
    wide, high, darkest = page.evaluate(
        """() => {
          const pad = document.getElementById("pad");
          const { data } = pad.getContext("2d").getImageData(0, 0, pad.width, pad.height);
          const darkest = data.filter((_, i) => i % 4 < 3).reduce((a, b) => Math.min(a, b));
          return [pad.width, pad.height, darkest];
        }"""
    )
    if prepare == "digit":  # the digit is searched for in the whole image
        assert wide / high == pytest.approx(size[0] / size[1], rel=0.02)
        assert darkest == 40
        assert seen(page).max() > 0.9
    else:
        assert wide == high
        assert darkest == 230
        assert np.ptp(seen(page)) < 0.01


def test_nothing_is_asked_of_a_network(page, complaints, tmp_path):
    opened(page, tmp_path, make("lenet"), "Page")
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0
    assert page.evaluate(
        "fetch('data:text/plain,x').then(() => 'let through', () => 'refused')"
    ) == ("refused")
    assert "Content Security Policy" in complaints.pop()
    complaints.clear()


def test_words_of_the_run_are_words_on_the_page(page, tmp_path):
    names = ["</script><script>alert(1)</script>", "{{weights}}", "\u2600"]
    net = Network({"a<b>{{title}}": Flatten(), "last": Linear(3)}, (1, 2, 2))
    opened(page, tmp_path, net, "<i>{{network}}</i>", names)
    assert page.title().endswith("<i>{{network}}</i>")
    assert page.locator("#bars .name").count() == 3
    assert page.locator("#stages b").first.text_content() == "a<b>{{title}}"
    take(page, picture(tmp_path))
    verdict(page, "%")
    assert page.locator("#bars .name").all_inner_texts() == names


def picture(folder):
    """The path of a small image."""
    path = folder / "grey.png"
    Image.new("L", (9, 9), 99).save(path)
    return path


def test_what_cannot_be_a_page_is_refused():
    net = Network([Own(), Residual([Own()]), Flatten(), Linear(2)], (1, 4, 4))
    with pytest.raises(BadakError, match=r"HTML export.*'own1'.*'block1\.own1'"):
        html_page(net, "Page")
    with pytest.raises(BadakError, match=r"digit.*\(1, 28, 28\).*got \(1, 4, 4\)"):
        html_page(Network([Flatten(), Linear(2)], (1, 4, 4)), "Page", prepare="digit")
    with pytest.raises(BadakError, match=r"class_names.*got 1"):
        html_page(make("lenet"), "Page", ["one"])
    with pytest.raises(BadakError, match="33,554,432 weights"):
        html_page(Network([Flatten(), Linear(2**11), Linear(2**14)], (1, 2, 2)), "Page")
    net = make("lenet")
    net.parameters()["conv1.weight"][0] = np.inf
    with pytest.raises(BadakError, match=r"finite.*conv1\.weight"):
        html_page(net, "Page")


def test_the_json_is_json():
    held = json.loads(page_network.parts(make("resnet20"))["network"])
    assert held["about"]["classes"] == list("0123456789")
