"""PixelChain: a run of layers whose maps keep their channels innermost."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from badak.arrays import Array, Shape
from badak.layers import Layer
from badak.network.pixels.lowering import Lowered
from badak.network.pixels.maps import Maps, Memory
from badak.network.pixels.steps import Step
from badak.network.stages import Gradients, Refreshed, Stage
from badak.ops import edition

if TYPE_CHECKING:
    from badak.ops.native.pixels import Pixels


class PixelChain(Stage):
    """Layers in a row, and blocks, in training: maps are turned at the begin and the end alone."""

    def __init__(self, layers: Sequence[tuple[str, Layer]], input_shape: Shape) -> None:
        lowered = Lowered(layers, input_shape)
        self.start, self.steps, self.end = lowered.start, lowered.steps, lowered.end
        self.maps = [self.start, *(step.makes for step in self.steps)]

    def refreshed(self) -> Iterator[Refreshed]:
        """Those inside."""
        for step in self.steps:
            yield from step.refreshed()

    def parts(self) -> Iterator[Any]:
        """The steps."""
        return iter(self.steps)

    def forward(self, x: Array) -> Array:
        """One step after the other; maps that the way back does not need make room for others."""
        self.memory = Memory(len(x))
        for maps in self.maps:
            maps.data = maps.grad = None
        kept = {self.end, *(maps for step in self.steps for maps in step.keeps)}
        last = {maps: step for step in self.steps for maps in step.reads if maps not in kept}
        for step in self.steps:
            step.images = x
            step.forward(self.memory)
            _release(last, step)
        return self._planes(self.end.data.pixels)

    def backward(self, grad_y: Array, need_grad_x: bool) -> tuple[Array | None, Gradients]:
        """The same steps last to first."""
        return self.whole(self.back(grad_y, need_grad_x))

    def back(self, grad_y: Array, need_grad_x: bool) -> Iterator[tuple[Array | None, Gradients]]:
        """One step after the other; what the rest does not need makes room."""
        self.start.passes_back = need_grad_x
        self.end.grad = self.memory.for_grad(self.end)
        edition.pixels_maps().planes_to_pixels(grad_y, self.end.grad.pixels)
        last = {maps: step for step in reversed(self.steps) for maps in step.keeps}
        last.pop(self.end, None)  # whoever comes after may read it
        for step in reversed(self.steps):
            own = step.backward(self.memory)
            _release(last, step)
            yield None, own
        yield self._planes(self.start.grad.pixels) if need_grad_x else None, {}

    def _planes(self, pixels: "Pixels") -> Array:
        """(N, H, W, C) -> (N, C, H, W)."""
        n, h, w, c = pixels.numbers.shape
        if pixels.array.shape == (n, 1, 1, c):
            return pixels.array.reshape(n, c, 1, 1)
        planes = np.empty((n, c, h, w), np.float32)
        edition.pixels_maps().pixels_to_planes(pixels, planes)
        return planes


def _release(last: dict[Maps, Step], step: Step) -> None:
    """Let go of the maps that this step was the last to read."""
    for maps in [maps for maps, reader in last.items() if reader is step]:
        maps.data.done()
        del last[maps]
