"""The reference: a page for each package, written from `__all__` and docstrings at build time."""

import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packages import PAGES, Page, named
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer
from terminal_page import commands

import badak


def pages() -> dict[str, str]:
    """Return the text of each page by its file's name."""
    written = {page.file: _page(page) for page in PAGES}
    return {"index": _index(), **written}


def purpose(name: str) -> str:
    """Return one line: the first of a docstring, or of the comment `#:` above a value."""
    thing = named(name)
    if inspect.isclass(thing) or inspect.isfunction(thing):
        return (inspect.getdoc(thing) or "").splitlines()[0]
    return _comment(name)


def _comment(name: str) -> str:
    """Return the comment `#:` above a value, in the module that makes it."""
    package, _, last = name.rpartition(".")
    for module in [key for key in sys.modules if f"{key}.".startswith(f"{package}.")]:
        if getattr(sys.modules[module], last, None) is named(name):
            lines = ModuleAnalyzer.for_module(module).find_attr_docs().get(("", last))
            if lines:
                return " ".join(lines).strip()
    return ""


def _index() -> str:
    rows = [(f":doc:`{page.file}`", f"``{page.package}``", _first(page.package)) for page in PAGES]
    listed = "".join(f"   {page.file}\n" for page in PAGES)
    return (
        f"{_title('Reference', '=')}Every public name of badak, from its docstring. Each page "
        f"begins with one line for each name.\n\n{_table(rows)}\n"
        f"The commands of the terminal have a page of their own: :doc:`commands`. All names in one "
        f"list: :ref:`genindex`.\n\n"
        f".. toctree::\n   :hidden:\n\n{listed}   commands\n"
    )


def _page(page: Page) -> str:
    parts = [_title(page.title, "="), f".. automodule:: {page.package}\n   :no-members:\n\n"]
    for heading, names in page.grouped():
        parts += [_title(heading, "-")] if heading else []
        parts.append(_table([(_link(name), purpose(name)) for name in names]))
        parts += [_described(name) for name in names if described(name) == name]
    return "".join(parts)


def described(name: str) -> str:
    """Return the name under which an object is described: that of its own package's page.

    `badak.Trainer` is described as `badak.training.Trainer`, for example.
    """
    thing = named(name)
    best = name
    for page in PAGES:
        last = name.rpartition(".")[2]
        other = f"{page.package}.{last}"
        inside = getattr(thing, "__module__", "").startswith(f"{page.package}.")
        if inside and len(page.package) > len(best.rpartition(".")[0]) and other in page.names():
            best = other if named(other) is thing else best
    return best


def _link(name: str) -> str:
    return f":py:obj:`{name.rpartition('.')[2]} <{described(name)}>`"


def _described(name: str) -> str:
    thing = named(name)
    if not (inspect.isclass(thing) or inspect.isfunction(thing)):
        return f".. py:data:: {name}\n\n   {_comment(name)}\n\n"
    return f".. auto{'class' if inspect.isclass(thing) else 'function'}:: {name}\n\n"


def _first(package: str) -> str:
    return (named(package).__doc__ or "").splitlines()[0] if "." in package else badak.__doc__ or ""


def _title(words: str, line: str) -> str:
    return f"{words}\n{line * 2 * len(words)}\n\n"  # Korean letters are wide


def _table(rows: Sequence[Sequence[str]]) -> str:
    cells = "".join("   * - " + "\n     - ".join(row) + "\n" for row in rows)
    return f".. list-table::\n   :class: names\n\n{cells}\n"


def _write(app: Sphinx, config: Any) -> None:
    """Write the pages before Sphinx looks for them; those that are as they were keep their time."""
    if config.root_doc != "index":  # one page alone
        return
    folder = Path(app.srcdir) / "reference"
    folder.mkdir(exist_ok=True)
    for name, text in {**pages(), "commands": commands(config.language)}.items():
        file = folder / f"{name}.rst"
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def _skip(app: Sphinx, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what others wrote, and fields of named tuples, which their class describes."""
    others = not (getattr(thing, "__module__", None) or "badak").startswith("badak")
    return True if others or type(thing).__name__ == "_tuplegetter" else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the events."""
    app.connect("config-inited", _write)
    app.connect("autodoc-skip-member", _skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
