"""The layers that a graph's steps are: those that exporters wrote as several of them, or as one.

A step is named by a short text, such as ``x * 0.5 + 1``, ``Erf`` or ``Mul(, Sigmoid())``, so that
a table of regular expressions says what a layer may look like in a file.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from badak.arrays import Array
from badak.formats.onnx.chain import Join, Step
from badak.formats.onnx.pending import Affine, Pending
from badak.formats.onnx.value import Loaded
from badak.layers import GELU, Layer, ScaledTanh

LONGEST = 4  # steps of a pattern

# what the last steps are -> the layer that they are together, made of the numbers in brackets
PATTERNS: dict[str, Callable[..., Layer]] = {
    r"Mul\(, x \* 0\.70710\d* \+ 0\.0; Erf; x \* 1\.0 \+ 1\.0\); x \* 0\.5 \+ 0\.0": GELU,
    r"Mul\(, Add\(, (?:Pow 3|Mul\(, Pow 2\)); x \* 0\.0447\d* \+ 0\.0\); x \* 0\.79788\d* \+ 0\.0; "
    r"Tanh\(\); x \* 1\.0 \+ 1\.0\); x \* 0\.5 \+ 0\.0": lambda: GELU("tanh"),
    r"x \* (\S+) \+ 0\.0; Tanh\(\); x \* (\S+) \+ 0\.0": lambda slope, amplitude: ScaledTanh(
        amplitude, slope
    ),
}
COMMUTATIVE = ("Add", "Mul")


def simplified(steps: Sequence[Step]) -> list[Step]:
    """The same steps with a layer for each group of them that is one."""
    result: list[Step] = []
    for step in steps:
        result += _normal(step) if isinstance(step, Join) else [step]
        _merge_affine(result)
        for count in range(1, LONGEST + 1):
            layer = _layer("; ".join(map(_text, result[-count:])))
            if layer is not None and count <= len(result):
                result[-count:] = [replace(layer, node=_node(result[-1]))]
                break
    return result


def _layer(text: str) -> Loaded | None:
    for pattern, make in PATTERNS.items():
        match = re.fullmatch(pattern, text)
        if match:
            return Loaded(make(*map(float, match.groups())))
    return None


def _normal(join: Join) -> list[Step]:
    """A join with its paths simplified; factors of a product come after it."""
    paths = [simplified(path) for path in join.paths]
    factor = 1.0
    if join.kind == "Mul":
        for path in paths:
            if path and _number(path[-1], "weight") not in (None, 0.0, 1.0):
                step = path.pop()
                weight = _number(step, "weight") or 1.0
                bias = _arrays(step)["bias"] / weight
                factor *= weight
                if np.any(bias):
                    path.append(_affine(step, 1.0, bias))
    if join.kind in COMMUTATIVE:
        paths.sort(key=lambda path: len(path) > 0)
    whole: list[Step] = [replace(join, paths=tuple(paths))]
    return whole if factor == 1 else [*whole, _affine(whole[0], factor, 0.0)]


def _merge_affine(steps: list[Step]) -> None:
    """Make one step of the last two if both multiply and add."""
    if len(steps) < 2 or not (_is_affine(steps[-1]) and _is_affine(steps[-2])):
        return
    first, second = _arrays(steps[-2]), _arrays(steps[-1])
    rank = max(array.ndim for array in (*first.values(), *second.values()))
    a, b, c, d = (
        _spread(arrays[key], rank) for arrays in (first, second) for key in ("weight", "bias")
    )
    steps[-2:] = [_affine(steps[-1], _plain(a * c), _plain(b * c + d))]


def _spread(array: Array, rank: int) -> Array:
    """One number per channel against one for each place."""
    return array.reshape(-1, 1, 1) if array.ndim == 1 and rank > 1 else array


def _plain(array: Array) -> Array:
    return array.reshape(-1) if array.ndim == 3 and array.shape[1:] == (1, 1) else array


def _affine(step: Step, weight: Any, bias: Any) -> Loaded:
    arrays: dict[str, Array] = {
        "weight": np.asarray(weight, np.float64),
        "bias": np.asarray(bias, np.float64),
    }
    return Loaded(Affine(), (arrays,), step.node)


def _is_affine(step: Step) -> bool:
    return isinstance(step, Loaded) and isinstance(step.layer, Affine)


def _arrays(step: Step) -> dict[str, Array]:
    return step.arrays[0] if isinstance(step, Loaded) else {}


def _number(step: Step, key: str) -> float | None:
    """The weight or bias of an affine step that has one for all."""
    if not _is_affine(step) or _arrays(step)[key].ndim:
        return None
    return float(_arrays(step)[key])


def _node(step: Step) -> str:
    return step.node


def _text(step: Step) -> str:
    if isinstance(step, Join):
        paths = ("; ".join(map(_text, path)) for path in step.paths)
        return f"{step.kind}({', '.join(paths)})"
    if isinstance(step.layer, Affine):
        weight, bias = _number(step, "weight"), _number(step, "bias")
        if weight is None or bias is None:
            return "Affine"
        return f"x * {np.float32(weight)!s} + {np.float32(bias)!s}"
    return step.layer.text if isinstance(step.layer, Pending) else repr(step.layer)
