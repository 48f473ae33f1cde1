"""Carried: a layer without a step of its own, whose maps are turned before and after it."""

from collections.abc import Iterator

import numpy as np

from badak.layers import Dropout, Layer
from badak.network.pixels.maps import Maps, Memory
from badak.network.pixels.steps import Step, passed_back
from badak.network.stages import Drop, Gradients, Refreshed, Single
from badak.ops import edition


class Carried(Step):
    """Any layer from images to images."""

    def __init__(self, name: str, layer: Layer, x: Maps, makes: Maps) -> None:
        self.x, self.reads, self.makes = x, (x,), makes
        self.stage = Single(name, layer, training=True)  # as in prediction, if it is frozen

    def forward(self, memory: Memory) -> None:
        """To planes and back."""
        turned = edition.pixels_maps()
        x = np.empty((memory.count, *self.x.shape), np.float32)
        turned.pixels_to_planes(self.x.data.pixels, x)
        turned.planes_to_pixels(self.stage.forward(x), memory.place(self.makes))

    def backward(self, memory: Memory) -> Gradients:
        """Likewise."""
        turned, grad = edition.pixels_maps(), self.makes.grad
        self.makes.grad = None
        grad_y = np.empty((memory.count, *self.makes.shape), np.float32)
        turned.pixels_to_planes(grad.pixels, grad_y)
        grad.done()
        grad_x, gradients = self.stage.backward(grad_y, self.x.passes_back)
        if grad_x is not None:
            back = memory.for_grad(self.x)
            turned.planes_to_pixels(grad_x, back.pixels)
            memory.give(self.x, back)
        return gradients


class Dropped(Step):
    """Dropout: the same numbers as in planes."""

    def __init__(self, layer: Dropout, x: Maps, makes: Maps) -> None:
        self.stage, self.p = Drop(layer), layer.p
        self.x, self.reads, self.makes = x, (x,), makes

    def refreshed(self) -> Iterator[Refreshed]:
        """Draw a key before each pass."""
        return self.stage.refreshed()

    def alike(self) -> Iterator[tuple[Maps, Maps]]:
        """The gradient of x takes the place of that of the result."""
        yield self.x, self.makes

    def forward(self, memory: Memory) -> None:
        """One call."""
        maps, x = edition.pixels_maps(), self.x.data.pixels
        self.mask = np.empty(maps.mask_size(x), np.uint8)
        maps.pixels_dropout(x, self.stage.key, self.p, self.mask, memory.place(self.makes))

    def backward(self, memory: Memory) -> Gradients:
        """One call, in place if nobody else reads the gradient."""
        back = edition.pixels_maps().pixels_dropout_backward
        return passed_back(
            self, memory, lambda grad, into: back(grad, self.mask, self.p, into), in_place=True
        )
