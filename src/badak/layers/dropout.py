"""Dropout."""

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from badak import checks, ops
from badak.arrays import Array, Mask, Shape
from badak.layers.base import Gradients, Pointwise


@final
@dataclass
class Dropout(Pointwise):
    """In training, zero each value with probability p and scale the rest by 1 / (1 - p).

    Inverted dropout: prediction leaves the input as it is (Srivastava et al. 2014, section 10).
    Draws from its own generator, which the network seeds.

    Args:
        p: share of values dropped, in [0, 1].

    Example:
        >>> Dropout(1.5)
        Traceback (most recent call last):
        badak.errors.BadakError: p must be at least 0 and at most 1; got 1.5
    """

    prefix: ClassVar[str] = "dropout"
    p: float = 0.5

    def __post_init__(self) -> None:
        checks.real(self.p, "p", minimum=0, maximum=1)

    def build(self, input_shape: Shape, generator: np.random.Generator, dtype: Any) -> Shape:
        """Take a generator of its own; see Layer.build."""
        (self.generator,) = generator.spawn(1)
        return super().build(input_shape, generator, dtype)

    def forward(self, x: Array, training: bool) -> tuple[Array, Mask | None]:
        """The cache is the mask of what was kept; None in prediction."""
        if not training:
            return x, None
        if self.generator is None:
            raise RuntimeError("Dropout draws only once it is built, as part of a Network")
        return ops.dropout(x, self.p, self.generator)

    def backward(
        self, grad_y: Array, cache: Mask | None, need_grad_x: bool = True
    ) -> tuple[Array, Gradients]:
        """The gradient where the value was kept, scaled in the same way."""
        return (grad_y if cache is None else ops.dropout_backward(grad_y, cache, self.p)), {}
