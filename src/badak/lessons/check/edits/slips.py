"""Changes of one expression or assignment by itself: an operator, a number, an index, an order."""

import ast
import copy
import itertools
from collections.abc import Iterator
from typing import Any

from badak.lessons.check.edits.place import Place

OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Div: (ast.FloorDiv, ast.Mult, ast.Sub, ast.Add),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mult: (ast.MatMult, ast.Div, ast.Add, ast.Sub),
    ast.MatMult: (ast.Mult,),
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult, ast.Div),
    ast.Pow: (ast.Mult,),
}
TIMES = (ast.Mult, ast.Div, ast.FloorDiv)
COMPARED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
ORDERED = (ast.Sub, ast.Div, ast.MatMult, ast.FloorDiv, ast.Pow)
FLOATS = (1e-4, 1e-7, 0.5, 1.0, 2.0)
LONGEST = 6  # axes of an array, all orders of which are tried


def changed(node: Any, **fields: Any) -> Any:
    """Return a copy of a node with other fields."""
    new = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def common(place: Place) -> Iterator[ast.AST]:
    """Operators, numbers, indices, two elements swapped."""
    part = place.part
    if isinstance(part, ast.BinOp):
        yield from _operators(part)
    elif isinstance(part, ast.Compare) and len(part.ops) == 1:
        yield from (
            changed(part, ops=[new()]) for new in COMPARED if not isinstance(part.ops[0], new)
        )
    elif isinstance(part, ast.UnaryOp):
        yield part.operand
    elif isinstance(part, ast.Constant):
        term = isinstance(getattr(place.owner, "op", None), (ast.Add, ast.Sub))
        yield from (new for new in _constants(part) if not term or new.value != 0)
    elif isinstance(part, ast.Tuple) and 1 < len(part.elts) < 7:
        for i, j in itertools.combinations(range(len(part.elts)), 2):
            yield changed(part, elts=swapped(part.elts, i, j))
    elif (isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Load)) or (
        getattr(part, "attr", "") == "T"
    ):
        yield part.value
    elif isinstance(part, ast.Slice):
        yield from (
            changed(part, **{name: None})
            for name in ("lower", "upper", "step") if getattr(part, name)
        )  # fmt: skip
    elif isinstance(part, ast.IfExp):
        yield changed(part, body=part.orelse, orelse=part.body)


def _operators(part: ast.BinOp) -> Iterator[ast.AST]:
    number = isinstance(part.left, ast.Constant) or isinstance(part.right, ast.Constant)
    one = any(getattr(side, "value", 0) == 1 for side in (part.left, part.right))
    others = OPERATORS.get(type(part.op), ())
    operators = [changed(part, op=new()) for new in others if not (one and new in TIMES)]
    alone: list[ast.AST] = [part.left, part.right]
    yield from (*alone, *operators) if number else (*operators, *alone)
    if isinstance(part.op, ORDERED):
        yield ast.BinOp(part.right, part.op, part.left)
    call = part.left  # a.f() op b -> (a op b).f()
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        inner = ast.BinOp(call.func.value, part.op, part.right)
        yield ast.Call(ast.Attribute(inner, call.func.attr, ast.Load()), call.args, call.keywords)
    if isinstance(part.left, ast.BinOp):  # a op b op c -> a op (b op c)
        inner = ast.BinOp(part.left.right, part.op, part.right)
        yield ast.BinOp(part.left.left, part.left.op, inner)
    if isinstance(part.right, ast.BinOp):
        inner = ast.BinOp(part.left, part.op, part.right.left)
        yield ast.BinOp(inner, part.right.op, part.right.right)


def _constants(part: ast.Constant) -> Iterator[ast.Constant]:
    values: list[Any] = []
    if type(part.value) is bool:
        values = [not part.value]
    elif type(part.value) is int:
        values = [0, 1, -1, 2, part.value + 1, part.value - 1]
    elif type(part.value) is float:
        values = [1 - part.value, *FLOATS]
    yield from (ast.Constant(v) for v in dict.fromkeys(values) if v != part.value)


def rare(place: Place) -> Iterator[ast.AST]:
    """One more, one less, the sign, the transpose, the opposite."""
    part = place.part
    if isinstance(place.owner, (ast.Subscript, ast.Tuple)) and isinstance(part, ast.Constant):
        yield ast.Slice()  # [0] -> [:]
    if isinstance(part, ast.Slice):
        yield from (changed(part, step=_name(n)) for n in place.scope.values()
                    if "str" in n and part.step is None)  # fmt: skip
        return
    if not isinstance(part, ast.expr) or isinstance(getattr(part, "ctx", None), ast.Store):
        return
    if place.call or isinstance(part, (ast.Tuple, ast.Constant)):
        return
    if isinstance(part, (ast.BinOp, ast.Name, ast.Call, ast.Attribute)):
        for operator in (ast.Add(), ast.Sub()):
            yield ast.BinOp(part, operator, ast.Constant(1))
        yield ast.BinOp(ast.Constant(1), ast.Sub(), part)
        yield ast.Attribute(part, "T", ast.Load())
        yield ast.UnaryOp(ast.USub(), part)
        for by in (ast.Mult(), ast.Div(), ast.Pow()):
            yield ast.BinOp(part, by, ast.Constant(2))
    if isinstance(part, (ast.Compare, ast.Name, ast.Attribute)):
        yield ast.UnaryOp(ast.Invert(), part)
    if isinstance(place.owner, (ast.If, ast.While, ast.IfExp)) and place.name == "test":
        yield ast.UnaryOp(ast.Not(), part)
    if isinstance(place.owner, (ast.Subscript, ast.Tuple)) and place.name in ("slice", "elts"):
        yield ast.Slice()


def assignments(place: Place) -> Iterator[ast.AST]:
    """``=`` and ``+=``, and other operators."""
    part = place.part
    if isinstance(part, ast.Assign) and len(part.targets) == 1:
        target = part.targets[0]
        if isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
            yield from (ast.AugAssign(target, op, part.value) for op in (ast.Add(), ast.Sub()))
    elif isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):  # its result is lost
        inside = [n.id for n in ast.walk(part) if isinstance(n, ast.Name)]
        for name in dict.fromkeys([*inside, *place.scope.names]):
            if name not in ("self", "np"):
                yield ast.Assign([ast.Name(name, ast.Store())], part.value)
    elif isinstance(part, ast.AugAssign):
        yield ast.Assign([part.target], part.value)
        others = (ast.Add, ast.Sub, ast.Mult, ast.Div)
        yield from (changed(part, op=op()) for op in others if not isinstance(part.op, op))


def orders(place: Place) -> Iterator[ast.AST]:
    """All orders of axes, and of sizes."""
    part = place.part
    field = "args" if isinstance(part, ast.Call) else "elts"
    items = getattr(part, field, [])
    if not 2 < len(items) <= LONGEST or not isinstance(part, (ast.Call, ast.Tuple)):
        return
    if len(items) > 4 and not all(isinstance(item, ast.Constant) for item in items):
        return
    for order in itertools.permutations(range(len(items))):
        yield changed(part, **{field: [items[i] for i in order]})


def swapped(items: list[Any], i: int, j: int) -> list[Any]:
    """Return a copy of a list with two elements swapped."""
    new = list(items)
    new[i], new[j] = new[j], new[i]
    return new


def _name(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
