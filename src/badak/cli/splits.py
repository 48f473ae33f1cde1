"""Parts of a run's images: --split, --group-by-prefix and --folds."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from badak.data import Dataset, split
from badak.data.catalog import FOLDER as FOLDER_ENTRY
from badak.data.catalog import entry_of
from badak.data.content import digest
from badak.data.folds import deal, group_copies, group_numbers
from badak.data.joined import joined
from badak.data.parts import deal_by_key, keys_of, keys_of_files
from badak.errors import BadakError
from badak.inspect.data.listing import list_folder
from badak.inspect.data.survey import Survey

FOLDER = "folder:"
SEPARATOR = "_"  # after the prefix of a file's name, unless another is chosen
LONGEST_SEPARATOR = 3
# The salt of keys that divide only the training images: their digests are not spread evenly.
WITHIN = 1

split_option = click.option(
    "--split",
    metavar="A:B:C",
    help="Divide all images into training, validation and test parts, such as 70:15:15, by "
    "content. A:B divides only the training images, and keeps the test images.",
)
group_option = click.option(
    "--group-by-prefix",
    is_flag=False,
    flag_value=SEPARATOR,
    metavar="[SEPARATOR]",
    help="For folder:PATH, with --split or --folds: keep files in one part if their names are "
    "equal up to the first SEPARATOR.  [default: _]",
)


class Parts(NamedTuple):
    """A run's images: to learn from, to choose the best epoch by (or None), and to test on.

    `tested` is what the last are called: a fold's are "held-out" images.
    """

    train: Dataset
    validation: Dataset | None
    test: Dataset
    tested: str = "test"

    @property
    def measured(self) -> Dataset:
        """The images by which the best epoch is chosen."""
        return self.test if self.validation is None else self.validation


@dataclass(frozen=True)
class Division:
    """How to divide a data set's images; a `RunConfig` has these fields, too."""

    dataset: str
    split: str | None = None
    group_by_prefix: str | None = None
    folds: int | None = None
    fold: int | None = None


def is_folder(dataset: str) -> bool:
    """Whether a data set's name is that of a folder of images; refuse an unknown name.

    Example:
        >>> is_folder("folder:photos"), is_folder("mnist")
        (True, False)
    """
    return entry_of(dataset) is FOLDER_ENTRY


def shares(words: str) -> tuple[float, ...]:
    """Read the numbers of --split, as fractions.

    Example:
        >>> shares("70:15:15"), shares("80:20")
        ((0.7, 0.15, 0.15), (0.8, 0.2))
    """
    advice = "such as 70:15:15 (training, validation, test) or 85:15 (training, validation)"
    try:
        numbers = [float(word) for word in words.split(":")]
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 3) or not np.isfinite(numbers).all():
        raise BadakError(f"split must be two or three numbers, {advice}; got {words!r}")
    if abs(sum(numbers) - 100) > 1e-6:
        raise BadakError(f"split must sum to 100, {advice}; got {words!r}, {sum(numbers):g}")
    if min(numbers) <= 0:
        raise BadakError(f"split must be numbers above 0, {advice}; got {words!r}")
    return tuple(number / 100 for number in numbers)


def check(how: Division) -> None:
    """Refuse options that contradict each other, before any image is read."""
    if how.split is not None:
        shares(how.split)
        if how.folds is not None:
            raise BadakError("split and folds are two ways to divide the images: omit one of them")
    if how.fold is not None and not 1 <= how.fold <= (how.folds or 0):
        raise BadakError(f"fold must be one of the {how.folds} folds; got {how.fold}")
    separator = how.group_by_prefix
    if separator is None:
        return
    if how.split is None and how.folds is None:
        raise BadakError("group_by_prefix is for --split and --folds; got neither")
    if not how.dataset.startswith(FOLDER):
        raise BadakError(f"group_by_prefix is for folder:PATH; {how.dataset} has no files")
    if not 1 <= len(separator) <= LONGEST_SEPARATOR:
        raise BadakError(
            f"group_by_prefix must be 1 to {LONGEST_SEPARATOR} characters, such as _; got "
            f"{separator!r}: write --group-by-prefix=_ before other words"
        )


