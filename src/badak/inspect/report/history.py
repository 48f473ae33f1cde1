"""Sections on the training: how the network learnt, and how its filters changed."""

from badak.inspect import draw
from badak.inspect.draw.panels.signed import scale_of
from badak.inspect.features.filters import filters
from badak.inspect.history.curves import learning_curve as curve_of
from badak.inspect.report.section import Pictures, Section
from badak.inspect.report.trained import Trained


def learning_curve(trained: Trained) -> Pictures:
    """Accuracy and loss by epoch, if an epoch has ended."""
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
    """The first convolution's filters after training."""
    if not trained.convolutions:
        return {}
    return {"filters_after": draw.filters(filters(trained.net), scale=_scale(trained))}


def _scale(trained: Trained) -> float:
    """One scale for before and after, so that the two can be compared."""
    nets = [net for net in (trained.start, trained.net) if net is not None]
    return scale_of(*(filters(net) for net in nets))


def filters_over_time(trained: Trained) -> Pictures:
    """Some of the first convolution's filters, one row per moment."""
    if trained.moments is None or not trained.convolutions:
        return {}
    return {"filters_over_time": draw.filters_over_time(trained.moments)}


def maps_over_time(trained: Trained) -> Pictures:
    """The first convolution's maps of one image, one row per moment."""
    if trained.moments is None or not trained.convolutions:
        return {}
    return {"maps_over_time": draw.maps_over_time(trained.moments)}


def time_machine(trained: Trained) -> Pictures:
    """Filters, maps and confusion matrix, one page per moment."""
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
        "Accuracy and loss after each epoch. If the training and test curves diverge, the network "
        "is memorising its training images. The ring marks the epoch with the highest test "
        "accuracy.",
        learning_curve,
    ),
    Section(
        "Accuracy, dead units and updates by step",
        "A dead unit outputs 0 for every image and no longer learns. Updates of about a thousandth "
        "of the weight (dotted) are usual; much larger ones make training unstable, much smaller "
        "ones make it slow.",
        health,
    ),
)

FILTERS = (
    Section(
        "First filters before training",
        "Random weights: red is above 0, blue below, white is 0. Filters of colour images are "
        "shown in colour, with grey for 0. A filter keeps its number in every picture.",
        filters_before,
    ),
    Section(
        "First filters after training",
        "The same filters on the same scale. They have become patterns that the network looks "
        "for, such as blobs, and edges between dark and light.",
        filters_after,
    ),
    Section(
        "Filters during training",
        "One row per moment, from step 0 on. Red is above 0, blue below; all rows share one scale.",
        filters_over_time,
    ),
    Section(
        "Feature maps during training",
        "The first convolution's output for one image while it learns: red where a filter finds "
        "its pattern, blue where it finds the opposite.",
        maps_over_time,
    ),
    Section(
        "Time machine",
        "Move the slider to go through the training: the filters, their output for three images, "
        "and which classes are mistaken for which.",
        time_machine,
    ),
)
