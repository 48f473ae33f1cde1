"""The reference names everything public, and says what it is in both languages."""

import importlib
import pkgutil
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import badak

SITE = Path(__file__).parents[2] / "docs" / "site"
sys.path.append(str(SITE / "extensions"))
from packages import PAGES  # noqa: E402
from reference import described, pages, purpose  # noqa: E402

# Public within badak, for its own packages; a reader of the reference calls none of them.
INSIDE = (
    "arrays", "cli", "formats", "kit", "languages", "network", "notebook", "page", "pickles", "web",
    "distributed.sweep", "inspect.", "layers.", "lessons.check.", "ops.",
)  # fmt: skip
TEXTS = pages()
NAMES = [name for page in PAGES for name in page.names()]


def test_every_package_with_public_names_has_a_page():
    shown = {page.package for page in PAGES}
    found = set()
    for module in pkgutil.walk_packages(badak.__path__, "badak."):
        name = module.name.removeprefix("badak.")
        if module.ispkg and not name.startswith(INSIDE):
            names = getattr(importlib.import_module(module.name), "__all__", [])
            found |= {module.name} if names else set()
    assert found - shown == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.package)
def test_each_name_of_a_package_is_listed_and_described(page):
    text = TEXTS[page.file]
    for name in page.names():
        assert f" <{described(name)}>`" in text, name
        assert any(f":: {described(name)}\n" in other for other in TEXTS.values()), name


def test_each_name_has_a_line_in_both_languages():
    with (SITE / "locales/ko/LC_MESSAGES/reference.po").open("rb") as file:
        korean = {message.id: message.string for message in read_po(file)}
    lines = {purpose(name) for name in NAMES}
    packages = [importlib.import_module(page.package) for page in PAGES]
    lines |= {(package.__doc__ or "").partition("\n")[0] for package in packages}
    assert "" not in lines
    assert [line for line in lines if not korean.get(line)] == []
    titles = {page.title for page in PAGES} | {key for page in PAGES for key in page.groups}
    assert [title for title in titles if not korean.get(title)] == []
