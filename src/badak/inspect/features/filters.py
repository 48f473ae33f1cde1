"""The filters of a convolution layer."""

from badak import checks
from badak.arrays import Array
from badak.errors import BadakError
from badak.layers import Conv2d, TableConv2d
from badak.network import Network

Convolution = Conv2d | TableConv2d


def filters(net: Network, layer: str | None = None) -> Array:
    """Return the filters of a convolution layer (the book's chapter 7.6).

    Args:
        net: the network.
        layer: the layer's name, inside a block ``"block1.conv1"``; the first convolution where
            None.

    Returns:
        (F, C / groups, KH, KW), a copy; `badak.inspect.draw.filters` draws it.

    Raises:
        BadakError: no such convolution layer; the message lists those there are.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> filters(SimpleConvNet()).shape
        (30, 1, 5, 5)
    """
    return filters_of(convolution(net, layer))


def convolution(net: Network, layer: str | None) -> Convolution:
    """Return a convolution layer by its name, within blocks too; the first where None.

    Raises:
        BadakError: no such convolution layer; the message lists those there are.
    """
    leaves = dict(leaf for name, one in net.layers.items() for leaf in one.leaves(name))
    found = {name: one for name, one in leaves.items() if isinstance(one, Convolution)}
    if not found:
        raise BadakError("the network has no convolution layer, and so no filters")
    return found[checks.choice(next(iter(found)) if layer is None else layer, "layer", found)]


def filters_of(layer: Convolution) -> Array:
    """A copy of the layer's weight as it counts: 0 where a table leaves a map out."""
    if isinstance(layer, TableConv2d):
        return layer.connected_weight()
    return layer.parameters["weight"].copy()
