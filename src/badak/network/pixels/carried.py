"""Carried: a layer without a step of its own, whose maps are turned before and after it."""

from collections.abc import Iterator

import numpy as np

from badak.layers import Dropout, Layer
from badak.network.pixels.maps import Maps, Memory
from badak.network.pixels.steps import Step
from badak.network.stages import Drop, Gradients, Single, Stage
from badak.ops import edition


class Carried(Step):
    """Any layer from images to images."""

    def __init__(self, name: str, layer: Layer, x: Maps, makes: Maps) -> None:
        self.x, self.reads, self.makes = x, (x,), makes
        self.stage: Stage = (
            Drop(layer) if isinstance(layer, Dropout) else Single(name, layer, training=True)
        )

    def refreshed(self) -> Iterator[Stage]:
        """The layer's."""
        return self.stage.refreshed()

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
