"""Transferable: what a network offers for another task: frozen layers, a new head, features."""

from typing import TYPE_CHECKING, cast

from numpy.typing import ArrayLike

from badak.arrays import Array
from badak.layers import Layer
from badak.network import features, freezing, head

if TYPE_CHECKING:
    from badak.network.network import Network


class Transferable:
    """The part of `badak.Network` that transfers what it learnt to another task."""

    layers: dict[str, Layer]

    def freeze(self, *patterns: str) -> None:
        """Leave layers as they are in training: no gradients, and all as in prediction.

        Batch norm then uses and keeps its running statistics, and dropout drops nothing. A training
        step runs the first layers, up to the first that learns, as prediction does: fast, and
        without keeping their maps. Files and checkpoints remember what is frozen.

        Args:
            patterns: names of layers or blocks, with ``*`` for anything (`fnmatch`).

        Raises:
            ArgumentTypeError: a pattern that is not a string.
            BadakError: a pattern that matches no layer; nothing changes.

        Example:
            >>> from badak import models
            >>> net = models.LeNet5()
            >>> net.freeze("*")
            >>> net.unfreeze("linear*")
            >>> list(net.trainable())[0]
            'linear1.weight'
        """
        freezing.set_frozen(self.layers, patterns, True)

    def unfreeze(self, *patterns: str) -> None:
        """Let layers learn again; see `freeze`."""
        freezing.set_frozen(self.layers, patterns, False)

    @property
    def frozen(self) -> tuple[str, ...]:
        """The names of the layers that training leaves as they are."""
        return tuple(name for name, leaf in freezing.leaves(self.layers) if leaf.frozen)

    def trainable(self) -> dict[str, Array]:
        """Return the parameters that learn: ``"conv1.weight"`` -> live array; see `freeze`."""
        return freezing.trainable(self.layers)

    def replace_head(self, num_classes: int) -> None:
        """Give the network new classes: the last layer with weights starts afresh, and small.

        It is a Linear or, as in SqueezeNet, a Conv2d, and keeps its name. Its weights are drawn
        with a standard deviation of 0.001, its bias is 0, and it is not frozen.

        Args:
            num_classes: K.

        Raises:
            ArgumentTypeError: num_classes is not an integer.
            BadakError: num_classes below 1, or the last layer with weights is of another kind;
                nothing changes.

        Example:
            >>> from badak import models
            >>> net = models.LeNet5()
            >>> net.replace_head(3)
            >>> net.output_shape
            (3,)
        """
        head.replace(cast("Network", self), num_classes)

    def features(self, images: ArrayLike, layer: str | None = None, batch_size: int = 32) -> Array:
        """Return what enters the head for each image: (N, F).

        Args:
            images: (N, C, H, W): float, or uint8 in 0..255.
            layer: the output of this layer instead; of maps (C, H, W) the mean of each, (N, C).
            batch_size: images at a time.

        Raises:
            BadakError: an unknown layer, a network without a head, or images that do not fit.

        Example:
            >>> import numpy as np
            >>> from badak import models
            >>> models.LeNet5().features(np.zeros((2, 1, 28, 28))).shape
            (2, 84)
        """
        return features.features(cast("Network", self), images, layer, batch_size)
