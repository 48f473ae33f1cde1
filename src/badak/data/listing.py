"""List the folders and files of a folder of images: its parts, its classes, and what is neither."""

import unicodedata
from operator import attrgetter
from pathlib import Path

from badak import checks
from badak.errors import BadakError, FormatError, listed

TEST_FOLDERS = ("test", "val", "valid", "validation")
# Files that systems leave beside images, apart from hidden ones.
LITTER = ("__MACOSX", "Thumbs.db", "desktop.ini", "@eaDir")

# Class name -> its folders: two if the name exists both composed and decomposed.
Classes = dict[str, list[Path]]


def roots_of(path: Path) -> list[Path]:
    """Return the folder itself, or its training part and the first test part that has classes."""
    train = path / "train"
    tests = [path / name for name in TEST_FOLDERS if (path / name).is_dir()]
    if not (train.is_dir() and tests):
        return [path]
    classes = classes_of(train).keys()
    labelled = [test for test in tests if classes & classes_of(test).keys()]
    if not labelled:
        raise FormatError(
            f"{tests[0]} must hold sub-folders named as the classes of {train} "
            f"({listed(list(classes)) or 'none'}); it holds none of them"
        )
    return [train, labelled[0]]


def classes_of(root: Path) -> Classes:
    """Return the classes of a part, sorted by name."""
    classes: Classes = {}
    for folder in entries_of(root):
        if folder.is_dir():
            classes.setdefault(_class_name(folder), []).append(folder)
    return dict(sorted(classes.items()))


def _class_name(folder: Path) -> str:
    """Return a folder's name, composed (NFC): macOS decomposes accents and Hangul."""
    try:
        name = checks.text(folder.name, f"{folder.parent}: the name of a sub-folder")
    except BadakError as fault:
        raise FormatError(str(fault)) from None
    return unicodedata.normalize("NFC", name)


def kind_of(entry: Path) -> str:
    """Name the kind of an entry that is not an image, for a warning."""
    if entry.is_dir():
        return f"folder {entry.name}"
    if not entry.is_file():
        return "broken link or device"
    return entry.suffix.lower() or "without ending"


def entries_of(folder: Path) -> list[Path]:
    """Return the visible entries of a folder, or say why it cannot be read."""
    try:
        return visible_in(folder)
    except OSError as fault:
        raise FormatError(f"{folder} cannot be read: {fault.strerror or fault}") from None


def visible_in(folder: Path) -> list[Path]:
    """Return the entries of a folder that are neither hidden nor litter, sorted by name."""
    visible = [
        entry
        for entry in folder.iterdir()
        if not entry.name.startswith(".") and entry.name not in LITTER
    ]
    return sorted(visible, key=attrgetter("name"))  # far faster than comparing paths
