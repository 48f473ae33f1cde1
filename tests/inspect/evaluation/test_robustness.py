"""shift_robustness against shifting with np.roll, and a network that sees one pixel."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak import BadakError, Network, data
from badak.errors import ArgumentTypeError
from badak.inspect import draw, shift_robustness
from badak.inspect.evaluation.robustness import DIRECTIONS, shifted
from badak.layers import Flatten, Linear, MaxPool2d


@given(st.integers(-4, 4), st.integers(-6, 6))
def test_shifted_is_rolled_over_a_wide_margin(down, right):
    images = np.random.default_rng(0).random((2, 3, 4, 6))
    wide = np.pad(images, ((0, 0), (0, 0), (6, 6), (6, 6)))
    expected = np.roll(wide, (down, right), (2, 3))[:, :, 6:10, 6:12]
    np.testing.assert_array_equal(shifted(images, down, right), expected)


def looks_at(row, column):
    """A network for 5x7 images: class 1 if this pixel is above one half."""
    net = Network([Flatten(), Linear(2)], (1, 5, 7), dtype=np.float64)
    weight = np.zeros((2, 5, 7))
    weight[1, row, column] = 1
    own = net.parameters()["linear1.weight"]
    own[...] = weight.reshape(2, 35) if own.shape == (2, 35) else weight.reshape(2, 35).T
    net.parameters()["linear1.bias"][...] = [0.5, 0]
    return net


def one_pixel(row, column):
    image = np.zeros((1, 1, 5, 7))
    image[0, 0, row, column] = 1
    return data.Dataset(image, [1], ["off", "on"])


def test_each_direction_moves_the_image_that_way():
    """A network that looks at the shifted position finds the pixel of (2, 3)."""
    for way, (down, right) in enumerate(DIRECTIONS.values()):
        for distance in (1, 2):
            net = looks_at(2 + distance * down, 3 + distance * right)
            found = shift_robustness(net, one_pixel(2, 3), 2)
            expected = np.zeros((1, 3, 8))
            expected[0, distance, way] = 1
            np.testing.assert_array_equal(found.by_direction, expected)
    assert found.directions[2] == "right"
    assert DIRECTIONS["right"] == (0, 1)


def test_networks_side_by_side_and_their_means():
    generator = np.random.default_rng(0)
    some = data.Dataset(generator.random((300, 1, 5, 7)), np.arange(300) % 2)  # more than a batch
    pooled = Network([MaxPool2d(2), Flatten(), Linear(2)], (1, 5, 7))
    plain = Network([Flatten(), Linear(2)], (1, 5, 7))
    found = shift_robustness({"pooled": pooled, "plain": plain}, some, 3)
    assert (found.names, found.images) == (("pooled", "plain"), 300)
    np.testing.assert_array_equal(found.pixels, [0, 1, 2, 3])
    for row, net in zip(found.by_direction, (pooled, plain), strict=True):
        np.testing.assert_array_equal(row[0], net.evaluate(some).accuracy)
        for distance in (1, 2, 3):
            for way, (down, right) in enumerate(DIRECTIONS.values()):
                moved = shifted(some.images, distance * down, distance * right)
                accuracy = (net.predict(moved) == some.labels).mean()
                assert row[distance, way] == pytest.approx(accuracy)
    np.testing.assert_allclose(found.accuracy, found.by_direction.sum(axis=2) / 8)


@pytest.mark.parametrize(
    ("nets", "given", "pixels", "message"),
    [
        ({}, one_pixel(0, 0), 1, "at least one network; it is empty"),
        (looks_at(0, 0), one_pixel(0, 0), 0, "pixels.*got 0"),
        (looks_at(0, 0), one_pixel(0, 0), 5, "pixels.* 5.*got 5"),
        (looks_at(0, 0), one_pixel(0, 0)[:0], 1, "network 'network': data .*0 images"),
        (
            {"right": looks_at(0, 0), "odd": Network([Flatten(), Linear(2)], (1, 7, 5))},
            one_pixel(0, 0),
            1,
            r"'odd'.*images of \(1, 7, 5\)",
        ),
        (
            {"three": Network([Flatten(), Linear(3)], (1, 5, 7))},
            one_pixel(0, 0),
            1,
            "'three'.*3 classes; data has 2: off, on",
        ),
    ],
)
def test_bad_arguments(nets, given, pixels, message):
    with pytest.raises(BadakError, match=message):
        shift_robustness(nets, given, pixels)


def test_wrong_types():
    with pytest.raises(ArgumentTypeError, match="name -> Network; 'a' is int"):
        shift_robustness({"a": 1}, one_pixel(0, 0), 1)
    with pytest.raises(ArgumentTypeError, match=r"pixels.*got"):
        shift_robustness(looks_at(0, 0), one_pixel(0, 0), 1.5)


def test_curves_drawn_are_the_means(tmp_path):
    found = shift_robustness({"a": looks_at(2, 3), "b": looks_at(2, 4)}, one_pixel(2, 3), 2)
    figure = draw.shift_robustness(found)
    (axes,) = figure.axes
    drawn = {line.get_label(): line.get_ydata() for line in axes.get_lines()}
    np.testing.assert_array_equal([drawn["a"], drawn["b"]], found.accuracy)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
    draw.save(figure, tmp_path / "shift.png")
