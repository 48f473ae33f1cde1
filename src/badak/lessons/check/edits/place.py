"""Places of a syntax tree where something can be put, and what is in scope there."""

import ast
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

WORDS = re.compile(r"\w+|\S")


@dataclass
class Edit:
    """One change, while it stands in the tree.

    Attributes:
        line: of the reader's file.
        how: "change", "insert", "remove" or "move".
        statement: what is new, moved, or too much.
        after: the line after which a moved statement belongs.
        indent: by how many spaces it is indented there.
        old: what stood there.
    """

    line: int
    how: str
    statement: ast.stmt
    after: int = 0
    indent: int = 0
    old: str = ""

    @property
    def cost(self) -> float:
        """How many words and signs differ; a small change is the likelier."""
        new = WORDS.findall(ast.unparse(self.statement))
        if self.how != "change":
            return 2.0 if self.how == "move" else 3.0 + len(new) / 2
        old = WORDS.findall(self.old)
        match = difflib.SequenceMatcher(None, old, new, autojunk=False)
        return sum(max(b - a, d - c) for tag, a, b, c, d in match.get_opcodes() if tag != "equal")

    @property
    def text(self) -> str:
        """The statement, its first line."""
        return ast.unparse(self.statement).partition("\n")[0]


@dataclass
class Scope:
    """What a function of the reader's can name."""

    function: ast.FunctionDef
    names: list[str] = field(default_factory=list)  # its arguments and variables
    own: list[str] = field(default_factory=list)  # "self.x" of the class
    attributes: list[str] = field(default_factory=list)  # after any dot, not called
    strings: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, function: ast.FunctionDef, whole: ast.AST) -> "Scope":
        """Collect the names of a function within the class, or the function, `whole`."""
        parts = list(ast.walk(whole))
        called = {id(p.func) for p in parts if isinstance(p, ast.Call)}
        plain = [p for p in parts if isinstance(p, ast.Attribute) and id(p) not in called]
        inside = [p for p in ast.walk(function) if id(p) not in called]
        names = [p.id for p in inside if isinstance(p, ast.Name)]
        names += [p.arg for p in inside if isinstance(p, ast.arg)]
        own = [ast.unparse(p) for p in plain if getattr(p.value, "id", "") == "self"]
        strings = [p.value for p in parts if isinstance(p, ast.Constant)
                   and isinstance(p.value, str) and len(p.value) < 20]  # fmt: skip
        return cls(
            function,
            [name for name in dict.fromkeys(names) if name not in ("self", "np")],
            list(dict.fromkeys(own)),
            list(dict.fromkeys(p.attr for p in plain)),
            list(dict.fromkeys(strings)),
        )

    def values(self) -> list[str]:
        """Names and attributes of the object, as expressions."""
        return [*self.names, *self.own]


@dataclass
class Place:
    """A field of a node, or one element of it, with what is there."""

    owner: ast.AST
    name: str
    index: int | None
    part: Any
    statement: ast.stmt
    scope: Scope
    call: bool  # it is what a call calls

    def put(self, new: Any) -> None:
        """Put something there."""
        if self.index is None:
            setattr(self.owner, self.name, new)
        else:
            getattr(self.owner, self.name)[self.index] = new

    @property
    def line(self) -> int:
        """The line of the part, or of its statement."""
        return int(getattr(self.part, "lineno", 0) or self.statement.lineno)


def places(node: ast.AST) -> Iterator[Place]:
    r"""Yield every place of the functions of a class, or of a function.

    Example:
        >>> code = ast.parse("def f(x):\n    return -x").body[0]
        >>> [type(place.part).__name__ for place in places(code)]
        ['Return', 'UnaryOp', 'Name']
    """
    functions = [n for n in ast.walk(node) if isinstance(n, ast.FunctionDef)]
    for function in functions:
        scope = Scope.of(function, node)
        for default in range(len(function.args.defaults)):
            part = function.args.defaults[default]
            yield Place(function.args, "defaults", default, part, function, scope, False)
        yield from _below(function, "body", function.body, function, scope)


def _below(
    owner: ast.AST, name: str, value: Any, statement: ast.stmt, scope: Scope
) -> Iterator[Place]:
    items = enumerate(value) if isinstance(value, list) else [(None, value)]
    for index, part in items:
        if not isinstance(part, ast.AST) or isinstance(part, (ast.FunctionDef, ast.ClassDef)):
            continue
        if isinstance(part, (ast.expr_context, ast.operator, ast.cmpop, ast.unaryop, ast.boolop)):
            continue
        inside = part if isinstance(part, ast.stmt) else statement
        called = isinstance(owner, ast.Call) and name == "func"
        yield Place(owner, name, index, part, inside, scope, called)
        for field_name, below in ast.iter_fields(part):
            yield from _below(part, field_name, below, inside, scope)
