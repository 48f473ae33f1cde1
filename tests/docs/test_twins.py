"""How-to pages and explanations: both languages have the same pages, and run the same code."""

import ast
import re

import pytest

import doc_pages

FOLDERS = ("how-to", "explanation")
PAGES = [
    page.relative_to(doc_pages.DOCS / "en")
    for folder in FOLDERS
    for page in sorted((doc_pages.DOCS / "en" / folder).glob("*.md"))
]


def cells(path):
    """The code of a page's cells, without words and comments; the checker's language is a word."""
    text = path.read_text(encoding="utf-8")
    return [_code(block) for block in doc_pages.blocks(text, "{code-cell}")]


def _code(block):
    block = re.sub(r"\A(:[\w-]+:.*\n)+|^%%.*\n", "", block, flags=re.M)
    tree = ast.parse(re.sub(r', "ko"(?=[,)])', "", block))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_both_languages_run_the_same_code(page):
    english, korean = (cells(doc_pages.DOCS / language / page) for language in ("en", "ko"))
    assert english == korean


@pytest.mark.parametrize("folder", FOLDERS)
def test_both_languages_have_the_same_pages(folder):
    english, korean = (
        {path.name for path in (doc_pages.DOCS / language / folder).glob("*.md")}
        for language in doc_pages.LANGUAGES
    )
    assert english == korean
    assert len(english) >= 4


def test_a_changed_number_is_noticed():
    assert _code("net(x, 1)  # one") == _code("net(x, 1)  # 하나")
    assert _code("net(x, 1)") != _code("net(x, 2)")
