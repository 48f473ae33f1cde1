"""Where a chapter's links lead in the kit: to another notebook, a page, or a file beside it."""

import re
from pathlib import Path

from badak.kit.clone import Clone
from badak.kit.plain import Resolve

LABEL = re.compile(r"^\(([^()\s]+)\)=\s*$", re.MULTILINE)
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:")  # https:, mailto: ...
FILES = "files"  # the folder beside the notebooks for pictures and the like


class Links:
    """The targets of the documentation in one language.

    Args:
        clone: where the documentation lies.
        language: of `badak.kit.LANGUAGES`.
        pages: the address of the site, seen from the notebooks.

    Attributes:
        files: file in the clone -> its place beside the notebooks; filled as links are resolved.
    """

    def __init__(self, clone: Clone, language: str, pages: str) -> None:
        self._docs = clone.docs(language).resolve()
        self._pages = f"{pages}/{language}"
        self._chapters = {chapter.path.resolve() for chapter in clone.chapters(language)}
        self._labels = {
            label: path
            for path in sorted(self._docs.rglob("*.md"))
            for label in LABEL.findall(path.read_text("utf-8"))
        }
        self.files: dict[Path, str] = {}

    def resolver(self, chapter: Path) -> Resolve:
        """Return the function that rewrites the links of one chapter."""

        def resolve(address: str) -> str:
            return self._resolve(address, chapter.resolve())

        return resolve

    def _resolve(self, address: str, chapter: Path) -> str:
        if ELSEWHERE.match(address):
            return address
        name, _, label = address.partition("#")
        path = (chapter.parent / name).resolve() if name else self._labels.get(label, chapter)
        if path.suffix != ".md" and not path.is_file():
            path = path.with_name(f"{path.name}.md")  # MyST finds a page without its ending
        if path in self._chapters:
            return f"{path.stem}.ipynb"
        if path.is_file() and path.suffix != ".md":
            return self.files.setdefault(path, f"{FILES}/{path.name}")
        try:
            page = path.relative_to(self._docs).with_suffix(".html").as_posix()
        except ValueError:  # outside of the documentation
            return address
        return f"{self._pages}/{page}" + (f"#{label}" if label else "")
