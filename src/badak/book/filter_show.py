"""filter_show as in the book (chapter 7.6.1)."""

import math
from typing import TYPE_CHECKING

from badak.arrays import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def filter_show(filters: Array, nx: int = 8, margin: int = 3, scale: int = 10) -> "Figure":
    """Show the first channel of each filter in grey, and return the figure.

    nx is how many there are per row; margin and scale have no effect, as in the book.
    `badak.inspect.draw.filters` shows all channels. The book's chapter 7.6.1.

    filters is (FN, C, FH, FW).

    Example:
        >>> from badak.book import SimpleConvNet
        >>> figure = filter_show(SimpleConvNet().params["W1"])  # doctest: +SKIP
    """
    import matplotlib.pyplot as plt

    figure = plt.figure()
    figure.subplots_adjust(left=0, right=1, bottom=0, top=1, hspace=0.05, wspace=0.05)
    rows = math.ceil(len(filters) / nx)
    for place, channels in enumerate(filters, 1):
        axes = figure.add_subplot(rows, nx, place, xticks=[], yticks=[])
        axes.imshow(channels[0], cmap="gray_r", interpolation="nearest")
    plt.show()
    return figure
