"""EuclideanRBF: one output per class, the closer the input to the class's code the larger."""

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from badak import checks, ops
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers.base import Gradients, Layer
from badak.layers.digit_codes import DIGITS


@final
@dataclass
class EuclideanRBF(Layer):
    """Minus the squared distance of the input to each class's fixed code: (N, D) -> (N, K).

    From LeCun et al. 1998, section II.B and equation 7. Distances are penalties there; with the
    sign turned they are logits, and cross-entropy on them is the paper's equation 9 without its
    constant for images of no class. The codes are -1 and 1 and are not trained: for up to ten
    classes of 84 values the paper's kind of code, the digits as 7x12 bitmaps; else drawn at random,
    as the paper says one could. Buffer ``codes`` (K, D).

    Args:
        out_features: K, the number of classes.

    Example:
        >>> EuclideanRBF(10).output_shape((84,))
        (10,)
    """

    prefix: ClassVar[str] = "rbf"
    recordable: ClassVar[bool] = False  # its distances are NumPy's in both editions
    out_features: int

    def __post_init__(self) -> None:
        checks.integer(self.out_features, "out_features", minimum=1)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(D,) -> (K,)."""
        if len(input_shape) != 1:
            raise BadakError(
                f"the input must be flat, (D,); got {input_shape}: put Flatten before it"
            )
        return (self.out_features,)

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """That of the codes."""
        return {"codes": (self.out_features, input_shape[0])}

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Take the codes; see Layer.build."""
        shape = self.state_shapes(input_shape)["codes"]
        checks.memory(8 * shape[0] * shape[1], f"codes {shape}")
        if shape[0] <= len(DIGITS) and shape[1] == DIGITS.shape[1]:
            codes = DIGITS[: shape[0]]
        else:
            codes = generator.choice([-1.0, 1.0], shape)
        self.buffers["codes"] = codes.astype(dtype)
        return self.output_shape(input_shape)

    def forward(self, x: Array, training: bool) -> tuple[Array, Array]:
        """(N, D) -> (N, K); the cache is the input."""
        return ops.scale(ops.squared_distance(x, self.buffers["codes"]), -1.0), x

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient of the input; the codes have none."""
        grad = ops.scale(grad_y, -1.0)
        return ops.squared_distance_backward(grad, cache, self.buffers["codes"]), {}

    def flops(self, input_shape: Shape) -> int:
        """Three for each value of each code: difference, square and sum."""
        return 3 * self.out_features * input_shape[0]
