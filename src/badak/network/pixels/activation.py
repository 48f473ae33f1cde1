"""Activations that are more than limits."""

from typing import Any

from badak.layers import Sigmoid, Tanh
from badak.layers.activation import Activation
from badak.network.pixels.maps import Maps, Memory
from badak.network.pixels.steps import Step, passed_back
from badak.network.stages import Gradients
from badak.ops import edition


class Curve(Step):
    """One number from one number; the way back needs the input, or for some the result."""

    def __init__(self, layer: Any, x: Maps, makes: Maps) -> None:
        by_result = isinstance(layer, (Sigmoid, Tanh))
        self.kind = layer.prefix if by_result else layer.op
        self.options = [] if by_result else [_number(value) for value in layer.options().values()]
        self.x, self.reads, self.makes = x, (x,), makes
        self.saved = makes if by_result else x
        self.keeps = (self.saved,)

    def forward(self, memory: Memory) -> None:
        """One call."""
        y = memory.place(self.makes)
        edition.pixels_maps().pixels_activation(self.kind, self.x.data.pixels, y, *self.options)

    def backward(self, memory: Memory) -> Gradients:
        """One call, where the gradient lies if nobody else reads it."""
        back, saved = edition.pixels_maps().pixels_activation_backward, self.saved.data.pixels
        return passed_back(
            self,
            memory,
            lambda grad, into: back(self.kind, grad, saved, into, *self.options),
            in_place=True,
        )


def supported(layer: Any) -> bool:
    """Whether an activation has a kernel on pixels."""
    return isinstance(layer, (Activation, Sigmoid, Tanh))


def _number(value: Any) -> float:
    """An option as the core takes it: GELU's word is whether it is the approximation."""
    return float(value == "tanh") if isinstance(value, str) else float(value)
