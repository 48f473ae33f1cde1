"""findings: what is wrong with a data set, each with what to do about it."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from badak.inspect.data import odd
from badak.inspect.data.copies import copies
from badak.inspect.data.finding import Finding, counted
from badak.inspect.data.listing import Passed
from badak.inspect.data.survey import Survey
from badak.inspect.data.suspects import suspects

FEW = 10  # images of a class
UNEVEN = 3  # largest class / smallest class
DETAIL = 32  # pixels: smaller images, such as drawn digits, have no detail to compare
UNCLEAR = "Remove an image if a person could not tell its class."


def findings(seen: Survey, features: ArrayLike | None = None) -> list[Finding]:
    """Return what is wrong with a data set: first what spoils a result, then what to look at.

    Args:
        seen: what a look at every image found.
        features: (N, F) of a pretrained network, by which to suspect wrong labels; if None, the
            survey's own, if they tell the classes apart well enough.

    Raises:
        BadakError: features of another length, or not finite.

    Example:
        >>> from badak.data import load
        >>> from badak.inspect import survey
        >>> train, _ = load("digits")
        >>> print(findings(survey([train[:40]]))[0].title)
        fewer than 10 training images in 10 classes
    """
    detailed = bool(np.median(seen.sizes.min(axis=1)) >= DETAIL)
    found = [
        *_unreadable(seen.corrupt),
        *copies(seen, near=detailed),
        *_empty(seen),
        *_few(seen),
        *suspects(seen, features),
        *_odd(seen, detailed),
        *_uneven(seen),
        *_passed(seen.passed),
    ]
    return sorted(found, key=lambda finding: finding.level != "fix")


def _unreadable(corrupt: Sequence[Passed]) -> Iterator[Finding]:
    if corrupt:
        yield Finding(
            f"{counted(len(corrupt), 'file')} cannot be decoded",
            "Replace or remove them; badak train stops at the first one; skip_corrupt=True "
            "leaves them out.",
            "fix",
            notes=tuple(f"{each.name}: {each.reason}" for each in corrupt),
        )


def _passed(passed: Sequence[Passed]) -> Iterator[Finding]:
    if passed:
        yield Finding(
            f"{counted(len(passed), 'entry', 'entries')} of the folder "
            f"{'is' if len(passed) == 1 else 'are'} not used",
            "If they are images of a class, move them into its folder, with the ending of an "
            "image file.",
            "look",
            notes=tuple(f"{each.name}: {each.reason}" for each in passed),
        )


def _empty(seen: Survey) -> Iterator[Finding]:
    """Classes without any image."""
    empty = np.flatnonzero(seen.counts.sum(axis=0) == 0)
    if len(empty):
        yield Finding(
            f"{counted(len(empty), 'class', 'classes')} without an image",
            "badak train stops there: add images, or remove the folder.",
            "fix",
            notes=tuple(seen.class_names[k] for k in empty),
        )


def _few(seen: Survey) -> Iterator[Finding]:
    """Classes of which a part has few images, though there are some."""
    for part, counts in zip(seen.part_names, seen.counts, strict=True):
        few = np.flatnonzero((counts < FEW) & (seen.counts.sum(axis=0) > 0))
        if not len(few):
            continue
        advice = (
            "The network will learn them badly: add images, or join classes."
            if part == seen.part_names[0]
            else "Their accuracy is only a rough estimate: add images, or measure by "
            "cross-validation."
        )
        yield Finding(
            f"fewer than {FEW} {part} images in {counted(len(few), 'class', 'classes')}",
            advice,
            "fix" if (counts[few] == 0).any() else "look",
            notes=tuple(f"{seen.class_names[k]}: {counts[k]}" for k in few),
        )


def _odd(seen: Survey, detailed: bool) -> Iterator[Finding]:
    sizes = [f"{width}x{height}" for width, height in seen.sizes]
    light = [f"mean brightness {value:.0%}" for value in seen.brightness]
    blurred = odd.blurred(seen) if detailed else ()
    rows = (
        (odd.blank(seen), "blank", "Such images teach nothing: remove them.", light),
        (odd.dark(seen), "very dark", UNCLEAR, light),
        (odd.bright(seen), "very bright", UNCLEAR, light),
        (blurred, "blurred, compared with the others", UNCLEAR, None),
        (
            odd.elongated(seen),
            f"more than {odd.LONG:g} times as long as wide",
            "badak keeps the centre of an image only: crop such images by hand.",
            sizes,
        ),
        (
            odd.small(seen),
            f"below {odd.SMALL} pixels in size",
            "Use larger images, if there are any.",
            sizes,
        ),
        (
            odd.unlike(seen),
            "unlike all others in colours and shapes",
            "Check that they belong to the data set.",
            None,
        ),
    )
    for places, what, advice, values in rows:
        if not len(places):
            continue
        yield Finding(
            f"{counted(len(places))} {'is' if len(places) == 1 else 'are'} {what}",
            advice,
            "fix" if what == "blank" else "look",
            tuple((int(i),) for i in places),
            tuple(
                seen.class_names[seen.labels[i]] + ("" if values is None else f", {values[i]}")
                for i in places
            ),
        )


def _uneven(seen: Survey) -> Iterator[Finding]:
    counts = seen.counts[0]
    largest, smallest = int(counts.argmax()), int(np.where(counts, counts, np.inf).argmin())
    if counts[largest] >= UNEVEN * counts[smallest] > 0:
        most, fewest = seen.class_names[largest], seen.class_names[smallest]
        yield Finding(
            f"the classes are uneven: {counts[largest]:,} training images of {most}, "
            f"{counts[smallest]:,} of {fewest}",
            f"Judge by the accuracy of each class, since {most} as the only answer is right for "
            f"{counts[largest] / counts.sum():.0%} of the images. Add images of the small classes, "
            "or weigh the classes (class_weight).",
            "look",
        )
