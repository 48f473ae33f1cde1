"""Names and colours of classes, in pictures that have one mark per class."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak.inspect.draw.text import LONGEST, plain

# More classes than this get no number in each cell, no legend and no colour of their own.
MAX_DISTINCT = 20


def class_label(label: int, class_names: Sequence[str] | None, longest: int = LONGEST) -> str:
    """Return a class's name for a picture; all class names in pictures come from here.

    `longest` is the maximum width, in Latin letters.

    Example:
        >>> class_label(1, ["cat", "crocodile"], longest=5), class_label(1, None)
        ('cr…le', 'class 1')
    """
    return f"class {label}" if class_names is None else plain(class_names[label], longest)


def class_labels(class_names: Sequence[str], longest: int = LONGEST) -> list[str]:
    """Return each class's name for a picture.

    Example:
        >>> class_labels(("cat", "dog"))
        ['cat', 'dog']
    """
    return [class_label(label, class_names, longest) for label in range(len(class_names))]


def spread(count: int, maximum: int) -> list[int]:
    """Return the classes that have room for names: all, or `maximum` of them, evenly spread.

    Example:
        >>> spread(3, maximum=5), spread(101, maximum=3)
        ([0, 1, 2], [0, 50, 100])
    """
    places: list[int] = np.linspace(0, count - 1, min(count, maximum)).round().astype(int).tolist()
    return places


def colours(count: int) -> list[Any]:
    """Return a colour for each class: distinct ones for up to 20 classes, else a gradient.

    Example:
        >>> len(colours(10)), len(colours(100))
        (10, 100)
    """
    from matplotlib import colormaps

    if count > MAX_DISTINCT:
        return [colormaps["turbo"](k / (count - 1)) for k in range(count)]
    table = colormaps["tab10" if count <= 10 else "tab20"]
    return [table(k) for k in range(count)]
