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

    Wrong: whoever else holds the input now reads something else.

    Shows: nothing, as long as nobody else does. First in a network it cuts the data set's own
    images off at 0; beside a skip connection it changes what is skipped; and the layer before may
    have kept its output for its own way back. The backward pass itself is right: only a check
    that the input stays as it is finds it.

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

    Wrong: the output is never below 0, and so the mask is full.

    Shows: the loss falls at first, and then it rises: units that are off are trained as if they
    were on. One sign for another: easily overlooked.

    Right: ``np.where(cache > 0, grad_y, 0)``

    Example:
        >>> ReLULetsAllThrough().backward(np.ones(2), np.array([0.0, 1.0]))[0]
        array([1., 1.])
    """

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient, wherever the output is not below 0."""
        return np.where(cache >= 0, grad_y, 0), {}  # BUG: >= should be >


@final
@dataclass
class SigmoidForgetsOutput(PlantedSigmoid):
    """A sigmoid whose backward takes its input for its output.

    Wrong: y * (1 - y) is the slope where y is the output; here the input was kept.

    Shows: the gradient has the wrong sign outside of 0 to 1, and grows with the square of the
    input: within some steps it is infinite, and a smaller learning rate hardly helps.

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
        """grad_y * y * (1 - y), of what was kept."""
        return grad_y * cache * (1 - cache), {}
