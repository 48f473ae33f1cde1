"""Steps of a chain: what computes maps from maps, forward and back, by native calls alone."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from badak.arrays import Array
from badak.network.pixels.maps import Buffer, Maps, Memory
from badak.network.stages import Gradients, Refreshed
from badak.ops import edition

NO_LIMITS = (-np.inf, np.inf)


class Tail(NamedTuple):
    """What is computed in the same call as a step: a sum, then limits.

    Attributes:
        makes: the maps after all.
        add: the other maps of the sum.
        limits: of every number: (0, inf) is ReLU.
    """

    makes: Maps
    add: Maps | None = None
    limits: tuple[float, float] = NO_LIMITS


class Step(ABC):
    """One computation; its maps are linked when the chain is made, and filled as it runs.

    Attributes:
        reads: the maps that `forward` reads.
        makes: those that it makes.
        keeps: those whose numbers `backward` reads.
        images: what the chain reads, (N, C, H, W).
        covers: the full names of the layers that it computes.
    """

    images: Array
    covers: tuple[str, ...] = ()
    reads: tuple[Maps, ...]
    makes: Maps
    keeps: tuple[Maps, ...] = ()

    def refreshed(self) -> Iterator[Refreshed]:
        """Yield what inside has something to do before each pass."""
        return iter(())

    def ways(self) -> tuple[str, ...]:
        """Name the ways of its convolution and of both gradients, after a pass; () without one."""
        return ()

    def link(self) -> None:  # noqa: B027  # most have nothing to do
        """Have maps lie within others, once all steps are there."""

    def alike(self) -> Iterator[tuple[Maps, Maps]]:
        """Yield pairs whose gradients want equal frames, so that one's can become the other's."""
        return iter(())

    @abstractmethod
    def forward(self, memory: Memory) -> None:
        """Compute `makes`."""

    @abstractmethod
    def backward(self, memory: Memory) -> Gradients:
        """Give the gradient of `makes` to all that is read; return those of the parameters."""


def own(memory: Memory, grad: Buffer, maps: Maps) -> Buffer:
    """Return where the gradient of `maps` can be changed: here if nobody else reads it."""
    return grad if grad.alone else memory.for_grad(maps)


def masked(memory: Memory, tail: Tail) -> Buffer:
    """Take the gradient of a tail, 0 where the limits hold; all others read it as it is."""
    maps = tail.makes
    grad: Buffer = maps.grad
    maps.grad = None
    if tail.limits != NO_LIMITS:
        into = own(memory, grad, maps)
        z = maps.data.pixels
        edition.pixels_maps().pixels_mask(grad.pixels, z, tail.limits, into.pixels)
        if into is not grad:
            grad.done()
        grad = into
    if tail.add is not None:
        memory.give(tail.add, grad.share())
    return grad


def tail_reads(tail: Tail) -> tuple[Maps, ...]:
    """What a tail reads besides its step's own."""
    return () if tail.add is None else (tail.add,)


def tail_keeps(tail: Tail) -> tuple[Maps, ...]:
    """What the way back reads of a tail."""
    return () if tail.limits == NO_LIMITS else (tail.makes,)


def passed_back(
    step: Any, memory: Memory, call: Callable[[Any, Any], None], in_place: bool = False
) -> Gradients:
    """Compute the gradient of a step's x from that of what it makes: call(from, to).

    Args:
        step: makes maps from x, and has no parameters.
        memory: of the chain.
        call: the kernel.
        in_place: whether both may be one array.
    """
    grad, step.makes.grad = step.makes.grad, None
    free = in_place and grad.alone and memory.fits(grad, step.x)
    into = grad if free else memory.for_grad(step.x)
    call(grad.pixels, into.pixels)
    if not free:
        grad.done()
    memory.give(step.x, into)
    return {}
