"""What an exported page computes, in Node.js: the network it holds, by its own script."""

import json
import re

import numpy as np

import node
from badak.formats.page.html import html_page

PARTS = re.compile('id="(network|weights)">(.*?)</script>', re.DOTALL)
FORWARD = """
const { page, images } = JSON.parse(fs.readFileSync(process.argv[2]));
globalThis.document = { getElementById: (id) => ({ textContent: page[id] }) };
const read = readNetwork();
console.log(JSON.stringify(images.map((image) => {
  const values = forwardValues(read, image);
  const numbers = (value) => Array.from(values[value]);
  const maps = read.stages.map(({ name, shape, value }) => [name, shape, numbers(value)]);
  return { output: numbers(read.output), maps };
})));
"""


def parts(net, title="Page"):
    """A page's network as JSON and its weights as base64."""
    return dict(PARTS.findall(html_page(net, title)))


def outputs(page, images, folder):
    """The outputs (N, K) for images, of a page's parts."""
    return np.array([seen["output"] for seen in _run(page, images, folder)])


def maps(page, image, folder):
    """Layer -> its output for one image."""
    (seen,) = _run(page, [image], folder)
    return {
        name: np.reshape(values, [int(size) for size in shape])
        for name, shape, values in seen["maps"]
    }


def _run(page, images, folder):
    pixels = [image.ravel().tolist() for image in images]
    (folder / "page.json").write_text(json.dumps({"page": page, "images": pixels}))
    return node.run("engines/network.js", FORWARD, folder, folder / "page.json")
