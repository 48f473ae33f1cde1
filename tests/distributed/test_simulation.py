"""simulate: the efficiencies that a picture shows."""

import numpy as np
import pytest

from badak import BadakError
from badak.distributed import Link, Load, efficiency, simulate
from badak.inspect import draw

LOADS = {
    "small": Load.even(100, 0.001, 0.002, 0.0, 2_000_000, state_bytes=6_000_000),
    "large": Load.even(100, 0.1, 0.2, 0.0, 2_000_000, state_bytes=6_000_000),
}
LINKS = {"slow": Link.gigabits(1), "fast": Link.gigabits(10)}


def test_each_line_is_the_formula():
    found = simulate(LOADS, LINKS, [2, 4, 8], (1, 3))
    assert [list(found), list(found["small"]), list(found["small"]["slow"])] == [
        ["small", "large"],
        ["slow", "fast"],
        ["every step", "every 3 steps"],
    ]
    for name, load in LOADS.items():
        for words, link in LINKS.items():
            lines = found[name][words]
            for every, way in ((1, "every step"), (3, "every 3 steps")):
                expected = [efficiency(load, n, link, sync_every=every) for n in (2, 4, 8)]
                np.testing.assert_array_equal(lines[way], expected)


def test_from_8_to_1024_workers_on_three_links():
    found = simulate(LOADS)
    assert list(found["small"]) == ["1 Gbit/s", "10 Gbit/s", "100 Gbit/s"]
    assert {lines.shape for ways in found["small"].values() for lines in ways.values()} == {(8,)}
    one, ten, hundred = (ways["every step"] for ways in found["small"].values())
    assert (one < ten).all()
    assert (ten < hundred).all()
    assert (np.diff(hundred) < 0).all()


def test_the_lines_drawn_are_the_data():
    workers = [2, 4, 8]
    found = simulate(LOADS, LINKS, workers)
    figure = draw.scaling(workers, found)
    assert [axes.get_title() for axes in figure.axes] == ["small", "large"]
    for axes, network in zip(figure.axes, found.values(), strict=True):
        expected = [shares for ways in network.values() for shares in ways.values()]
        assert len(axes.lines) == len(expected) == 4
        for line, shares in zip(axes.lines, expected, strict=True):
            np.testing.assert_array_equal(line.get_xdata(), workers)
            np.testing.assert_array_equal(line.get_ydata(), shares)
        colours, styles = ([getattr(line, f"get_{what}")() for line in axes.lines]
                           for what in ("color", "linestyle"))  # fmt: skip
        assert colours[0] == colours[1] != colours[2] == colours[3]
        assert styles[0] == styles[2] != styles[1] == styles[3]
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words == ["slow", "fast", "every step", "every 8 steps"]


def test_five_networks_take_two_rows_and_names_are_plain_text():
    found = simulate({f"${number}$": LOADS["small"] for number in range(5)}, LINKS, [2, 4], (1,))
    figure = draw.scaling([2, 4], found)
    visible = [axes.get_title() for axes in figure.axes if axes.get_visible()]
    assert visible == [f"\\${number}\\$" for number in range(5)]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["slow", "fast"]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_the_legend_is_inside_the_picture(count):
    found = simulate({str(number): LOADS["small"] for number in range(count)}, workers=[8, 64])
    figure = draw.scaling([8, 64], found)
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.x1


@pytest.mark.parametrize(
    ("efficiencies", "words"),
    [
        ({}, "efficiencies must have at least one network; it is empty"),
        ({"a": {"b": {"c": [0.5]}}}, r"a, b, c: .* 2 numbers of workers; got shape \(1,\)"),
    ],
)
def test_what_cannot_be_drawn(efficiencies, words):
    with pytest.raises(BadakError, match=words):
        draw.scaling([2, 4], efficiencies)
