"""Shared by the models: normalised convolutions, gates, inverted residuals, and the classifier."""

from collections.abc import Callable
from dataclasses import dataclass

from badak import checks
from badak.layers import (
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    Layer,
    Linear,
    Product,
    Residual,
    Sigmoid,
)
from badak.layers.initial import WeightInit
from badak.ops.window import IntOrPair, Padding

Make = Callable[[], Layer]


def divisible(channels: float, by: int = 8) -> int:
    """Round a number of channels to a multiple of `by`, never down by more than a tenth.

    From the authors' code of MobileNetV2; the widths of all models that scale depend on it.

    Example:
        >>> divisible(32 * 1.1), divisible(11), divisible(24 * 0.25)
        (32, 16, 8)
    """
    rounded = max(by, int(channels + by / 2) // by * by)
    return rounded + by if rounded < 0.9 * channels else rounded


def scaled(value: float, name: str) -> float:
    """Return a factor of widths or depths, which must be above 0."""
    return checks.real(value, name, above=0)


@dataclass(frozen=True)
class ConvNorm:
    """Makes the convolutions of one network, each without bias and with its normalisation.

    Attributes:
        activation: makes the layer after a normalisation.
        norm: makes the normalisation.
        padding: of every convolution; half its kernel if None.
        weight_init: see Conv2d.
    """

    activation: Make
    norm: Make = BatchNorm2d
    padding: Padding | None = None
    weight_init: WeightInit = "he"

    def __call__(
        self,
        channels: int,
        kernel_size: IntOrPair,
        stride: IntOrPair = 1,
        groups: int = 1,
        linear: bool = False,
    ) -> list[Layer]:
        """Return a convolution, its normalisation, and unless `linear` the activation.

        Example:
            >>> from badak.layers import ReLU
            >>> [type(layer).__name__ for layer in ConvNorm(ReLU)(8, 3)]
            ['Conv2d', 'BatchNorm2d', 'ReLU']
        """
        padding = self.padding
        if padding is None:
            rows, columns = kernel_size if isinstance(kernel_size, tuple) else (kernel_size,) * 2
            padding = rows // 2 if rows == columns else (rows // 2, columns // 2)
        convolution = Conv2d(
            channels,
            kernel_size,
            stride,
            padding,
            groups=groups,
            bias=False,
            weight_init=self.weight_init,
        )
        return [convolution, self.norm(), *([] if linear else [self.activation()])]

    def inverted(
        self,
        channels: int,
        expanded: int,
        filters: int,
        kernel_size: int = 3,
        stride: int = 1,
        factor: Layer | None = None,
    ) -> list[Layer]:
        """Return an inverted residual block: widened by 1x1, filtered depthwise, narrowed.

        From Sandler et al. 2018, section 3.3. Its input is added if the shape stays.

        Args:
            channels: of its input.
            expanded: channels between; no 1x1 convolution makes them if they are `channels`.
            filters: channels of its output.
            kernel_size: of the depthwise convolution.
            stride: likewise.
            factor: a `gate` before the block narrows.

        Example:
            >>> from badak.layers import ReLU6
            >>> [type(layer).__name__ for layer in ConvNorm(ReLU6).inverted(16, 96, 16)]
            ['Residual']
        """
        body = [
            *(self(expanded, 1) if expanded != channels else []),
            *self(expanded, kernel_size, stride, groups=expanded),
            *([factor] if factor else []),
            *self(filters, 1, linear=True),
        ]
        return [Residual(body)] if stride == 1 and filters == channels else body


def gate(
    channels: int,
    squeezed: int,
    activation: Make,
    sigmoid: Make = Sigmoid,
    weight_init: WeightInit = "he",
) -> Layer:
    """Return squeeze-and-excite: every channel times a factor from all channels' means.

    From Hu et al. 2018, *Squeeze-and-Excitation Networks*, section 3; its linear layers are 1x1
    convolutions.

    Args:
        channels: of input and output.
        squeezed: channels between.
        activation: makes the layer after these.
        sigmoid: makes the layer that ends the factor.
        weight_init: see Conv2d.

    Example:
        >>> from badak.layers import ReLU
        >>> gate(16, 4, ReLU).output_shape((16, 8, 8))
        (16, 8, 8)
    """
    factor = [
        GlobalAvgPool2d(),
        Conv2d(squeezed, 1, weight_init=weight_init),
        activation(),
        Conv2d(channels, 1, weight_init=weight_init),
        sigmoid(),
    ]
    return Product([[], factor])


def classifier(num_classes: int, dropout: float, weight_init: WeightInit) -> list[Layer]:
    """Return the usual end: each map's mean, dropout if there is any, and a linear layer.

    Example:
        >>> [type(layer).__name__ for layer in classifier(10, 0, "he")]
        ['GlobalAvgPool2d', 'Flatten', 'Linear']
    """
    dropped = [Dropout(dropout)] if dropout else []
    return [
        GlobalAvgPool2d(),
        Flatten(),
        *dropped,
        Linear(num_classes, weight_init=weight_init),
    ]
