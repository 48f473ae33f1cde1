"""Ticks: each label is exactly the value at its place, in pictures of shares and counts."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from badak.inspect import LearningCurve, Predictions, draw, per_class_accuracy, reliability
from badak.inspect.draw.ticks import counts, percents


def labels(axis):
    """The visible labels with their positions."""
    low, high = sorted(axis.get_view_interval())
    places = axis.get_majorticklocs()
    words = axis.get_major_formatter().format_ticks(places)
    return [tick for tick in zip(places, words, strict=True) if low <= tick[0] <= high]


def check_percents(axis):
    shown = labels(axis)
    assert len(shown) > 1
    for place, words in shown:
        assert words.endswith("%")
        assert float(words[:-1]) == pytest.approx(100 * place, abs=1e-9)
    assert len({len(words.partition(".")[2]) for _, words in shown}) == 1  # decimals


@pytest.mark.parametrize(
    ("low", "high"),
    [(0, 1), (0.81, 0.89), (0.8125, 0.8875), (0.97, 1), (0.9961, 0.9999), (0.33, 0.62), (0, 0.07)],
)
@pytest.mark.parametrize("height", [1.2, 2, 3.6])
def test_percents_are_never_rounded(low, high, height):
    axes = Figure(figsize=(4, height)).subplots()
    axes.set_ylim(low, high)
    percents(axes.yaxis)
    check_percents(axes.yaxis)


def test_ticks_of_ones_own_get_the_decimals_they_need():
    axis = Figure().subplots().yaxis
    percents(axis)
    axis.set_ticks([0.825, 0.85, 0.875])
    assert [label.get_text() for label in axis.get_ticklabels()] == ["82.5%", "85.0%", "87.5%"]


@pytest.mark.parametrize("high", [0.4, 1, 3, 9.7, 10, 11, 24, 4_321, 1_250_000])
def test_counts_are_whole(high):
    axes = Figure(figsize=(4, 2)).subplots()
    axes.set_ylim(0, high)
    counts(axes.yaxis)
    for place, words in labels(axes.yaxis):
        assert place == round(place)
        assert words == f"{round(place):,}"


def test_the_pictures_ticks_say_what_they_stand_at():
    curve = LearningCurve(np.arange(1, 4), *[np.array([0.81, 0.85, 0.89])] * 4)
    check_percents(draw.learning_curve(curve).axes[0].yaxis)
    labels_, n = [0] * 11, 11
    rows = np.tile([0.95, 0.05], (n, 1))
    found = Predictions(labels_, rows, ["cat", "dog"])
    upper, lower = draw.reliability(reliability(found)).axes
    for axis in (upper.yaxis, upper.xaxis, lower.xaxis):
        check_percents(axis)
    assert [words for _, words in labels(lower.yaxis)] == ["0", "5", "10"]
    many = Predictions([0] * 900 + [1] * 900, np.repeat(np.eye(2), 900, axis=0), ["cat", "dog"])
    check_percents(draw.per_class_accuracy(per_class_accuracy(many)).axes[0].xaxis)
