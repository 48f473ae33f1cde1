"""Batch norm in training, with a sum and limits."""

from typing import Any

import numpy as np

from badak.errors import where
from badak.layers.batch_norm import BatchNorm2d
from badak.network.pixels.maps import Maps, Memory
from badak.network.pixels.steps import Step, Tail, masked, tail_keeps, tail_reads
from badak.network.stages import Gradients, named
from badak.ops import edition
from badak.ops.norm import check_count


class Norm(Step):
    """BatchNorm2d, with a sum and limits: two passes over x forward, two back."""

    def __init__(self, name: str, layer: BatchNorm2d, x: Maps, tail: Tail) -> None:
        self.name, self.layer, self.x, self.tail = name, layer, x, tail
        self.makes, self.reads = tail.makes, (x, *tail_reads(tail))
        self.keeps = (x, *tail_keeps(tail))
        self.mean, self.inverse_std = (np.empty(x.shape[0], np.float32) for _ in range(2))

    def alike(self) -> Any:
        """The gradient of x takes the place of that of y."""
        yield self.x, self.makes
        if self.tail.add is not None:
            yield self.tail.add, self.makes

    def forward(self, memory: Memory) -> None:
        """The statistics, then the numbers; the running statistics move."""
        with where(f"{type(self.layer).__name__} {self.name!r}"):
            check_count((memory.count, *self.x.shape))
        layer, pixels = self.layer, edition.pixels()
        x, statistics = self.x.data.pixels, (self.mean, self.inverse_std)
        pixels.norm_statistics(
            x, *statistics, **layer.buffers, momentum=layer.momentum, eps=layer.eps
        )
        add = None if self.tail.add is None else self.tail.add.data.pixels
        y = memory.place(self.makes)
        pixels.norm_apply(x, *statistics, **layer.parameters, add=add, limits=self.tail.limits, y=y)

    def backward(self, memory: Memory) -> Gradients:
        """The sums, then the gradient of x."""
        grad = masked(memory, self.tail)
        grads = tuple(np.empty_like(self.mean) for _ in range(2))
        into = grad if grad.alone and framed(grad, self.x) else memory.for_grad(self.x)
        ...
