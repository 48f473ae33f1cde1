"""What can be read from the reader's classes without running them: attributes, keys, calls.

A class is judged only if all its bases are in the same file, since others may set anything.
"""

import ast
import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from badak.lessons.check.finding import Finding

ROUTES = ("gradient", "backward", "numerical_gradient", "backprop", "update")


def of_classes(tree: ast.Module) -> list[Finding]:
    r"""Return the findings about the classes of a parsed file.

    Example:
        >>> code = "class Relu:\n    def forward(x):\n        return x"
        >>> [finding.fault for finding in of_classes(ast.parse(code))]
        ['self_missing', '']
        >>> [finding.fault for finding in of_classes(ast.parse(code.replace("x", "self", 1)))]
        ['forward_without_x', '']
    """
    findings: list[Finding] = []
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    for node in classes.values():
        family = _family(node, classes)
        findings += _written_twice(node)
        findings += _without_self(node)
        findings += _forward_without_x(node)
        bases = [b.id for c in classes.values() for b in c.bases if isinstance(b, ast.Name)]
        if family is not None and node.name not in bases:  # else a subclass may have what it lacks
            findings += _unset_attributes(node, family)
            twice = {f.values["name"].partition("[")[0] for f in findings if f.kind == "twice"}
            findings += [
                f
                for f in _unset_keys(node, family)
                if f.values["advice"] or f.values["name"] not in twice
            ]
            findings += _no_backward(node, family)
    return findings


def _without_self(node: ast.ClassDef) -> Iterator[Finding]:
    """A method whose first argument is an input, though its body uses self or the book's name."""
    for part in node.body:
        if not isinstance(part, ast.FunctionDef) or part.decorator_list:
            continue
        names = [a.arg for a in (*part.args.posonlyargs, *part.args.args)]
        uses = any(isinstance(n, ast.Name) and n.id == "self" for n in ast.walk(part))
        if not part.args.vararg and "self" not in names and (uses or names[:1] in ([], ["x"])):
            text = f"def {part.name}({', '.join(names)})"
            values = {"name": text, "advice": f"def {part.name}({', '.join(['self', *names])})"}
            yield Finding(node.name, "no_self", part.lineno, "self_missing", values)


def _family(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> list[ast.ClassDef] | None:
    """The class and its bases; None if one is not in the file, or sets attributes by name."""
    family, left = [], [node]
    while left:
        one = left.pop()
        if one in family:
            continue
        family.append(one)
        for base in one.bases:
            if not isinstance(base, ast.Name) or base.id not in (*classes, "object"):
                return None
            if base.id in classes:
                left.append(classes[base.id])
        for part in ast.walk(one):
            word = getattr(part, "id", getattr(part, "attr", getattr(part, "name", None)))
            if word in ("setattr", "__dict__", "__getattr__", "__slots__", "vars"):
                return None
    return None if node.decorator_list or node.keywords else family


def _of_self(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    )


def _unset_attributes(node: ast.ClassDef, family: list[ast.ClassDef]) -> Iterator[Finding]:
    stored = set(dir(object))
    for one in family:
        for part in ast.walk(one):
            if isinstance(part, (ast.FunctionDef, ast.ClassDef)):
                stored.add(part.name)
            elif isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
                stored.add(part.id)
            elif isinstance(part, ast.Attribute) and not isinstance(part.ctx, ast.Load):
                stored.add(part.attr)
    told: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and _of_self(part) and part.attr not in stored | told:
            told.add(part.attr)
            near = difflib.get_close_matches(part.attr, sorted(stored - set(dir(object))), 1)
            values = {"name": f"self.{part.attr}", "advice": f"self.{near[0]}" if near else ""}
            yield Finding(node.name, "attribute", part.lineno, "attribute_unknown", values)


def _keys(classes: list[ast.ClassDef]) -> Iterator[tuple[str, ast.Subscript, Any]]:
    """Each ``self.A[key]``: A, the expression, the key; None if it is no literal."""
    for one in classes:
        for part in ast.walk(one):
            if isinstance(part, ast.Subscript) and _of_self(part.value):
                key = part.slice.value if isinstance(part.slice, ast.Constant) else None
                yield part.value.attr, part, key  # type: ignore[attr-defined]


def _unset_keys(node: ast.ClassDef, family: list[ast.ClassDef]) -> Iterator[Finding]:
    written: dict[str, set[Any]] = {}
    for name, part, key in _keys(family):
        if isinstance(part.ctx, ast.Store):
            written.setdefault(name, set()).add(key)
    begun = {
        target.attr
        for one in family
        for part in ast.walk(one)
        if isinstance(part, ast.Assign) and _empty(part.value)
        for target in part.targets
        if isinstance(target, ast.Attribute)
    }
    others = [p for one in family for p in ast.walk(one) if isinstance(p, ast.Attribute)]
    filled = {p.value.attr for p in others if p.attr in ("update", "setdefault")
              and isinstance(p.value, ast.Attribute)}  # fmt: skip
    for name, part, key in _keys([node]):
        keys = written.get(name, set())
        if not isinstance(part.ctx, ast.Load) or not isinstance(key, str) or name in filled:
            continue
        if name in begun and keys and None not in keys and key not in keys:
            values = {"name": f"self.{name}", "key": key, "advice": _owner(node, key)}
            yield Finding(node.name, "key", part.lineno, "key_unknown", values)


def _empty(value: ast.expr) -> bool:
    """Whether it is ``{}``, ``dict()`` or ``OrderedDict()``."""
    if isinstance(value, ast.Dict):
        return not value.keys
    name = value.func if isinstance(value, ast.Call) and not value.args else None
    word = getattr(name, "id", getattr(name, "attr", ""))
    return word in ("dict", "OrderedDict")


def _owner(node: ast.ClassDef, key: str) -> str:
    """The argument that has the key, as a default shows: conv_param['stride']."""
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef):
            names = part.args.args[len(part.args.args) - len(part.args.defaults) :]
            for name, default in zip(names, part.args.defaults, strict=True):
                if isinstance(default, ast.Dict) and any(
                    isinstance(k, ast.Constant) and k.value == key for k in default.keys
                ):
                    return f"{name.arg}['{key}']"
        if (
            isinstance(part, ast.Subscript)
            and isinstance(part.value, ast.Name)
            and isinstance(part.slice, ast.Constant)
            and part.slice.value == key
        ):
            return f"{part.value.id}['{key}']"
    return ""


