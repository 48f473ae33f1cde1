"""What the report shows, in the reader's order: to add to it, add an entry here."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, Union

from badak.inspect.draw import Animation
from badak.inspect.report import attribution, checks, evaluation, features, history
from badak.inspect.report.trained import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Pictures = Mapping[str, Union["Figure", Animation]]


class Section(NamedTuple):
    """A title, its pictures, and how to read them.

    Attributes:
        title: a few words.
        sentence: below the pictures: what they show and how to read it.
        draw: what there is to see -> pictures by the names of their files, without endings; none
            where there is nothing to show, and then the section is left out.
    """

    title: str
    sentence: str
    draw: Callable[[Trained], Pictures]


SECTIONS: dict[str, tuple[Section, ...]] = {
    "Learning": (
        Section(
            "Learning curves",
            "Accuracy and loss after each epoch; where the lines part, the network learns its "
            "training images by heart. The ring marks the epoch of the highest test accuracy.",
            history.learning_curve,
        ),
        Section(
            "Accuracy, dead units and updates by step",
            "A dead unit is 0 for every image and learns nothing more; updates of about a "
            "thousandth of the weight (dotted) are usual, far more is rough, far less is slow.",
            history.health,
        ),
    ),
    "Filters": (
        Section(
            "First filters before training",
            "Random weights: red above 0, blue below, white at 0; filters of colour images are "
            "shown in colour, grey at 0. The number above a filter is its own in every picture.",
            history.filters_before,
        ),
        Section(
            "First filters after training",
            "The same filters on the same scale, now patterns that the network looks for: edges "
            "between dark and light, and blobs.",
            history.filters_after,
        ),
        Section(
            "Filters as they grow",
            "A row for each moment from step 0 on; red is above 0, blue below, and all filters "
            "share one scale in all rows.",
            history.filters_over_time,
        ),
        Section(
            "Maps as they sharpen",
            "What the first layer makes of one image while it learns: red where a filter finds "
            "its pattern, blue where it finds the opposite.",
            history.maps_over_time,
        ),
        Section(
            "Time machine",
            "Move the slider to go through the training: the filters, what they make of three "
            "images, and which classes are mistaken for which.",
            history.time_machine,
        ),
    ),
    "Features": (
        Section(
            "What every layer makes of an image",
            "From the top down: a panel for each map, with its number above it; red is above 0, "
            "blue below, and a layer's maps share one scale. The deeper, the less of the image and "
            "the more of its class.",
            features.feature_maps,
        ),
        Section(
            "One number of a convolution",
            "The patch of the image, times the filter, summed: where a filter responds strongly to "
            "a patch with contrast.",
            features.explain_pixel,
        ),
        Section(
            "What excites a unit",
            "The training images that excite some units of the last convolution most, and below "
            "each the patch that the unit saw.",
            features.top_patches,
        ),
        Section(
            "Imagined classes",
            "Images made by gradient ascent to raise each class's output, and how it rose: what "
            "the network takes for typical, not what a person would draw.",
            features.imagined_classes,
        ),
    ),
    "Predictions": (
        Section(
            "Confusion matrix",
            "A row for each true class, a column for each predicted one: what is off the diagonal "
            "was mistaken.",
            evaluation.confusion_matrix,
        ),
        Section(
            "Accuracy of each class",
            "The share of each class's images that was recognised; the line is the 95 % interval, "
            "wide where there are few.",
            evaluation.class_accuracy,
        ),
        Section(
            "Surest mistakes",
            "Above each image its true class, the predicted class and how sure the network was; "
            "the surest mistake comes first.",
            evaluation.misclassified,
        ),
        Section(
            "Reliability",
            "Of the images predicted with 80 % confidence, 80 in a hundred should be right: a bar "
            "below the diagonal says too sure, one above it not sure enough.",
            evaluation.reliability,
        ),
        Section(
            "ROC curves",
            "How many of a class's images are found at the price of how many false alarms; the "
            "nearer to the upper left corner, the better.",
            evaluation.roc,
        ),
        Section(
            "How the last hidden layer parts the classes",
            "A point for each of up to a thousand test images, by its true class: images that the "
            "network finds alike lie near each other.",
            evaluation.embedding,
        ),
        Section(
            "Robustness against shifts",
            "Accuracy on images moved by so many pixels, the mean over eight directions and the "
            "band from the worst to the best.",
            evaluation.shift_robustness,
        ),
    ),
    "Reasons": (
        Section(
            "Why this class",
            "Which pixels speak for the network's answer, by five methods: bright or red for it, "
            "blue against it; the last image is the surest mistake, where there is one.",
            attribution.attributions,
        ),
        Section(
            "A mistake and its nearest training images",
            "The surest mistake, and the training images that resemble it most, pixel for pixel: "
            "what a plain lookup would have answered.",
            attribution.nearest_to_mistake,
        ),
    ),
    "Cost": (
        Section(
            "Where the time goes",
            "One training step of a hundred images on this machine, layer by layer, forward and "
            "back; the percentage is the share of the processor's peak. By Winograd's way a 3x3 "
            "convolution needs fewer multiplications than are counted, and may exceed the peak.",
            checks.profile,
        ),
    ),
}
