"""The table of kinds: how each kind of layer answers questions about one of its numbers.

To add a kind of layer, add it to one of the files here. A layer without a record answers as
`Unknown` does.
"""

from badak.inspect.follow.kinds import (
    conv,
    conv_transpose,
    copy,
    enlarge,
    join,
    norm,
    pointwise,
    pool,
    rows,
)
from badak.inspect.follow.kinds.kind import Cell, How, Kind, Recipe
from badak.inspect.follow.kinds.unknown import Unknown
from badak.layers import Layer

__all__ = ["KINDS", "Cell", "How", "Kind", "Recipe", "kind_of"]

KINDS: dict[type[Layer], Kind] = {
    layer: kind
    for kinds in (conv, conv_transpose, pool, rows, enlarge, pointwise, norm, join, copy)
    for layer, kind in kinds.KINDS.items()
}


def kind_of(layer: Layer) -> Kind:
    """The record of a layer.

    Example:
        >>> from badak.layers import ReLU
        >>> kind_of(ReLU()).how
        'function'
    """
    return KINDS.get(type(layer), Unknown())
