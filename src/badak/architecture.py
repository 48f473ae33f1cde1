"""A network's layers as JSON, and back: an allow-list of layer names with checked arguments."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from badak import checks
from badak.errors import ArgumentTypeError, BadakError, FormatError
from badak.layers import LAYERS, CrossEntropyLoss, Layer

DTYPES = ("float32", "float64")


def named(layers: Sequence[Layer] | Mapping[str, Layer]) -> dict[str, Layer]:
    """Give each layer of a list its name: its kind and a number; keep the names of a mapping.

    Raises:
        ArgumentTypeError: something that is no layer.
        BadakError: no layers, or a name with a dot, which parameter names need.

    Example:
        >>> from badak.layers import Conv2d, ReLU
        >>> list(named([Conv2d(8, 3), ReLU(), Conv2d(8, 3)]))
        ['conv1', 'relu1', 'conv2']
    """
    if isinstance(layers, Layer) or not isinstance(layers, (Sequence, Mapping)):
        raise ArgumentTypeError(f"layers must be a list or a mapping; got {layers!r}")
    if not layers:
        raise BadakError("a network needs at least one layer; got none")
    members = layers.values() if isinstance(layers, Mapping) else layers
    for place, layer in enumerate(members):
        if not isinstance(layer, Layer):
            raise ArgumentTypeError(f"layers must hold layers; number {place} is {layer!r}")
    if isinstance(layers, Mapping):
        for name in layers:
            if not isinstance(name, str) or not name or "." in name or not name.isprintable():
                raise BadakError(f"a layer's name must be text without dots; got {name!r}")
        return dict(layers)
    counts: dict[str, int] = {}
    result = {}
    for layer in layers:
        counts[layer.prefix] = counts.get(layer.prefix, 0) + 1
        result[f"{layer.prefix}{counts[layer.prefix]}"] = layer
    return result


def checked_input_shape(shape: Any) -> tuple[int, ...]:
    """Return (C, H, W) as Python ints, each at least 1.

    Raises:
        ArgumentTypeError: not three integers.
        BadakError: one of them below 1.

    Example:
        >>> checked_input_shape([1, 28, 0])
        Traceback (most recent call last):
        badak.errors.BadakError: input_shape must be at least 1; got 0
    """
    if not isinstance(shape, Sequence) or isinstance(shape, str) or len(shape) != 3:
        raise ArgumentTypeError(f"input_shape must be (C, H, W); got {shape!r}")
    return tuple(checks.integer(size, "input_shape", minimum=1) for size in shape)


def describe(
    layers: Mapping[str, Layer], input_shape: Sequence[int], dtype: Any, loss: CrossEntropyLoss
) -> dict[str, Any]:
    """Return what `parse` reads: names, words, numbers and lists alone."""
    return {
        "input_shape": list(input_shape),
        "dtype": np.dtype(dtype).name,
        "loss": asdict(loss),
        "layers": [
            {"name": name, "type": type(layer).__name__, "arguments": layer.config()}
            for name, layer in layers.items()
        ],
    }


def parse(description: Any) -> dict[str, Any]:
    """Turn a description from a file into Network's arguments, trusting nothing.

    Args:
        description: what `describe` returned, as JSON gives it back.

    Returns:
        layers, input_shape, dtype and loss.

    Raises:
        FormatError: a key, layer or argument that is missing, unknown or of the wrong kind.
    """
    _keys(description, "the architecture", ("input_shape", "dtype", "loss", "layers"))
    entries, dtype = description["layers"], description["dtype"]
    if not isinstance(entries, list):
        raise FormatError("the architecture's layers must be a list")
    if dtype not in DTYPES:
        raise FormatError(f"the architecture's dtype must be one of {DTYPES}; got {dtype!r}")
    layers: dict[str, Layer] = {}
    for entry in entries:
        _keys(entry, "a layer", ("name", "type", "arguments"))
        name, kind = entry["name"], entry["type"]
        if not isinstance(name, str) or name in layers:
            raise FormatError(f"layer names must be text and different; got {name!r}")
        if not isinstance(kind, str) or kind not in LAYERS:
            raise FormatError(f"layer {name!r} is a {kind!r}; badak knows {', '.join(LAYERS)}")
        layers[name] = _make(LAYERS[kind], entry["arguments"], f"{kind} {name!r}")
    loss = _make(CrossEntropyLoss, description["loss"], "the loss")
    shape = description["input_shape"]
    return {"layers": layers, "input_shape": shape, "dtype": dtype, "loss": loss}


def _make(kind: Any, arguments: Any, what: str) -> Any:
    """Call a constructor with a file's arguments, which must be exactly its fields."""
    _keys(arguments, what, [f.name for f in fields(kind) if f.init])
    try:
        return kind(**{name: _tuples(value) for name, value in arguments.items()})
    except BadakError as fault:
        raise FormatError(f"{what}: {fault}") from None


def _keys(value: Any, what: str, expected: Sequence[str]) -> None:
    if not isinstance(value, dict) or set(value) != set(expected):
        got = sorted(value) if isinstance(value, dict) else value
        raise FormatError(f"{what} must have exactly {list(expected)}; got {str(got)[:120]}")


def _tuples(value: Any) -> Any:
    return tuple(_tuples(member) for member in value) if isinstance(value, list) else value
