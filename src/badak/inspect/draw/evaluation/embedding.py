"""embedding: a point for each image, coloured by its class."""

from typing import TYPE_CHECKING

import numpy as np

from badak.inspect.draw.panels.classes import (
    MAX_DISTINCT,
    class_label,
    class_labels,
    colours,
    spread,
)
from badak.inspect.draw.text import plain
from badak.inspect.evaluation.embedding import Embedding

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Maximum number of names beside the colour bar, which replaces the legend of many classes.
MAX_ON_BAR = 20


def embedding(layout: Embedding) -> "Figure":
    """Draw the images as points, coloured by their true class.

    One of t-SNE has no ticks: its units mean nothing.

    Example:
        >>> points, share = np.zeros((3, 2)), np.array([0.5, 0.25])
        >>> layout = Embedding(points, np.array([0, 1, 1]), ("cat", "dog"), "relu2", "pca", share)
        >>> embedding(layout).axes[0].get_xlabel()
        'first component, 50% of the variance'
    """
    from matplotlib.colors import ListedColormap

    from badak.inspect.draw.figure import Figure

    k = len(layout.class_names)
    figure = Figure(figsize=(7.5, 6), layout="constrained")
    axes = figure.subplots()
    palette = colours(k)
    size = float(np.clip(6000 / len(layout.points), 4, 36))
    # One collection in the data's order: class by class, the last class would cover the others.
    x, y = layout.points.T
    points = axes.scatter(
        x,
        y,
        s=size,
        c=layout.labels,
        cmap=ListedColormap(palette),
        vmin=-0.5,
        vmax=k - 0.5,
        alpha=0.8,
        lw=0,
    )
    if k <= MAX_DISTINCT:
        for place, name in enumerate(class_labels(layout.class_names)):
            absent = "" if (layout.labels == place).any() else ": no images"
            axes.scatter([], [], s=36, color=palette[place], label=name + absent)
        figure.legend(loc="outside right center", frameon=False)  # does not cover the title
    else:
        some = spread(k, MAX_ON_BAR)
        bar = figure.colorbar(points, ax=axes, label="class", shrink=0.8)
        bar.set_ticks(some, labels=[class_label(label, layout.class_names) for label in some])
    title = f"Outputs of layer {plain(layout.layer)} for {len(layout.points):,} images"
    if layout.explained is None:
        figure.suptitle(f"{title} (t-SNE)")
        axes.set_xticks([])
        axes.set_yticks([])
    else:
        figure.suptitle(f"{title} (PCA)")
        first, second = (f"{share:.0%} of the variance" for share in layout.explained)
        axes.set_xlabel(f"first component, {first}")
        axes.set_ylabel(f"second component, {second}")
    axes.set_aspect("equal", "datalim")
    return figure