def _written_twice(node: ast.ClassDef) -> Iterator[Finding]:
    """A literal key that is assigned twice in one block, and not read in between."""
    for part in ast.walk(node):
        for block in (getattr(part, name, None) for name in ("body", "orelse")):
            if not isinstance(block, list):
                continue
            first: dict[str, int] = {}
            for statement in block:
                for key in [k for k in first if _reads(statement, k)]:
                    del first[key]
                if not isinstance(statement, ast.Assign):
                    continue
                for target in statement.targets:
                    if not isinstance(target, ast.Subscript) or not _of_self(target.value):
                        continue
                    if not isinstance(target.slice, ast.Constant):
                        continue
                    key = ast.unparse(target)
                    if key in first:
                        values = {"name": key, "first": first[key]}
                        yield Finding(node.name, "twice", statement.lineno, "written_twice", values)
                    first[key] = statement.lineno


def _reads(statement: ast.stmt, key: str) -> bool:
    """Whether a statement may read ``self.A[key]``: by that key, or the whole of self.A."""
    name = key.partition("[")[0]
    for part in ast.walk(statement):
        if isinstance(part, ast.Subscript) and ast.unparse(part.value) == name:
            literal = isinstance(part.slice, ast.Constant)
            if isinstance(part.ctx, ast.Load) and (not literal or ast.unparse(part) == key):
                return True
    return False


def _forward_without_x(node: ast.ClassDef) -> Iterator[Finding]:
    for part in ast.walk(node):
        if (
            isinstance(part, ast.Call)
            and isinstance(part.func, ast.Attribute)
            and part.func.attr == "forward"
            and not part.args
            and not part.keywords
        ):
            values = {"name": f"{ast.unparse(part.func)}()"}
            yield Finding(node.name, "without_x", part.lineno, "forward_without_x", values)
        if isinstance(part, ast.FunctionDef) and part.name == "forward":
            inputs = part.args.args[1:] or part.args.vararg or part.args.kwarg
            if not inputs and "self" in [a.arg for a in part.args.args]:
                values = {"name": "def forward(self)"}
                yield Finding(node.name, "without_x", part.lineno, "forward_without_x", values)


def _no_backward(node: ast.ClassDef, family: list[ast.ClassDef]) -> Iterator[Finding]:
    methods = {p.name for one in family for p in one.body if isinstance(p, ast.FunctionDef)}
    pairs = (("forward", "backward"), ("predict", "loss", "gradient", "accuracy"))
    meant = next((pair for pair in pairs if methods & set(pair)), pairs[0])
    for part in node.body:
        word = getattr(part, "name", "")
        if (
            word.strip("_") in ("int", "inti", "init")
            and word.startswith("_")
            and word != "__init__"
        ):
            values = {"name": f"def {word}", "advice": "def __init__"}
            yield Finding(node.name, "misspelt", part.lineno, "method_misspelt", values)
        near = difflib.get_close_matches(getattr(part, "name", ""), meant, 1, 0.8)
        if near and near[0] not in methods:
            values = {"name": f"def {part.name}", "advice": f"def {near[0]}"}  # type: ignore[attr-defined]
            yield Finding(node.name, "misspelt", part.lineno, "method_misspelt", values)
            return
    if "forward" in methods and "backward" not in methods and "predict" not in methods:
        yield Finding(node.name, "forward_only", node.lineno)  # as the book prints them at first
    elif "predict" in methods and "loss" in methods and not methods & set(ROUTES):
        values = {"name": "gradient"}
        yield Finding(node.name, "missing", node.lineno, "backward_missing", values)
