"""Findings about images that a data set holds more than once."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from badak.inspect.data.duplicates import Groups, exact_duplicates, near_duplicates
from badak.inspect.data.finding import Finding, Level, counted
from badak.inspect.data.survey import Survey

# Where the copies are -> what to do, and how bad it is; the worst first.
ADVICE: dict[str, tuple[str, Level]] = {
    "in different classes": (
        "One of the labels is wrong, or the image shows both: keep the right one only.",
        "fix",
    ),
    "in different parts": (
        "The test accuracy will be too high: keep one of each, or keep them in one part by names "
        "that begin alike.",
        "fix",
    ),
    "in one class": ("They count several times and teach nothing new: keep one of each.", "look"),
}


def copies(seen: Survey, near: bool = True) -> Iterator[Finding]:
    """Yield what is wrong with equal files, and with images that look the same if `near`."""
    yield from _sorted(seen, exact_duplicates(seen.digests), "equal files")
    if near:
        groups = near_duplicates(seen.hashes, tiny=seen.tiny)
        others = tuple(group for group in groups if len(set(seen.digests[list(group)])) > 1)
        yield from _sorted(seen, others, "near-duplicates")


def _sorted(seen: Survey, groups: Groups, kind: str) -> Iterator[Finding]:
    """One finding for each place where there are copies."""
    places = [_place(seen, group) for group in groups]
    for place, (advice, level) in ADVICE.items():
        own = tuple(group for group, at in zip(groups, places, strict=True) if at == place)
        if own:
            count = counted(sum(len(group) for group in own))
            yield Finding(
                f"{count} are {kind} {place}, in {counted(len(own), 'group')}",
                advice,
                level,
                own,
                tuple(_note(seen, group) for group in own),
            )


def _place(seen: Survey, group: Sequence[int]) -> str:
    different, parts, one = ADVICE
    if len(np.unique(seen.labels[list(group)])) > 1:
        return different
    return parts if len(np.unique(seen.parts[list(group)])) > 1 else one


def _note(seen: Survey, group: Sequence[int]) -> str:
    """The classes and parts of a group's images."""
    found = Counter(
        f"{seen.class_names[seen.labels[i]]}, {seen.part_names[seen.parts[i]]}" for i in group
    )
    return "; ".join(
        place if count == 1 else f"{count} of {place}" for place, count in found.items()
    )
