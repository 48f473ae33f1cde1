"""A convolution with the batch norm before it: what the norm makes is never stored."""

from typing import Any

import numpy as np

from badak.network.pixels.conv import Conv
from badak.network.pixels.maps import Maps, Memory
from badak.network.pixels.norm import Norm
from badak.network.pixels.steps import Step, Tail
from badak.network.stages import Gradients, named
from badak.ops import edition


class NormedConv(Step):
    """Norm and Conv.

    Attributes:
        after: the norm that reads what this makes; its statistics are written here.
        following: the step of that norm, if it passes back the gradient of what the norm makes.
        preceded: whether such a step made x.
    """

    after: Norm | None = None
    following: "NormedConv | None" = None
    preceded = False

    def __init__(self, norm: Norm, conv: Conv) -> None:
        self.norm, self.conv, self.x = norm, conv, norm.x
        self.reads, self.makes, self.keeps = norm.reads, conv.makes, (norm.x, conv.makes)
        self.covers = (*norm.covers, *conv.covers)
        self.sums = tuple(np.empty_like(array) for array in norm.statistics)

    def ways(self) -> tuple[str, ...]:
        """With the norm: see csrc/pixels/normed.cpp."""
        return ("normed",)

    def forward(self, memory: Memory) -> None:
        """One call."""
        self.norm.measure(memory)
        weight, bias = self.conv.parameters()
        statistics = None
        if self.after is not None:
            layer, own = self.after.layer, self.after.statistics
            running = layer.buffers["running_mean"], layer.buffers["running_var"]
            statistics = (*own, *running), layer.momentum, layer.eps
        edition.pixels_normed().normed_conv(
            self.x.data.pixels,
            self._before(),
            weight,
            *self.conv.geometry(),
            bias,
            memory.place(self.makes),
            statistics,
        )

    def backward(self, memory: Memory) -> Gradients:
        """One call, and one more if whoever made x wants its very gradient."""
        grad, self.makes.grad = self.makes.grad, None
        weight, bias = self.conv.parameters()
        own = np.empty_like(weight), None if bias is None else np.empty_like(bias)
        kernels, into = edition.pixels_normed(), memory.for_grad(self.x)
        x = self.x.data.pixels
        kernels.normed_conv_grad(
            x,
            self._before(),
            weight,
            *self.conv.geometry(),
            grad.pixels,
            self._passed(),
            into.pixels,
            (*own, *self.sums),
        )
        grad.done()
        if not self.preceded:
            kernels.normed_grad(into.pixels, (self._before(), x, self.sums), into.pixels)
        memory.give(self.x, into)
        return named(self.conv.name, *own) | named(self.norm.name, *self.sums)

    def _before(self) -> Any:
        """The norm as the core takes it."""
        return self.norm.channels(), self.norm.tail.limits

    def _passed(self) -> Any:
        """What turns the gradient that arrives into that of what this made."""
        other = self.following
        return None if other is None else (other._before(), other.x.data.pixels, other.sums)


def fused(steps: list[Step]) -> list[Step]:
    """Join norms with the convolutions that alone read what they make, if these are light.

    It is as fast or faster, and saves memory.
    """
    readers: dict[Maps, list[Step]] = {}
    for step in steps:
        for maps in step.reads:
            readers.setdefault(maps, []).append(step)

    def only(maps: Maps) -> Step | None:
        return readers[maps][0] if len(readers.get(maps, ())) == 1 else None

    joined: dict[Step, NormedConv] = {}
    for norm in steps:
        if isinstance(norm, Norm) and norm.tail.add is None and only(norm.x) is norm:
            conv = only(norm.makes)
            plain = type(conv) is Conv and conv.tail == Tail(conv.makes)
            if isinstance(conv, Conv) and plain and conv.light:
                joined[norm] = joined[conv] = NormedConv(norm, conv)
    for step in joined.values():
        after = only(step.makes)
        step.after = after if isinstance(after, Norm) else None
        if step.after is not None:
            step.after.measured = True
            step.following = joined.get(step.after)
        if step.following is not None:
            step.following.preceded = True
            step.makes.need_none("grad")  # the gradient that has a frame is never stored
    return [
        joined.get(step, step) for step in steps if not (step in joined and isinstance(step, Norm))
    ]
