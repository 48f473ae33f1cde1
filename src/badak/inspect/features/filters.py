"""The filters of a convolution layer, and of a Linear that reads maps."""

from badak import checks
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers import Conv2d, Flatten, Linear, TableConv2d
from badak.layers.walk import walk
from badak.network import Network

Convolution = Conv2d | TableConv2d


def filters(net: Network, layer: str | None = None) -> Array:
    """Return the filters of a layer (the book's chapter 7.6).

    Args:
        net: the network.
        layer: the name of a convolution, inside a block ``"block1.conv1"``, or of a Linear that
            reads maps: each of its rows is a filter as large as the maps. The first convolution
            if None.

    Returns:
        (F, C / groups, KH, KW), a copy.

    Raises:
        BadakError: no such layer; the message lists those there are.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> filters(SimpleConvNet()).shape, filters(SimpleConvNet(), "linear1").shape
        ((30, 1, 5, 5), (100, 30, 12, 12))
    """
    rows = rows_as_filters(net)
    if layer in rows:
        weight: Array = net.parameters()[f"{layer}.weight"]
        return weight.reshape(rows[layer]).copy()  # (M, D) -> (M, C, H, W)
    known = convolutions(net)
    if layer is None and not known:
        raise BadakError("the network has no convolution layer, and so no filters")
    name = next(iter(known)) if layer is None else checks.choice(layer, "layer", [*known, *rows])
    return filters_of(known[name])


def rows_as_filters(net: Network) -> dict[str, Shape]:
    """Return the name of each Linear that reads flattened maps, and its weight's shape as filters.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> rows_as_filters(SimpleConvNet())
        {'linear1': (100, 30, 12, 12)}
    """
    flat: dict[str, Shape] = {}  # layer -> the maps (C, H, W) that its outputs are the places of
    found: dict[str, Shape] = {}
    for visit in walk(net.layers, net.input_shape):
        maps = flat.get(visit.source)
        if isinstance(visit.layer, Linear):
            if maps is not None:
                found[visit.name] = (*visit.output, *maps)
        elif isinstance(visit.layer, Flatten) and len(visit.input) == 3:
            if visit.input[1:] != (1, 1):
                flat[visit.name] = visit.input
        elif maps is not None and visit.output == visit.input:  # such as ReLU or Dropout
            flat[visit.name] = maps
    return found


def convolution(net: Network, layer: str | None) -> Convolution:
    """Return a convolution layer by its name, within blocks too; the first if None."""
    known = convolutions(net)
    if not known:
        raise BadakError("the network has no convolution layer, and so no filters")
    return known[checks.choice(next(iter(known)) if layer is None else layer, "layer", known)]


def convolutions(net: Network) -> dict[str, Convolution]:
    """Return name -> convolution layer, within blocks too, in the order they compute."""
    visits = walk(net.layers, net.input_shape)
    return {visit.name: visit.layer for visit in visits if isinstance(visit.layer, Convolution)}


def filters_of(layer: Convolution) -> Array:
    """A copy of the layer's weight as it counts: 0 where a table leaves a map out."""
    if isinstance(layer, TableConv2d):
        return layer.connected_weight()
    return layer.parameters["weight"].copy()
