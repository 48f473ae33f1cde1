"""The chapters as notebooks: from MyST's text to Jupyter's JSON, without outputs."""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from badak.kit.clone import Clone
from badak.kit.links import Links
from badak.kit.plain import Resolve, plain, split_options

CELL = re.compile(r"^(`{3,}|~{3,})\{code-cell\}")
HIDDEN = {
    "hide-input": ("source_hidden",),
    "hide-output": ("outputs_hidden",),
    "hide-cell": ("source_hidden", "outputs_hidden"),
}
SETUP = {
    "ko": "# 이 키트의 MNIST 이미지가 있는 곳. 먼저 이 셀을 실행한다.",
    "en": "# Where this kit has its images of MNIST. Run this cell first.",
}
FIND_DATA = """import os

os.environ.setdefault("BADAK_DATA", os.path.abspath("../../data"))"""


@dataclass(frozen=True)
class Cell:
    """A part of a MyST notebook: text, or code with its tags."""

    kind: str  # "markdown" or "code"
    text: str
    tags: tuple[str, ...] = ()


PAGES = "../../pages"  # of a kit, seen from its notebooks


def write_notebooks(clone: Clone, language: str, folder: Path, pages: str = PAGES) -> None:
    """Write all chapters of a language into ``folder/language``.

    Args:
        clone: where the chapters lie.
        language: of `badak.kit.LANGUAGES`.
        folder: where to write.
        pages: the address of the site, for links; by default, that of a kit, whose notebooks begin
            with a cell that finds the kit's images.
    """
    place = folder / language
    place.mkdir(parents=True)
    links = Links(clone, language, pages)
    first = [Cell("code", f"{SETUP[language]}\n{FIND_DATA}")] if pages == PAGES else []
    for chapter in clone.chapters(language):
        text = chapter.path.read_text("utf-8")
        content = notebook(text, language, links.resolver(chapter.path), first)
        path = place / f"{chapter.path.stem}.ipynb"
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for source, name in links.files.items():
        target = place / name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(source, target)


def notebook(
    text: str, language: str, resolve: Resolve, first: Sequence[Cell] = ()
) -> dict[str, Any]:
    """Return a MyST notebook as Jupyter's, format 4.5; `first` comes after its first words."""
    head, *others = cells(text)
    json_cells = []
    for number, cell in enumerate([head, *first, *others]):
        words = cell.text if cell.kind == "code" else plain(cell.text, language, resolve)
        if words.strip():
            json_cells.append(_json_cell(cell, words, f"cell-{number}"))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": json_cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def cells(text: str) -> Iterator[Cell]:
    r"""Cut a MyST notebook into its cells.

    Example:
        >>> text = "---\nfile_format: mystnb\n---\n# A\n```{code-cell} python\n1 + 1\n```\nB"
        >>> [(cell.kind, cell.text) for cell in cells(text)]
        [('markdown', '# A'), ('code', '1 + 1'), ('markdown', 'B')]
    """
    lines = _without_front_matter(text).split("\n")
    words: list[str] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        place += 1
        opening = CELL.match(line)
        if opening is None and not line.startswith("+++"):
            words.append(line)
            continue
        yield Cell("markdown", "\n".join(words).strip("\n"))
        words = []
        if opening is not None:
            end = next(
                (at for at in range(place, len(lines)) if lines[at].rstrip() == opening[1]),
                len(lines),
            )
            options, code = split_options(lines[place:end])
            tags = re.findall(r"[\w-]+", options.get("tags", ""))
            yield Cell("code", "\n".join(code).strip("\n"), tuple(tags))
            place = end + 1
    yield Cell("markdown", "\n".join(words).strip("\n"))


def _without_front_matter(text: str) -> str:
    head = re.match(r"---\n.*?\n---\n", text, re.DOTALL)
    return text[head.end() :] if head else text


def _json_cell(cell: Cell, words: str, name: str) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if cell.tags:
        metadata["tags"] = list(cell.tags)
        hidden = {key: True for tag in cell.tags for key in HIDDEN.get(tag, ())}
        if hidden:
            metadata["jupyter"] = hidden
    made: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": name,
        "metadata": metadata,
        "source": words.splitlines(keepends=True),
    }
    if cell.kind == "code":
        made |= {"execution_count": None, "outputs": []}
    return made
