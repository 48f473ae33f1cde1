"""Residual: layers with a way around them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

from badak import ops
from badak.arrays import Array, Shape
from badak.errors import BadakError
from badak.layers.block import Layers, copies
from badak.layers.paths import Paths


@final
@dataclass
class Residual(Paths):
    """layers(x) + shortcut(x): what the layers learn is added to their input (He et al. 2016).

    Its parameters are those of the layers inside, named ``conv1.weight`` in the first path and
    ``shortcut.conv1.weight`` in the second; in a network the block's own name comes before.

    Args:
        layers: a list, named by kind and number as a network's; or name -> layer. They are copied.
            None make the input itself; without layers on either path this is a sum for a `Graph`.
        shortcut: likewise.

    Raises:
        BadakError: a name that cannot be, or blocks nested more than 8 deep.

    Example:
        >>> from badak.layers import BatchNorm2d, Conv2d, ReLU
        >>> block = Residual([Conv2d(16, 3, padding=1), BatchNorm2d(), ReLU()])
        >>> block.output_shape((16, 8, 8)), list(block.layers)
        ((16, 8, 8), ['conv1', 'norm1', 'relu1'])
        >>> block.output_shape((3, 8, 8))
        Traceback (most recent call last):
        badak.errors.BadakError: the layers give (16, 8, 8) and the shortcut gives (3, 8, 8), ...
    """

    holds: ClassVar[Mapping[str, str]] = {"layers": "layers", "shortcut": "layers"}
    layers: Layers
    shortcut: Layers = ()

    def __post_init__(self) -> None:
        straight, around = copies(self.layers), copies(self.shortcut)
        if "shortcut" in straight:
            raise BadakError(
                "no layer in a Residual may be named 'shortcut': that is the other path"
            )
        self.layers, self.shortcut = straight, around
        self._hold(("", straight), ("shortcut.", around))

    def joined_shape(self, ends: list[Shape]) -> Shape:
        """The shape that both paths must give."""
        if ends[0] != ends[1] and not self.layers and not self.shortcut:
            raise BadakError(f"it adds {ends[0]} and {ends[1]}, which must be of one shape")
        if ends[0] != ends[1]:
            raise BadakError(
                f"the layers give {ends[0]} and the shortcut gives {ends[1]}, which cannot be "
                "added: give the shortcut layers that change the shape in the same way"
            )
        return ends[0]

    def join(self, ends: list[Array]) -> tuple[Array, None]:
        """The sum."""
        return ops.add(*ends), None

    def split(self, grad_y: Array, cache: Any) -> list[Array]:
        """Both paths get the gradient as it is."""
        return [grad_y, grad_y]
