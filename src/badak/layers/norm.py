"""BatchNorm2d, GroupNorm and LocalResponseNorm."""

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from badak import checks, ops
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers.base import Gradients, Layer, Pointwise, image_shape

BatchNormCache = tuple[Array, Array, Array, bool]
GroupNormCache = tuple[Array, Array, Array]


@final
@dataclass
class BatchNorm2d(Layer):
    """Normalise each channel over batch and places (Ioffe and Szegedy 2015, algorithm 1).

    Parameters ``weight`` (C,) and ``bias`` (C,); buffers ``running_mean`` and ``running_var``
    (C,), which each forward pass in training moves towards the batch's, and prediction uses.

    Args:
        momentum: how far the running statistics move with each batch, in [0, 1].
        eps: added to the variance.

    Example:
        >>> BatchNorm2d().output_shape((16, 8, 8))
        (16, 8, 8)
    """

    prefix: ClassVar[str] = "norm"
    momentum: float = 0.1
    eps: float = 1e-5

    def __post_init__(self) -> None:
        checks.real(self.momentum, "momentum", minimum=0, maximum=1)
        checks.real(self.eps, "eps", above=0)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's own shape, which must be (C, H, W)."""
        return image_shape(input_shape)

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Those of weight, bias and the running statistics, a number for each map."""
        return dict.fromkeys(("weight", "bias", "running_mean", "running_var"), input_shape[:1])

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Make weight 1, bias 0, running mean 0 and variance 1; see Layer.build."""
        channels = self.output_shape(input_shape)[0]
        self.parameters |= {"weight": np.ones(channels, dtype), "bias": np.zeros(channels, dtype)}
        self.buffers |= {
            "running_mean": np.zeros(channels, dtype),
            "running_var": np.ones(channels, dtype),
        }
        return input_shape

    def forward(self, x: Array, training: bool) -> tuple[Array, BatchNormCache]:
        """In training, use the batch's statistics and update the running ones."""
        result = ops.batch_norm2d(
            x,
            self.parameters["weight"],
            self.parameters["bias"],
            self.buffers["running_mean"],
            self.buffers["running_var"],
            training,
            self.momentum,
            self.eps,
        )
        if training:
            self.buffers["running_mean"][...] = result.running_mean
            self.buffers["running_var"][...] = result.running_var
        return result.y, (x, result.mean, result.inverse_std, training)

    def backward(
        self, grad_y: Array, cache: BatchNormCache, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """Gradients of the input, ``weight`` and ``bias``."""
        x, mean, inverse_std, training = cache
        grad_x, grad_weight, grad_bias = ops.batch_norm2d_backward(
            grad_y, x, self.parameters["weight"], mean, inverse_std, training
        )
        return grad_x, {"weight": grad_weight, "bias": grad_bias}

    def flops(self, input_shape: Shape) -> int:
        """One multiply-add for each value, as in prediction."""
        return 2 * super().flops(input_shape)


@final
@dataclass
class GroupNorm(Pointwise):
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

    prefix: ClassVar[str] = "norm"
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

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Those of weight and bias, a number for each map."""
        return dict.fromkeys(("weight", "bias"), input_shape[:1]) if self.affine else {}

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Make weight 1 and bias 0; see Layer.build."""
        channels = self.output_shape(input_shape)[0]
        if self.affine:
            ones, zeros = np.ones(channels, dtype), np.zeros(channels, dtype)
            self.parameters |= {"weight": ones, "bias": zeros}
        return input_shape

    def forward(self, x: Array, training: bool) -> tuple[Array, GroupNormCache]:
        """The cache is the input, and each group's mean and inverse deviation."""
        y, mean, inverse_std = ops.group_norm(x, self.num_groups, **self.parameters, eps=self.eps)
        return y, (x, mean, inverse_std)

    def backward(
        self, grad_y: Array, cache: GroupNormCache, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """Gradients of the input and, if affine, ``weight`` and ``bias``."""
        x, mean, inverse_std = cache
        grad_x, grad_weight, grad_bias = ops.group_norm_backward(
            grad_y, x, self.parameters.get("weight"), mean, inverse_std
        )
        return grad_x, {"weight": grad_weight, "bias": grad_bias} if self.affine else {}

    def flops(self, input_shape: Shape) -> int:
        """For each value one for the mean, three for the variance, two to normalise, two more."""
        return super().flops(input_shape) * (8 if self.affine else 6)


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
