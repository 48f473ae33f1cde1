"""What Snapshots and Live keep of a network: enough of each layer for a picture, and few numbers.

Letters: N images, F filters, C channels, H rows, W columns.
"""

import numpy as np

from badak.arrays import Array
from badak.layers import Conv2d, Layer, ReLU, TableConv2d
from badak.network import Network

PROBED = 100  # images on which a unit must be 0 to count as dead
# Of what grows with the network, enough for a picture is kept.
FILTERS, CHANNELS, MAPS = 64, 4, 8


def filters(layer: Layer) -> Array | None:
    """A convolution's first filters (F, C, KH, KW), with few channels; None of other layers."""
    if not isinstance(layer, (Conv2d, TableConv2d)):
        return None
    return layer.parameters["weight"][:FILTERS, :CHANNELS].copy()


def dead(layer: Layer, outputs: Array) -> float | None:
    """The share of a ReLU's units whose outputs (N, C, ...) are all 0; None of other layers."""
    if not isinstance(layer, ReLU):
        return None
    places = outputs.reshape(len(outputs), outputs.shape[1], -1)
    return float((places == 0).all(axis=(0, 2)).mean())


def weights(net: Network) -> dict[str, Array]:
    """The parameters that multiply, not those that are added."""
    return {name: array for name, array in net.parameters().items() if array.ndim > 1}


def copied(arrays: dict[str, Array]) -> dict[str, Array]:
    """The same arrays as they are now."""
    return {name: array.copy() for name, array in arrays.items()}


def update_ratio(weight: Array, before: Array | None) -> float:
    """The length of the last update by the weight's own; NaN before the first."""
    if before is None or not before.any():
        return np.nan
    return float(np.linalg.norm(weight - before) / np.linalg.norm(before))
