"""Sections on the predictions: how accurate and how confident they are, and what changes them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from badak.inspect import draw
from badak.inspect.evaluation.class_accuracy import per_class_accuracy as class_accuracy_of
from badak.inspect.evaluation.confusion import confusion_matrix as confusion_of
from badak.inspect.evaluation.embedding import embedding as embedding_of
from badak.inspect.evaluation.misclassified import misclassified as mistakes_of
from badak.inspect.evaluation.predictions import Predictions
from badak.inspect.evaluation.reliability import reliability as reliability_of
from badak.inspect.evaluation.robustness import shift_robustness as robustness_of
from badak.inspect.evaluation.roc import roc as roc_of
from badak.inspect.report.section import Pictures, Section
from badak.inspect.report.trained import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MISTAKES = 24  # images
LAID_OUT, SHIFTED = 1000, 500  # images: for t-SNE, and to be shifted to 33 positions
MAX_SHIFT = 4  # pixels


def _of_predictions(
    name: str, judge: Callable[[Predictions], Any], figure: Callable[[Any], "Figure"]
) -> Callable[[Trained], Pictures]:
    """Return a section's function: it draws one measure of the predictions, if there are any."""

    def pictures(trained: Trained) -> Pictures:
        if trained.predictions is None:
            return {}
        return {name: figure(judge(trained.predictions))}

    return pictures


def misclassified(trained: Trained) -> Pictures:
    """The most confident mistakes, if there are any."""
    if trained.predictions is None or trained.test is None or trained.surest_mistake is None:
        return {}
    mistakes = mistakes_of(trained.predictions, trained.test, MISTAKES)
    return {"misclassified": draw.misclassified(mistakes)}


def embedding(trained: Trained) -> Pictures:
    """The last hidden layer's outputs on a plane: by t-SNE if scikit-learn is installed."""
    layers = list(trained.net.layers)
    if trained.test is None or len(layers) < 2:
        return {}
    some, last_hidden = trained.test[:LAID_OUT], layers[-2]
    try:
        layout = embedding_of(trained.net, some, last_hidden, "tsne")
    except ImportError:
        layout = embedding_of(trained.net, some, last_hidden)
    return {"embedding": draw.embedding(layout)}


def shift_robustness(trained: Trained) -> Pictures:
    """Accuracy on shifted images."""
    if trained.test is None:
        return {}
    pixels = min(MAX_SHIFT, *(side - 1 for side in trained.net.input_shape[1:]))
    robustness = robustness_of({trained.name: trained.net}, trained.test[:SHIFTED], pixels)
    return {"shift_robustness": draw.shift_robustness(robustness)}


SECTIONS = (
    Section(
        "Confusion matrix",
        "One row per true class, one column per predicted class. Everything off the diagonal is a "
        "mistake.",
        _of_predictions("confusion", confusion_of, draw.confusion_matrix),
    ),
    Section(
        "Accuracy of each class",
        "The share of each class's images that the network classified correctly. The line is the "
        "95 % confidence interval, which is wide if a class has few images.",
        _of_predictions("class_accuracy", class_accuracy_of, draw.per_class_accuracy),
    ),
    Section(
        "Most confident mistakes",
        "Above each image: its true class, the predicted class and the network's confidence. The "
        "most confident mistake comes first.",
        misclassified,
    ),
    Section(
        "Reliability",
        "Of the images predicted with 80 % confidence, 80 in a hundred should be right. A bar "
        "below the diagonal means that the network is too confident, a bar above it that it is not "
        "confident enough.",
        _of_predictions("reliability", reliability_of, draw.reliability),
    ),
    Section(
        "ROC curves",
        "The share of a class's images that are found, against the share of false alarms. The "
        "nearer a curve comes to the upper left corner, the better.",
        _of_predictions("roc", roc_of, draw.roc),
    ),
    Section(
        "How the last hidden layer separates the classes",
        "One point per test image, up to a thousand, coloured by true class. Images that look "
        "alike to the network lie near each other.",
        embedding,
    ),
    Section(
        "Robustness to shifts",
        "Accuracy on images shifted by a number of pixels: the mean of eight directions, and a "
        "band from the worst to the best.",
        shift_robustness,
    ),
)
