"""Batch normalisation: of maps, of rows, and with statistics that stay."""

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, final

import numpy as np

from badak import checks, ops
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers.base import Gradients, Layer, Pointwise, image_shape

BatchNormCache = tuple[Array, Array, Array, bool]
STATE = ("weight", "bias", "running_mean", "running_var")


def factors(layer: Layer, eps: float) -> tuple[Array, Array]:
    """What a batch norm does in prediction, as x * weight + bias: two arrays (C,) of float64."""
    arrays = layer.parameters | layer.buffers
    weight, bias, mean, var = (arrays[key].astype(np.float64) for key in STATE)
    factor = weight / np.sqrt(var + eps)
    return factor, bias - mean * factor


class SharedStatistics(Protocol):
    """Batch normalisation in training by more than one process's batch: `ops` of the same names."""

    def batch_norm2d(
        self,
        x: Array,
        weight: Array,
        bias: Array,
        running_mean: Array,
        running_var: Array,
        training: bool,
        momentum: float,
        eps: float,
    ) -> ops.BatchNorm:
        """As `badak.ops.batch_norm2d`."""

    def batch_norm2d_backward(
        self,
        grad_y: Array,
        x: Array,
        weight: Array,
        mean: Array,
        inverse_std: Array,
        training: bool,
    ) -> tuple[Array, Array, Array]:
        """As `badak.ops.batch_norm2d_backward`."""


@dataclass
class BatchNorm(Layer):
    """What batch norms of maps and of rows share (Ioffe and Szegedy 2015, algorithm 1).

    Attributes:
        shared: computes what training needs of all processes' batches; None if there is one.
    """

    prefix: ClassVar[str] = "norm"
    momentum: float = 0.1
    eps: float = 1e-5
    shared: SharedStatistics | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        checks.real(self.momentum, "momentum", minimum=0, maximum=1)
        checks.real(self.eps, "eps", above=0)

    @property
    def alone(self) -> bool:
        """Whether the statistics are those of its own batch."""
        return self.shared is None

    @abstractmethod
    def maps(self, x: Array) -> Array:
        """The input as (N, C, H, W), a view."""

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Those of weight, bias and the running statistics, a number for each map."""
        return dict.fromkeys(STATE, input_shape[:1])

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
        result = self._source(training).batch_norm2d(
            self.maps(x),
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
        return result.y.reshape(x.shape), (x, result.mean, result.inverse_std, training)

    def backward(
        self, grad_y: Array, cache: BatchNormCache, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """Gradients of the input, ``weight`` and ``bias``."""
        x, mean, inverse_std, training = cache
        grad_x, grad_weight, grad_bias = self._source(training).batch_norm2d_backward(
            self.maps(grad_y), self.maps(x), self.parameters["weight"], mean, inverse_std, training
        )
        return grad_x.reshape(x.shape), {"weight": grad_weight, "bias": grad_bias}

    def _source(self, training: bool) -> SharedStatistics:
        """What computes: ops, unless several processes share their statistics."""
        return ops if self.shared is None or not training else self.shared

    def flops(self, input_shape: Shape) -> int:
        """One multiply-add for each value, as in prediction."""
        return 2 * super().flops(input_shape)


@final
@dataclass
class BatchNorm2d(BatchNorm):
    """Normalise each channel over batch and places (Ioffe and Szegedy 2015, algorithm 1).

    Parameters ``weight`` (C,) and ``bias`` (C,); buffers ``running_mean`` and ``running_var``
    (C,), which each forward pass in training moves towards the batch's, and prediction uses.

    Args:
        momentum: how far the running statistics move with each batch, in [0, 1].
        eps: added to the variance.

    Raises:
        BadakError: an argument out of range.

    Example:
        >>> BatchNorm2d().output_shape((16, 8, 8))
        (16, 8, 8)
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's own shape, which must be (C, H, W)."""
        if len(input_shape) == 1:
            raise BadakError(
                f"the input must be images (C, H, W); got {input_shape}: use BatchNorm1d"
            )
        return image_shape(input_shape)

    def maps(self, x: Array) -> Array:
        """The input itself."""
        return x


@final
@dataclass
class BatchNorm1d(BatchNorm):
    """Normalise each number of rows over the batch: after Linear or Flatten.

    Parameters and buffers are those of `BatchNorm2d`, of shape (F,).

    Args:
        momentum: how far the running statistics move with each batch, in [0, 1].
        eps: added to the variance.

    Raises:
        BadakError: an argument out of range.

    Example:
        >>> BatchNorm1d().output_shape((100,))
        (100,)
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's own shape, which must be (F,)."""
        if len(input_shape) != 1:
            raise BadakError(
                f"the input must be rows (F,); got {input_shape}: put Flatten before, or use "
                "BatchNorm2d"
            )
        return input_shape

    def maps(self, x: Array) -> Array:
        """(N, F) -> (N, F, 1, 1)."""
        return x[:, :, None, None]


@final
@dataclass
class FrozenBatchNorm2d(Pointwise):
    """BatchNorm2d that training leaves as it is, as detectors use it (torchvision's name).

    All of ``weight``, ``bias``, ``running_mean`` and ``running_var`` (C,) are buffers.

    Args:
        eps: added to the variance.

    Raises:
        BadakError: eps out of range.

    Example:
        >>> FrozenBatchNorm2d().output_shape((16, 8, 8))
        (16, 8, 8)
    """

    prefix: ClassVar[str] = "norm"
    eps: float = 1e-5

    def __post_init__(self) -> None:
        checks.real(self.eps, "eps", above=0)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's own shape, which must be (C, H, W)."""
        return image_shape(input_shape)

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Those of the four buffers, a number for each map."""
        return dict.fromkeys(STATE, input_shape[:1])

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Make weight and variance 1, bias and mean 0; see Layer.build."""
        channels = self.output_shape(input_shape)[0]
        for name in STATE:
            self.buffers[name] = np.full(channels, name in ("weight", "running_var"), dtype)
        return input_shape

    def forward(self, x: Array, training: bool) -> tuple[Array, tuple[Array, Array, Array]]:
        """The cache is the input, the mean and the inverse deviation."""
        weight, bias, mean, var = (self.buffers[name] for name in STATE)
        result = ops.batch_norm2d(x, weight, bias, mean, var, training=False, eps=self.eps)
        return result.y, (x, result.mean, result.inverse_std)

    def backward(
        self, grad_y: Array, cache: tuple[Array, Array, Array], need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient of the input."""
        x, mean, inverse_std = cache
        weight = self.buffers["weight"]
        return ops.batch_norm2d_backward(grad_y, x, weight, mean, inverse_std, False)[0], {}

    def flops(self, input_shape: Shape) -> int:
        """One multiply-add for each value."""
        return 2 * super().flops(input_shape)
