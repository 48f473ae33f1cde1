"""Feature maps: what every layer makes of one image."""

from numpy.typing import ArrayLike

from badak.arrays import Array
from badak.inspect.subject import one_image
from badak.layers.walk import run
from badak.network import Network


def feature_maps(net: Network, image: ArrayLike) -> dict[str, Array]:
    """Return the outputs of a network's layers for one image (the book's chapter 7.6.2).

    Args:
        net: the network; dropout is off and batch norm uses its running statistics.
        image: (C, H, W): float, or uint8 in 0..255.

    Returns:
        Layer name -> (C, H, W) maps, or (D,) numbers, in the network's order; before a block's
        those of the layers inside, such as ``"block1.conv1"``. `badak.inspect.draw.feature_maps`
        draws them.

    Raises:
        BadakError: an image that does not fit.

    Example:
        >>> import numpy as np
        >>> from badak.models import SimpleConvNet
        >>> maps = feature_maps(SimpleConvNet(), np.ones((1, 28, 28)))
        >>> maps["pool1"].shape, maps["linear2"].shape
        ((30, 12, 12), (10,))
    """
    visits = run(net.layers, one_image(net, image))
    return {visit.name: visit.output[0] for visit in visits}
