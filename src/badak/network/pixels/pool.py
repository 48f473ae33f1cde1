"""Pooling steps, and Widen2d, which is one."""

from badak.layers import AvgPool2d, GlobalAvgPool2d, MaxPool2d, Widen2d
from badak.network.pixels.maps import Maps, Memory
from badak.network.pixels.steps import NO_LIMITS, Step, passed_back
from badak.network.stages import Gradients
from badak.ops import edition
from badak.ops.window import Window


class MaxPool(Step):
    """MaxPool2d.

    Attributes:
        limits: of x; where they hold, no gradient goes back. Whoever made x leaves that to this.
    """

    limits = NO_LIMITS

    def __init__(self, layer: MaxPool2d, x: Maps, makes: Maps) -> None:
        self.window = layer.window(x.shape)
        self.x, self.reads, self.keeps, self.makes = x, (x,), (x,), makes

    def forward(self, memory: Memory) -> None:
        """One call."""
        y = memory.place(self.makes)
        edition.pixels_maps().pixels_max_pool(self.x.data.pixels, self.window, y)

    def backward(self, memory: Memory) -> Gradients:
        """One call, which finds the winners again."""
        x = self.x.data.pixels
        back = edition.pixels_maps().pixels_max_pool_backward
        return passed_back(
            self, memory, lambda grad, into: back(grad, x, self.window, into, self.limits)
        )


class AvgPool(Step):
    """AvgPool2d and GlobalAvgPool2d."""

    def __init__(self, layer: AvgPool2d | GlobalAvgPool2d, x: Maps, makes: Maps) -> None:
        window = layer.window(x.shape)
        self.window: Window = window if window is not None else Window.of(x.shape[1:])
        self.options = getattr(layer, "count_include_pad", True)
        self.x, self.reads, self.makes = x, (x,), makes

    def forward(self, memory: Memory) -> None:
        """One call."""
        y, x = memory.place(self.makes), self.x.data.pixels
        edition.pixels_maps().pixels_avg_pool(x, self.window, y, self.options)

    def backward(self, memory: Memory) -> Gradients:
        """One call."""
        back = edition.pixels_maps().pixels_avg_pool_backward
        return passed_back(
            self, memory, lambda grad, into: back(grad, self.window, into, self.options)
        )


class Widen(Step):
    """Widen2d: an average of one place each, and channels that stay zero."""

    def __init__(self, layer: Widen2d, x: Maps, makes: Maps) -> None:
        self.window = layer.window(x.shape)
        self.x, self.reads, self.makes = x, (x,), makes
        makes.lasting = True

    def forward(self, memory: Memory) -> None:
        """One call."""
        y = memory.place(self.makes).channels(0, self.x.shape[0])
        edition.pixels_maps().pixels_avg_pool(self.x.data.pixels, self.window, y)

    def backward(self, memory: Memory) -> Gradients:
        """One call."""
        back, count = edition.pixels_maps().pixels_avg_pool_backward, self.x.shape[0]
        return passed_back(
            self, memory, lambda grad, into: back(grad.channels(0, count), self.window, into)
        )
