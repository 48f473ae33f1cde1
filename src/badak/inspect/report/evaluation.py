"""Pictures of the predictions: what is recognised, how surely, and what moves them."""

from typing import TYPE_CHECKING

from badak.inspect import draw
from badak.inspect.evaluation.class_accuracy import per_class_accuracy as class_accuracy_of
from badak.inspect.evaluation.confusion import confusion_matrix as confusion_of
from badak.inspect.evaluation.embedding import embedding as embedding_of
from badak.inspect.evaluation.misclassified import misclassified as mistakes_of
from badak.inspect.evaluation.reliability import reliability as reliability_of
from badak.inspect.evaluation.robustness import shift_robustness as robustness_of
from badak.inspect.evaluation.roc import roc as roc_of
from badak.inspect.report.trained import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MISTAKES = 24  # images
LAID_OUT, SHIFTED = 1000, 500  # images: for t-SNE, and to be shifted to 33 places
FARTHEST = 4  # pixels


def confusion_matrix(trained: Trained) -> dict[str, "Figure"]:
    """Which class is taken for which."""
    if trained.predictions is None:
        return {}
    return {"confusion": draw.confusion_matrix(confusion_of(trained.predictions))}


def class_accuracy(trained: Trained) -> dict[str, "Figure"]:
    """Each class's accuracy."""
    if trained.predictions is None:
        return {}
    return {"class_accuracy": draw.per_class_accuracy(class_accuracy_of(trained.predictions))}


def misclassified(trained: Trained) -> dict[str, "Figure"]:
    """The surest mistakes, where there are any."""
    if trained.predictions is None or trained.test is None or trained.surest_mistake is None:
        return {}
    found = mistakes_of(trained.predictions, trained.test, MISTAKES)
    return {"misclassified": draw.misclassified(found)}


def reliability(trained: Trained) -> dict[str, "Figure"]:
    """Accuracy beside confidence."""
    if trained.predictions is None:
        return {}
    return {"reliability": draw.reliability(reliability_of(trained.predictions))}


def roc(trained: Trained) -> dict[str, "Figure"]:
    """Each class's curve against the rest."""
    if trained.predictions is None:
        return {}
    return {"roc": draw.roc(roc_of(trained.predictions))}


def embedding(trained: Trained) -> dict[str, "Figure"]:
    """The last hidden layer's outputs on a plane: by t-SNE where scikit-learn is installed."""
    layers = list(trained.net.layers)
    if trained.test is None or len(layers) < 2:
        return {}
    some, last_hidden = trained.test[:LAID_OUT], layers[-2]
    try:
        found = embedding_of(trained.net, some, last_hidden, "tsne")
    except ImportError:
        found = embedding_of(trained.net, some, last_hidden)
    return {"embedding": draw.embedding(found)}


def shift_robustness(trained: Trained) -> dict[str, "Figure"]:
    """Accuracy on shifted images."""
    if trained.test is None:
        return {}
    pixels = min(FARTHEST, *(side - 1 for side in trained.net.input_shape[1:]))
    found = robustness_of({trained.name: trained.net}, trained.test[:SHIFTED], pixels)
    return {"shift_robustness": draw.shift_robustness(found)}
