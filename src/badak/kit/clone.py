"""The clone of badak that a kit is made from: where its chapters, texts and site lie."""

import re
from dataclasses import dataclass
from pathlib import Path

from badak.errors import BadakError

LANGUAGES = ("ko", "en")
CHAPTERS = "[0-9][0-9]-*.md"  # 01-why-convolution.md ...


@dataclass(frozen=True)
class Chapter:
    """One chapter of the course: a MyST notebook.

    Attributes:
        path: the file in the clone.
        title: its first heading.
    """

    path: Path
    title: str


@dataclass(frozen=True)
class Clone:
    """A folder with badak's sources and documentation.

    Attributes:
        folder: the folder, as `git clone` made it.
    """

    folder: Path

    def __post_init__(self) -> None:
        """Refuse a folder that is no clone.

        Example:
            >>> Clone(Path("/nowhere"))
            Traceback (most recent call last):
            badak.errors.BadakError: /nowhere is not a clone of badak, where the course lies: clone
            badak, and do this in the clone
        """
        project = self.folder / "pyproject.toml"
        named = project.is_file() and 'name = "badak"' in project.read_text("utf-8", "replace")
        if not named or not all(self.course(language).is_dir() for language in LANGUAGES):
            raise BadakError(
                f"{self.folder.absolute()} is not a clone of badak, where the course lies: clone "
                "badak, and do this in the clone"
            )

    def course(self, language: str) -> Path:
        """Return the folder of the chapters."""
        return self.docs(language) / "course"

    def docs(self, language: str) -> Path:
        """Return the folder of the documentation in one language."""
        return self.folder / "docs" / language

    @property
    def texts(self) -> Path:
        """The folder of the files that lie in the kit as they are."""
        return self.folder / "docs" / "kit"

    @property
    def site(self) -> Path:
        """The folder of the built site, which may be missing."""
        return self.folder / "build" / "site"

    def chapters(self, language: str) -> list[Chapter]:
        """Return the chapters in order.

        Raises:
            BadakError: there are none.
        """
        paths = sorted(self.course(language).glob(CHAPTERS))
        if not paths:
            raise BadakError(
                f"{self.course(language)} holds no chapters, {CHAPTERS}: update the clone"
            )
        return [Chapter(path, _title(path)) for path in paths]


def _title(path: Path) -> str:
    heading = re.search(r"^# (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return heading[1].strip() if heading else path.stem
