"""What pictures with one mark a class share: their colours, and when there are too many."""

from typing import Any

# More classes than this have no number in each cell, no legend and no colour of their own.
MOST_TOLD_APART = 20


def colours(count: int) -> list[Any]:
    """Return a colour for each class: told apart up to 20 classes, a gradient beyond.

    Args:
        count: how many classes.

    Returns:
        Colours as Matplotlib takes them.

    Example:
        >>> len(colours(10)), len(colours(100))
        (10, 100)
    """
    from matplotlib import colormaps

    if count > MOST_TOLD_APART:
        return [colormaps["turbo"](k / (count - 1)) for k in range(count)]
    table = colormaps["tab10" if count <= 10 else "tab20"]
    return [table(k) for k in range(count)]
