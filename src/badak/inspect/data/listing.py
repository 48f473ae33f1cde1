"""What lies in a folder of images, whatever its state: files, classes, parts, and the rest.

The rules are those of `badak.data.folder`, which stops at a fault; here each fault is a line.
"""

import os
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from badak.data.image import endings
from badak.data.listing import TEST_FOLDERS, visible_in
from badak.errors import FormatError
from badak.files import as_path

TRAINING, TESTING = 0, 1


class Passed(NamedTuple):
    """A file or folder that gives no image.

    Attributes:
        name: its path below the folder.
        reason: why, in words.
    """

    name: str
    reason: str


class File(NamedTuple):
    """An image file: its path, its class and its part (0 training, 1 test)."""

    path: Path
    label: int
    part: int


@dataclass
class Listing:
    """The files of a folder.

    Attributes:
        root: the folder.
        class_names: the names of its classes.
        divided: whether it has a training and a test folder of its own.
        files: the images.
        passed: what is no image of a class.
    """

    root: Path
    class_names: tuple[str, ...] = ()
    divided: bool = False
    files: list[File] = field(default_factory=list)
    passed: list[Passed] = field(default_factory=list)

    def name(self, path: Path) -> str:
        """Return a path below the folder, composed (NFC)."""
        return unicodedata.normalize("NFC", path.relative_to(self.root).as_posix())


def list_folder(path: str | os.PathLike[str]) -> Listing:
    """List the images of a folder, its classes and parts, and what else lies there.

    Raises:
        FormatError: no such folder, or a folder without any sub-folder that holds an image.
    """
    root = as_path(path)
    if not root.is_dir():
        raise FormatError(f"{root} must be a folder of images; it does not exist")
    listing = Listing(root)
    roots = _roots(root)
    listing.divided = len(roots) > 1
    if listing.divided:
        _pass_others(listing, root, roots)
    found = [_classes(listing, part) for part in roots]
    names = sorted({name for classes in found for name in classes})
    listing.class_names = tuple(names)
    for part, classes in enumerate(found):
        for label, name in enumerate(names):
            for folder in classes.get(name, []):
                _list_class(listing, folder, label, part)
    if not listing.files:
        raise FormatError(
            f"{root} must hold one sub-folder of images per class; none of its "
            f"{len(names)} sub-folders holds an image ({', '.join(endings())})"
        )
    return listing


def _roots(root: Path) -> list[Path]:
    """The folder, or its training folder and its first test folder that holds a folder."""
    train = root / "train"
    tests = [root / name for name in TEST_FOLDERS if (root / name).is_dir()]
    labelled = [test for test in tests if any(entry.is_dir() for entry in _visible(test))]
    return [train, (labelled or tests)[0]] if train.is_dir() and tests else [root]


def _pass_others(listing: Listing, folder: Path, roots: list[Path]) -> None:
    for entry in _visible(folder):
        if entry not in roots:
            listing.passed.append(Passed(listing.name(entry), "beside the training and test parts"))


def _classes(listing: Listing, part: Path) -> dict[str, list[Path]]:
    """Class name -> its folders; a name may exist both composed and decomposed."""
    classes: dict[str, list[Path]] = {}
    for entry in _visible(part, listing):
        if not entry.is_dir():
            listing.passed.append(Passed(listing.name(entry), _outside(entry)))
            continue
        try:
            entry.name.encode()
        except UnicodeEncodeError:
            listing.passed.append(Passed(listing.name(entry), "a folder whose name is not UTF-8"))
            continue
        classes.setdefault(unicodedata.normalize("NFC", entry.name), []).append(entry)
    return classes


def _list_class(listing: Listing, folder: Path, label: int, part: int) -> None:
    before = len(listing.files)
    for entry in _visible(folder, listing):
        if entry.is_dir():
            reason = "a folder inside a class: its images are not read"
        elif not entry.is_file():
            reason = "a broken link or a device"
        elif entry.suffix.lower() not in endings():
            reason = f"{_ending(entry)}: not the ending of an image"
        else:
            listing.files.append(File(entry, label, part))
            continue
        listing.passed.append(Passed(listing.name(entry), reason))
    if len(listing.files) == before:
        listing.passed.append(Passed(listing.name(folder), "a class folder without images"))


def _outside(entry: Path) -> str:
    if entry.suffix.lower() in endings():
        return "an image outside the class folders"
    return f"{_ending(entry)}: not the ending of an image"


def _ending(entry: Path) -> str:
    return entry.suffix.lower() or "no ending"


def _visible(folder: Path, listing: Listing | None = None) -> list[Path]:
    """The entries of a folder that are not hidden, sorted; none if it cannot be read."""
    try:
        return visible_in(folder)
    except OSError as fault:
        if listing is not None:
            reason = f"cannot be read: {fault.strerror or fault}"
            listing.passed.append(Passed(listing.name(folder), reason))
        return []
