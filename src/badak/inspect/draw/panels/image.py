"""Images in pictures: in colour if they have three channels, else grey; and boxes around a part."""

from typing import TYPE_CHECKING

import numpy as np

from badak.arrays import Array, Mask

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

IMAGE = "gray"
BOX = "#d9480f"
HATCHED = {"facecolor": "#fff3e0", "hatch": "////", "edgecolor": "#ffc9a8", "linewidth": 0}


def image_range(images: Array) -> tuple[float, float]:
    """Return the values shown as black and white: 0 and 1, or the images' extremes beyond them.

    Example:
        >>> image_range(np.array([-0.5, 0.25]))
        (-0.5, 1.0)
    """
    return min(float(images.min()), 0.0), max(float(images.max()), 1.0)


def show_image(
    axes: "Axes", image: Array, low: float, high: float, inside: Mask | None = None
) -> None:
    """Draw an image (C, H, W) in its own axes, without ticks.

    `low` is shown as black, `high` as white; pixels where `inside` is False are left hatched.
    """
    if inside is not None and not inside.all():
        axes.patch.set(**HATCHED)
    draw_image(axes, image, low, high, inside)
    axes.set_axis_on()
    axes.set_xticks([])
    axes.set_yticks([])


def draw_image(
    axes: "Axes", image: Array, low: float, high: float, inside: Mask | None = None
) -> "AxesImage":
    """Draw an image as `show_image` does, but keep the ticks and the background.

    Three channels are shown in colour; any other number by their mean, in grey.
    """
    if len(image) == 3:
        picture = ((np.moveaxis(image, 0, -1) - low) / ((high - low) or 1)).clip(0, 1)
    else:
        picture = image.mean(axis=0)
    if inside is not None and not inside.all():
        if picture.ndim == 3:
            picture = np.dstack([picture, inside])  # invisible there
        else:
            picture = np.where(inside, picture, np.nan)
    return axes.imshow(picture, IMAGE, vmin=low, vmax=high, interpolation="nearest")


def show_box(axes: "Axes", image: Array, rows: slice, columns: slice) -> None:
    """Draw a box around rows and columns of a drawn image (C, H, W); it may lie partly outside."""
    from matplotlib.patches import Rectangle
    from matplotlib.patheffects import withStroke

    _, height, width = image.shape
    left, top, right, bottom = (
        edge - 0.5 for edge in (columns.start, rows.start, columns.stop, rows.stop)
    )
    box = Rectangle((left, top), right - left, bottom - top)
    box.set(fill=False, edgecolor=BOX, linewidth=1.5)
    box.set_path_effects([withStroke(linewidth=3, foreground="white")])  # visible on red too
    axes.add_patch(box)
    axes.set_xlim(min(left, -0.5) - 0.5, max(right, width - 0.5) + 0.5)
    axes.set_ylim(max(bottom, height - 0.5) + 0.5, min(top, -0.5) - 0.5)
    axes.spines[:].set_visible(False)
