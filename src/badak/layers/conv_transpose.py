"""ConvTranspose2d: a convolution the other way round."""

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, final

import numpy as np

from badak import checks, ops
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers import initial
from badak.layers.base import Gradients, Layer, image_shape
from badak.ops.conv_transpose import checked_extra, transposed_window
from badak.ops.window import IntOrPair, Padding


@final
@dataclass
class ConvTranspose2d(Layer):
    """Transposed convolution of maps (N, C, H, W), mostly to larger ones (N, F, OH, OW).

    Parameters ``weight`` (C, F / groups, KH, KW) and ``bias`` (F,). The arguments are those of
    torch.nn.ConvTranspose2d, but the input's channels are inferred, and output_padding must be
    below the stride (Zeiler et al. 2010).

    Args:
        out_channels: F, the number of maps that come out.
        kernel_size: rows and columns of a window.
        stride: step between the windows in the output.
        padding: how much of the output's rim is left out; a number, a pair, or per side.
        output_padding: rows and columns more at the bottom and right.
        dilation: distance between a window's cells.
        groups: input and output channels fall into this many independent groups.
        bias: whether a number is added for each map.
        weight_init: "he", "xavier" or a standard deviation.

    Raises:
        BadakError: an argument out of range.

    Example:
        >>> ConvTranspose2d(16, 3, stride=2, padding=1, output_padding=1).output_shape((8, 7, 5))
        (16, 14, 10)
    """

    prefix: ClassVar[str] = "deconv"
    out_channels: int
    kernel_size: IntOrPair
    stride: IntOrPair = 1
    padding: Padding = 0
    output_padding: IntOrPair = 0
    dilation: IntOrPair = 1
    groups: int = 1
    bias: bool = True
    weight_init: initial.WeightInit = "he"

    def __post_init__(self) -> None:
        checks.integer(self.out_channels, "out_channels", minimum=1)
        checks.integer(self.groups, "groups", minimum=1)
        window = transposed_window(self.kernel_size, self.stride, self.padding, self.dilation)
        self.spread, self.extra = window, checked_extra(window, self.output_padding)
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
        return (self.out_channels, *self.spread.input_size(height, width, self.extra))

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Those of weight and bias."""
        filters = self.out_channels // self.groups
        shapes: dict[str, Shape] = {"weight": (input_shape[0], filters, *self.spread.kernel)}
        return shapes | ({"bias": (self.out_channels,)} if self.bias else {})

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Make weight and bias; see Layer.build."""
        output_shape = self.output_shape(input_shape)
        channels, filters, *kernel = shape = self.state_shapes(input_shape)["weight"]
        # A number of the output gets every stride-th cell of the windows over it.
        fan_in = channels // self.groups * prod(kernel) / prod(self.spread.stride)
        fans = max(round(fan_in), 1), filters * prod(kernel)
        self.parameters["weight"] = initial.weight(self.weight_init, shape, fans, generator, dtype)
        if self.bias:
            self.parameters["bias"] = np.zeros(self.out_channels, dtype)
        return output_shape

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """(N, C, H, W) -> (N, F, OH, OW); the cache is the input."""
        weight, bias = self.parameters["weight"], self.parameters.get("bias")
        return ops.conv_transpose2d(x, weight, bias, **self._geometry()), x

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """Gradients of the input, ``weight`` and ``bias``."""
        weight = self.parameters["weight"]
        grad_x, grad_weight, grad_bias = ops.conv_transpose2d_backward(
            grad_y, cache, weight, **self._geometry(), need_grad_x=need_grad_x
        )
        grads = {"weight": grad_weight, "bias": grad_bias}
        return grad_x, {name: grads[name] for name in self.parameters}

    def flops(self, input_shape: Shape) -> int:
        """Two for each cell that each number of the input is spread to, and one for each bias."""
        filters = self.out_channels // self.groups
        spread = 2 * prod(input_shape) * filters * prod(self.spread.kernel)
        return spread + self.bias * prod(self.output_shape(input_shape))

    def _geometry(self) -> dict[str, Any]:
        return {
            "stride": self.stride,
            "padding": self.padding,
            "output_padding": self.output_padding,
            "dilation": self.dilation,
            "groups": self.groups,
        }
