"""What a network is asked, and its answer: an image, a class, finite numbers; all checked."""

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array, Images, as_array, as_images, check_shape
from badak.errors import BadakError
from badak.layers.walk import walk
from badak.network import Network


def one_image(net: Network, image: ArrayLike, name: str = "image") -> Images:
    """Return an image (C, H, W) as a batch of one, as the network takes it; uint8 is scaled.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> one_image(SimpleConvNet(), [[0.0, 1.0]])
        Traceback (most recent call last):
        badak.errors.BadakError: image must have shape (1, 28, 28); got (1, 2)
    """
    array = as_array(image, name)
    check_shape(array, name, net.input_shape)
    return as_images(array[None], net.input_shape, net.dtype, name)


def one_class(net: Network, label: int) -> int:
    """Return a class of the network's.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> one_class(SimpleConvNet(), 10)
        Traceback (most recent call last):
        badak.errors.BadakError: label must be at most 9; got 10
    """
    return checks.integer(label, "label", maximum=net.num_classes - 1)


def one_layer(net: Network, layer: str) -> str:
    """Return the name of a layer of the network's, inside a block ``"block1.conv1"``.

    Example:
        >>> from badak.models import LeNet5
        >>> one_layer(LeNet5(), "conv9")
        Traceback (most recent call last):
        badak.errors.BadakError: layer must be one of 'conv1', 'relu1', ...; got 'conv9'
    """
    names = [visit.name for visit in walk(net.layers, net.input_shape)]
    return checks.choice(layer, "layer", names)


def finite(output: Array, what: str = "the network's output") -> Array:
    """Return an output; a network whose training diverged has nothing to say.

    Example:
        >>> finite(np.array([np.nan]))
        Traceback (most recent call last):
        badak.errors.BadakError: the network's output is NaN or infinite: its training diverged, ...
    """
    if not np.isfinite(output).all():
        raise BadakError(
            f"{what} is NaN or infinite: its training diverged, or its weights are damaged"
        )
    return output
