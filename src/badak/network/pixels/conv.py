"""Convolution steps, and the entry of maps that no convolution reads as planes."""

from typing import Any

import numpy as np

from badak.arrays import Array
from badak.layers import Conv2d
from badak.network.pixels.maps import Buffer, Maps, Memory
from badak.network.pixels.steps import NO_LIMITS, Step, Tail, masked, tail_keeps, tail_reads
from badak.network.stages import Gradients, named
from badak.ops import edition
from badak.ops.window import Window

Parameters = tuple[Array, Array | None]
# Weights, at most, that are packed again for every few images.
LIGHT = 1 << 16


class Conv(Step):
    """Conv2d, with a sum and limits.

    Attributes:
        masks: whether the way back applies the limits; if not, the step after this one did.
    """

    masks = True

    def __init__(self, name: str, layer: Conv2d, x: Maps, tail: Tail) -> None:
        self.name, self.layer, self.x, self.tail = name, layer, x, tail
        self.makes, self.reads = tail.makes, (x, *tail_reads(tail))
        self.keeps = (x, *tail_keeps(tail))
        self.window = layer.window(x.shape)
        x.need(edition.pixels().reading_frame(self.window, *x.shape[1:]), "data")
        self.makes.need(self._gradient_frame(), "grad")

    @property
    def light(self) -> bool:
        """Whether packing the weight for some images at a time costs little beside convolving."""
        return self.layer.parameters["weight"].size <= LIGHT

    @property
    def by_images(self) -> bool:
        """Whether the way back masks the gradient where it is used, and never stores it.

        That pays where there are few products a number, so that memory is what takes time.
        """
        limited = self.masks and self.tail.limits != NO_LIMITS
        return limited and self.tail.add is None and self.light and self._few_products()

    def _few_products(self) -> bool:
        return self.layer.groups == self.x.shape[0]

    def link(self) -> None:
        """No gradient needs a frame that nobody reads."""
        if self.by_images:
            self.makes.need_none("grad")

    def _gradient_frame(self) -> Any:
        return edition.pixels().gradient_frame(self.window, self.x.shape[1:])

    def ways(self) -> tuple[str, ...]:
        """As the core chose."""
        shape, layer = (len(self.images), *self.x.shape), self.layer
        ways: tuple[str, ...] = edition.pixels().conv_ways(
            shape, layer.out_channels, self.window, layer.groups
        )
        return ways

    def forward(self, memory: Memory) -> None:
        """One call."""
        (weight, bias), tail = self.parameters(), self.tail
        add = None if tail.add is None else tail.add.data.pixels
        y, options = memory.place(tail.makes), {"bias": bias, "add": add, "limits": tail.limits}
        edition.pixels().conv(self.x.data.pixels, weight, *self.geometry(), y, **options)

    def backward(self, memory: Memory) -> Gradients:
        """One call for each gradient, or for all."""
        if self.by_images:
            return self._backward_by_images(memory)
        pixels = edition.pixels()
        grad = masked(memory, self.tail if self.masks else Tail(self.makes, self.tail.add))
        weight, bias = self.parameters()
        gradients: Gradients = {}
        if not self.layer.frozen:
            grads = np.empty_like(weight), None if bias is None else np.empty_like(bias)
            self._grad_parameters(grad, *grads)
            gradients = named(self.name, *grads)
        if self.x.passes_back:
            into, before = memory.for_grad(self.x), self.x.grad
            add = None if before is None else before.pixels
            pixels.conv_grad_x(grad.pixels, weight, *self.geometry(), into.pixels, add)
            memory.replace(self.x, into)
        grad.done()
        return gradients

    def _backward_by_images(self, memory: Memory) -> Gradients:
        grad, self.makes.grad = self.makes.grad, None
        weight, bias = self.parameters()
        own = np.empty_like(weight), None if bias is None else np.empty_like(bias)
        self._masked_grad(memory, (grad.pixels, self.makes.data.pixels, self.tail.limits), own)
        grad.done()
        return named(self.name, *own)

    def _masked_grad(self, memory: Memory, masked: Any, own: Parameters) -> None:
        into = add = None
        if self.x.passes_back:
            into, before = memory.for_grad(self.x), self.x.grad
            add = None if before is None else before.pixels
        edition.pixels().masked_conv_grad(
            self.x.data.pixels,
            self.parameters()[0],
            *self.geometry(),
            masked,
            add,
            None if into is None else into.pixels,
            own,
        )
        if into is not None:
            memory.replace(self.x, into)

    def _grad_parameters(self, grad: Buffer, weight: Array, bias: Array | None) -> None:
        x, options = self.x.data.pixels, self.geometry()
        edition.pixels().conv_grad_weight(x, grad.pixels, *options, weight, bias)

    def geometry(self) -> tuple[Window, int]:
        """The window and the groups."""
        return self.window, self.layer.groups

    def parameters(self) -> Parameters:
        """Weight and bias."""
        return self.layer.parameters["weight"], self.layer.parameters.get("bias")


class FirstConv(Conv):
    """Conv2d of images as users see them, (N, C, H, W), with limits."""

    def __init__(self, name: str, layer: Conv2d, x: Maps, tail: Tail) -> None:
        super().__init__(name, layer, x, tail)
        self.reads, self.keeps = (), tail_keeps(tail)

    def forward(self, memory: Memory) -> None:
        """One call."""
        (weight, bias), y, limits = self.parameters(), memory.place(self.makes), self.tail.limits
        call = edition.pixels().planes_conv
        call(self.images, weight, self.window, y, bias=bias, limits=limits)

    def ways(self) -> tuple[str, ...]:
        """Directly from the images."""
        return ("planes",)

    def _grad_parameters(self, grad: Buffer, weight: Array, bias: Array | None) -> None:
        call = edition.pixels().planes_conv_grad_weight
        call(self.images, grad.pixels, self.window, weight, bias)

    def _few_products(self) -> bool:
        return True

    def _masked_grad(self, memory: Memory, masked: Any, own: Parameters) -> None:
        pixels = edition.pixels()
        pixels.planes_masked_conv_grad(self.images, self.window, masked, own)
        if not self.x.passes_back:
            return
        framed = memory.take(self.makes.shape, self._gradient_frame())
        grad, z, limits = masked
        edition.pixels_maps().pixels_mask(grad, z, limits, framed.pixels)
        into = memory.for_grad(self.x)
        pixels.conv_grad_x(framed.pixels, self.parameters()[0], *self.geometry(), into.pixels)
        framed.done()
        memory.replace(self.x, into)


class Enter(Step):
    """Images as users see them, turned."""

    def __init__(self, makes: Maps) -> None:
        self.reads, self.makes = (), makes

    def forward(self, memory: Memory) -> None:
        """One call."""
        edition.pixels_maps().planes_to_pixels(self.images, memory.place(self.makes))

    def backward(self, memory: Memory) -> Gradients:
        """Nothing: the chain turns the gradient."""
        return {}
