"""The filters of a convolution layer."""

from badak import checks
from badak.arrays import Array
from badak.errors import BadakError
from badak.layers import Conv2d, TableConv2d
from badak.layers.walk import walk
from badak.network import Network

Convolution = Conv2d | TableConv2d


def filters(net: Network, layer: str | None = None) -> Array:
    """Return the filters of a convolution layer (the book's chapter 7.6).

    Args:
        net: the network.
        layer: the layer's name, inside a block ``"block1.conv1"``; the first convolution if
            None.

    Returns:
        (F, C / groups, KH, KW), a copy.

    Raises:
        BadakError: no such convolution layer; the message lists those there are.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> filters(SimpleConvNet()).shape
        (30, 1, 5, 5)
    """
    return filters_of(convolution(net, layer))


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
