"""Pictures of the training: how the network learnt, and what its filters became."""

from typing import TYPE_CHECKING

from badak.inspect import draw
from badak.inspect.draw import Animation
from badak.inspect.draw.panels.image import scale_of
from badak.inspect.features.filters import filters
from badak.inspect.history.curves import learning_curve as curve_of
from badak.inspect.report.trained import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def learning_curve(trained: Trained) -> dict[str, "Figure"]:
    """Accuracy and loss by epoch, once one has ended."""
    if trained.history is None or not trained.history.epochs:
        return {}
    return {"learning_curve": draw.learning_curve(curve_of(trained.history))}


def health(trained: Trained) -> dict[str, "Figure"]:
    """Accuracy, dead units and sizes of updates by step."""
    if trained.moments is None:
        return {}
    return {"health": draw.health_over_time(trained.moments)}


def filters_before(trained: Trained) -> dict[str, "Figure"]:
    """The first convolution's filters before training."""
    if trained.start is None or not trained.convolutions:
        return {}
    return {"filters_before": draw.filters(filters(trained.start), scale=_scale(trained))}


def filters_after(trained: Trained) -> dict[str, "Figure"]:
    """The first convolution's filters."""
    if not trained.convolutions:
        return {}
    return {"filters_after": draw.filters(filters(trained.net), scale=_scale(trained))}


def _scale(trained: Trained) -> float:
    """The deepest colour's weight, the same before and after, as the two are compared."""
    nets = [net for net in (trained.start, trained.net) if net is not None]
    return scale_of(*(filters(net) for net in nets))


def filters_over_time(trained: Trained) -> dict[str, "Figure"]:
    """Some of the first convolution's filters, a row a moment."""
    if trained.moments is None or not trained.convolutions:
        return {}
    return {"filters_over_time": draw.filters_over_time(trained.moments)}


def maps_over_time(trained: Trained) -> dict[str, "Figure"]:
    """The first convolution's maps of an image, a row a moment."""
    if trained.moments is None or not trained.convolutions:
        return {}
    return {"maps_over_time": draw.maps_over_time(trained.moments)}


def time_machine(trained: Trained) -> dict[str, Animation]:
    """Filters, maps and confusion matrix, a page a moment."""
    moments = trained.moments
    if moments is None:
        return {}
    confusion = {"changing_confusion": draw.changing_confusion(moments, trained.names)}
    if not trained.convolutions:
        return confusion
    return {
        "growing_filters": draw.growing_filters(moments),
        "changing_maps": draw.changing_maps(moments),
        **confusion,
    }
