"""Scale and Normalize: multiply by numbers and add others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from badak import checks, ops
from badak.arrays import Array, Shape
from badak.errors import ArgumentTypeError, BadakError, shown
from badak.layers.base import Gradients, Pointwise, image_shape

PER = ("number", "channel", "element")


@final
@dataclass
class Scale(Pointwise):
    """x * weight + bias, with one number for all, one per channel, or one per element of an image.

    ``weight`` and ``bias``, of shape (1,), (C,) or (C, H, W), are parameters if trainable, as
    ConvNeXt's layer scale is (Liu et al. 2022, section 2.6), else buffers, which training leaves.

    Args:
        per: "number", "channel" or "element": what has a number of its own.
        init: the weight at the start; the bias begins with 0.
        bias: whether a bias is added.
        trainable: whether training changes them.

    Raises:
        BadakError: an argument out of range.

    Example:
        >>> Scale("element").state_shapes((3, 8, 8))
        {'weight': (3, 8, 8), 'bias': (3, 8, 8)}
    """

    prefix: ClassVar[str] = "scale"
    per: str = "channel"
    init: float = 1.0
    bias: bool = True
    trainable: bool = False

    def __post_init__(self) -> None:
        checks.choice(self.per, "per", PER)
        checks.real(self.init, "init")
        checks.flag(self.bias, "bias")
        checks.flag(self.trainable, "trainable")

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Those of weight and bias."""
        shape = {"number": (1,), "channel": input_shape[:1], "element": input_shape}[self.per]
        return dict.fromkeys(("weight", "bias") if self.bias else ("weight",), shape)

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Make the weight, all of it `init`, and bias 0; see Layer.build."""
        arrays = self.parameters if self.trainable else self.buffers
        for name, shape in self.state_shapes(input_shape).items():
            arrays[name] = np.full(shape, self.init if name == "weight" else 0, dtype)
        return self.output_shape(input_shape)

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the input."""
        arrays = self.parameters | self.buffers
        weight = arrays["weight"]
        bias = arrays["bias"] if self.bias else np.zeros_like(weight)
        return ops.scale_shift(x, weight, bias), x

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """Gradients of the input and, if trainable, ``weight`` and ``bias``."""
        weight = (self.parameters | self.buffers)["weight"]
        grad_x, grad_weight, grad_bias = ops.scale_shift_backward(grad_y, cache, weight)
        grads = {"weight": grad_weight, "bias": grad_bias}
        return grad_x, {name: grads[name] for name in self.parameters}

    def flops(self, input_shape: Shape) -> int:
        """One multiplication for each value, and one addition if there is a bias."""
        return (2 if self.bias else 1) * super().flops(input_shape)


@final
@dataclass
class Normalize(Pointwise):
    """(x - mean) / std: a network's first layer, so that images need no preparation elsewhere.

    It travels with the network: predictions, exported C, pages and ONNX files prepare images as
    training did. Images enter badak scaled to [0, 1], so the numbers are those of torchvision's
    ``Normalize`` after ``ToTensor``.

    Args:
        mean: what is subtracted: a number, or one per channel.
        std: what is divided by, above 0: a number, or one per channel.

    Raises:
        BadakError: an argument out of range; in `build` also numbers too large to apply.

    Example:
        >>> import numpy as np
        >>> layer = Normalize(mean=(0.5, 0.25), std=0.25)
        >>> layer.forward(np.full((1, 2, 1, 1), 0.5), training=False)[0].ravel()
        array([0., 1.])
    """

    prefix: ClassVar[str] = "normalize"
    mean: float | Sequence[float]
    std: float | Sequence[float] = 1.0

    def __post_init__(self) -> None:
        self.mean = _numbers(self.mean, "mean")
        self.std = _numbers(self.std, "std", above=0)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's own shape (C, H, W); lists must have C numbers."""
        channels, _, _ = image_shape(input_shape)
        for name in ("mean", "std"):
            numbers = getattr(self, name)
            if isinstance(numbers, tuple) and len(numbers) != channels:
                raise BadakError(
                    f"{name} must be a number or one per channel, {channels} of them; got "
                    f"{len(numbers)}"
                )
        return input_shape

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Check that the numbers can be applied; see Layer.build."""
        output_shape = self.output_shape(input_shape)
        if not all(np.isfinite(array).all() for array in self.factors(input_shape[0], dtype)):
            raise BadakError(
                f"mean / std and 1 / std must be finite in {np.dtype(dtype)}; got mean "
                f"{shown(self.mean)}, std {shown(self.std)}"
            )
        return output_shape

    def factors(self, channels: int, dtype: Any) -> tuple[Array, Array]:
        """The layer as x * weight + bias: two arrays (C,)."""
        mean, std = (np.broadcast_to(numbers, channels) for numbers in (self.mean, self.std))
        with np.errstate(over="ignore"):  # refused by `build`
            return (1 / std).astype(dtype), (-mean / std).astype(dtype)

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the input."""
        return ops.scale_shift(x, *self.factors(x.shape[1], x.dtype)), x

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """The gradient of the input."""
        if not need_grad_x:
            return None, {}
        weight, _ = self.factors(cache.shape[1], cache.dtype)
        return ops.scale_shift_backward(grad_y, cache, weight)[0], {}

    def flops(self, input_shape: Shape) -> int:
        """One multiply-add for each value."""
        return 2 * super().flops(input_shape)


def _numbers(value: Any, name: str, **limits: float) -> Any:
    """A number, or a tuple of them."""
    if isinstance(value, str) or not isinstance(value, (Sequence, np.ndarray)):
        return checks.real(value, name, **limits)
    numbers = tuple(checks.real(number, name, **limits) for number in value)
    if not numbers:
        raise ArgumentTypeError(f"{name} must be a number or one per channel; got {shown(value)}")
    return numbers
