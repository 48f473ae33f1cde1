"""Finding: something about a data set that may harm the training, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

from badak.inspect.data.duplicates import Groups

Level = Literal["fix", "look"]


@dataclass(frozen=True)
class Finding:
    """Something about a data set that may harm the training.

    Attributes:
        title: what was found, with its count.
        advice: what to do.
        level: "fix" what spoils a result, "look" at what may be as it should.
        groups: indices of images in the survey; those of one group belong together.
        notes: a few words on each group, or on what has no images.
    """

    title: str
    advice: str
    level: Level
    groups: Groups = ()
    notes: tuple[str, ...] = ()


def counted(count: int, noun: str = "image", nouns: str = "") -> str:
    """Return a number and its noun.

    Example:
        >>> counted(1), counted(2_000, "file"), counted(2, "class", "classes")
        ('1 image', '2,000 files', '2 classes')
    """
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"
