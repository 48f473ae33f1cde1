"""How many images each class has, in two lines before a training begins."""

from collections.abc import Iterator

import numpy as np

from badak.data import Dataset
from badak.errors import listed

# Fewer images of a class teach little, and an accuracy on them says little.
FEW = 10
LISTED = 10  # classes


def lines(train: Dataset, test: Dataset) -> list[str]:
    """Return how many images there are, in all and per class.

    Example:
        >>> part = Dataset(np.zeros((3, 1, 2, 2)), [0, 0, 1], ["ant", "bee"])
        >>> lines(part, part[1:])[1]
        'per class, training + test: ant: 2 + 1; bee: 1 + 1'
    """
    pairs = list(zip(_counts(train), _counts(test), strict=True))
    if len(pairs) <= LISTED:
        named = zip(train.class_names, pairs, strict=True)
        each = "; ".join(f"{name}: {learnt:,} + {tested:,}" for name, (learnt, tested) in named)
        each = f"per class, training + test: {each}"
    else:
        learnt, tested = (f"{min(n):,} to {max(n):,}" for n in zip(*pairs, strict=True))
        each = f"per class: {learnt} to learn from, {tested} to test on"
    return [f"{len(train):,} images to learn from, {len(test):,} to test on", each]


def cautions(train: Dataset, test: Dataset) -> Iterator[str]:
    """Name the classes of which a part has few images.

    Yields:
        A sentence for each part that has too few of some classes.

    Example:
        >>> part = Dataset(np.zeros((12, 1, 2, 2)), [0] * 11 + [1], ["ant", "bee"])
        >>> next(cautions(part, part))
        'fewer than 10 images to learn from: bee: 1; the network will learn them badly'
    """
    for part, purpose, consequence in (
        (train, "to learn from", "the network will learn them badly"),
        (test, "to test on", "their accuracy is only a rough estimate"),
    ):
        counts = _counts(part)
        few = [
            f"{part.class_names[label]}: {counts[label]}"
            for label in np.argsort(counts, kind="stable")
            if counts[label] < FEW
        ]
        if few:
            yield f"fewer than {FEW} images {purpose}: {listed(few)}; {consequence}"


def _counts(part: Dataset) -> list[int]:
    counts: list[int] = np.bincount(part.labels, minlength=part.num_classes).tolist()
    return counts
