"""Sections on single images: why the network gave the answer it gave."""

import numpy as np

from badak.inspect import draw
from badak.inspect.attribution.attributions import attributions as maps_of
from badak.inspect.draw.text import plain
from badak.inspect.evaluation.nearest import nearest
from badak.inspect.evaluation.predictions import Predictions
from badak.inspect.report.section import Pictures, Section
from badak.inspect.report.trained import Trained

EXPLAINED = 3  # images
NEAREST = 8


def attributions(trained: Trained) -> Pictures:
    """Test images of different classes and the most confident mistake, each by every method."""
    test, predictions, mistake = trained.test, trained.predictions, trained.surest_mistake
    if test is None or predictions is None or not trained.convolutions:
        return {}
    _, first = np.unique(test.labels, return_index=True)
    others = [int(place) for place in np.sort(first) if place != mistake]
    places = others[:EXPLAINED] if mistake is None else [*others[: EXPLAINED - 1], mistake]
    figures = {}
    for number, place in enumerate(places, 1):
        maps = maps_of(trained.net, test.images[place], int(predictions.predicted[place]))
        figures[f"attributions_{number}"] = draw.attributions(maps, test.class_names)
        figures[f"attributions_{number}"].suptitle(_answer(predictions, place), fontsize=10)
    return figures


def nearest_to_mistake(trained: Trained) -> Pictures:
    """The most confident mistake beside the training images that resemble it most."""
    train, test, predictions = trained.train, trained.test, trained.predictions
    mistake = trained.surest_mistake
    if train is None or test is None or predictions is None or mistake is None:
        return {}
    # Photos are alike in what they show, which the network sees; figures on paper, in their pixels.
    net = trained.net if test.image_shape[0] == 3 else None
    alike = nearest(train, test.images[mistake], min(NEAREST, len(train)), net)
    figure = draw.nearest(alike, train.class_names)
    figure.suptitle(_answer(predictions, mistake), fontsize=10)
    return {"nearest": figure}


def _answer(predictions: Predictions, place: int) -> str:
    label, guess = predictions.labels[place], predictions.predicted[place]
    true, other = (plain(predictions.class_names[which]) for which in (label, guess))
    answer = "classified correctly" if label == guess else f"classified as {other}"
    return f"test image {place}: {true}, {answer} ({predictions.confidence[place]:.1%})"


SECTIONS = (
    Section(
        "Why this class",
        "The pixels that decide the network's answer, by five methods: bright or red pixels speak "
        "for it, blue ones against it. The last image is the most confident mistake, if any.",
        attributions,
    ),
    Section(
        "A mistake and its nearest training images",
        "The most confident mistake, and the training images that resemble it most, pixel by "
        "pixel: what a simple lookup would have answered.",
        nearest_to_mistake,
    ),
)
