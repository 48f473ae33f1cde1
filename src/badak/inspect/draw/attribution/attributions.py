"""attributions: the image beside each method's map."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from badak.errors import BadakError
from badak.inspect.attribution.attributions import Attributions
from badak.inspect.draw.panels.classes import class_label
from badak.inspect.draw.panels.image import image_range, show_image
from badak.inspect.draw.panels.signed import SIGNED

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Style(NamedTuple):
    """How a method's map is drawn.

    Attributes:
        title: above the picture.
        signed: whether values may speak against the class: red for it, blue against it, white 0.
        overlaid: whether the image shows through.
    """

    title: str
    signed: bool
    overlaid: bool


STYLES = {
    "saliency": Style("Saliency", signed=False, overlaid=False),
    "smooth_grad": Style("SmoothGrad", signed=False, overlaid=False),
    "integrated_gradients": Style("Integrated gradients", signed=True, overlaid=False),
    "grad_cam": Style("Grad-CAM", signed=False, overlaid=True),
    "occlusion": Style("Occlusion", signed=True, overlaid=True),
}
UNSIGNED = "inferno"
# Of a map's largest values over the image; where the map is 0, the image shows through.
OPACITY = 0.85


def attributions(attribution: Attributions, class_names: Sequence[str] | None = None) -> "Figure":
    """Draw the image and its maps side by side.

    Each method has its own unit, so each map has its own scale and colour bar. Red speaks for the
    class, blue against it, white is 0. Grad-CAM and occlusion are coarse: they lie over the image
    in grey, which shows through where they are small.

    Args:
        attribution: as `badak.inspect.attributions` returns it, with all of its maps or only some.
        class_names: names of the classes.

    Raises:
        BadakError: a map of an unknown method.

    Example:
        >>> maps = {"saliency": np.ones((2, 2))}
        >>> figure = attributions(Attributions(np.ones((1, 2, 2)), 3, 0.9, maps))
        >>> [axes.get_title() for axes in figure.axes][:2]
        ['class 3', 'Saliency']
    """
    from matplotlib.ticker import MaxNLocator

    from badak.inspect.draw.figure import Figure

    unknown = [name for name in attribution.maps if name not in STYLES]
    if unknown:
        raise BadakError(f"maps must be named {', '.join(map(repr, STYLES))}; got {unknown[0]!r}")
    count = 1 + len(attribution.maps)
    figure = Figure(figsize=(2.2 * count, 2.85))
    figure.set_layout_engine("constrained", h_pad=0.07, w_pad=0.12, hspace=0)
    pictures, bars = figure.subplots(2, count, squeeze=False, height_ratios=(1, 0.05))
    span = image_range(attribution.image)
    show_image(pictures[0], attribution.image, *span)
    pictures[0].set_title(class_label(attribution.label, class_names))
    bars[0].axis("off")
    bars[0].text(0.5, 0, f"probability {attribution.probability:.1%}", ha="center", va="center")
    for place, bar, (method, values) in zip(
        pictures[1:], bars[1:], attribution.maps.items(), strict=True
    ):
        style = STYLES[method]
        largest = float(np.abs(values).max()) or 1.0
        if style.overlaid:
            grey = attribution.image.mean(
                axis=0, keepdims=True
            )  # colours would mix with those of the map
            show_image(place, grey, *span)
        drawn = place.imshow(
            values,
            SIGNED if style.signed else UNSIGNED,
            vmin=-largest if style.signed else 0,
            vmax=largest,
            alpha=OPACITY * np.abs(values) / largest if style.overlaid else None,
        )
        place.set_title(style.title)
        figure.colorbar(drawn, cax=bar, orientation="horizontal", ticks=MaxNLocator(3))
        bar.tick_params(labelsize=7)
    for place in pictures:
        place.set_xticks([])
        place.set_yticks([])
    return figure
