"""The page in headless Chromium: it computes what badak computes; opening, drawing, files."""

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
from formats.networks import NETWORKS, images, make
from own_layer import Own

PARTS = re.compile('id="(network|weights)">(.*?)</script>', re.DOTALL)
RUN = """
const [network, weights, images] = arguments;
document.getElementById("network").textContent = network;
document.getElementById("weights").textContent = weights;
const other = readNetwork();
return images.map((image) => Array.from(forward(other, image)[other.output]));
"""


def opened(browser, tmp_path, *arguments, **more):
    path = tmp_path / "page.html"
    path.write_text(html_page(*arguments, **more), encoding="utf-8")
    browser.get(path.as_uri())
    return path


@pytest.fixture(scope="module")
def page(_chromium, tmp_path_factory):
    """A page that every network is put into, one after another: quicker than a page for each."""
    opened(_chromium, tmp_path_factory.mktemp("page"), make("lenet"), "Page")
    return _chromium


@pytest.mark.parametrize("name", NETWORKS)
def test_the_forward_pass_agrees(page, name):
    net = make(name)
    x = images(net, 20)
    parts = dict(PARTS.findall(html_page(net, name)))
    pixels = [image.ravel().tolist() for image in x]
    y = page.execute_script(RUN, parts["network"], parts["weights"], pixels)
    np.testing.assert_allclose(y, net(x).reshape(len(x), -1), atol=1e-4)


@pytest.mark.parametrize("name", ["odd", "nested", "lenet1998", "resnet20"])
def test_every_layers_maps_are_the_layers_own(browser, tmp_path, name):
    net = make(name)
    x = images(net, 1)
    opened(browser, tmp_path, net, name)
    shown = browser.execute_script(
        "const values = forward(network, arguments[0]);"
        "return network.stages.map((one) => [one.name, one.shape, Array.from(values[one.value])]);",
        x.ravel().tolist(),
    )
    shown = {key: np.reshape(numbers, shape) for key, shape, numbers in shown}
    leaves = [leaf for top, layer in net.layers.items() for leaf, _ in layer.leaves(top)]
    assert set(leaves) | set(net.layers) <= set(shown)
    for key, layer in net.layers.items():
        x, _ = layer.forward(x, training=False)
        np.testing.assert_allclose(shown[key], x[0], atol=1e-4)


def verdict(browser):
    browser.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0], 50));")
    return browser.find_element("id", "verdict").text


def test_a_drawn_one_is_a_one(browser, tmp_path, learned):
    from selenium.webdriver.common.action_chains import ActionChains

    opened(browser, tmp_path, learned[0], "Digits", prepare="digit")
    assert "; 61,706 parameters." in browser.find_element("id", "about").text
    assert verdict(browser) == "Nothing drawn yet"
    pad = browser.find_element("id", "pad")
    actions = ActionChains(browser, duration=5).move_to_element_with_offset(pad, 5, -80)
    actions.click_and_hold().move_by_offset(0, 150).release().perform()
    assert re.fullmatch(r"1, \d+\.\d%", verdict(browser))
    bars = browser.find_elements("css selector", "#bars li")
    assert [bar.find_element("class name", "name").text for bar in bars] == list("0123456789")
    assert [bar.get_attribute("class") for bar in bars].index("best") == 1
    seen = np.reshape(browser.execute_script("return Array.from(values[0])"), (28, 28))
    rows, _ = np.nonzero(seen > 0.5)
    assert rows.max() - rows.min() == 19  # 20 rows, centred
    assert rows.min() in (4, 5)
    assert abs(np.average(np.arange(28), weights=seen.sum(axis=0)) - 14) <= 0.5
    browser.find_element("id", "clear").click()
    assert verdict(browser) == "Nothing drawn yet"


@pytest.mark.parametrize("size", [(40, 61), (61, 40)])
@pytest.mark.parametrize(("channels", "crop"), [(1, 1), (3, 0.8)])
def test_an_image_file_is_read_as_badak_reads_it(browser, tmp_path, channels, crop, size):
    shape = (channels, 9, 12)
    net = Network([Flatten(), Linear(3)], shape)
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    opened(browser, tmp_path, net, "Pictures", ["cat", "dog", "<b>owl</b>"], crop=crop)
    browser.find_element("id", "file").send_keys(str(tmp_path / "picture.png"))
    expected = read_image(tmp_path / "picture.png", shape, crop=crop)
    assert re.fullmatch(r"(cat|dog|<b>owl</b>), \d+\.\d%", verdict(browser))
    seen = browser.execute_script("return Array.from(values[0])")
    np.testing.assert_allclose(seen, expected.ravel(), atol=1.6 / 255)  # rounded once or twice
    best = int(net.predict(expected)[0])
    assert browser.execute_script("return softmax(values[network.output])")[best] == pytest.approx(
        net.predict_proba(expected)[0, best], abs=0.02
    )


@pytest.mark.parametrize("size", [(90, 30), (30, 90)])
@pytest.mark.parametrize("prepare", ["digit", "picture"])
def test_what_is_shown_of_an_image_is_what_the_network_sees_of_it(browser, tmp_path, prepare, size):
    net = Network([Flatten(), Linear(3)], (1, 28, 28))
    picture = np.full((size[1], size[0]), 230, np.uint8)
    picture[2:9, 2:9] = 40  # a corner, outside the central square
    Image.fromarray(picture).save(tmp_path / "corner.png")
    opened(browser, tmp_path, net, "Page", prepare=prepare)
    browser.find_element("id", "file").send_keys(str(tmp_path / "corner.png"))
    assert "%" in verdict(browser)
    seen = np.reshape(browser.execute_script("return Array.from(values[0])"), (28, 28))
    wide, high, darkest = browser.execute_script(
        "const pad = document.getElementById('pad');"
        "const { data } = pad.getContext('2d').getImageData(0, 0, pad.width, pad.height);"
        "return [pad.width, pad.height, data.filter((_, i) => i % 4 < 3).reduce("
        "  (a, b) => Math.min(a, b))];"
    )
    if prepare == "digit":  # the digit is searched for in the whole image
        assert wide / high == pytest.approx(size[0] / size[1], rel=0.02)
        assert darkest == 40
        assert seen.max() > 0.9
    else:
        assert wide == high
        assert darkest == 230
        assert np.ptp(seen) < 0.01


def test_nothing_is_asked_of_a_network(browser, tmp_path):
    opened(browser, tmp_path, make("lenet"), "Page")
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
    refused = browser.execute_async_script(
        "fetch('data:text/plain,x').then(() => arguments[0]('let through'))"
        ".catch(() => arguments[0]('refused'));"
    )
    assert refused == "refused"
    browser.get_log("browser")  # Chromium logs what it refused


def test_words_of_the_run_are_words_on_the_page(browser, tmp_path):
    names = ["</script><script>alert(1)</script>", "{{weights}}", "\u2600"]
    net = Network({"a<b>{{title}}": Flatten(), "last": Linear(3)}, (1, 2, 2))
    opened(browser, tmp_path, net, "<i>{{network}}</i>", names)
    assert browser.title == "<i>{{network}}</i>"
    assert browser.execute_script("return network.classes") == names
    assert browser.find_element("css selector", "#stages b").get_property("textContent") == (
        "a<b>{{title}}"
    )


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


def test_the_json_is_json(tmp_path):
    page = html_page(make("resnet20"), "Page")
    text = re.search(r'<script type="application/json" id="network">(.*?)</script>', page)[1]
    assert json.loads(text)["classes"] == list("0123456789")
