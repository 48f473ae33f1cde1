"""Linear: a fully connected layer."""

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from badak import checks, ops
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers import initial
from badak.layers.base import Gradients, Layer


@final
@dataclass
class Linear(Layer):
    """x @ weight.T + bias: (N, D) -> (N, M). The book's *Affine* (chapter 5).

    Parameters ``weight`` (M, D), as torch.nn.Linear holds it, and ``bias`` (M,).

    Args:
        out_features: M.
        bias: whether a number is added for each output.
        weight_init: "he", "xavier" or a standard deviation.

    Example:
        >>> Linear(10).output_shape((100,))
        (10,)
    """

    prefix: ClassVar[str] = "linear"
    out_features: int
    bias: bool = True
    weight_init: initial.WeightInit = "he"

    def __post_init__(self) -> None:
        checks.integer(self.out_features, "out_features", minimum=1)
        checks.flag(self.bias, "bias")
        initial.check(self.weight_init)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(D,) -> (M,)."""
        if len(input_shape) != 1:
            raise BadakError(
                f"the input must be flat, (D,); got {input_shape}: put Flatten before it"
            )
        return (self.out_features,)

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Those of weight and bias."""
        shapes: dict[str, Shape] = {"weight": (self.out_features, input_shape[0])}
        return shapes | ({"bias": (self.out_features,)} if self.bias else {})

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Make weight and bias; see Layer.build."""
        output_shape = self.output_shape(input_shape)
        shape = self.state_shapes(input_shape)["weight"]
        self.parameters["weight"] = initial.weight(
            self.weight_init, shape, (shape[1], shape[0]), generator, dtype
        )
        if self.bias:
            self.parameters["bias"] = np.zeros(self.out_features, dtype)
        return output_shape

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """(N, D) -> (N, M); the cache is the input."""
        return ops.linear(x, self.parameters["weight"], self.parameters.get("bias")), x

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """Gradients of the input, ``weight`` and ``bias``."""
        grad_x, grad_weight, grad_bias = ops.linear_backward(
            grad_y, cache, self.parameters["weight"], need_grad_x=need_grad_x
        )
        grads = {"weight": grad_weight, "bias": grad_bias}
        return grad_x, {name: grads[name] for name in self.parameters}

    def flops(self, input_shape: Shape) -> int:
        """Two for each weight, and one for the bias."""
        return self.out_features * (2 * input_shape[0] + self.bias)
