"""check_of: which exercise a function or class of the reader's is, and how to check it."""

import difflib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from badak.layers import Layer
from badak.lessons.check.badak_layers import as_book_layer
from badak.lessons.check.diagnose import Raised, Run, diagnose
from badak.lessons.check.errors import cause_of_error
from badak.lessons.check.finding import Finding
from badak.lessons.check.reader import guarded, lines_of, run_function, run_layer
from badak.lessons.check.subjects import SUBJECTS, Subject
from badak.lessons.check.subjects.drawn import SHARE, dropout, dropout_faults

DROPOUT = ("dropout", "dropoutlayer")


def check_of(name: str, thing: Any, path: str) -> Callable[[], list[Finding]] | None:
    """Return the check for a function or class; None if its name is no exercise's."""
    if isinstance(thing, type) and issubclass(thing, Layer):
        adapted = as_book_layer(thing)
        if adapted is None:
            return None
        subject, make = adapted
        lines = lines_of(thing, subject)
        return lambda: diagnose(subject, name, run_layer(make, path, subject), lines)
    plain = _plain(name)
    form = "layer" if isinstance(thing, type) else "function"
    if not callable(thing):
        return None
    if form == "layer" and plain in DROPOUT:
        return lambda: _dropout(thing, name, path)
    own = subject_of(name, thing)
    return (lambda: _diagnose(own, name, thing, path)) if own else None


def subject_of(name: str, thing: Any) -> Subject | None:
    """Return the exercise of a function or class in the book's form; None if it is no such.

    Example:
        >>> subject_of("im2col", len).name
        'im2col'
    """
    form = "layer" if isinstance(thing, type) else "function"
    known = [each for each in SUBJECTS if each.form == form and _plain(name) in each.aliases]
    return known[0] if known and not (form == "layer" and issubclass(thing, Layer)) else None


def run_of(subject: Subject, thing: Any, path: str) -> Run:
    """Return how to run a function or class on a trial."""
    return run_layer(thing, path, subject) if subject.form == "layer" else run_function(thing, path)


def near(name: str, thing: Any, defined: Sequence[Any]) -> str:
    """Return an exercise of a similar name, if the file has none by its own name; else ""."""
    form = "layer" if isinstance(thing, type) else "function"
    others = {_plain(node.name) for node in defined}
    aliases = {a: s.name for s in SUBJECTS if s.form == form for a in s.aliases if len(a) > 4}
    found = difflib.get_close_matches(_plain(name), aliases, 1, 0.82)
    return "" if not found or others & set(aliases) else aliases[found[0]]


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


def _diagnose(subject: Subject, name: str, thing: Any, path: str) -> list[Finding]:
    return diagnose(subject, name, run_of(subject, thing, path), lines_of(thing, subject))


def _dropout(kind: type, name: str, path: str) -> list[Finding]:
    np.random.seed(1)  # noqa: NPY002 - the book draws from it
    layer = guarded(path, kind, SHARE)
    seen = layer if isinstance(layer, Raised) else guarded(path, dropout, layer)
    forward = getattr(getattr(kind, "forward", None), "__code__", None)
    line = forward.co_firstlineno if forward else 0
    values: dict[str, Any] = {"output": "forward", "input": f"x (40, 100), dropout_ratio {SHARE}"}
    if isinstance(seen, Raised):
        values |= {"error": seen.name, "text": seen.text}
        fault = cause_of_error(seen.name, seen.text)
        return [Finding(name, "raised", seen.line or line, fault, values)]
    found = dropout_faults(seen)
    return [Finding(name, "dropout", line, found[0], values | found[1])] if found else []
