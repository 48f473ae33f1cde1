"""Whether a message that a page quotes is one that badak can print.

A message is taken apart: each piece of fixed text must stand in a string of the source, or the
message in the golden file. What varies (names, numbers, paths) may be between.
"""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "badak"
GOLDEN = ROOT / "tests" / "golden" / "messages.txt"
SHORTEST = 3  # characters of a piece of fixed text
LONG = 8  # of one that counts by itself
MOST_WORDS = 3  # in a row that may vary
# The command line writes `resume=True` of a message as `--resume`.
OPTION = r"\w+=(?:True|[A-Z]+)"
VARIES = re.compile(rf"\{{[^{{}}]*\}}|{OPTION}|\x00")
BEGINNING = re.compile("^(Error|Caution): ")
# What the system and Pillow say within a message of badak's.
OTHERS = (
    *("No such file or directory", "Permission denied", "Not a directory"),
    *("No space left on device", "image file is truncated"),
)
WORD = re.compile(r"[^\W\d_]{2,}")


def is_real(message: str) -> bool:
    """Whether badak can print a message; "..." stands for any words."""
    message = BEGINNING.sub("", message.strip())
    for words in OTHERS:
        message = message.replace(words, "")
    if message in golden():
        return True
    parts = [part for part in re.split(r"\s*\.\.\.\s*", message) if WORD.search(part)]
    # What is left out may hold some pieces of a template: then each long piece counts by itself.
    known = templates() if len(parts) == 1 else _long_pieces()
    return bool(parts) and all(_is_real(part, known) for part in parts)


def _is_real(words: str, known: frozenset[tuple[str, ...]]) -> bool:
    covered = [False] * len(words)
    for pieces in known:
        for start, end in _places(pieces, words):
            covered[start:end] = [True] * (end - start)
    rest = "".join("\n" if own else letter for letter, own in zip(words, covered, strict=True))
    return any(covered) and all(_varies(part) for part in rest.split("\n"))


def _varies(text: str) -> bool:
    """Whether a piece of a message may be a name, a number or a path."""
    quoted = re.sub(r"(?<!\w)'[^']*'|\"[^\"]*\"|\([^()]*\)|`[^`]*`|\S*[/.=_\d]\S*|--\S+", " ", text)
    return len(WORD.findall(quoted)) <= MOST_WORDS


def _places(pieces: tuple[str, ...], words: str) -> list[tuple[int, int]]:
    """Where the fixed pieces of a template stand, in their order; nothing if one is missing."""
    found, start = [], 0
    for piece in pieces:
        start = words.find(piece, start)
        if start < 0:
            return []
        found.append((start, start + len(piece)))
        start += len(piece)
    return found


@cache
def golden() -> str:
    """The golden file."""
    return GOLDEN.read_text(encoding="utf-8")


@cache
def templates() -> frozenset[tuple[str, ...]]:
    """The fixed pieces of every string in the source."""
    texts = set()
    for path in SOURCE.rglob("*.py"):
        texts |= _strings(ast.parse(path.read_text(encoding="utf-8")))
    fixed = (
        [piece.strip(" .,:;()") for piece in VARIES.split(BEGINNING.sub("", text))]
        for text in texts
    )
    split = (tuple(piece for piece in own if len(piece) >= SHORTEST) for own in fixed)
    return frozenset(pieces for pieces in split if sum(map(len, pieces)) >= 2 * SHORTEST)


@cache
def _long_pieces() -> frozenset[tuple[str, ...]]:
    return frozenset((piece,) for pieces in templates() for piece in pieces if len(piece) >= LONG)


def _strings(tree: ast.AST) -> set[str]:
    """Every string; what an f-string puts in is a NUL character."""
    texts, inside = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(value) for value in node.values}
            parts = [v.value if isinstance(v, ast.Constant) else "\0" for v in node.values]
            texts.add("".join(parts))
        elif isinstance(node, ast.Constant) and id(node) not in inside:
            texts.add(str(node.value))
    return {text for text in texts if "\n\n" not in text}  # docstrings
