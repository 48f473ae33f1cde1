"""The receptive field of a layer: which pixels one of its outputs sees."""

from badak import checks
from badak.network import Network
from badak.network.receptive import ReceptiveField, receptive_fields


def receptive_field(net: Network, layer: str) -> ReceptiveField:
    """Return size, stride and offset of the boxes of pixels that a layer's outputs see.

    Args:
        net: the network.
        layer: the layer's name; of one inside a block ``"block1.conv1"``.

    Returns:
        Place (y, x) of the layer's output sees ``size`` pixels from ``offset + (y, x) * stride``.

    Raises:
        BadakError: no such layer; the message lists those there are.

    Example:
        >>> from badak.models import DeepConvNet
        >>> receptive_field(DeepConvNet(), "pool2")
        ReceptiveField(size=(16, 16), stride=(4, 4), offset=(-8, -8), places=(8, 8))
    """
    fields = receptive_fields(net.layers, net.input_shape)
    return fields[checks.choice(layer, "layer", fields)]
