"""The image files that a command line names, and short names of each to show and to write by."""

import glob
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from badak.data.folder import LITTER
from badak.data.image import endings

LONGEST_NAME = 60  # characters of a picture's name: up to 240 bytes, of the 255 a name may have


def image_files(words: Sequence[Path]) -> Iterator[Path]:
    """Find the files that words stand for.

    Args:
        words: image files; folders, which stand for all images in them, at any depth, and without
            hidden ones; and patterns such as ``photos/*.jpg``, for shells that leave them alone.

    Returns:
        Paths, each folder's and each pattern's in order. A word that stands for nothing comes
        itself, and cannot be read.

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

    def refused(fault: OSError) -> None:  # a folder that may not be listed comes itself
        paths.append(Path(fault.filename))

    for root, folders, names in os.walk(folder, onerror=refused):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in LITTER]
        visible = [name for name in names if not name.startswith(".")]
        paths += [Path(root, name) for name in visible if Path(name).suffix.lower() in known]
    return sorted(paths)


def picture_names(paths: Sequence[Path]) -> list[str]:
    """Name a picture after each image, such that no two share a name, on any file system.

    Args:
        paths: of the images.

    Returns:
        The images' own names without ending, with a number if an earlier image has the same.

    Example:
        >>> picture_names([Path("a/one.png"), Path("b/One.jpg"), Path("two?.png")])
        ['one', 'One-2', 'two_']
    """
    names: list[str] = []
    taken = set()
    for path in paths:
        stem = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", path.stem))[:LONGEST_NAME]
        name, number = stem, 1
        while name.lower() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.lower())
        names.append(name)
    return names
