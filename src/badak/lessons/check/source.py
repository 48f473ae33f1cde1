"""What can be read from the reader's file without running it: names, and `classes`."""

import ast
import builtins
import difflib
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from badak.lessons.check.classes import of_classes
from badak.lessons.check.finding import Finding

SIZED = ("reshape", "zeros", "empty", "ones", "im2col", "col2im")  # calls that take sizes
# Names that readers forget to import -> the line that does.
IMPORTS = {
    "np": "import numpy as np",
    "OrderedDict": "from collections import OrderedDict",
    "plt": "import matplotlib.pyplot as plt",
    "load_mnist": "from badak.book import load_mnist",
    "os": "import os",
    "sys": "import sys",
    "pickle": "import pickle",
    **{
        name: f"from badak.book import {name}"
        for name in ("im2col", "col2im", "Convolution", "Pooling", "Affine", "Relu", "Sigmoid",
                     "SoftmaxWithLoss", "BatchNormalization", "Dropout", "SimpleConvNet", "Trainer",
                     "numerical_gradient")
    },
}  # fmt: skip
# Names of Python 2 -> those of today.
IMPORTS |= {"xrange": "range", "raw_input": "input", "unicode": "str"}


def read(tree: ast.Module, text: str, known: Mapping[str, Any], file: str) -> list[Finding]:
    """Return the findings of a parsed file; `known` are the names that running it defined.

    Example:
        >>> code = "y = OrderedDict()"
        >>> read(ast.parse(code), code, {}, "a.py")[0].values["advice"]
        'from collections import OrderedDict'
    """
    findings = list(_unknown_names(tree, text, known, file))
    return [*findings, *of_classes(tree)]


def _unknown_names(
    tree: ast.Module, text: str, known: Mapping[str, Any], file: str
) -> Iterator[Finding]:
    if any(_all_of_a_missing_module(node) for node in ast.walk(tree)):
        return
    bound = set(dir(builtins)) | set(known) | {"__file__", "__name__", "__doc__", "__class__"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            bound.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            bound.add(node.rest)
    told: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in bound | told:
            told.add(node.id)
            comment = re.search(rf"^[ \t]*#.*\bimport\b.*\b{node.id}\b", text, re.MULTILINE)
            near = difflib.get_close_matches(node.id, sorted(bound - set(dir(builtins))), 1)
            advice = IMPORTS.get(node.id, near[0] if near else "")
            values: dict[str, Any] = {"name": node.id, "advice": advice}
            if comment:
                values["comment"] = text.count("\n", 0, comment.start()) + 1
            fault = "commented_out" if comment else "name_unknown"
            yield Finding(file, "name", node.lineno, fault, values)


def _all_of_a_missing_module(node: ast.AST) -> bool:
    """Whether it is ``from MODULE import *`` of a module that could not be imported."""
    return (
        isinstance(node, ast.ImportFrom)
        and node.names[0].name == "*"
        and node.level == 0
        and node.module not in sys.modules
    )


def with_cause(finding: Finding, node: ast.AST) -> Finding:
    """Return a finding with the fault that the function's or class's code shows, if it has none.

    Sizes that are numbers on a line that fails; a return in a loop, so that it runs but once.

    Example:
        >>> code = ast.parse("out = out.reshape(n, 24, 24, 30)")
        >>> with_cause(Finding("f", "raised", 1, "reshape_count"), code).fault
        'hard_coded'
    """
    if finding.fault not in ("", "reshape_count", "broadcast", "not_returned", "place_left_out"):
        return finding
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef) and part.lineno == finding.line:
            for loop in ast.walk(part):
                if isinstance(loop, (ast.For, ast.While)) and isinstance(loop.body[-1], ast.Return):
                    return replace(finding, line=loop.body[-1].lineno, fault="return_in_loop")
        if finding.kind != "raised" or not isinstance(part, ast.Call):
            continue
        if part.lineno <= finding.line <= (part.end_lineno or 0):
            name = getattr(part.func, "attr", getattr(part.func, "id", ""))
            numbers = [a.value for arg in part.args for a in getattr(arg, "elts", [arg])
                       if isinstance(a, ast.Constant) and type(a.value) is int]  # fmt: skip
            if name in SIZED and any(number > 2 for number in numbers):
                return replace(finding, fault="hard_coded")
    return finding
