"""The sandbox's arithmetic is `Window`'s, for every setting of its sliders."""

import itertools

import numpy as np
import pytest

import node
from badak import BadakError, ops
from badak.ops.window import Window

SETTINGS = list(itertools.product(range(3, 10), (1, 2, 3, 5), (1, 2, 4), (0, 1, 3), (1, 3)))
ASK = """
const settings = JSON.parse(process.argv[2]);
console.log(JSON.stringify(settings.map(([size, kernel, stride, padding, dilation]) => {
  const slide = { kernel, stride, dilation, before: padding, after: padding };
  const places = slidePlaces(slide, size);
  return { formula: slideFormula(slide, size), places, uses: slideUses(slide, size),
    cells: Array.from({ length: Math.max(0, places) }, (_, place) => slideCells(slide, place)) };
})));
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    words = str([list(setting) for setting in SETTINGS])
    found = node.run("parts/window.js", ASK, tmp_path_factory.mktemp("window"), words)
    return list(zip(SETTINGS, found, strict=True))


def test_sizes_and_their_formula(answers):
    for (size, kernel, stride, padding, dilation), found in answers:
        window = Window.of(kernel, stride, padding, dilation)
        assert found["formula"] == window.formula(0, size)
        if found["places"] >= 1:
            assert found["places"] == window.output_size(size, size)[0]
        else:
            with pytest.raises(BadakError, match="does not fit"):
                window.output_size(size, size)


def test_which_cells_are_read_and_how_often(answers):
    """As im2col copies them, and col2im adds them up."""
    for (size, kernel, stride, padding, dilation), found in answers:
        if found["places"] < 1:
            continue
        numbered = np.arange(1.0, size + 1)[None, None, None]  # (1, 1, 1, size): one row
        columns = ops.im2col(
            numbered, (1, kernel), stride=stride, padding=(0, padding), dilation=dilation
        )
        expected = [[cell if 0 <= cell < size else -1 for cell in row] for row in found["cells"]]
        np.testing.assert_array_equal(columns[0].T - 1, expected)
        uses = np.bincount(np.add(found["cells"], padding).ravel().astype(int))
        padded = np.zeros(size + 2 * padding)
        padded[: len(uses)] = uses
        assert found["uses"] == padded.tolist()
