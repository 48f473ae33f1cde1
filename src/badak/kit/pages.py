"""The site as pages on a disk: as it was built, or built now."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from badak.errors import BadakError
from badak.kit.clone import LANGUAGES, Clone

BUILDERS = ("sphinx", "myst_nb")  # of the extra `docs`
# What Sphinx keeps for its next build, and the sources, which no page needs.
LEFT_OUT = shutil.ignore_patterns(".doctrees", ".buildinfo", "jupyter_execute", "_sources")


def check(clone: Clone) -> None:
    """Refuse a clone whose site is neither built nor can be.

    Raises:
        BadakError: it is not; the message names what to install.
    """
    if _missing(clone) and not all(importlib.util.find_spec(name) for name in BUILDERS):
        raise BadakError(
            f"the site is not built in {clone.site}, and Sphinx, which builds it, is not "
            "installed: pip install 'badak[docs]', then run this command again"
        )


def copy(clone: Clone, folder: Path) -> None:
    """Copy the pages of all languages, after a build if they are missing.

    Raises:
        BadakError: they cannot be built.
    """
    check(clone)
    if _missing(clone):
        _build(clone)
    for language in LANGUAGES:
        shutil.copytree(clone.site / language, folder / language, ignore=LEFT_OUT)


def _missing(clone: Clone) -> list[str]:
    """The languages whose site lacks its first page or a chapter, or has an old one."""
    return [language for language in LANGUAGES if not _is_built(clone, language)]


def _is_built(clone: Clone, language: str) -> bool:
    site = clone.site / language
    pages = {
        site / "course" / f"{chapter.path.stem}.html": chapter.path
        for chapter in clone.chapters(language)
    }
    pages[site / "index.html"] = clone.docs(language) / "index.md"
    return all(page.is_file() and not _is_older(page, source) for page, source in pages.items())


def _is_older(page: Path, source: Path) -> bool:
    return source.is_file() and page.stat().st_mtime < source.stat().st_mtime


def _build(clone: Clone) -> None:
    """Build what is missing, as tools/docs does."""
    for language in _missing(clone):
        words = (
            *(sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"),
            *("-c", clone.folder / "docs" / "site", "-D", f"language={language}"),
            *(clone.docs(language), clone.site / language),
        )
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BadakError(
                f"Sphinx could not build the site ({done.returncode} is its exit code): run "
                "tools/docs and read what is wrong"
            )
