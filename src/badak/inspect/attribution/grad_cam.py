"""grad_cam: where in the image a layer sees evidence for a class.

Letters: C channels (of the image or of a layer), H rows, W columns; lower-case of a small map.
"""

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.inspect.attribution.backward import trace
from badak.inspect.subject import one_class, one_image
from badak.layers.walk import Visit, walk
from badak.network import Network


def grad_cam(net: Network, image: ArrayLike, label: int, layer: str | None = None) -> Array:
    """Return a layer's maps, weighted by how each moves a class's logit (Selvaraju et al. 2017).

    A map's weight is the mean over its places of the logit's gradient; the weighted maps are
    added, what is negative becomes 0, and the result is stretched to the image (equations 1, 2).

    Args:
        net: the network; it stays as it is.
        image: (C, H, W): float, or uint8 in 0..255.
        label: the class.
        layer: any layer whose output is maps, inside a block ``"block1.conv1"``; the last one
            with filters and more than one place if None.

    Returns:
        (H, W), not negative; all 0 where nothing there speaks for the class.

    Raises:
        BadakError: an image or a label that does not fit, or no such layer; the message lists
            those there are.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> grad_cam(SimpleConvNet(), np.ones((1, 28, 28)), label=3).shape
        (28, 28)
    """
    images, label = one_image(net, image), one_class(net, label)
    if layer is None:
        layer = _last_with_filters(net)
    checks.choice(layer, "layer", _with_maps(net))
    seen = trace(net, images)
    maps = seen.outputs[layer][0]  # (C, h, w)
    weights = seen.class_gradient(label, layer)[0].mean(axis=(1, 2))  # (C,)
    height, width = net.input_shape[1:]
    return stretched(np.maximum(np.tensordot(weights, maps, 1), 0), height, width)


def stretched(values: Array, height: int, width: int) -> Array:
    """Stretch a map to a size, with bilinear interpolation between the middles of its cells.

    Beyond the outermost middles the value stays that of the edge.

    Example:
        >>> stretched(np.array([[0.0, 1.0]]), 1, 4)
        array([[0.  , 0.25, 0.75, 1.  ]])
    """
    rows, columns = _between(height, len(values)), _between(width, values.shape[1])
    result: Array = (rows @ values @ columns.T).astype(values.dtype)
    return result


def _between(length: int, cells: int) -> Array:
    """Weights (length, cells): each place lies between two cells, and takes more from the nearer.

    Example:
        >>> _between(3, 2)
        array([[1. , 0. ], [0.5, 0.5], [0. , 1. ]])
    """
    place = np.clip((np.arange(length) + 0.5) * cells / length - 0.5, 0, cells - 1)
    distance = np.abs(place[:, None] - np.arange(cells))
    weights: Array = np.maximum(1 - distance, 0)
    return weights


def _with_maps(net: Network) -> dict[str, Visit[Shape]]:
    """The layers whose output is maps (C, h, w)."""
    visits = walk(net.layers, net.input_shape)
    return {visit.name: visit for visit in visits if len(visit.output) == 3}


def _last_with_filters(net: Network) -> str:
    """The last convolution of more than one place (so not LeNet-5's C5), or the block around it."""
    visits = [
        visit
        for visit in _with_maps(net).values()
        if any(array.ndim == 4 for array in visit.layer.parameters.values())
    ]
    if not visits:
        raise BadakError("the network has no convolution layer; name a layer whose output is maps")
    placed = [visit for visit in visits if visit.output[1] * visit.output[2] > 1]
    return (placed or visits)[-1].name
