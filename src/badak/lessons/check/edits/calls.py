"""Changes of calls: another function, other arguments, a call more or less."""

import ast
import itertools
from collections.abc import Iterator
from typing import Any

from badak.lessons.check.edits.place import Place
from badak.lessons.check.edits.slips import changed, swapped

# Functions that are taken for each other.
ALIKE = (
    ("max", "min", "sum", "mean", "argmax", "prod", "cumsum"),
    ("argmax", "argmin", "max"),
    ("std", "var", "mean"),
    ("zeros", "ones", "empty"),
    ("zeros_like", "ones_like", "empty_like"),
    ("floor", "ceil", "round"),
    ("rand", "randn"),
    ("log", "log10", "log2", "log1p", "exp"),
    ("exp", "exp2", "expm1"),
    ("maximum", "minimum"),
    ("sqrt", "square"),
    ("dot", "multiply", "outer"),
    ("im2col", "col2im"),
    ("forward", "backward"),
    ("flatten", "ravel"),
    ("append", "insert"),
    ("repeat", "tile"),
    ("max", "maximum"),
    ("min", "minimum"),
    ("vstack", "hstack", "stack", "concatenate"),
    ("arange", "zeros", "ones"),
    ("unravel_index", "ravel_multi_index"),
)
ALONG = ("sum", "max", "mean", "argmax", "var", "std", "min")
WRAPPERS = ("np.sqrt", "np.exp", "np.log", "np.abs", "int", "reversed", "np.sum", "np.array")
METHODS = ("copy", "values", "flatten")


def swaps(place: Place) -> Iterator[ast.AST]:
    """Two arguments swapped."""
    part = place.part
    if isinstance(part, ast.Call):
        for i, j in itertools.combinations(range(min(len(part.args), 6)), 2):
            yield changed(part, args=swapped(part.args, i, j))


def arguments(place: Place) -> Iterator[ast.AST]:
    """Another function of the kind; arguments transposed, left out, added."""
    part = place.part
    if not isinstance(part, ast.Call):
        return
    name = getattr(part.func, "attr", getattr(part.func, "id", ""))
    yield from _keywords(part, name)
    for group in ALIKE:
        yield from (_renamed(part, other) for other in group if name in group and other != name)
    if isinstance(part.func, ast.Attribute):
        yield part.func.value  # a method not called: a.reshape(...) -> a
    if part.args:
        yield part.args[0]
    for i, argument in enumerate(part.args):
        if not isinstance(argument, ast.Constant):
            turned = ast.Attribute(argument, "T", ast.Load())
            yield changed(part, args=[*part.args[:i], turned, *part.args[i + 1 :]])
        if len(part.args) > 1:
            yield changed(part, args=[*part.args[:i], *part.args[i + 1 :]])
    known = place.scope.values()
    stride = next((n for n in known if "stride" in n), "")
    pad = next((n for n in known if "pad" in n), "")
    for more in ((stride,), (pad,), (stride, pad)):
        if all(more):
            extra = [_expression(text) for text in more]
            yield changed(part, args=[*part.args, *extra])


def _keywords(part: ast.Call, name: str) -> Iterator[ast.AST]:
    for i, keyword in enumerate(part.keywords):
        if keyword.arg in ("keepdims", "axis", "ddof"):
            yield changed(part, keywords=part.keywords[:i] + part.keywords[i + 1 :])
    if name in ALONG:
        has = {keyword.arg for keyword in part.keywords}
        for key, values in (("axis", (0, 1, -1, None)), ("keepdims", (True,))):
            for value in values:
                others = [k for k in part.keywords if k.arg != key]
                if key == "axis" or key not in has:
                    new = ast.keyword(key, ast.Constant(value))
                    yield changed(part, keywords=[*others, new])


def wrapped(place: Place) -> Iterator[ast.AST]:
    """A call around, a method after, or a row's own axis kept."""
    part = place.part
    if not isinstance(part, (ast.Name, ast.Attribute, ast.BinOp, ast.Call, ast.Subscript)):
        return
    if place.call or not isinstance(getattr(part, "ctx", ast.Load()), ast.Load):
        return
    for wrapper in WRAPPERS:
        yield ast.Call(_expression(wrapper), [part], [])
    for method in METHODS:
        yield ast.Call(ast.Attribute(part, method, ast.Load()), [], [])
    for index in (":, None", "None", "::-1", ":, None, None"):
        whole: Any = _expression(f"a[{index}]")
        yield ast.Subscript(part, whole.slice, ast.Load())
    if isinstance(place.owner, (ast.Assign, ast.Return, ast.Call)):
        for shape in ("len({0}), -1", "-1"):
            shape = shape.format(ast.unparse(part))
            yield _expression(f"({ast.unparse(part)}).reshape({shape})")


def _renamed(part: ast.Call, name: str) -> ast.AST:
    old = part.func
    func: ast.expr = ast.Name(name, ast.Load())
    if isinstance(old, ast.Attribute):
        func = ast.Attribute(old.value, name, ast.Load())
    return ast.Call(func, part.args, part.keywords)


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
