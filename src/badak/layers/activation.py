"""Activations; each keeps its input's shape."""

from dataclasses import dataclass
from typing import ClassVar, final

from badak import checks, ops
from badak.arrays import Array, Shape
from badak.layers.base import Gradients, Pointwise


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
class LeakyReLU(Pointwise):
    """x where positive, negative_slope * x elsewhere (Maas et al. 2013).

    Args:
        negative_slope: the slope on the left of 0.

    Example:
        >>> import numpy as np
        >>> LeakyReLU(0.5).forward(np.array([[-1.0, 2.0]]), training=False)[0]
        array([[-0.5,  2. ]])
    """

    prefix: ClassVar[str] = "relu"
    negative_slope: float = 0.01

    def __post_init__(self) -> None:
        checks.real(self.negative_slope, "negative_slope")

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the input."""
        return ops.leaky_relu(x, self.negative_slope), x

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient, times negative_slope where the input is not positive."""
        return ops.leaky_relu_backward(grad_y, cache, self.negative_slope), {}


@final
@dataclass
class Hardtanh(Pointwise):
    """x, but no less than min_val and no more than max_val.

    Hardtanh(0, 6) is the ReLU6 of MobileNet (Sandler et al. 2018, section 3.1); ONNX's *Clip*.

    Args:
        min_val: the minimum output.
        max_val: the maximum output.

    Example:
        >>> import numpy as np
        >>> Hardtanh(0, 6).forward(np.array([[-1.0, 2.0, 7.0]]), training=False)[0]
        array([[0., 2., 6.]])
    """

    prefix: ClassVar[str] = "clip"
    recordable: ClassVar[bool] = False  # NumPy's in both editions
    min_val: float = -1.0
    max_val: float = 1.0

    def __post_init__(self) -> None:
        checks.real(self.min_val, "min_val")
        checks.real(self.max_val, "max_val", above=self.min_val)

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the input."""
        return ops.hardtanh(x, self.min_val, self.max_val), x

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient where the input lies between the limits, 0 elsewhere."""
        return ops.hardtanh_backward(grad_y, cache, self.min_val, self.max_val), {}


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


@final
@dataclass
class ELU(Pointwise):
    """x where positive, alpha * (exp(x) - 1) elsewhere (Clevert et al. 2015).

    Args:
        alpha: the limit on the far left is -alpha.

    Example:
        >>> import numpy as np
        >>> ELU().forward(np.array([[-1000.0, 2.0]]), training=False)[0]
        array([[-1.,  2.]])
    """

    prefix: ClassVar[str] = "elu"
    alpha: float = 1.0

    def __post_init__(self) -> None:
        checks.real(self.alpha, "alpha")

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the input."""
        return ops.elu(x, self.alpha), x

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient, times alpha * exp(x) where the input is not positive."""
        return ops.elu_backward(grad_y, cache, self.alpha), {}


@final
@dataclass
class GELU(Pointwise):
    """x times the normal distribution's share below x (Hendrycks and Gimpel 2016).

    Args:
        approximate: "none" for the exact form by erf, "tanh" for the paper's approximation.

    Example:
        >>> import numpy as np
        >>> GELU().forward(np.array([[0.0, 100.0]]), training=False)[0]
        array([[  0., 100.]])
    """

    prefix: ClassVar[str] = "gelu"
    approximate: str = "none"

    def __post_init__(self) -> None:
        checks.choice(self.approximate, "approximate", ("none", "tanh"))

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the input."""
        return ops.gelu(x, self.approximate), x

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient times GELU's slope at the input."""
        return ops.gelu_backward(grad_y, cache, self.approximate), {}
