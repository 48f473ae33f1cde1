"""The filters of a convolution layer."""

from badak import checks
from badak.arrays import Array
from badak.errors import BadakError
from badak.layers import Conv2d
from badak.network import Network


def filters(net: Network, layer: str | None = None) -> Array:
    """Return the filters of a convolution layer (the book's chapter 7.6).

    Args:
        net: the network.
        layer: the layer's name; the first convolution where None.

    Returns:
        (F, C / groups, KH, KW), a copy; `badak.inspect.draw.filters` draws it.

    Raises:
        BadakError: no such convolution layer; the message lists those there are.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> filters(SimpleConvNet()).shape
        (30, 1, 5, 5)
    """
    return convolution(net, layer).parameters["weight"].copy()


def convolution(net: Network, layer: str | None) -> Conv2d:
    """Return a convolution layer by its name; the first where None.

    Raises:
        BadakError: no such convolution layer; the message lists those there are.
    """
    found = {name: one for name, one in net.layers.items() if isinstance(one, Conv2d)}
    if not found:
        raise BadakError("the network has no convolution layer, and so no filters")
    return found[checks.choice(next(iter(found)) if layer is None else layer, "layer", found)]
