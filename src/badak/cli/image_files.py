"""The image files that a command line names, and a name for the picture of each."""

import glob
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from badak.data.image import endings
from badak.data.listing import LITTER

MAX_NAME = 60  # characters of a picture's name: up to 240 bytes, of the 255 a name may have


def image_files(words: Sequence[Path]) -> Iterator[Path]:
    """Find the files that the words of a command line name, sorted within each word.

    Words are image files; folders, for all images in them at any depth that are not hidden; and
    patterns such as ``photos/*.jpg``, for shells that do not expand them. A word that matches
    nothing is returned itself, and cannot be read.

    Example:
        >>> [path.as_posix() for path in image_files([Path("b.png"), Path("no/*.png")])]
        ['b.png', 'no/*.png']
    """
    for word in words:
        if os.path.isdir(word):  # noqa: PTH112  # False also if its folder may not be looked into
            yield from _below(word) or [word]
        elif not os.path.lexists(word) and glob.has_magic(str(word)):
            matches = sorted(Path(path) for path in glob.glob(str(word), recursive=True))  # noqa: PTH207
            yield from image_files(matches) if matches else [word]
        else:
            yield word


def _below(folder: Path) -> list[Path]:
    paths: list[Path] = []
    known = endings()

    def refused(fault: OSError) -> None:  # the folder itself, if it cannot be listed
        paths.append(Path(fault.filename))

    for root, folders, names in os.walk(folder, onerror=refused):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in LITTER]
        visible = [name for name in names if not name.startswith(".")]
        paths += [Path(root, name) for name in visible if Path(name).suffix.lower() in known]
    return sorted(paths)


def picture_names(paths: Sequence[Path]) -> list[str]:
    """Name a picture after each image: its name without ending, and a number if that is taken.

    No two share a name on any file system.

    Example:
        >>> picture_names([Path("a/one.png"), Path("b/One.jpg"), Path("two?.png")])
        ['one', 'One-2', 'two_']
    """
    names: list[str] = []
    taken = set()
    for path in paths:
        stem = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", path.stem))[:MAX_NAME]
        name, number = stem, 1
        while name.lower() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.lower())
        names.append(name)
    return names
