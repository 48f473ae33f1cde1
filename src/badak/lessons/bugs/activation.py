"""Activations with a planted bug."""

from dataclasses import dataclass
from typing import final

import numpy as np

from badak.arrays import Array
from badak.layers.base import Gradients
from badak.lessons.bugs.base import PlantedReLU, PlantedSigmoid


@final
@dataclass
class ReLUInPlace(PlantedReLU):
    """A ReLU that writes its output over its input.

    Wrong: everything else that holds the input now reads other values.

    Shows: nothing, as long as nothing else holds it. As first layer it sets negative values in the
    data set's own images to 0; beside a skip connection it changes what is skipped; and the layer
    before may have kept its output for its own backward pass. This layer's backward pass is right:
    only a check that the input stays unchanged finds the bug.

    Right: ``y = np.maximum(x, 0)``

    Example:
        >>> x = np.array([[-1.0, 2.0]])
        >>> y, _ = ReLUInPlace().forward(x, training=False)
        >>> x
        array([[0., 2.]])
    """

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the output."""
        y = np.maximum(x, 0, out=x)  # BUG: out=x
        return y, y


@final
@dataclass
class ReLULetsAllThrough(PlantedReLU):
    """A ReLU whose backward masks the gradient by the sign of the output.

    Wrong: the output is never below 0, so the mask lets everything through.

    Shows: the loss falls at first and then rises: units that are off are trained as if they were
    on. One comparison sign instead of another is easily overlooked.

    Right: ``np.where(cache > 0, grad_y, 0)``

    Example:
        >>> ReLULetsAllThrough().backward(np.ones(2), np.array([0.0, 1.0]))[0]
        array([1., 1.])
    """

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient where the output is not below 0."""
        return np.where(cache >= 0, grad_y, 0), {}  # BUG: >= should be >


@final
@dataclass
class SigmoidForgetsOutput(PlantedSigmoid):
    """A sigmoid whose backward uses its input instead of its output.

    Wrong: y * (1 - y) is the slope if y is the output; here the input was kept.

    Shows: the gradient has the wrong sign outside 0 to 1, and grows with the square of the input.
    Within a few steps it is infinite, and a smaller learning rate hardly helps.

    Right: ``return y, y`` in forward: the output is what backward needs.

    Example:
        >>> SigmoidForgetsOutput().backward(np.ones(1), np.array([3.0]))[0]
        array([-6.])
    """

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the input."""
        y, _ = self.right.forward(x, training)
        return y, x  # BUG: x should be y

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """grad_y * y * (1 - y), with the kept array as y."""
        return grad_y * cache * (1 - cache), {}
