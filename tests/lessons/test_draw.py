"""The pictures show what was found: their numbers are the data's."""

import numpy as np
import pytest
from PIL import Image

from badak import data, lessons, models
from badak.data import Dataset
from badak.inspect.draw import save
from badak.layers import Conv2d, Flatten, Linear
from badak.lessons import draw
from badak.lessons.learning import Learning
from badak.network import Network

KOREAN = ("고양이", "강아지", "$토끼_$")


@pytest.fixture(scope="module")
def learning():
    """Three trainings by hand; the last broke off."""
    return (
        Learning(np.linspace(2, 1, 30), np.array([0.5, 0.8])),
        Learning(np.linspace(3, 2, 30), np.array([0.25, 0.3])),
        Learning(np.geomspace(2, 1e30, 9), np.array([0.2, np.nan]), stopped=10),
    )


def check(figure, path):
    """Write the picture as readers do; it must not be empty."""
    save(figure, path)
    with Image.open(path) as picture:
        assert np.asarray(picture.convert("L")).std() > 10


def heights(axes):
    return [bar.get_height() for bar in axes.patches]


def words(axes):
    return [text.get_text() for text in axes.texts]


def test_bars_of_permuted_pixels(learning, tmp_path):
    good, bad, _ = learning
    images = np.random.default_rng(0).random((2, 1, 5, 6), np.float32)
    found = lessons.PermutedPixels(
        np.arange(30), images, images[:, :, ::-1], np.array([2, 0]), KOREAN,
        {"dense": good, "convolutional": good}, {"dense": good, "convolutional": bad},
    )  # fmt: skip
    figure = draw.permuted_pixels(found)
    check(figure, tmp_path / "a.png")
    assert figure.axes[0].get_title() == r"\$토끼_\$"
    np.testing.assert_allclose(figure.axes[2].get_images()[0].get_array(), images[0, 0, ::-1])
    assert heights(figure.axes[-1]) == [0.8, 0.8, 0.8, 0.3]
    assert words(figure.axes[-1]) == ["80.0%", "80.0%", "80.0%", "30.0%"]


def test_a_training_that_broke_off_has_a_cross(learning, tmp_path):
    figure = draw.rate_sweep(lessons.RateSweep("sgd", (0.1, 1.0, 10.0), learning, 0.125))
    check(figure, tmp_path / "a.png")
    left, right = figure.axes
    assert left.get_xlabel() == "step"
    lines = left.get_lines()
    assert len(lines) == 4  # a curve each, and the cross
    assert lines[3].get_xdata() == [9]
    assert all(np.asarray(line.get_ydata()).max() <= 6 for line in lines)
    assert words(right) == ["80.0%", "30.0%", "broke off"]
    assert heights(right) == [0.8, 0.3, 0]
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["guessing: 12.5%"]


def test_batch_norm_has_a_panel_for_each_weights(learning, tmp_path):
    good, bad, broken = learning
    found = lessons.BatchNormOnOff((0.01, 1.0), (bad, broken), (good, good))
    figure = draw.batch_norm_on_off(found)
    check(figure, tmp_path / "a.png")
    assert [axes.get_title() for axes in figure.axes] == [
        "initial weights of deviation 0.01\n30% without, 80% with",
        "initial weights of deviation 1\nbroke off without, 80% with",
    ]


def test_plain_and_residual(learning, tmp_path):
    good, bad, _ = learning
    figure = draw.plain_or_residual(lessons.PlainOrResidual(3, good, bad, good))
    check(figure, tmp_path / "a.png")
    assert heights(figure.axes[1]) == [0.8, 0.3, 0.8]
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert legend == ["plain, 4 layers", "plain, 8 layers", "residual, 8 layers"]


def test_activations_and_their_gradients(learning, tmp_path):
    good, bad, _ = learning
    sizes = {"sigmoid": np.array([1e-5, 1e-2]), "relu": np.array([0.1, 0.2])}
    trainings = {"sigmoid": bad, "relu": good}
    found = lessons.ActivationSwitch(trainings, ("conv1", "linear1"), sizes)
    assert found.arriving == {"sigmoid": pytest.approx(1e-3), "relu": 0.5}
    figure = draw.activation_switch(found)
    check(figure, tmp_path / "a.png")
    for line, expected in zip(figure.axes[1].get_lines(), sizes.values(), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), expected)


def test_shift_response_bars_are_the_changes(tmp_path):
    found = lessons.shift_response(models.LeNet5(), data.load("digits")[1], count=3)
    figure = draw.shift_response(found)
    check(figure, tmp_path / "a.png")
    np.testing.assert_array_equal(heights(figure.axes[2]), found.change)
    assert words(figure.axes[2]) == [f"{each:.3f}" for each in found.after_pooling.values()]


def colour_network():
    return Network([Conv2d(2, 3, padding=1), Flatten(), Linear(3)], (3, 8, 7))


def test_colour_images(tmp_path):
    """Pictures of a colour network, with Korean names; a ladder of one rung."""
    images = np.random.default_rng(0).random((6, 3, 8, 7), np.float32)
    some, net = Dataset(images, [0, 1, 2] * 2, KOREAN), colour_network()
    check(draw.layer_ladder(lessons.layer_ladder(net, some, k=2, steps=2)), tmp_path / "a.png")
    check(draw.shift_response(lessons.shift_response(net, some)), tmp_path / "b.png")
    found = lessons.explain_gradient(net, images[0], 1, (2, 0, 3))
    figure = draw.explain_gradient(found)
    check(figure, tmp_path / "c.png")
    assert len(figure.axes) == 1 + 2 * 4 + 1
    total = figure.axes[-1].get_lines()[0].get_ydata()
    assert total[-1] == pytest.approx(found.explained.gradient, rel=1e-4)


def test_a_film_of_a_layer_with_a_korean_name():
    films = []
    for name in ("합성곱", "합성곱곱"):
        net = Network({name: Conv2d(2, 3), "펴기": Flatten(), "출력": Linear(3)}, (1, 5, 5))
        found = lessons.columns_animation(net, np.ones((1, 5, 5)), 1, block=(1, 1))
        films.append(draw.columns_animation(found))
    assert films[0].captions[0].startswith("im2col of 합성곱, channel 0")
    assert films[0].pages[0].width < films[1].pages[0].width  # the letters have a width


def test_the_film_of_a_padded_layer(tmp_path):
    image = np.random.default_rng(0).random((3, 8, 7), np.float32)
    found = lessons.columns_animation(
        colour_network(), image, 1, channel=2, block=(2, 3), start=(0, 0)
    )
    film = draw.columns_animation(found)
    assert len(film.pages) == len(film.captions) == 12
    assert len({page.size for page in film.pages}) == 1
    assert "place (1, 2) becomes column 5" in film.captions[5]
    assert "col2im of conv1, channel 2: column 0" in film.captions[6]
    check(film, tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as picture:
        assert (picture.format, picture.n_frames) == ("GIF", 12)
    pixels = np.asarray(film.pages[0])
    assert (pixels == (255, 201, 168)).all(axis=2).any()  # padding
