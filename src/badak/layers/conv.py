"""Conv2d: a convolution with its weight and bias."""

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from badak import checks, ops
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers import initial
from badak.layers.base import Gradients, Layer, image_shape
from badak.ops.window import IntOrPair, Padding, Window


@final
@dataclass
class Conv2d(Layer):
    """Convolution of images (N, C, H, W) with F filters: (N, F, OH, OW).

    Parameters ``weight`` (F, C / groups, KH, KW) and ``bias`` (F,). The arguments are those of
    torch.nn.Conv2d, but the input's channels are inferred. The book's *Convolution* (chapter 7).

    Args:
        out_channels: F, the number of filters.
        kernel_size: rows and columns of a filter.
        stride: step between places.
        padding: zeros around the input; a number, a pair, per side, "same" or "valid".
        dilation: distance between a filter's cells.
        groups: input and output channels fall into this many independent groups.
        bias: whether a number is added for each filter.
        weight_init: "he", "xavier" or a standard deviation.

    Example:
        >>> Conv2d(30, 5).output_shape((1, 28, 28))
        (30, 24, 24)
    """

    prefix: ClassVar[str] = "conv"
    out_channels: int
    kernel_size: IntOrPair
    stride: IntOrPair = 1
    padding: Padding = 0
    dilation: IntOrPair = 1
    groups: int = 1
    bias: bool = True
    weight_init: initial.WeightInit = "he"

    def __post_init__(self) -> None:
        checks.integer(self.out_channels, "out_channels", minimum=1)
        checks.integer(self.groups, "groups", minimum=1)
        self._window = Window.of(self.kernel_size, self.stride, self.padding, self.dilation)
        if self.out_channels % self.groups:
            raise BadakError(
                f"groups must divide out_channels {self.out_channels}; got {self.groups}"
            )
        checks.flag(self.bias, "bias")
        initial.check(self.weight_init)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(C, H, W) -> (F, OH, OW)."""
        channels, height, width = image_shape(input_shape)
        if channels % self.groups:
            raise BadakError(
                f"groups must divide the input's {channels} channels; got {self.groups}"
            )
        return (self.out_channels, *self._window.output_size(height, width))

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Those of weight and bias."""
        channels = input_shape[0] // self.groups
        shapes: dict[str, Shape] = {"weight": (self.out_channels, channels, *self._window.kernel)}
        return shapes | ({"bias": (self.out_channels,)} if self.bias else {})

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Make weight and bias; see Layer.build."""
        output_shape = self.output_shape(input_shape)
        shape = self.state_shapes(input_shape)["weight"]
        cells = shape[2] * shape[3]
        fans = shape[1] * cells, self.out_channels // self.groups * cells
        self.parameters["weight"] = initial.weight(self.weight_init, shape, fans, generator, dtype)
        if self.bias:
            self.parameters["bias"] = np.zeros(self.out_channels, dtype)
        return output_shape

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """(N, C, H, W) -> (N, F, OH, OW); the cache is the input."""
        weight, bias = self.parameters["weight"], self.parameters.get("bias")
        return ops.conv2d(x, weight, bias, **self._geometry()), x

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """Gradients of the input, ``weight`` and ``bias``."""
        grad_x, grad_weight, grad_bias = ops.conv2d_backward(
            grad_y, cache, self.parameters["weight"], **self._geometry(), need_grad_x=need_grad_x
        )
        grads = {"weight": grad_weight, "bias": grad_bias}
        return grad_x, {name: grads[name] for name in self.parameters}

    def flops(self, input_shape: Shape) -> int:
        """Two for each cell of each filter at each place, and one for the bias."""
        filters, rows, columns = self.output_shape(input_shape)
        kh, kw = self._window.kernel
        cells = input_shape[0] // self.groups * kh * kw
        return filters * rows * columns * (2 * cells + self.bias)

    def window(self, input_shape: Shape) -> Window:
        """The filter's window, "same" padding resolved."""
        return self._window.explicit(*input_shape[1:])

    def _geometry(self) -> dict[str, Any]:
        return {
            "stride": self.stride,
            "padding": self.padding,
            "dilation": self.dilation,
            "groups": self.groups,
        }
