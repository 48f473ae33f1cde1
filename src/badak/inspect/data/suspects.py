"""The finding on labels that are probably wrong."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from badak.errors import BadakError
from badak.inspect.data.finding import Finding, counted
from badak.inspect.data.labels import suspected_labels
from badak.inspect.data.survey import Survey

FOLDS = 5
# Features that tell the classes apart less often suspect too many labels that are right.
MIN_ACCURACY = 0.8
UNSEEN = (
    "These are simple ones, of colours and edges. A pretrained network's find more: "
    "badak data --pretrained efficientnet-lite0."
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
    if ranked.accuracy < MIN_ACCURACY:
        yield Finding(
            f"wrong labels cannot be found by features that tell only {ranked.accuracy:.0%} of "
            "the images right",
            UNSEEN if features is None else "Try another network.",
            "look",
        )
        return
    if not ranked.likely:
        return
    places = judged[ranked.indices[: ranked.likely]]
    given, other = ([seen.class_names[k] for k in ks] for ks in (ranked.given, ranked.suggested))
    yield Finding(
        f"{counted(len(places))} {'has a label' if len(places) == 1 else 'have labels'} that the "
        "other images contradict",
        "Look at them, the most suspect first: move those with a wrong label to the right class. "
        f"(The features tell {ranked.accuracy:.0%} of all images right.)",
        "look",
        tuple((int(i),) for i in places),
        tuple(
            f"labelled {own}, looks like {rival}" for own, rival in zip(given, other, strict=True)
        )[: len(places)],
    )
