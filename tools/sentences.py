"""The sentences of badak's source, by its syntax tree, for `tools/languages.py`.

A sentence is a text of two words or more that is no docstring, except the docstrings of commands,
which are their help. An f-string is a template: the last name in a place's expression names the
place. Two places without text between them are one.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from badak.languages.others import CLICK, PIECES, SYSTEM, WORDS

SOURCE = Path(__file__).parents[1] / "src" / "badak"
OTHERS = "badak/languages/others.py"  # sentences that no syntax tree finds
# What says nothing on the command line: the checker has its own tables, the course's experiments
# and notebooks speak English, and so do pictures; code in other languages.
LEFT_OUT = (
    *("lessons", "sklearn", "notebook", "page", "web/answers", "inspect/draw", "inspect/explore"),
    *("formats/c/functions", "formats/c/layout.py", "formats/c/text.py", "formats/card.py"),
    *("formats/c/flash.py", "formats/c/weights.py", "web/routes.py", "web/server.py"),
    *("formats/onnx/backend.py", "formats/onnx/ops", "cli/scripted.py"),
    *("book/__main__.py", "book/trainer.py", "book/dropin", "languages"),
)
SENTENCE = re.compile(
    r"(?:[^\W_]|[{}%'\"`.,)]){2,}[,;:.]? +[`'\"({]*(?:[a-z]{2}|a )|^(?:an?|[A-Z]) [a-z]{2}"
)
# Parts of a page, of code or of types.
NO_SENTENCE = re.compile(
    r"^[^{]*[<\n]|^(?:import|from) |^\w+ = |^\w+[.(]\w+[.(]|^\w+\[|^default-src"
)
LETTERS = re.compile("[A-Za-z]{2}")
PLACE = re.compile(r"\{\w+(?::[^}]*)?\}")
NUMBERS = ",fgde%"  # formats of numbers end so
NO_NAMES = {
    *("if", "else", "for", "in", "not", "and", "or", "is", "self", "None", "LONGEST_VALUE"),
    *("len", "str", "join", "map", "repr", "sorted", "shown", "listed", "sum", "min", "max"),
}


class Place(NamedTuple):
    """A place in a template: its name, and ":,.4f" or the like if it is a number."""

    name: str
    form: str = ""


def sentences() -> dict[str, list[str]]:
    """Every sentence, with the files that have it."""
    found: dict[str, list[str]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if not name.startswith(LEFT_OUT):
            for words in of_module(path.read_text(encoding="utf-8")):
                files = found.setdefault(words, [])
                if f"badak/{name}" not in files:
                    files.append(f"badak/{name}")
    for words in (*CLICK, *SYSTEM, *PIECES, *WORDS):
        found.setdefault(words, []).append(OTHERS)
    return found


def of_module(code: str) -> Iterator[str]:
    """The sentences of a module."""
    tree = ast.parse(code)
    nodes = list(ast.walk(tree))
    silent = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}  # docstrings
    yield from _commands(nodes)
    for node in nodes:
        if id(node) in silent:
            continue
        pieces = _pieces(node)
        if pieces is None:
            continue
        silent.update(id(part) for part in _parts(node))
        for words in _help(_template(pieces)):
            plain = PLACE.sub("", words)
            if SENTENCE.search(words) and LETTERS.search(plain) and not NO_SENTENCE.search(words):
                yield words


def _commands(nodes: list[ast.AST]) -> Iterator[str]:
    """The docstrings of commands, by paragraphs."""
    for node in nodes:
        marks = node.decorator_list if isinstance(node, ast.FunctionDef) else []
        names = {ast.unparse(mark.func) for mark in marks if isinstance(mark, ast.Call)}
        if names & {"click.command", "click.group"}:
            text = inspect.cleandoc(ast.get_docstring(node) or "")  # type: ignore[arg-type]
            yield from (" ".join(part.split()) for part in text.split("\n\n"))


def _help(words: str) -> list[str]:
    """A help text and what stands in brackets at its end, separately."""
    head, mark, tail = words.partition("  [")
    return [head, mark.strip() + tail] if mark and tail.endswith("]") else [words]


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """The parts that make one text; sentences in its places stand by themselves."""
    if isinstance(node, ast.BinOp):
        for side in (node.left, node.right):
            yield side
            yield from _parts(side)
    elif isinstance(node, ast.JoinedStr):
        yield from node.values


def _pieces(node: ast.AST) -> list[str | Place] | None:
    """A text as pieces, or None if it is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return [
            _place(value) if isinstance(value, ast.FormattedValue) else str(value.value)  # type: ignore[attr-defined]
            for value in node.values
        ]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _pieces(node.left), _pieces(node.right)
        if left is None and right is None:
            return None
        return [*(left or [Place(_name(node.left))]), *(right or [Place(_name(node.right))])]
    return None


def _place(value: ast.FormattedValue) -> Place:
    """A place of an f-string, with the format of its number."""
    form = value.format_spec.values if isinstance(value.format_spec, ast.JoinedStr) else []
    words = "".join(str(part.value) for part in form if isinstance(part, ast.Constant))
    return Place(_name(value.value), f":{words}" if words.endswith(tuple(NUMBERS)) else "")


def _name(node: ast.expr) -> str:
    """The last name of an expression; `s` for the ending of a plural, `verb` for is or are."""
    words = ast.unparse(node)
    if re.match(r"'s'(?: if |\[)|'' if .* else 's'", words):
        return "s"
    if re.match(r"'(?:is|looks)' if .* else '(?:are|look)'", words):
        return "verb"
    if isinstance(node, ast.IfExp):
        return _name(node.test)
    names = [
        name for name in re.findall(r"(?<!['\"\w])[A-Za-z_]\w*", words) if name not in NO_NAMES
    ]
    return names[-1].strip("_").lower() if names else "value"


def _template(pieces: list[str | Place]) -> str:
    """The pieces as one text: places in braces, each with its own name."""
    words, taken, after_place = "", set[str](), False
    for piece in pieces:
        if isinstance(piece, str):
            words += piece.replace("{", "{{").replace("}", "}}")
            after_place = after_place and not piece
            continue
        if not after_place:
            name, number = piece.name, 1
            while name in taken:
                number += 1
                name = f"{piece.name}{number}"
            taken.add(name)
            words += f"{{{name}{piece.form}}}"
        after_place = True
    return words
