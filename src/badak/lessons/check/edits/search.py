"""variants: a function or class with one small change each, the likely ones first."""

import ast
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from badak.lessons.check.edits import calls, names, slips, statements
from badak.lessons.check.edits.place import Edit, Place, places

# How unlikely a family of changes is -> what it makes of a place.
FAMILIES: tuple[tuple[float, Callable[[Place], Iterator[ast.AST]]], ...] = (
    (0.0, slips.common),
    (0.2, calls.swaps),
    (0.3, names.alike),
    (1.0, calls.arguments),
    (1.5, slips.rare),
    (2.0, names.others),
    (2.5, calls.wrapped),
    (3.0, names.terms),
    (4.0, slips.orders),
)


def variants(node: Any, near: int = 0, exercise: str = "") -> Iterator[Edit]:
    r"""Change the tree in place and back, and yield each change while it stands.

    Those of the line `near`, or of the function that begins there, come first; then likely ones.

    Example:
        >>> code = ast.parse("def f(x):\n    return x / 2").body[0]
        >>> [edit.text for edit in variants(code)][:2]
        ['return x', 'return 2']
    """
    jobs: list[tuple[float, int, Callable[[], Iterator[Edit]]]] = []
    every = list(places(node))
    fixed = {id(part) for part in _loop_ends(node)}
    for order, place in enumerate(every):
        far = _distance(near, place.line, place.scope.function, exercise)
        if id(place.part) in fixed or isinstance(place.part, ast.stmt):
            continue
        for rank, family in FAMILIES:
            jobs.append((rank + far, order, partial(_expressions, place, family)))
    for change in statements.changes(node, exercise, fixed):
        far = _distance(near, change.line, change.function, exercise)
        jobs.append((change.rank + far, change.line, change.tried))
    for place in every:
        if isinstance(place.part, ast.stmt) and id(place.part) not in fixed:
            far = _distance(near, place.line, place.scope.function, exercise)
            jobs.append((far, place.line, partial(_expressions, place, slips.assignments)))
            jobs.append((far + 1.0, place.line, partial(_expressions, place, names.everywhere)))
    for _, _, job in sorted(jobs, key=lambda each: each[:2]):
        yield from job()


def _distance(near: int, line: int, function: ast.FunctionDef, exercise: str) -> float:
    """How far a line is from the one to blame: it, its function, or another.

    What fails in one method of a network is often made in another.
    """
    if near in (line, function.lineno):
        return 0.0
    inside = function.lineno <= near <= (function.end_lineno or 0)
    return 0.7 if inside else 0.9 if exercise == "network" else 1.2


def _expressions(place: Place, family: Callable[[Place], Iterator[ast.AST]]) -> Iterator[Edit]:
    old = place.part
    before = ast.unparse(old if isinstance(old, ast.stmt) else place.statement)
    for new in family(place):
        ast.fix_missing_locations(ast.copy_location(new, old))
        place.put(new)
        statement: Any = new if isinstance(new, ast.stmt) else place.statement
        try:
            yield Edit(place.line, "change", statement, old=before)
        finally:
            place.put(old)


def _loop_ends(node: ast.AST) -> Iterator[ast.AST]:
    """What a while loop needs to end: a change there would make it endless."""
    for loop in ast.walk(node):
        if isinstance(loop, ast.While):
            yield from ast.walk(loop.test)
            for part in ast.walk(loop):
                if isinstance(part, ast.Expr) or (
                    isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name)
                ):
                    yield from ast.walk(part)
