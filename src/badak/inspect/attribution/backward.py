"""trace: one pass in evaluation mode that can be walked back, to any layer and from any gradient.

Letters: N images, C channels, H rows, W columns, K classes.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array, Images, as_floats, as_images, check_shape
from badak.inspect.subject import finite
from badak.layers import Layer
from badak.layers.walk import INPUT, Tape, walk
from badak.network import Network


@dataclass(frozen=True)
class Trace:
    """What each layer made of some images, kept so that gradients can be walked back.

    Attributes:
        images: (N, C, H, W), as they entered.
        outputs: layer name -> (N, ...), up to the last layer that ran.
        tape: what goes back through the layers.
    """

    images: Images
    outputs: dict[str, Array]
    tape: Tape

    @property
    def output(self) -> Array:
        """Of the last layer that ran."""
        return self.outputs[next(reversed(self.outputs))]

    def gradient(self, grad_y: ArrayLike, layer: str | None = None) -> Array:
        """Return the gradient of ``sum(grad_y * output)``.

        Args:
            grad_y: as the last output is shaped: a 1 at each number of interest, 0 elsewhere.
            layer: the gradient by this layer's output; by the images if None.

        Returns:
            As that output, or the images, are shaped.

        Raises:
            BadakError: `grad_y` has another shape or dtype than the output, or no such layer ran;
                the message lists those that did.
        """
        grad: Any = as_floats(grad_y, "grad_y", dtype=self.output.dtype)
        check_shape(grad, "grad_y", self.output.shape)
        if layer is not None:
            checks.choice(layer, "layer", self.outputs)
        target = INPUT if layer is None else layer
        grad = next(grad for name, grad in self.tape.backward(grad) if name == target)
        return np.array(grad)  # a layer may hand on what it was given

    def class_gradient(self, label: int, layer: str | None = None) -> Array:
        """Return the gradient of each image's logit of one class, before the softmax.

        Returns:
            As in `gradient`. Images do not mix in evaluation mode: image n's part is the gradient
            of its own logit.

        Raises:
            BadakError: the output is not finite, or no such layer ran.
        """
        grad_y = np.zeros_like(finite(self.output))  # (N, K)
        grad_y[:, label] = 1
        return self.gradient(grad_y, layer)


def trace(net: Network, x: ArrayLike, last: str | None = None) -> Trace:
    """Run images through a network layer by layer and keep what walking back needs.

    As in prediction, dropout is off and batch norm uses its running statistics; the network stays
    as it is.

    Args:
        net: the network.
        x: images (N, C, H, W): float, or uint8 in 0..255.
        last: the layer to stop after; the network's last if None. Inside a block, such as
            ``"block1.conv1"``, only the layers that lead to it run.

    Raises:
        BadakError: images that do not fit, or no such layer; the message lists those there are.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> seen = trace(SimpleConvNet(), np.ones((2, 1, 28, 28)), last="conv1")
        >>> seen.output.shape, seen.gradient(np.ones_like(seen.output)).shape
        ((2, 30, 24, 24), (2, 1, 28, 28))
    """
    layers = net.layers if last is None else _leading_to(net, last)
    images = as_images(x, net.input_shape, net.dtype)
    tape = Tape(layers)
    return Trace(images, {visit.name: visit.output for visit in tape.forward(images)}, tape)


def _leading_to(net: Network, last: str) -> dict[str, Layer]:
    """The layers that one layer's output needs, itself last; blocks on the way are whole."""
    visits = {visit.name: visit for visit in walk(net.layers, net.input_shape)}
    name, needed = checks.choice(last, "layer", visits), []
    while name != INPUT:
        needed.append(visits[name])
        name = visits[name].source
    return {visit.name: visit.layer for visit in reversed(needed)}
