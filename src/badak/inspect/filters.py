"""The filters of a convolution layer."""

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
    names = [name for name, member in net.layers.items() if isinstance(member, Conv2d)]
    if not names:
        raise BadakError("the network has no convolution layer, and so no filters")
    if layer is None:
        layer = names[0]
    if layer not in names:
        raise BadakError(f"layer must be one of {', '.join(map(repr, names))}; got {layer!r}")
    return net.layers[layer].parameters["weight"].copy()
