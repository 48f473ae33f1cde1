"""Batch norm in training, with a sum and limits."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from badak.arrays import Array
from badak.errors import where
from badak.layers import BatchNorm2d
from badak.network.pixels.maps import Buffer, Maps, Memory
from badak.network.pixels.steps import NO_LIMITS, Step, Tail, tail_reads
from badak.network.stages import Gradients, named
from badak.ops import edition
from badak.ops.norm import check_count


class Norm(Step):
    """BatchNorm2d, with a sum and limits: two passes over x forward, two back.

    The way back computes the normalised numbers again, from x and the statistics.

    Attributes:
        masks: whether the way back applies the limits; if not, the step after this one did.
        measured: whether the step that made x wrote the statistics.
    """

    masks, measured = True, False

    def __init__(self, name: str, layer: BatchNorm2d, x: Maps, tail: Tail) -> None:
        self.name, self.layer, self.x, self.tail = name, layer, x, tail
        self.makes, self.reads = tail.makes, (x, *tail_reads(tail))
        summed = tail.add is not None and tail.limits != NO_LIMITS
        self.keeps = (x, self.makes) if summed else (x,)
        self.statistics = tuple(np.empty(x.shape[0], np.float32) for _ in range(2))

    def alike(self) -> Iterator[tuple[Maps, Maps]]:
        """The gradients of x and of what is added take the place of that of the result."""
        for maps in self.reads:
            yield maps, self.makes

    def forward(self, memory: Memory) -> None:
        """The statistics, then the result; the running statistics move."""
        self.measure(memory)
        add = None if self.tail.add is None else self.tail.add.data.pixels
        y, limits = memory.place(self.makes), self.tail.limits
        edition.pixels_maps().pixels_norm_apply(
            self.x.data.pixels, *self.channels(), y, add=add, limits=limits
        )

    def measure(self, memory: Memory) -> None:
        """Write the statistics, if nobody else did."""
        with where(f"{type(self.layer).__name__} {self.name!r}"):
            check_count((memory.count, *self.x.shape))
        if not self.measured:
            layer = self.layer
            edition.pixels_maps().pixels_norm_statistics(
                self.x.data.pixels,
                layer.eps,
                *self.statistics,
                momentum=layer.momentum,
                **layer.buffers,
            )

    def backward(self, memory: Memory) -> Gradients:
        """The sums, then the gradients of x and of what was added."""
        grad, self.makes.grad = self.makes.grad, None
        add, limits = self.tail.add, self.tail.limits if self.masks else NO_LIMITS
        grads = tuple(np.empty_like(array) for array in self.statistics)
        to_add = self._for_add(memory, grad)
        summed = add is not None and limits != NO_LIMITS
        in_place = grad.alone and memory.fits(grad, self.x)
        grad_x = grad if in_place else memory.for_grad(self.x)
        edition.pixels_maps().pixels_norm_backward(
            grad.pixels,
            self.x.data.pixels,
            self.channels(),
            grad_x.pixels,
            grads,
            z=self.makes.data.pixels if summed else None,
            limits=limits,
            grad_add=to_add.pixels if summed else None,
        )
        if add is not None:
            memory.give(add, to_add)
        if not in_place:
            grad.done()
        memory.give(self.x, grad_x)
        return named(self.name, *grads)

    def _for_add(self, memory: Memory, grad: Buffer) -> Any:
        """Where the gradient of what was added goes."""
        if self.tail.add is None:
            return None
        free = self.tail.limits == NO_LIMITS or grad.alone
        return grad.share() if free else memory.for_grad(self.makes)

    def channels(self) -> tuple[Array, ...]:
        """What the core needs to know of each channel."""
        parameters = self.layer.parameters
        return (*self.statistics, parameters["weight"], parameters["bias"])
