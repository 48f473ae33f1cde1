"""How many images each class has, in a line before a training begins."""

from collections.abc import Iterator

import numpy as np

from badak.cli.splits import Parts
from badak.data import Dataset
from badak.errors import listed

# Fewer images of a class teach little, and an accuracy on them says little.
FEW = 10
LISTED = 10  # classes


def per_class(parts: Parts) -> str:
    """Return how many images each class has, in each part.

    Example:
        >>> part = Dataset(np.zeros((3, 1, 2, 2)), [0, 0, 1], ["ant", "bee"])
        >>> per_class(Parts(part, None, part[1:]))
        'per class, training + test: ant: 2 + 1; bee: 1 + 1'
    """
    train = parts.train
    named = {"training": train, "validation": parts.validation, parts.tested: parts.test}
    counts = {name: _counts(part) for name, part in named.items() if part is not None}
    if train.num_classes > LISTED:
        ranges = [f"{min(own):,} to {max(own):,} {name}" for name, own in counts.items()]
        return f"per class: {', '.join(ranges)}"
    each = [
        f"{name}: {' + '.join(f'{count:,}' for count in own)}"
        for name, own in zip(train.class_names, zip(*counts.values(), strict=True), strict=True)
    ]
    return f"per class, {' + '.join(counts)}: {'; '.join(each)}"


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
