"""Product: layers side by side whose outputs are multiplied, as maps with their gates."""

from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from typing import final

from badak import ops
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers.paths import Branched
from badak.ops.elementwise import product_shape


@final
@dataclass
class Product(Branched):
    """The outputs of several branches multiplied, value by value or each map by one number.

    A branch that ends in (C, 1, 1) is a gate for the maps (C, H, W) of another: squeeze-and-
    excitation is a Product of the input and its gate (Hu et al. 2018, section 3). Parameters are
    those of the layers inside, named ``branch2.conv1.weight`` and so on.

    Args:
        branches: for each a list of layers, named as a network's, or name -> layer. Copied; an
            empty one is the input itself.

    Raises:
        BadakError: fewer than two branches, a name that cannot be, or blocks nested more than 8
            deep.

    Example:
        >>> from badak.layers import Conv2d, GlobalAvgPool2d, ReLU, Sigmoid
        >>> gate = [GlobalAvgPool2d(), Conv2d(2, 1), ReLU(), Conv2d(8, 1), Sigmoid()]
        >>> Product([[], gate]).output_shape((8, 6, 6))
        (8, 6, 6)
    """

    def joined_shape(self, ends: list[Shape]) -> Shape:
        """The shape of the maps; each branch must give that, or one number for each map."""
        shape = ends[0]
        for end in ends[1:]:
            product = product_shape(shape, end)
            if product is None:
                raise BadakError(
                    f"the branches give {', '.join(map(str, ends))}, which cannot be multiplied: "
                    "each must give the same shape, or (C, 1, 1) where others give (C, H, W)"
                )
            shape = product
        return shape

    def join(self, ends: list[Array]) -> tuple[Array, list[Array]]:
        """The product; the cache is the ends."""
        return reduce(ops.multiply, ends), ends

    def split(self, grad_y: Array, cache: list[Array]) -> list[Array]:
        """Each branch's gradient is the output's times all others."""
        before = list(accumulate(cache[:-1], ops.multiply))  # the product of the ends up to each
        grads = []
        for product, end in zip(reversed(before), reversed(cache), strict=False):
            grad_y, grad = ops.multiply_backward(grad_y, product, end)
            grads.append(grad)
        return [grad_y, *reversed(grads)]

    def joining_flops(self, output_shape: Shape) -> int:
        """A multiplication for each value and branch after the first."""
        return (len(self.branches) - 1) * super().joining_flops(output_shape)
