"""trace: one pass in evaluation mode that can be walked back, to any layer and from any gradient.

Letters: N images, C channels, H rows, W columns, K classes.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array, Images, as_floats, as_images, check_shape
from badak.errors import where
from badak.inspect.subject import finite
from badak.layers import Layer
from badak.network import Network


@dataclass(frozen=True)
class Trace:
    """What each layer made of some images, kept so that gradients can be walked back.

    Attributes:
        images: (N, C, H, W), as they entered.
        outputs: layer name -> (N, ...), up to the last layer that ran.
        layers: layer name -> the layer that ran.
        caches: layer name -> what its backward pass needs.
    """

    images: Images
    outputs: dict[str, Array]
    layers: dict[str, Layer]
    caches: dict[str, Any]

    @property
    def output(self) -> Array:
        """Of the last layer that ran."""
        return self.outputs[next(reversed(self.outputs))]

    def gradient(self, grad_y: ArrayLike, layer: str | None = None) -> Array:
        """Return the gradient of ``sum(grad_y * output)``.

        Args:
            grad_y: as the last output is shaped: a 1 at each number of interest, 0 elsewhere.
            layer: the gradient by this layer's output; by the images where None.

        Returns:
            As that output, or the images, are shaped.

        Raises:
            BadakError: `grad_y` has another shape or dtype than the output, or no such layer ran;
                the message lists those that did.
        """
        grad: Any = as_floats(grad_y, "grad_y", dtype=self.output.dtype)
        check_shape(grad, "grad_y", self.output.shape)
        if layer is not None:
            checks.choice(layer, "layer", list(self.layers))
        for name, one in reversed(self.layers.items()):
            if name == layer:
                break
            with where(f"{type(one).__name__} {name!r}"):
                grad, _ = one.backward(grad, self.caches[name])
        return np.array(grad)  # a layer may hand on what it was given

    def class_gradient(self, label: int, layer: str | None = None) -> Array:
        """Return the gradient of each image's logit of one class, before the softmax.

        Args:
            label: the class.
            layer: as in `gradient`.

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
        last: the layer to stop after; the network's last where None.

    Returns:
        The outputs of all layers that ran, ready for `Trace.gradient`.

    Raises:
        BadakError: images that do not fit, or no such layer; the message lists those there are.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> seen = trace(SimpleConvNet(), np.ones((2, 1, 28, 28)), last="conv1")
        >>> seen.output.shape, seen.gradient(np.ones_like(seen.output)).shape
        ((2, 30, 24, 24), (2, 1, 28, 28))
    """
    if last is not None:
        checks.choice(last, "layer", list(net.layers))
    images = out = as_images(x, net.input_shape, net.dtype)
    outputs, layers, caches = {}, {}, {}
    for name, layer in net.layers.items():
        with where(f"{type(layer).__name__} {name!r}"):
            out, caches[name] = layer.forward(out, training=False)
        layers[name], outputs[name] = layer, out
        if name == last:
            break
    return Trace(images, outputs, layers, caches)
