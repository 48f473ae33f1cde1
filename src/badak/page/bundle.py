"""The page's files, and a page's modules as one script."""

import re
from collections.abc import Mapping
from pathlib import Path

STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(r'^import (?:\{[^}]*\} from )?"(?P<path>[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const|let|function|async function|class)", re.MULTILINE)


def bundle(entry: str) -> str:
    """Return a module and all that it imports as one script, each module after what it needs.

    A page in one file cannot import files, and neither can a notebook. The modules are written so
    that joining them is all it takes: each exports by ``export const`` or ``export function``,
    imports by ``import { name } from "./file.js"`` without ``as``, and no two have the same name
    at their top.

    Args:
        entry: the module's path in ``static/``, such as ``"exported.js"``.

    Example:
        >>> "import {" in bundle("exported.js")
        False
    """
    return "\n".join(_script(path) for path in modules(entry))


def read(path: str) -> str:
    """Return the text of a file in ``static/``."""
    return (STATIC / path).read_text(encoding="utf-8")


def filled(template: str, pieces: Mapping[str, str]) -> str:
    """Return a page of ``static/`` with its {{pieces}} put in."""
    # Piece by piece: a text that is put in may contain braces of its own.
    start, *rest = read(template).split("{{")
    return start + "".join(
        pieces[piece.split("}}", 1)[0]] + piece.split("}}", 1)[1] for piece in rest
    )


def modules(entry: str) -> list[str]:
    """Return a module's path and those of all that it imports, each after what it needs."""
    found: list[str] = []
    _collect(entry, found)
    return found


def _collect(path: str, found: list[str]) -> None:
    folder = Path(path).parent
    for match in _IMPORT.finditer(read(path)):
        wanted = (STATIC / folder / match["path"]).resolve().relative_to(STATIC.resolve())
        if wanted.as_posix() not in found:
            _collect(wanted.as_posix(), found)
    if path not in found:
        found.append(path)


def _script(path: str) -> str:
    return f"// {path}\n" + _EXPORT.sub("", _IMPORT.sub("", read(path)))
