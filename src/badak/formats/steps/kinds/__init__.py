"""The record of each kind of step by name; the function that turns a layer into a step by class.

To add a kind, add its record to one of the files here, its function to `c/functions` (and one that
ends in ``_int8`` if it runs in integers), and its function to OPS in `page/network.js`.
"""

from badak.formats.steps.kinds import conv, join, linear, norm, pointwise, pool, spread
from badak.formats.steps.kinds.kind import Kind, Lowering
from badak.layers import Layer

KINDS: dict[str, Kind] = {
    kind.op: kind
    for kinds in (conv, linear, pool, norm, pointwise, spread, join)
    for kind in kinds.KINDS
}

LOWERINGS: dict[type[Layer], Lowering] = {
    layer: lowering for kind in KINDS.values() for layer, lowering in kind.lowerings.items()
}
