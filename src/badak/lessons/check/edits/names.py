"""Changes of names: another variable, attribute or key; a term or factor more."""

import ast
import copy
from collections.abc import Iterator

from badak.lessons.check.edits.place import Place
from badak.lessons.check.edits.slips import changed

OPERATORS = (ast.Div, ast.Mult, ast.Add, ast.Sub)


def others(place: Place) -> Iterator[ast.AST]:
    """Another name that the function uses, attribute of the class, or key, in place of this one."""
    part = place.part
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        yield from (ast.Constant(s) for s in place.scope.strings if s != part.value)
        return
    if place.call or not isinstance(part, (ast.Name, ast.Attribute)):
        return
    text = ast.unparse(part)
    if text in ("self", "np"):
        return
    known = place.scope.values()
    if isinstance(part.ctx, ast.Store):
        known = known if isinstance(part, ast.Name) else place.scope.own
    for other in sorted(known, key=lambda name: not _alike(name, text)):
        if other != text:
            yield _expression(other, part.ctx)
    if isinstance(part, ast.Attribute) and not text.startswith("np."):
        for name in place.scope.attributes:
            if name != part.attr and f"self.{name}" not in known:
                yield changed(part, attr=name)


def alike(place: Place) -> Iterator[ast.AST]:
    """A name that differs by a letter."""
    part = place.part
    if place.call or not isinstance(part, (ast.Name, ast.Attribute)):
        return
    text = ast.unparse(part)
    known = [name for name in place.scope.values() if name != text and _alike(name, text)]
    if text not in ("self", "np") and isinstance(part.ctx, ast.Load):
        yield from (_expression(name) for name in known if len(text) > 1)


def _alike(one: str, other: str) -> bool:
    """Whether two names differ little: W1 and W2, out_h and out_w, x and y."""
    return one[:-1] == other[:-1] or one.lower() == other.lower() or one[1:] == other[1:]


def everywhere(place: Place) -> Iterator[ast.AST]:
    """Another name at each place of a statement."""
    part = place.part
    inside = [p for p in ast.walk(part) if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Load)]
    texts = [p.id for p in inside]
    if isinstance(part, (ast.For, ast.If, ast.While, ast.With)):
        return
    for old in dict.fromkeys(t for t in texts if texts.count(t) > 1 and t not in ("np", "self")):
        for new in place.scope.values():
            if new != old:
                yield _Everywhere(old, new).visit(copy.deepcopy(part))


class _Everywhere(ast.NodeTransformer):
    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new

    def visit_Name(self, node: ast.Name) -> ast.AST:
        change = node.id == self.old and isinstance(node.ctx, ast.Load)
        return _expression(self.new) if change else node


def terms(place: Place) -> Iterator[ast.AST]:
    """A term or a factor more: a value divided by N, times the stride, plus the bias."""
    part = place.part
    if not isinstance(part, ast.expr) or isinstance(part, (ast.Tuple, ast.Slice)):
        return
    if place.call or not isinstance(getattr(part, "ctx", ast.Load()), ast.Load):
        return
    index = isinstance(place.owner, ast.Slice)
    whole = isinstance(place.owner, (ast.Assign, ast.Return, ast.AugAssign, ast.BinOp, ast.Tuple))
    if not (index or whole) or getattr(part, "id", "") in ("self", "np"):
        return
    for other in place.scope.values():
        for operator in OPERATORS:
            yield ast.BinOp(part, operator(), _expression(other))
    if whole:
        for other in place.scope.values():
            yield ast.BinOp(part, ast.Div(), _expression(f"len({other})"))
            yield ast.BinOp(part, ast.Div(), _expression(f"{other}.shape[0]"))


def _expression(text: str, ctx: ast.expr_context | None = None) -> ast.expr:
    node = ast.parse(text, mode="eval").body
    if ctx is not None:
        node.ctx = ctx  # type: ignore[attr-defined]
    return node
