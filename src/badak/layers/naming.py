"""The names of layers in a network, or in a layer that holds others."""

from collections.abc import Mapping, Sequence

from badak.errors import ArgumentTypeError, BadakError
from badak.layers.base import Layer


def named(layers: Sequence[Layer] | Mapping[str, Layer]) -> dict[str, Layer]:
    """Give each layer of a list its name: its kind and a number; keep the names of a mapping.

    Raises:
        ArgumentTypeError: something that is not a layer.
        BadakError: no layers, or a name with a dot, which parameter names need.

    Example:
        >>> from badak.layers import Conv2d, ReLU
        >>> list(named([Conv2d(8, 3), ReLU(), Conv2d(8, 3)]))
        ['conv1', 'relu1', 'conv2']
    """
    if isinstance(layers, Layer) or not isinstance(layers, (Sequence, Mapping)):
        raise ArgumentTypeError(f"layers must be a list or a mapping; got {layers!r}")
    if not layers:
        raise BadakError("layers must hold at least one layer; got none")
    members = layers.values() if isinstance(layers, Mapping) else layers
    for place, layer in enumerate(members):
        if not isinstance(layer, Layer):
            raise ArgumentTypeError(
                f"layers must hold layers, such as ReLU(); entry {place} is {layer!r}"
            )
    if isinstance(layers, Mapping):
        for name in layers:
            if not isinstance(name, str) or not name or "." in name or not name.isprintable():
                raise BadakError(f"a layer's name must be a string without dots; got {name!r}")
        return dict(layers)
    counts: dict[str, int] = {}
    result = {}
    for layer in layers:
        counts[layer.prefix] = counts.get(layer.prefix, 0) + 1
        result[f"{layer.prefix}{counts[layer.prefix]}"] = layer
    return result
