"""changes: a statement replaced by a right one, added, left out, or moved."""

import ast
import copy
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from badak.lessons.check.edits.donors import donors
from badak.lessons.check.edits.place import Edit, Scope

LOOPS = (ast.For, ast.While)


@dataclass
class Block:
    """A list of statements in a function, and the block around it."""

    owner: Any
    name: str
    outer: "Block | None"
    function: ast.FunctionDef

    @property
    def body(self) -> list[ast.stmt]:
        """The statements."""
        return list(getattr(self.owner, self.name))


@dataclass
class Change:
    """Other lists of statements, put in place while it is tried."""

    rank: float
    line: int
    how: str
    statement: ast.stmt
    function: ast.FunctionDef
    new: list[tuple[Block, list[ast.stmt]]]
    after: int = 0
    indent: int = 0
    old: str = ""

    def tried(self) -> Iterator[Edit]:
        """Put them in place, and back."""
        old = [(block, getattr(block.owner, block.name)) for block, _ in self.new]
        for block, body in self.new:
            setattr(block.owner, block.name, body or [ast.Pass(lineno=1, col_offset=0)])
        ast.fix_missing_locations(ast.Module([self.statement], []))
        try:
            yield Edit(self.line, self.how, self.statement, self.after, self.indent, self.old)
        finally:
            for block, body in old:
                setattr(block.owner, block.name, body)


def changes(node: ast.AST, exercise: str, fixed: set[int]) -> Iterator[Change]:
    """Yield the changes of all functions; what is `fixed` stays."""
    for function in [n for n in ast.walk(node) if isinstance(n, ast.FunctionDef)]:
        scope = Scope.of(function, node)
        right = [*_kept(scope), *donors(exercise, scope)]
        for block in _blocks(Block(function, "body", None, function)):
            for change in (_replaced, _moved):
                yield from (c for c in change(block, right) if id(c.statement) not in fixed)
            yield from _added(block, right)


def _kept(scope: Scope) -> list[ast.stmt]:
    """``self.x = x`` for what is read of self and has a variable's name."""
    names = [name for name in scope.names if f"self.{name}" in scope.own]
    return ast.parse("\n".join(f"self.{name} = {name}" for name in names)).body


def _blocks(block: Block) -> Iterator[Block]:
    yield block
    for statement in block.body:
        for name in ("body", "orelse"):
            if getattr(statement, name, None) and not isinstance(statement, ast.FunctionDef):
                yield from _blocks(Block(statement, name, block, block.function))


def _replaced(block: Block, right: list[ast.stmt]) -> Iterator[Change]:
    body = block.body
    for i, old in enumerate(body):
        for new in right:
            if _target(old) == _target(new) and ast.unparse(old) != ast.unparse(new):
                placed = _at(new, old)
                rest = [*body[:i], placed, *body[i + 1 :]]
                yield Change(
                    _unlike(old, new),
                    old.lineno,
                    "change",
                    placed,
                    block.function,
                    [(block, rest)],
                    old=ast.unparse(old),
                )


def _unlike(old: ast.stmt, new: ast.stmt) -> float:
    """How unlikely a statement is in place of another: the less, the more it is like it."""
    return 2 - 1.5 * difflib.SequenceMatcher(None, ast.unparse(old), ast.unparse(new)).ratio()


def _target(statement: ast.stmt) -> str:
    """What a statement sets: the name, or "return"."""
    if isinstance(statement, ast.Return):
        return "return"
    target: Any = getattr(statement, "target", None) or getattr(statement, "targets", [None])[0]
    while isinstance(target, ast.Subscript):
        target = target.value
    return ast.unparse(target) if target else ast.unparse(statement)


def _added(block: Block, right: list[ast.stmt]) -> Iterator[Change]:
    body = block.body
    plain = {_target(s) for s in ast.walk(block.function) if isinstance(s, ast.Assign)
             and not isinstance(s.targets[0], ast.Subscript)}  # fmt: skip
    for i in range(len(body) + 1):
        before = body[i - 1] if i else block.owner
        if isinstance(before, (ast.Return, ast.Break, ast.Continue)):
            continue
        line = (before.end_lineno or before.lineno) if i else before.lineno
        for new in right:
            if isinstance(new, ast.Return) and i < len(body):
                continue
            if _target(new) in plain and _target(new) not in ast.unparse(new.value):  # type: ignore[attr-defined]
                continue  # in place of the one that sets it, that is
            placed = _at(new, before)
            rest = [*body[:i], placed, *body[i:]]
            kept = _target(new).startswith("self.") and _target(new) not in map(_target, body)
            rank = 0.6 if kept else 1.2  # what backward needs
            yield Change(rank, line, "insert", placed, block.function, [(block, rest)])


def _moved(block: Block, right: list[ast.stmt]) -> Iterator[Change]:
    """A statement left out, moved, or moved out of the loop or into it."""
    body, outer = block.body, block.outer
    for i, statement in enumerate(body):
        rest = [*body[:i], *body[i + 1 :]]
        yield _one(0.8, block, statement, "remove", (block, rest))
        if isinstance(statement, ast.If):
            unwrapped = [*body[:i], *statement.body, *body[i + 1 :]]
            yield _one(1.5, block, statement, "remove", (block, unwrapped))
        for j in range(len(rest) + 1) if not isinstance(statement, LOOPS) else ():
            if j != i:
                near = 0.9 if abs(i - j) == 1 else 1.8
                yield _one(near, block, statement, "move", _put(block, rest, j, statement))
        if outer and isinstance(block.owner, (*LOOPS, ast.If)):
            at = outer.body.index(block.owner) if block.owner in outer.body else -1
            for to in (at + 1, at) if at >= 0 else ():
                goal = _put(outer, outer.body, to, statement)
                yield _one(0.6, block, statement, "move", goal, (block, rest))
        for j, last in ((i - 1, True), (i + 1, False)):
            if 0 <= j < len(body) and isinstance(body[j], (*LOOPS, ast.If)):
                loop = Block(body[j], "body", block, block.function)
                goal = _put(loop, loop.body, len(loop.body) if last else 0, statement)
                yield _one(0.7, block, statement, "move", goal, (block, rest))


def _put(
    block: Block, body: list[ast.stmt], at: int, statement: ast.stmt
) -> tuple[Block, list[ast.stmt]]:
    return block, [*body[:at], statement, *body[at:]]


def _one(
    rank: float, block: Block, statement: ast.stmt, how: str, *new: tuple[Block, list[ast.stmt]]
) -> Change:
    """A change of one statement; if it is moved, `new` begins with where to."""
    goal, body = new[0]
    at = next((k for k, each in enumerate(body) if each is statement), 0)
    others = [each for each in body if each is not statement]
    after = (body[at - 1].end_lineno or 0) if at else goal.owner.lineno
    indent = others[0].col_offset if others else statement.col_offset
    return Change(rank, statement.lineno, how, statement, block.function, list(new), after, indent)


def _at(new: ast.stmt, near: ast.stmt) -> ast.stmt:
    placed = copy.deepcopy(new)
    for part in ast.walk(placed):
        ast.copy_location(part, near)
    return placed
