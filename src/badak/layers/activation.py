"""Activations; each keeps its input's shape."""

from dataclasses import dataclass
from typing import Any, ClassVar, final

from badak import checks, ops
from badak.arrays import Array, Shape
from badak.layers.base import Gradients, Pointwise


@dataclass
class Activation(Pointwise):
    """A function of one number that is an op, whose gradient needs the input and nothing else.

    Attributes:
        op: its name in `badak.ops`; that of its gradient ends in ``_backward``.
    """

    op: ClassVar[str]

    def options(self) -> dict[str, Any]:
        """What the op takes besides arrays: the layer's arguments."""
        return self.config()

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the input."""
        return getattr(ops, self.op)(x, **self.options()), x

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient times the function's slope at the input."""
        return getattr(ops, f"{self.op}_backward")(grad_y, cache, **self.options()), {}


@final
@dataclass
class ReLU(Pointwise):
    """max(x, 0), with gradient 0 at 0 (Nair and Hinton 2010; the book's chapter 5).

    Example:
        >>> import numpy as np
        >>> ReLU().forward(np.array([[-1.0, 2.0]]), training=False)[0]
        array([[0., 2.]])
    """

    prefix: ClassVar[str] = "relu"

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the output."""
        y = ops.relu(x)
        return y, y

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient where the output is positive, 0 elsewhere."""
        return ops.relu_backward(grad_y, cache), {}


@final
@dataclass
class LeakyReLU(Activation):
    """x where positive, negative_slope * x elsewhere (Maas et al. 2013).

    Args:
        negative_slope: the slope on the left of 0.

    Example:
        >>> import numpy as np
        >>> LeakyReLU(0.5).forward(np.array([[-1.0, 2.0]]), training=False)[0]
        array([[-0.5,  2. ]])
    """

    prefix: ClassVar[str] = "relu"
    op: ClassVar[str] = "leaky_relu"
    negative_slope: float = 0.01

    def __post_init__(self) -> None:
        checks.real(self.negative_slope, "negative_slope")


@final
@dataclass
class Hardtanh(Activation):
    """x, but no less than min_val and no more than max_val.

    ONNX's *Clip*.

    Args:
        min_val: the minimum output.
        max_val: the maximum output.

    Example:
        >>> import numpy as np
        >>> Hardtanh(0, 6).forward(np.array([[-1.0, 2.0, 7.0]]), training=False)[0]
        array([[0., 2., 6.]])
    """

    prefix: ClassVar[str] = "clip"
    op: ClassVar[str] = "hardtanh"
    min_val: float = -1.0
    max_val: float = 1.0

    def __post_init__(self) -> None:
        checks.real(self.min_val, "min_val")
        checks.real(self.max_val, "max_val", above=self.min_val)


@final
@dataclass
class ReLU6(Activation):
    """x, but no less than 0 and no more than 6 (MobileNetV2: Sandler et al. 2018, section 3.1).

    Example:
        >>> import numpy as np
        >>> ReLU6().forward(np.array([[-1.0, 2.0, 7.0]]), training=False)[0]
        array([[0., 2., 6.]])
    """

    prefix: ClassVar[str] = "relu"
    op: ClassVar[str] = "hardtanh"

    def options(self) -> dict[str, Any]:
        """The two limits."""
        return {"min_val": 0.0, "max_val": 6.0}


@final
@dataclass
class Hardsigmoid(Activation):
    """(x + 3) / 6, but at least 0 and at most 1 (Howard et al. 2019, section 5.2).

    Example:
        >>> import numpy as np
        >>> Hardsigmoid().forward(np.array([[-4.0, 0.0, 4.0]]), training=False)[0]
        array([[0. , 0.5, 1. ]])
    """

    prefix: ClassVar[str] = "sigmoid"
    op: ClassVar[str] = "hardsigmoid"


@final
@dataclass
class Sigmoid(Pointwise):
    """1 / (1 + exp(-x)), without overflow (the book's chapter 3).

    Example:
        >>> import numpy as np
        >>> Sigmoid().forward(np.array([[-1000.0, 0.0]]), training=False)[0]
        array([[0. , 0.5]])
    """

    prefix: ClassVar[str] = "sigmoid"

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the output."""
        y = ops.sigmoid(x)
        return y, y

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """grad_y * y * (1 - y)."""
        return ops.sigmoid_backward(grad_y, cache), {}


@final
@dataclass
class Tanh(Pointwise):
    """tanh(x).

    Example:
        >>> import numpy as np
        >>> Tanh().forward(np.array([[0.0]]), training=False)[0]
        array([[0.]])
    """

    prefix: ClassVar[str] = "tanh"

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the output."""
        y = ops.tanh(x)
        return y, y

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """grad_y * (1 - y^2)."""
        return ops.tanh_backward(grad_y, cache), {}


@final
@dataclass
class ScaledTanh(Pointwise):
    """amplitude * tanh(slope * x) (LeCun et al. 1998, equation 6 and appendix A).

    With the paper's numbers f(1) = 1 and f(-1) = -1: units need not be driven to their limits to
    give the targets.

    Args:
        amplitude: the limit on the far right.
        slope: what the input is multiplied by.

    Example:
        >>> import numpy as np
        >>> ScaledTanh().forward(np.array([[0.0, 1.0, 1000.0]]), training=False)[0].round(4)
        array([[0.    , 1.    , 1.7159]])
    """

    prefix: ClassVar[str] = "tanh"
    amplitude: float = 1.7159
    slope: float = 2 / 3

    def __post_init__(self) -> None:
        checks.real(self.amplitude, "amplitude", above=0)
        checks.real(self.slope, "slope", above=0)

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the tanh itself."""
        inner = ops.tanh(ops.scale(x, self.slope))
        return ops.scale(inner, self.amplitude), inner

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient times amplitude * slope * (1 - tanh^2)."""
        return ops.scale(ops.tanh_backward(grad_y, cache), self.amplitude * self.slope), {}

    def flops(self, input_shape: Shape) -> int:
        """Three for each value."""
        return 3 * super().flops(input_shape)
