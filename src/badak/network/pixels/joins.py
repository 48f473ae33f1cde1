"""Steps that join maps: sums, channels one after another, gates; and limits by themselves."""

from collections.abc import Iterator

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
        y, x = memory.place(self.makes), self.x.data.pixels
        if self.tail.add is None:
            edition.pixels().clamp(x, self.tail.limits, y)
        else:
            edition.pixels().add(x, self.tail.add.data.pixels, y, limits=self.tail.limits)

    def backward(self, memory: Memory) -> Gradients:
        """The gradient as it is, or 0, for both."""
        memory.give(self.x, masked(memory, self.tail))
        return {}


class Cat(Step):
    """Concat: who makes the parts writes them to their place, if it is the only one."""

    def __init__(self, reads: tuple[Maps, ...], makes: Maps) -> None:
        self.reads, self.makes = reads, makes

    def link(self) -> None:
        """Make the parts some channels of the whole."""
        for first, maps in self._parts():
            if maps.whole is None and not maps.fixed:
                maps.join(self.makes, first)

    def forward(self, memory: Memory) -> None:
        """Copy those that lie elsewhere."""
        y = memory.place(self.makes)
        for first, maps in self._parts():
            if maps.whole != (self.makes, first):
                edition.pixels().copy(maps.data.pixels, y.channels(first, maps.shape[0]))

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
