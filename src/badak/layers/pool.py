"""MaxPool2d, AvgPool2d, GlobalAvgPool2d: fewer places, the same channels."""

from dataclasses import dataclass
from typing import ClassVar, final

from badak import checks, ops
from badak.arrays import Array, Indices, Shape
from badak.layers.base import Gradients, Layer, image_shape
from badak.ops.pool import pool_window
from badak.ops.window import IntOrPair, Padding, Window


@final
@dataclass
class MaxPool2d(Layer):
    """The largest value under each window: (N, C, H, W) -> (N, C, OH, OW).

    Padding counts as minus infinity; the gradient goes to the first of equal values. The book's
    *Pooling* (chapter 7).

    Args:
        kernel_size: rows and columns of the window.
        stride: step between places; the kernel's size if None.
        padding: rows and columns around the input, at most half the kernel.
        dilation: distance between the window's cells.
        ceil_mode: round the output size up instead of down.

    Example:
        >>> MaxPool2d(2).output_shape((30, 24, 24))
        (30, 12, 12)
    """

    prefix: ClassVar[str] = "pool"
    kernel_size: IntOrPair
    stride: IntOrPair | None = None
    padding: Padding = 0
    dilation: IntOrPair = 1
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        self._window = pool_window(**self.config())

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, H, W) -> (C, OH, OW)."""
        channels, height, width = image_shape(input_shape)
        return (channels, *self._window.output_size(height, width))

    def forward(self, x: Array, training: bool) -> tuple[Array, tuple[Indices, Shape]]:
        """The cache says which input won each place."""
        y, indices = ops.max_pool2d(x, **self.config())
        return y, (indices, x.shape)

    def backward(
        self, grad_y: Array, cache: tuple[Indices, Shape], need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient of each place goes to the input that won it."""
        return ops.max_pool2d_backward(grad_y, *cache), {}

    def flops(self, input_shape: Shape) -> int:
        """One comparison for each cell but the first of each window."""
        kh, kw = self._window.kernel
        return super().flops(input_shape) * (kh * kw - 1)

    def window(self, input_shape: Shape) -> Window:
        """The pooling window, "same" padding resolved."""
        return self._window.explicit(*input_shape[1:])


@final
@dataclass
class AvgPool2d(Layer):
    """The mean under each window: (N, C, H, W) -> (N, C, OH, OW).

    Args:
        kernel_size: rows and columns of the window.
        stride: step between places; the kernel's size if None.
        padding: zeros around the input, at most half the kernel.
        ceil_mode: round the output size up instead of down.
        count_include_pad: whether padding counts in the mean.

    Example:
        >>> AvgPool2d(3, stride=2).output_shape((96, 55, 55))
        (96, 27, 27)
    """

    prefix: ClassVar[str] = "pool"
    kernel_size: IntOrPair
    stride: IntOrPair | None = None
    padding: Padding = 0
    ceil_mode: bool = False
    count_include_pad: bool = True

    def __post_init__(self) -> None:
        checks.flag(self.count_include_pad, "count_include_pad")
        self._window = pool_window(
            self.kernel_size, self.stride, self.padding, ceil_mode=self.ceil_mode
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, H, W) -> (C, OH, OW)."""
        channels, height, width = image_shape(input_shape)
        return (channels, *self._window.output_size(height, width))

    def forward(self, x: Array, training: bool) -> tuple[Array, Shape]:
        """The cache is the input's shape."""
        return ops.avg_pool2d(x, **self.config()), x.shape

    def backward(
        self, grad_y: Array, cache: Shape, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """Each place's gradient, shared out over its window."""
        return ops.avg_pool2d_backward(grad_y, cache, **self.config()), {}

    def flops(self, input_shape: Shape) -> int:
        """One addition for each cell of each window (the last one counts for the division)."""
        kh, kw = self._window.kernel
        return super().flops(input_shape) * kh * kw

    def window(self, input_shape: Shape) -> Window:
        """The pooling window, "same" padding resolved."""
        return self._window.explicit(*input_shape[1:])


@final
@dataclass
class GlobalAvgPool2d(Layer):
    """The mean of each map: (N, C, H, W) -> (N, C, 1, 1) (Lin et al. 2013, section 3.2).

    Example:
        >>> GlobalAvgPool2d().output_shape((64, 8, 8))
        (64, 1, 1)
    """

    prefix: ClassVar[str] = "pool"

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, H, W) -> (C, 1, 1)."""
        return (image_shape(input_shape)[0], 1, 1)

    def forward(self, x: Array, training: bool) -> tuple[Array, Shape]:
        """The cache is the input's shape."""
        return ops.global_avg_pool2d(x), x.shape

    def backward(
        self, grad_y: Array, cache: Shape, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """Each map's gradient, shared out over its places."""
        return ops.global_avg_pool2d_backward(grad_y, cache), {}

    def flops(self, input_shape: Shape) -> int:
        """One addition for each place of each map."""
        channels, height, width = image_shape(input_shape)
        return channels * height * width

    def window(self, input_shape: Shape) -> Window:
        """One window that covers the whole map."""
        return Window.of(input_shape[1:])