def divided(how: Division, train: Dataset, test: Dataset) -> Parts:
    """Divide a data set's images as the run's options say."""
    check(how)
    if how.split is None and how.fold is None:
        return Parts(train, None, test)
    fractions = () if how.split is None else shares(how.split)
    if len(fractions) == 3:
        train = joined(train, test)
    train = _with_digests(train)
    groups = _groups(how, train)
    if how.fold is not None:
        return _held_out(how, train, groups)
    if len(fractions) == 3:
        train, validation, test = split(train, fractions, stable=True, groups=groups)
        return Parts(train, validation, test)
    learnt, validation = split(train, fractions, WITHIN, stable=True, groups=groups)
    return Parts(learnt, validation, _with_digests(test))


def _held_out(how: Division, train: Dataset, groups: NDArray[np.str_] | None) -> Parts:
    """One fold of the training images to measure on, the others to learn from."""
    order = np.argsort(np.argsort(keys_of(train, None, WITHIN), kind="stable"))
    dealt = deal(
        train.labels,
        how.folds or 0,
        order,
        group_copies(train.digests) if groups is None else group_numbers(groups, len(train)),
        train.class_names,
    )
    held = dealt == (how.fold or 1) - 1
    return Parts(train[~held], None, train[held], "held-out")


def _with_digests(part: Dataset) -> Dataset:
    """Give images without files the digests of their pixels."""
    if part.digests is not None:
        return part
    return Dataset(part.images, part.labels, part.class_names, part.name, keys_of(part))


def _groups(how: Division, every: Dataset) -> NDArray[np.str_] | None:
    """The prefix of each image's file; copies of a file have that of the first."""
    if how.group_by_prefix is None or every.digests is None:
        return None
    listing = list_folder(Path(how.dataset.removeprefix(FOLDER)))
    prefixes: dict[int, str] = {}
    for file in listing.files:
        prefixes.setdefault(digest(file.path), _prefix(file.path.name, how.group_by_prefix))
    return np.array([prefixes.get(number, str(number)) for number in every.digests.tolist()])


def _prefix(name: str, separator: str) -> str:
    """What stands before the first separator in a file's name, without its ending."""
    return Path(name).stem.partition(separator)[0]


def redivided(seen: Survey, how: Division) -> Survey:
    """Divide the images of a surveyed folder as `divided` does those of a run."""
    check(how)
    if how.split is None:
        return seen
    fractions, parts = shares(how.split), seen.parts.copy()
    within = len(fractions) == 2
    chosen = parts == 0 if within else np.ones(len(seen), bool)
    groups = None
    if how.group_by_prefix is not None:
        prefixes: dict[int, str] = {}  # copies have that of the first, as in `_groups`
        for number, name in zip(seen.digests.tolist(), seen.names, strict=True):
            prefixes.setdefault(number, _prefix(name, how.group_by_prefix))
        groups = np.array([prefixes[number] for number in seen.digests[chosen].tolist()])
    keys = keys_of_files(seen.digests[chosen], groups, WITHIN if within else 0)
    if within:
        parts[~chosen] = 2
    parts[chosen] = deal_by_key(seen.labels[chosen], keys, fractions)
    return replace(seen, parts=parts, part_names=("training", "validation", "test"))


def about(how: Division, parts: Parts) -> str:
    """Say in one line which images learn, choose and test.

    Example:
        >>> part = Dataset(np.zeros((3, 1, 2, 2)), [0, 0, 1])
        >>> about(Division("digits", "60:20:20"), Parts(part, part[1:], part[2:]))
        '3 images to learn from, 2 to choose the epoch by, 1 to test on (60:20:20)'
    """
    learn = f"{len(parts.train):,} images to learn from"
    words = [] if how.split is None else [how.split]
    if how.group_by_prefix is not None:
        words.append(f"groups by what stands before {how.group_by_prefix!r}")
    why = f" ({', '.join(words)})" if words else ""
    if how.fold is not None:
        return f"fold {how.fold} of {how.folds}: {learn}, {len(parts.test):,} held out{why}"
    if parts.validation is not None:
        learn += f", {len(parts.validation):,} to choose the epoch by"
    return f"{learn}, {len(parts.test):,} to test on{why}"
