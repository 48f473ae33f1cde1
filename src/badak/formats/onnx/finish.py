"""Steps as the layers of a network: joins become blocks, and constants a part of weights.

What no layer does is named, all of it.
"""

from collections.abc import Callable, Sequence
from functools import reduce

import numpy as np

from badak.arrays import Array
from badak.errors import FormatError
from badak.formats.onnx.call import as_written
from badak.formats.onnx.chain import Join, Step
from badak.formats.onnx.pending import Affine, Pending
from badak.formats.onnx.value import Loaded
from badak.layers import (
    BatchNorm2d,
    Concat,
    Conv2d,
    GroupNorm,
    Linear,
    Normalize,
    Product,
    Residual,
    Scale,
)

Build = Callable[[Join, list[list[Loaded]]], list[Loaded]]
# Layers whose weight and bias have one number, or filter, for each channel of their output.
TAKES_CONSTANTS = (Conv2d, Linear, BatchNorm2d, GroupNorm)


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
        if isinstance(step, Join):
            layers += _block(step, [_path(path, faults) for path in step.paths], faults)
        elif isinstance(step.layer, Affine):
            arrays = step.arrays[0]
            whole = _folded(layers[-1], **arrays) if layers else None
            layers[-1:] = [*layers[-1:], _scale(step)] if whole is None else [whole]
        elif isinstance(step.layer, Pending):
            faults.append(f"{step.node}: {step.layer.text} is no layer of badak's alone")
        else:
            layers.append(step)
    return layers


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


def _branched(kind: type[Concat] | type[Product]) -> Build:
    def build(join: Join, paths: list[list[Loaded]]) -> list[Loaded]:
        layer = kind([[step.layer for step in path] for path in paths])
        return [Loaded(layer, _arrays(paths), join.node)]

    return build


def _add(join: Join, paths: list[list[Loaded]]) -> list[Loaded]:
    return reduce(lambda sums, path: [_sum(join, sums, path)], paths[1:], paths[0])


def _sum(join: Join, *paths: list[Loaded]) -> Loaded:
    """Two paths added; the longer one counts as the layers, the other as the way around them."""
    main, around = sorted(paths, key=lambda path: -sum(len(step.arrays) for step in path))
    if not main:
        raise FormatError(f"{join.node} adds a value to itself, which no layer does")
    layer = Residual([step.layer for step in main], [step.layer for step in around])
    return Loaded(layer, _arrays([main, around]), join.node)


def _arrays(paths: list[list[Loaded]]) -> tuple[dict[str, Array], ...]:
    return tuple(arrays for path in paths for step in path for arrays in step.arrays)


def _difference(join: Join, paths: list[list[Loaded]]) -> list[Loaded]:
    """The second path, its sign turned, is added to the first."""
    turned = Loaded(Scale("number", -1.0, bias=False), ({"weight": np.full(1, -1.0)},), join.node)
    return [_sum(join, paths[0], [*paths[1], turned])]


BLOCKS: dict[str, Build] = {
    "Add": _add,
    "Sub": _difference,
    "Concat": _branched(Concat),
    "Mul": _branched(Product),
}
