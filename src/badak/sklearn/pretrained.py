"""A classifier's network that learnt elsewhere, and its new head."""

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Images, Labels, Shape
from badak.data import Dataset
from badak.errors import ArgumentTypeError, BadakError
from badak.network import Network
from badak.pretrained import features, heads, opened


def begun(source: str, model: object, shape: Shape, num_classes: int) -> Network:
    """Return the network, for images of this shape, with a new head.

    Raises:
        ArgumentTypeError: a model that is not a name.
        BadakError: images that it cannot take, or weights that cannot be used.
    """
    if not (model is None or isinstance(model, str)):
        raise ArgumentTypeError(
            "model must be None or the name of the model whose weights the file holds if "
            f"pretrained is given; got {type(model).__name__}"
        )
    net = opened(source, model, shape[1]).net
    if net.input_shape != shape:
        raise BadakError(
            f"X must have images of {net.input_shape} for pretrained={source!r}; got {shape}"
        )
    net = net.astype(net.dtype)
    heads.begin(net, num_classes)
    return net


def fit_head(
    net: Network, images: Images, labels: Labels, weight_decay: float, seed: int
) -> list[float]:
    """Fit the head as `badak.transfer` does; return the loss after each step."""
    train = Dataset(images, labels, [str(k) for k in range(net.num_classes)])
    learnt = heads.learn(net, features(net, train), train, weight_decay or None, seed)
    return [loss for loss, _ in learnt.steps]


def check_weight(weight: NDArray[np.float64]) -> None:
    """Refuse samples of different weights, which the head cannot learn from."""
    if len(weight) and (weight != weight[0]).any():
        raise BadakError("sample_weight must be equal for all samples if pretrained is given")
