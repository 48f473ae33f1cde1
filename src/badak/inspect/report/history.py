"""Pictures of the training: how the network learnt, and what its filters became."""

from badak.inspect import draw
from badak.inspect.draw.panels.signed import scale_of
from badak.inspect.features.filters import filters
from badak.inspect.history.curves import learning_curve as curve_of
from badak.inspect.report.section import Pictures, Section
from badak.inspect.report.trained import Trained


def learning_curve(trained: Trained) -> Pictures:
    """Accuracy and loss by epoch, once one has ended."""
    if trained.history is None or not trained.history.epochs:
        return {}
    return {"learning_curve": draw.learning_curve(curve_of(trained.history))}


def health(trained: Trained) -> Pictures:
    """Accuracy, dead units and sizes of updates by step."""
    if trained.moments is None:
        return {}
    return {"health": draw.health_over_time(trained.moments)}


def filters_before(trained: Trained) -> Pictures:
    """The first convolution's filters before training."""
    if trained.start is None or not trained.convolutions:
        return {}
    return {"filters_before": draw.filters(filters(trained.start), scale=_scale(trained))}


def filters_after(trained: Trained) -> Pictures:
    """The first convolution's filters."""
    if not trained.convolutions:
        return {}
    return {"filters_after": draw.filters(filters(trained.net), scale=_scale(trained))}


def _scale(trained: Trained) -> float:
    """The deepest colour's weight, the same before and after, as the two are compared."""
    nets = [net for net in (trained.start, trained.net) if net is not None]
    return scale_of(*(filters(net) for net in nets))


def filters_over_time(trained: Trained) -> Pictures:
    """Some of the first convolution's filters, a row a moment."""
    if trained.moments is None or not trained.convolutions:
        return {}
    return {"filters_over_time": draw.filters_over_time(trained.moments)}


def maps_over_time(trained: Trained) -> Pictures:
    """The first convolution's maps of an image, a row a moment."""
    if trained.moments is None or not trained.convolutions:
        return {}
    return {"maps_over_time": draw.maps_over_time(trained.moments)}


def time_machine(trained: Trained) -> Pictures:
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


LEARNING = (
    Section(
        "Learning curves",
        "Accuracy and loss after each epoch; where the lines part, the network learns its "
        "training images by heart. The ring marks the epoch of the highest test accuracy.",
        learning_curve,
    ),
    Section(
        "Accuracy, dead units and updates by step",
        "A dead unit is 0 for every image and learns nothing more; updates of about a "
        "thousandth of the weight (dotted) are usual, far more is rough, far less is slow.",
        health,
    ),
)

FILTERS = (
    Section(
        "First filters before training",
        "Random weights: red above 0, blue below, white at 0; filters of colour images are "
        "shown in colour, grey at 0. The number above a filter is its own in every picture.",
        filters_before,
    ),
    Section(
        "First filters after training",
        "The same filters on the same scale, now patterns that the network looks for: edges "
        "between dark and light, and blobs.",
        filters_after,
    ),
    Section(
        "Filters as they grow",
        "A row for each moment from step 0 on; red is above 0, blue below, and all filters "
        "share one scale in all rows.",
        filters_over_time,
    ),
    Section(
        "Maps as they sharpen",
        "What the first layer makes of one image while it learns: red where a filter finds "
        "its pattern, blue where it finds the opposite.",
        maps_over_time,
    ),
    Section(
        "Time machine",
        "Move the slider to go through the training: the filters, what they make of three "
        "images, and which classes are mistaken for which.",
        time_machine,
    ),
)
