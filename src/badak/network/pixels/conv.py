"""Convolution steps."""

from typing import Any

import numpy as np

from badak.arrays import Array
from badak.layers import Conv2d
from badak.network.pixels.maps import Maps, Memory
from badak.network.pixels.steps import Step, Tail, masked, tail_keeps, tail_reads
from badak.network.stages import Gradients, named
from badak.ops import edition


class Conv(Step):
    """Conv2d, with a sum and limits."""

    def __init__(self, name: str, layer: Conv2d, x: Maps, tail: Tail) -> None:
        self.name, self.layer, self.x, self.tail = name, layer, x, tail
        self.makes, self.reads = tail.makes, (x, *tail_reads(tail))
        self.keeps = (x, *tail_keeps(tail))
        self.window = layer.window(x.shape)
        pixels = edition.pixels()
        x.need(pixels.reading_frame(self.window, *x.shape[1:]), "data")
        self.makes.need(pixels.gradient_frame(self.window, *x.shape[1:]), "grad")

    def forward(self, memory: Memory) -> None:
        """One call."""
        add = None if self.tail.add is None else self.tail.add.data.pixels
        weight, bias = self._parameters()
        y = memory.place(self.makes)
        edition.pixels().conv(
            self.x.data.pixels,
            weight,
            self.window,
            self.layer.groups,
            y,
            bias=bias,
            add=add,
            limits=self.tail.limits,
        )

    def backward(self, memory: Memory) -> Gradients:
        """One call for each gradient."""
        grad, pixels = masked(memory, self.tail), edition.pixels()
        weight, bias = self._parameters()
        grads = np.empty_like(weight), None if bias is None else np.empty_like(bias)
        options = self.window, self.layer.groups
        pixels.conv_grad_weight(self.x.data.pixels, grad.pixels, *options, *grads)
        if self.x.passes_back:
            grad_x = memory.for_grad(self.x)
            pixels.conv_grad_x(grad.pixels, weight, *options, grad_x.pixels)
            grad.done()
            memory.give(self.x, grad_x)
        else:
            grad.done()
        return named(self.name, *grads)

    def _parameters(self) -> tuple[Array, Array | None]:
        return self.layer.parameters["weight"], self.layer.parameters.get("bias")


class FirstConv(Conv):
    """Conv2d of images as users see them, (N, C, H, W)."""

    images: Array

    def forward(self, memory: Memory) -> None:
        """One call."""
        weight, bias = self._parameters()
        y, limits = memory.place(self.makes), self.tail.limits
        edition.pixels().planes_conv(
            self.images, weight, self.window, y, bias=bias, limits=limits
        )

    def grad_weight(self, grad: Any, grads: tuple[Array, Array | None]) -> None:
        """One call."""
        edition.pixels().planes_conv_grad_weight(self.images, grad, self.window, *grads)
