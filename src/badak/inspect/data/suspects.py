"""The finding on labels that are probably wrong."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from badak.errors import BadakError
from badak.inspect.data.finding import Finding, counted
from badak.inspect.data.labels import suspected_labels
from badak.inspect.data.survey import Survey

FOLDS = 5
# Features that tell the classes apart less often suspect too many labels that are right. Simple
# ones are confused by backgrounds, which a pretrained network's are not.
SIMPLE, PRETRAINED = 0.9, 0.7
UNSEEN = (
    "These are simple ones, of colours and edges. A pretrained network's find more: "
    "pretrained=NAME uses one, such as efficientnet-lite0."
)


def suspects(seen: Survey, features: ArrayLike | None = None) -> Iterator[Finding]:
    """Yield the images whose label the other images contradict, the most suspect first.

    All parts are judged together. Classes with fewer than five images are left out.
    """
    x = seen.features if features is None else np.asarray(features)
    if len(x) != len(seen):
        raise BadakError(f"features must be {len(seen)} rows, one per image; got {len(x)}")
    sizes = np.bincount(seen.labels, minlength=len(seen.class_names))
    judged = np.flatnonzero(sizes[seen.labels] >= FOLDS)
    if len(np.unique(seen.labels[judged])) < 2:
        return
    ranked = suspected_labels(x[judged], seen.labels[judged], FOLDS)
    if ranked.accuracy < (SIMPLE if features is None else PRETRAINED):
        yield Finding(
            f"wrong labels cannot be found by features that tell only {ranked.accuracy:.0%} of "
            "the images right",
            UNSEEN if features is None else "Try another network.",
            "look",
        )
        return
    if not ranked.likely:
        return
    doubted = int((ranked.margins < 0).sum())
    places = judged[ranked.indices[:doubted]]
    names = seen.class_names
    notes = [
        f"labelled {names[own]}, looks like {names[rival]}"
        for own, rival in zip(ranked.given[:doubted], ranked.suggested[:doubted], strict=True)
    ]
    yield Finding(
        f"{counted(doubted)} {'looks' if doubted == 1 else 'look'} like another class; about "
        f"{counted(ranked.likely, 'label is', 'labels are')} wrong",
        "Look at them, the most suspect first: move those with a wrong label to the right class. "
        f"(The features tell {ranked.accuracy:.0%} of all images right.)",
        "look",
        tuple((int(i),) for i in places),
        tuple(notes),
    )
