"""PReLU: a leaky ReLU whose slope is learned."""

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from badak import checks, ops
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers.base import Gradients, Pointwise


@final
@dataclass
class PReLU(Pointwise):
    """x where positive, weight * x elsewhere (He et al. 2015, section 2.1).

    Parameter ``weight`` (num_parameters,).

    Args:
        num_parameters: 1 for one slope, or the number of channels for one each.
        init: the slope at the start.

    Raises:
        BadakError: an argument out of range.

    Example:
        >>> PReLU(16).output_shape((16, 8, 8))
        (16, 8, 8)
    """

    prefix: ClassVar[str] = "relu"
    num_parameters: int = 1
    init: float = 0.25

    def __post_init__(self) -> None:
        checks.integer(self.num_parameters, "num_parameters", minimum=1)
        checks.real(self.init, "init")

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's own shape; num_parameters must fit its channels."""
        if self.num_parameters not in (1, input_shape[0]):
            raise BadakError(
                f"num_parameters must be 1 or the {input_shape[0]} channels of the input; got "
                f"{self.num_parameters}"
            )
        return input_shape

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """That of the weight."""
        return {"weight": (self.num_parameters,)}

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Make the weight, all of it `init`; see Layer.build."""
        self.parameters["weight"] = np.full(self.num_parameters, self.init, dtype)
        return self.output_shape(input_shape)

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """The cache is the input."""
        return ops.prelu(x, self.parameters["weight"]), x

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """Gradients of the input and ``weight``."""
        grad_x, grad_weight = ops.prelu_backward(grad_y, cache, self.parameters["weight"])
        return grad_x, {"weight": grad_weight}
