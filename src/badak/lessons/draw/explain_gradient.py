"""explain_gradient: the outputs that a pixel fed, and the sum that comes back to it."""

from typing import TYPE_CHECKING, Any

import numpy as np

from badak.arrays import Array
from badak.inspect.draw.panels.image import image_range, show_box, show_image
from badak.inspect.draw.panels.signed import scale_of, show_signed
from badak.inspect.draw.text import plain
from badak.lessons.draw.panels import BLUE, LARGE, WORDS, tidy
from badak.lessons.explain_gradient import PixelGradient

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = 3  # filters


def explain_gradient(found: PixelGradient) -> "Figure":
    r"""Draw the pixel, kernel to products of three filters, and the sum over all of them.

    Example:
        >>> from badak import lessons, models
        >>> found = lessons.explain_gradient(models.SimpleConvNet(), np.ones((1, 28, 28)), 7)
        >>> [axes.get_title() for axes in explain_gradient(found).axes[1:4]]
        ['kernel', 'weights of\nthe outputs', 'x  gradients\nof the outputs']
    """
    from badak.inspect.draw.figure import Figure

    chosen = found.order[:SHOWN].tolist()
    figure = Figure(figsize=(13, 2.2 * len(chosen) + 1.2), layout="constrained")
    grid = figure.add_gridspec(len(chosen), 6, width_ratios=(1.6, 1, 1, 1, 1, 1.9))
    channel, y, x = found.index
    axes = figure.add_subplot(grid[:, 0])
    show_image(axes, found.image, *image_range(found.image))
    show_box(axes, found.image, slice(y, y + 1), slice(x, x + 1))
    axes.set_title(f"pixel ({y}, {x})", size=LARGE)
    weights, kernels = scale_of(found.weights), scale_of(found.kernels)
    titles = ("kernel", "weights of\nthe outputs", "x  gradients\nof the outputs", "=  products")
    for row, number in enumerate(chosen):
        parts = (
            (found.kernels[number], kernels),
            (found.weights[number], weights),
            (found.gradients[number], scale_of(found.gradients)),
            (found.products[number], scale_of(found.products)),
        )
        cells = [figure.add_subplot(grid[row, column]) for column in range(1, 5)]
        for each, (values, scale), title in zip(cells, parts, titles, strict=True):
            _cells(each, values, scale)
            if row == 0:
                each.set_title(title, size=LARGE)
        cells[0].set_ylabel(f"filter {number}", size=WORDS)
        cells[3].set_xlabel(f"sum {found.products[number].sum():.2g}", size=WORDS)
    _sums(figure.add_subplot(grid[:, 5]), found)
    figure.suptitle(
        f"{plain(found.share.layer)}: the gradient of pixel ({y}, {x}), channel {channel}, is the "
        f"sum of {found.products.size:,} products",
        size=LARGE,
    )
    return figure


def _cells(axes: "Axes", values: Array, scale: float) -> Any:
    show_signed(axes, values, scale)
    axes.set_xticks([])
    axes.set_yticks([])


def _sums(axes: "Axes", found: PixelGradient) -> None:
    """Draw the sum after each filter, from the largest part on: += at work."""
    parts = found.products.sum(axis=(1, 2))[found.order]
    axes.step(range(len(parts) + 1), [0, *np.cumsum(parts)], color=BLUE, lw=2.2, where="post")
    axes.axhline(found.explained.gradient, color="black", ls=":", lw=1.2)
    axes.set_xlabel("filters added", size=WORDS)
    axes.set_title(f"+= until {found.explained.gradient:.3g}", size=LARGE)
    tidy(axes)
