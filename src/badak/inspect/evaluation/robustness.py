"""Robustness to shifts, which the book gives as the purpose of pooling.

Letters: S networks, P the largest shift, N images, C channels, H rows, W columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.arrays import Array, Images, Indices
from badak.data import Dataset
from badak.errors import ArgumentTypeError, BadakError, where
from badak.inspect.evaluation.predictions import BATCH, check_fit
from badak.network import Network

# (rows down, columns right) of one step in each direction.
DIRECTIONS = {
    "up": (-1, 0),
    "up right": (-1, 1),
    "right": (0, 1),
    "down right": (1, 1),
    "down": (1, 0),
    "down left": (1, -1),
    "left": (0, -1),
    "up left": (-1, -1),
}


@dataclass(frozen=True, eq=False)
class ShiftRobustness:
    """Accuracy on shifted images.

    Attributes:
        names: S names of the networks.
        pixels: (P + 1,) int64, the distances 0..P.
        directions: the eight directions; a diagonal shift moves as many rows as columns.
        by_direction: (S, P + 1, 8) accuracy.
        images: N.
    """

    names: tuple[str, ...]
    pixels: Indices
    directions: tuple[str, ...]
    by_direction: Array
    images: int

    @property
    def accuracy(self) -> Array:
        """(S, P + 1) mean over the directions."""
        mean: Array = self.by_direction.mean(axis=2)
        return mean


def shift_robustness(
    nets: Network | Mapping[str, Network], data: Dataset, pixels: int = 4
) -> ShiftRobustness:
    """Measure accuracy on images shifted by 0 to `pixels` pixels (the book's chapter 7.3.1).

    Max pooling is said to tolerate small shifts: compare a network with pooling and one without.
    Pixels shifted in are 0, as around MNIST's digits; pixels shifted out are lost.

    Args:
        nets: a network, or name -> network to compare several.
        data: labelled images that fit all of them.
        pixels: P, the largest shift; smaller than the images.

    Raises:
        ArgumentTypeError: nets or data of another type, or pixels that are not an integer.
        BadakError: no network, no images, images or classes that do not fit (the message names
            the network), or a shift out of range.

    Example:
        >>> from badak import data, models
        >>> _, test = data.load("digits")
        >>> shift_robustness(models.SimpleConvNet(), test[:20], 2).by_direction.shape
        (1, 3, 8)
    """
    named = dict(nets) if isinstance(nets, Mapping) else {"network": nets}
    if not named:
        raise BadakError("nets must hold at least one network; it is empty")
    for name, net in named.items():
        if not isinstance(net, Network):
            raise ArgumentTypeError(
                f"nets must be a Network, or name -> Network; {name!r} is {type(net).__name__}"
            )
        with where(f"network {name!r}"):
            check_fit(net, data)
    smaller = min(data.image_shape[1:])
    checks.integer(pixels, "pixels", minimum=1)
    if pixels >= smaller:
        raise BadakError(f"pixels must be below {smaller}, the images' smaller side; got {pixels}")
    right = np.zeros((len(named), pixels + 1, len(DIRECTIONS)))
    for start in range(0, len(data), BATCH):
        batch = data[start : start + BATCH]
        images = batch.images[:]
        for distance in range(pixels + 1):
            for way, (down, along) in enumerate(DIRECTIONS.values()):
                if distance == 0 and way > 0:
                    right[:, 0, way] = right[:, 0, 0]  # no shift is the same in every direction
                    continue
                moved = shifted(images, distance * down, distance * along)
                for place, net in enumerate(named.values()):
                    right[place, distance, way] += (net.predict(moved) == batch.labels).sum()
    return ShiftRobustness(
        tuple(named), np.arange(pixels + 1), tuple(DIRECTIONS), right / len(data), len(data)
    )


def shifted(images: Images, down: int, right: int) -> Images:
    """Return images shifted by whole pixels, up or left if negative; pixels shifted in are 0.

    Example:
        >>> shifted(np.array([[[[1, 2, 3], [4, 5, 6]]]]), 1, -1)
        array([[[[0, 0, 0],
                 [2, 3, 0]]]])
    """
    h, w = images.shape[2:]
    moved = np.zeros_like(images)
    into = images[:, :, max(-down, 0) : h - max(down, 0), max(-right, 0) : w - max(right, 0)]
    moved[:, :, max(down, 0) : h + min(down, 0), max(right, 0) : w + min(right, 0)] = into
    return moved
