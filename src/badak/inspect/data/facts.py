"""facts: a data set in a few lines: how many images, in which sizes and formats."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from badak.errors import listed
from badak.inspect.data.finding import Finding, counted
from badak.inspect.data.survey import Survey

# Pillow's modes, in words; others keep their names.
MODES = {
    "RGB": "colour", "L": "grey", "RGBA": "colour with transparency", "P": "palette",
    "LA": "grey with transparency", "1": "black and white", "CMYK": "CMYK",
    "I;16": "grey of 16 bits", "I": "grey of 32 bits", "F": "grey of floats",
}  # fmt: skip
KINDS = 4  # that are named


def facts(seen: Survey, found: Sequence[Finding] = ()) -> dict[str, str]:
    """Return name -> value, for the top of a page or a terminal.

    Example:
        >>> from badak.data import load
        >>> from badak.inspect import survey
        >>> train, test = load("digits")
        >>> for name, value in facts(survey([train[:30], test[:20]])).items():
        ...     print(f"{name}: {value}")
        Images: 50
        Classes: 10
        Parts: 30 training, 20 test
        Size: 28x28
        Kinds: 50 grey
    """
    sizes = [
        f"{count:,} {name}"
        for name, count in zip(seen.part_names, seen.counts.sum(axis=1), strict=True)
    ]
    return {
        "Images": f"{len(seen):,}",
        "Classes": f"{len(seen.class_names):,}",
        "Parts": ", ".join(sizes),
        **_size(seen),
        "Kinds": _kinds(seen),
        **_problems(found),
    }


def _size(seen: Survey) -> dict[str, str]:
    width, height = seen.sizes.T
    area, ratio = width * height, np.maximum(width / height, height / width)
    small, large = (seen.sizes[place] for place in (area.argmin(), area.argmax()))
    if np.array_equal(small, large) and len(np.unique(seen.sizes, axis=0)) == 1:
        return {"Size": _by(small)}
    return {
        "Size": f"{_by(small)} to {_by(large)}, median {_by(np.median(seen.sizes, axis=0))}",
        "Longer side / shorter side": f"{np.median(ratio):.2f} (median), up to {ratio.max():.2f}",
    }


def _by(size: np.ndarray) -> str:
    return f"{round(size[0])}x{round(size[1])}"


def _kinds(seen: Survey) -> str:
    """Formats and modes with their numbers, the most frequent first."""
    pairs = zip(seen.formats, seen.modes, strict=True)
    kinds = Counter(f"{form} {MODES.get(mode, mode)}".strip() for form, mode in pairs)
    return listed([f"{count:,} {kind}" for kind, count in kinds.most_common()], KINDS)


def _problems(found: Sequence[Finding]) -> dict[str, str]:
    if not found:
        return {}
    fix = sum(finding.level == "fix" for finding in found)
    return {"Found": f"{counted(fix, 'thing')} to fix, {len(found) - fix} to look at"}
