"""Steps that join maps: sums, channels one after another, gates; and limits by themselves."""

from collections.abc import Iterator

import numpy as np

from badak.arrays import Array
from badak.network.pixels.maps import Maps, Memory
from badak.network.pixels.steps import Step, Tail, masked, tail_keeps, tail_reads
from badak.network.stages import Gradients
from badak.ops import edition


class Sum(Step):
    """A sum of two and limits, or one of them."""

    def __init__(self, x: Maps, tail: Tail) -> None:
        self.x, self.tail, self.makes = x, tail, tail.makes
        self.reads, self.keeps = (x, *tail_reads(tail)), tail_keeps(tail)

    def alike(self) -> Iterator[tuple[Maps, Maps]]:
        """All of them."""
        for maps in self.reads:
            yield maps, self.makes

    def forward(self, memory: Memory) -> None:
        """One call."""
        add = None if self.tail.add is None else self.tail.add.data.pixels
        y = memory.place(self.makes)
        edition.pixels_maps().pixels_clamp(self.x.data.pixels, add, self.tail.limits, y)

    def backward(self, memory: Memory) -> Gradients:
        """The gradient as it is, or 0, for both."""
        memory.give(self.x, masked(memory, self.tail))
        return {}


class Cat(Step):
    """Concat: what makes a part writes it to its place, if that is the only one."""

    def __init__(self, reads: tuple[Maps, ...], makes: Maps) -> None:
        self.reads, self.makes = reads, makes

    def link(self) -> None:
        """Make the parts some channels of the whole."""
        for first, maps in self._parts():
            if maps.whole is None and not maps.lasting:
                maps.join(self.makes, first)

    def forward(self, memory: Memory) -> None:
        """Copy those that lie elsewhere."""
        y = memory.place(self.makes)
        for first, maps in self._parts():
            if maps.whole != (self.makes, first):
                part = y.channels(first, maps.shape[0])
                edition.pixels_maps().pixels_copy(maps.data.pixels, part)

    def backward(self, memory: Memory) -> Gradients:
        """Each part gets its channels' gradient."""
        grad, self.makes.grad = self.makes.grad, None
        for first, maps in self._parts():
            memory.give(maps, grad.part(first, maps.shape[0]))
        grad.done()
        return {}

    def _parts(self) -> Iterator[tuple[int, Maps]]:
        """The first channel of each, and the maps."""
        first = 0
        for maps in self.reads:
            yield first, maps
            first += maps.shape[0]


class Gate(Step):
    """Product of maps and one factor for each: squeeze-and-excitation's last part."""

    def __init__(self, reads: tuple[Maps, ...], makes: Maps) -> None:
        self.x, self.gate = sorted(reads, key=lambda maps: maps.shape[1:] == (1, 1))
        self.reads, self.keeps, self.makes = reads, reads, makes

    def forward(self, memory: Memory) -> None:
        """One call for the product; the factors lie in an array without a frame."""
        maps, c = edition.pixels_maps(), self.gate.shape[0]
        self.factors: Array = np.empty((memory.count, c), np.float32)
        maps.pixels_to_planes(self.gate.data.pixels, self.factors[:, :, None, None])
        maps.pixels_gate(self.x.data.pixels, self.factors, memory.place(self.makes))

    def backward(self, memory: Memory) -> Gradients:
        """One call for both gradients."""
        maps, grad = edition.pixels_maps(), self.makes.grad
        self.makes.grad = None
        grad_x, grad_gate = memory.for_grad(self.x), memory.for_grad(self.gate)
        factors: Array = np.empty_like(self.factors)
        x = self.x.data.pixels
        maps.pixels_gate_backward(grad.pixels, x, self.factors, grad_x.pixels, factors)
        grad.done()
        maps.planes_to_pixels(factors[:, :, None, None], grad_gate.pixels)
        memory.give(self.x, grad_x)
        memory.give(self.gate, grad_gate)
        return {}
