"""Steps as the layers of a network: joins become blocks, and constants a part of weights.

What no layer does is named, all of it.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np

from badak.arrays import Array
from badak.errors import FormatError
from badak.formats.onnx.call import as_written
from badak.formats.onnx.chain import Join, Step, Web
from badak.formats.onnx.pending import Affine, Crop, Pending
from badak.formats.onnx.value import Loaded
from badak.layers import (
    Concat,
    Conv2d,
    ConvTranspose2d,
    Graph,
    GroupNorm,
    InstanceNorm2d,
    Layer,
    Linear,
    Normalize,
    Product,
    Residual,
    Scale,
)
from badak.layers.batch_norm import BatchNorm
from badak.layers.naming import named
from badak.ops.window import Sides

# Layers whose weight and bias have one number, or filter, for each channel of their output.
TAKES_CONSTANTS = (BatchNorm, Conv2d, GroupNorm, InstanceNorm2d, Linear)


def finished(steps: Sequence[Step]) -> list[Loaded]:
    """The layers.

    Raises:
        FormatError: there is no layer for some of the steps; the message names each node.
    """
    faults: list[str] = []
    layers = _path(steps, faults)
    if faults:
        raise FormatError("; ".join(faults))
    return _first(layers)


def _path(steps: Sequence[Step], faults: list[str]) -> list[Loaded]:
    layers: list[Loaded] = []
    for step in steps:
        if isinstance(step, Web):
            layers += _web(step, faults)
        elif isinstance(step, Join):
            layers += _block(step, [_path(path, faults) for path in step.paths], faults)
        elif isinstance(step.layer, Affine):
            arrays = step.arrays[0]
            whole = _folded(layers[-1], **arrays) if layers else None
            layers[-1:] = [*layers[-1:], _scale(step)] if whole is None else [whole]
        elif isinstance(step.layer, Crop):
            layers.append(_crop(step, step.layer.sides))
        elif isinstance(step.layer, Pending):
            faults.append(f"{step.node}: {step.layer.text} is no layer of badak's alone")
        else:
            layers.append(step)
    return layers


def _crop(step: Loaded, sides: Sides) -> Loaded:
    """Rows and columns are cut off by the padding of a transposed convolution by 1.

    It multiplies each map by a number of its own, which is 1 here.
    """
    ones = step.arrays[0]["weight"]
    layer = ConvTranspose2d(len(ones), 1, padding=sides, groups=len(ones), bias=False)
    return Loaded(layer, step.arrays, step.node)


def _scale(step: Loaded) -> Loaded:
    """A Scale of the constants."""
    weight, bias = step.arrays[0]["weight"], step.arrays[0]["bias"]
    largest = max((weight, bias), key=lambda array: array.ndim)
    per = {0: "number", 1: "channel"}.get(largest.ndim, "element")
    spread = {
        key: np.broadcast_to(_channels(array, largest.ndim), largest.shape or (1,))
        for key, array in (("weight", weight), ("bias", bias))
    }
    if not bias.any():
        del spread["bias"]
    return Loaded(Scale(per, bias="bias" in spread), (spread,), step.node)


def _channels(array: Array, rank: int) -> Array:
    return array[:, None, None] if array.ndim == 1 and rank == 3 else array


def _first(layers: list[Loaded]) -> list[Loaded]:
    """The layers of a network: a Scale that comes first prepares images, as Normalize does."""
    if not layers or not isinstance(layers[0].layer, Scale) or layers[0].layer.per == "element":
        return layers
    weight, bias = (layers[0].arrays[0].get(key, np.zeros(1)) for key in ("weight", "bias"))
    if not (np.isfinite(weight).all() and (weight > 0).all()):
        return layers
    mean, std = (-bias / weight).tolist(), (1 / weight).tolist()
    mean, std = ([as_written(number) for number in numbers] for numbers in (mean, std))
    mean, std = (numbers[0] if len(set(numbers)) == 1 else numbers for numbers in (mean, std))
    return [Loaded(Normalize(mean, std), node=layers[0].node), *layers[1:]]


def _folded(last: Loaded, weight: Array, bias: Array) -> Loaded | None:
    """The layer with constants that follow it in its weight and bias, if it has these."""
    if not isinstance(last.layer, TAKES_CONSTANTS) or max(weight.ndim, bias.ndim) > 1:
        return None
    old = last.arrays[0]
    if "weight" not in old:
        return None
    spread = weight.reshape(-1, *[1] * (old["weight"].ndim - 1))
    arrays = {**old, "weight": old["weight"] * spread}
    config = last.layer.config()
    if "bias" in old or bias.any():
        count = len(old["weight"])
        arrays["bias"] = np.broadcast_to(old.get("bias", 0.0) * weight + bias, count)
        config |= {"bias": True} if "bias" in config else {}
    return Loaded(type(last.layer)(**config), (arrays,), last.node)


def _block(join: Join, paths: list[list[Loaded]], faults: list[str]) -> list[Loaded]:
    """The layers for paths that join."""
    if join.kind not in BLOCKS:
        faults.append(f"{join.node}: badak has no block that joins paths by {join.kind}")
        return []
    return BLOCKS[join.kind](join, paths)


def _branched(join: Join, paths: list[list[Loaded]]) -> list[Loaded]:
    layer = BRANCHED[join.kind]([[step.layer for step in path] for path in paths])
    return [Loaded(layer, _arrays(paths), join.node)]


def _add(join: Join, paths: list[list[Loaded]]) -> list[Loaded]:
    return reduce(lambda sums, path: [_sum(join, sums, path)], paths[1:], paths[0])


def _sum(join: Join, *paths: list[Loaded]) -> Loaded:
    """Two paths added; the longer one counts as the layers, the other as the way around them."""
    main, around = sorted(paths, key=lambda path: -sum(len(step.arrays) for step in path))
    if not main:
        raise FormatError(f"{join.node} adds a value to itself, which no layer does")
    layer = Residual([step.layer for step in main], [step.layer for step in around])
    return Loaded(layer, _arrays([main, around]), join.node)


def _web(web: Web, faults: list[str]) -> list[Loaded]:
    """A Graph: every layer with what it reads."""
    ends = {web.start: "input"}  # value -> the layer that makes it
    parts = _Parts([], [])
    for strand in web.strands:
        reads = [ends[read] for read in strand.reads]
        first = strand.steps[0] if strand.steps else None
        if len(reads) == 1:
            for step in _path(strand.steps, faults):
                reads = [parts.add(step, reads)]
        elif isinstance(first, Join) and first.kind in EMPTY:
            reads = [_joined(parts, first, reads)]
        elif first is not None:
            faults.append(f"{first.node}: badak has no block that joins such paths")
        ends[strand.name] = reads[0]
    if faults:
        return []
    layers = named([step.layer for step in parts.layers])
    reads_of = dict(zip(layers, parts.reads, strict=True))
    return [Loaded(Graph(layers, reads_of), _arrays([parts.layers]), web.node)]


class _Parts(NamedTuple):
    """Layers so far, and what each reads."""

    layers: list[Loaded]
    reads: list[tuple[str, ...]]

    def add(self, step: Loaded, reads: Sequence[str]) -> str:
        """Add a layer; return the name that a network gives it."""
        self.layers.append(step)
        self.reads.append(tuple(reads))
        return list(named([step.layer for step in self.layers]))[-1]


def _joined(parts: _Parts, join: Join, ends: list[str]) -> str:
    """Add the joins of `ends`, which are blocks of empty paths."""
    if join.kind == "Sub":
        ends = [ends[0], parts.add(_turned(join), ends[1:])]
    if join.kind in BRANCHED:
        layer = BRANCHED[join.kind]([[] for _ in ends])
        return parts.add(Loaded(layer, (), join.node), ends)
    total, *others = ends
    for other in others:
        total = parts.add(Loaded(Residual([]), (), join.node), (total, other))
    return total


def _arrays(paths: list[list[Loaded]]) -> tuple[dict[str, Array], ...]:
    return tuple(arrays for path in paths for step in path for arrays in step.arrays)


def _difference(join: Join, paths: list[list[Loaded]]) -> list[Loaded]:
    """The second path, its sign turned, is added to the first."""
    return [_sum(join, paths[0], [*paths[1], _turned(join)])]


def _turned(join: Join) -> Loaded:
    weight: Array = np.full(1, -1.0)
    return Loaded(Scale("number", -1.0, bias=False), ({"weight": weight},), join.node)


BRANCHED: dict[str, Callable[..., Layer]] = {"Concat": Concat, "Mul": Product}
BLOCKS: dict[str, Callable[[Join, list[list[Loaded]]], list[Loaded]]] = {
    "Add": _add,
    "Sub": _difference,
    **dict.fromkeys(BRANCHED, _branched),
}
EMPTY = ("Add", "Sub", *BRANCHED)
