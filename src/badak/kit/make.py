"""A whole kit, or none: it is made beside its place and moved there at the end."""

import os
import platform
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from badak.errors import BadakError
from badak.kit import images, pages, wheels
from badak.kit.clone import LANGUAGES, Clone
from badak.kit.notebooks import write_notebooks
from badak.storage import TEMPORARY

CHECK = "check.py"
# What a system's terminal takes; the kit serves the system on which it is made.
WORDS = {
    "posix": {
        "PYTHON": "python3",
        "ACTIVATE": "source .venv/bin/activate",
        "SETDATA": 'export BADAK_DATA="$PWD/data"',
    },
    "nt": {
        "PYTHON": "py",
        "ACTIVATE": r".venv\Scripts\activate",
        "SETDATA": r"set BADAK_DATA=%CD%\data",
    },
}


def make(clone: Clone, folder: Path, tell: Callable[[str], object]) -> None:
    """Make the offline kit in a new folder; `tell` is called with a line at each step.

    Raises:
        BadakError: the folder has content, MNIST, pip or the site is missing, or pip fails. Nothing
            is left in the folder then.
    """
    _check_free(folder)
    images.check()
    wheels.check()
    pages.check(clone)
    with _whole(folder) as kit:
        tell("notebooks: the chapters without outputs")
        for language in LANGUAGES:
            write_notebooks(clone, language, kit / "notebooks")
        tell("data: the note's images of MNIST")
        images.write(kit / "data")
        tell("pages: the site")
        pages.copy(clone, kit / "pages")
        tell("wheels: badak is built and what it needs is downloaded, which takes minutes")
        own = wheels.collect(clone.folder, kit / "wheels")
        if "py3-none-any" in own.name:
            tell("Caution: no compiler was found, so badak's wheel has no native core; it is slow")
        _write_texts(clone, kit)


def make_notebooks(clone: Clone, folder: Path) -> None:
    """Write the chapters of all languages as notebooks into a new folder.

    Raises:
        BadakError: the folder has content.
    """
    _check_free(folder)
    with _whole(folder) as place:
        for language in LANGUAGES:
            write_notebooks(clone, language, place, clone.site.absolute().as_uri())


def _write_texts(clone: Clone, kit: Path) -> None:
    values = WORDS[os.name] | {
        "PYTHON_VERSION": f"{sys.version_info.major}.{sys.version_info.minor}",
        "SYSTEM": f"{platform.system()} ({platform.machine()})",
    }
    for language in LANGUAGES:
        name = f"README.{language}.txt"
        words = (clone.texts / name).read_text("utf-8")
        for key, value in values.items():
            words = words.replace(f"@{key}@", value)
        (kit / name).write_text(words, "utf-8")
    shutil.copy(clone.texts / CHECK, kit / CHECK)


def _check_free(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadakError(f"{folder} exists and is not empty: name a new folder")


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """Lend a folder for the kit, which gets its name only if all goes well."""
    place = folder.resolve()  # a link leads to the folder, and stays
    place.parent.mkdir(parents=True, exist_ok=True)
    kit = place.with_name(f".{place.name[:100]}.{secrets.token_hex(8)}{TEMPORARY}")
    kit.mkdir()
    try:
        yield kit
        _check_free(folder)
        if place.is_dir():
            place.rmdir()
        kit.rename(place)
    except BaseException:
        shutil.rmtree(kit, ignore_errors=True)
        raise
