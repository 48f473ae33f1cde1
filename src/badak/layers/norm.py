"""GroupNorm, InstanceNorm2d, LayerNorm and LocalResponseNorm: each image by itself."""

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from badak import checks, ops
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers.base import Gradients, Pointwise, image_shape

Cache = tuple[Array, Array, Array]


@dataclass
class _Affine(Pointwise):
    """Normalisation after which numbers are scaled and shifted by parameters, weight and bias."""

    prefix: ClassVar[str] = "norm"

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Make weight 1 and bias 0, if there are any; see Layer.build."""
        self.output_shape(input_shape)
        for name, shape in self.state_shapes(input_shape).items():
            self.parameters[name] = np.full(shape, 1 if name == "weight" else 0, dtype)
        return input_shape

    def flops(self, input_shape: Shape) -> int:
        """For each value one for the mean, three for the variance, two to normalise, two more."""
        return super().flops(input_shape) * (8 if self.state_shapes(input_shape) else 6)


class _Grouped(_Affine):
    """Normalisation of groups of channels of each image."""

    eps: float
    affine: bool

    def groups(self, channels: int) -> int:
        """How many groups so many channels are."""
        return channels

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Those of weight and bias, a number for each map."""
        return dict.fromkeys(("weight", "bias"), input_shape[:1]) if self.affine else {}

    def forward(self, x: Array, training: bool) -> tuple[Array, Cache]:
        """The cache is the input, and each group's mean and inverse deviation."""
        groups = self.groups(x.shape[1])
        y, mean, inverse_std = ops.group_norm(x, groups, **self.parameters, eps=self.eps)
        return y, (x, mean, inverse_std)

    def backward(
        self, grad_y: Array, cache: Cache, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """Gradients of the input and, if affine, ``weight`` and ``bias``."""
        x, mean, inverse_std = cache
        grad_x, grad_weight, grad_bias = ops.group_norm_backward(
            grad_y, x, self.parameters.get("weight"), mean, inverse_std
        )
        return grad_x, {"weight": grad_weight, "bias": grad_bias} if self.parameters else {}


@final
@dataclass
class GroupNorm(_Grouped):
    """Normalise groups of neighbouring channels of each image by itself (Wu and He 2018).

    It depends on no other image, so small batches do not disturb it, and prediction is as training.
    Parameters ``weight`` (C,) and ``bias`` (C,), if affine.

    Args:
        num_groups: how many groups; it must divide the channels.
        eps: added to the variance.
        affine: whether each channel is scaled and shifted afterwards.

    Example:
        >>> GroupNorm(4).output_shape((16, 8, 8))
        (16, 8, 8)
    """

    num_groups: int
    eps: float = 1e-5
    affine: bool = True

    def __post_init__(self) -> None:
        checks.integer(self.num_groups, "num_groups", minimum=1)
        checks.real(self.eps, "eps", above=0)
        checks.flag(self.affine, "affine")

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's own shape (C, H, W), whose channels must be whole groups."""
        channels, _, _ = image_shape(input_shape)
        if channels % self.num_groups:
            raise BadakError(
                f"num_groups must divide the {channels} channels; got {self.num_groups}"
            )
        return input_shape

    def groups(self, channels: int) -> int:
        """Return num_groups."""
        return self.num_groups


@final
@dataclass
class InstanceNorm2d(_Grouped):
    """Normalise each channel of each image by itself (Ulyanov, Vedaldi and Lempitsky 2016).

    Parameters ``weight`` (C,) and ``bias`` (C,), if affine.

    Args:
        eps: added to the variance.
        affine: whether each channel is scaled and shifted afterwards.

    Raises:
        BadakError: an argument out of range.

    Example:
        >>> InstanceNorm2d().output_shape((16, 8, 8))
        (16, 8, 8)
    """

    eps: float = 1e-5
    affine: bool = False

    def __post_init__(self) -> None:
        checks.real(self.eps, "eps", above=0)
        checks.flag(self.affine, "affine")

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's own shape, which must be (C, H, W)."""
        return image_shape(input_shape)


@final
@dataclass
class LayerNorm(_Affine):
    """Normalise the channels at each place, or all numbers of an image (Ba et al. 2016).

    Parameters ``weight`` and ``bias``: (C,) for "channels", as ConvNeXt has it (Liu et al. 2022),
    and the image's own shape for "all", as ``torch.nn.LayerNorm([C, H, W])``. Of rows (F,) both
    normalise all F numbers.

    Args:
        axes: "channels" or "all".
        eps: added to the variance.

    Raises:
        BadakError: an argument out of range.

    Example:
        >>> LayerNorm().state_shapes((16, 8, 8)), LayerNorm("all").state_shapes((16, 8, 8))
        ({'weight': (16,), 'bias': (16,)}, {'weight': (16, 8, 8), 'bias': (16, 8, 8)})
    """

    axes: str = "channels"
    eps: float = 1e-5

    def __post_init__(self) -> None:
        checks.choice(self.axes, "axes", ("channels", "all"))
        checks.real(self.eps, "eps", above=0)

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Those of weight and bias."""
        shape = input_shape if self.axes == "all" else input_shape[:1]
        return dict.fromkeys(("weight", "bias"), shape)

    def forward(self, x: Array, training: bool) -> tuple[Array, Cache]:
        """The cache is the input, and each place's mean and inverse deviation."""
        weight, bias = (self.parameters[key].reshape(-1) for key in ("weight", "bias"))
        y, mean, inverse_std = ops.layer_norm(self._columns(x), weight, bias, self.eps)
        return y.reshape(x.shape), (x, mean, inverse_std)

    def backward(
        self, grad_y: Array, cache: Cache, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """Gradients of the input, ``weight`` and ``bias``."""
        x, mean, inverse_std = cache
        weight = self.parameters["weight"]
        grad_x, grad_weight, grad_bias = ops.layer_norm_backward(
            self._columns(grad_y), self._columns(x), weight.reshape(-1), mean, inverse_std
        )
        grads = {"weight": grad_weight, "bias": grad_bias}
        named = {name: grad.reshape(weight.shape) for name, grad in grads.items()}
        return grad_x.reshape(x.shape), named

    def _columns(self, x: Array) -> Array:
        """(N, C, H, W), or (N, C * H * W) for "all"; a view."""
        if self.axes == "channels":
            return x
        return x.reshape(len(x), int(np.prod(x.shape[1:])))


@final
@dataclass
class LocalResponseNorm(Pointwise):
    """Divide by a power of the neighbouring channels' squares (Krizhevsky et al. 2012, 3.3).

    ``x / (k + alpha * sum of squares over size channels) ** beta``. As in the paper, alpha is not
    divided by size; torch.nn.LocalResponseNorm divides.

    Args:
        size: channels in the sum, centred.
        alpha: scale of the sum.
        beta: the power.
        k: added to the sum.

    Example:
        >>> LocalResponseNorm().output_shape((96, 55, 55))
        (96, 55, 55)
    """

    prefix: ClassVar[str] = "norm"
    size: int = 5
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 2.0

    def __post_init__(self) -> None:
        checks.integer(self.size, "size", minimum=1)
        for name in ("alpha", "beta", "k"):
            checks.real(getattr(self, name), name)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's own shape, which must be (C, H, W)."""
        return image_shape(input_shape)

    def forward(self, x: Array, training: bool) -> tuple[Array, tuple[Array, Array, Array]]:
        """The cache is input, output and the bracket's value."""
        y, scale = ops.local_response_norm(x, **self.config())
        return y, (x, y, scale)

    def backward(
        self, grad_y: Array, cache: tuple[Array, Array, Array], need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient of the input."""
        return ops.local_response_norm_backward(grad_y, *cache, **self.config()), {}

    def flops(self, input_shape: Shape) -> int:
        """A multiply-add for each neighbour, and four for scale, power and division."""
        return super().flops(input_shape) * (2 * self.size + 4)
