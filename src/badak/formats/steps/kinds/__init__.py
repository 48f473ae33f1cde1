"""The record of each kind of step by name; the functions that turn layers into steps by class.

To add a kind, add its record to one of the files here, its function to `c/functions` (and one that
ends in ``_int8`` if it runs in integers), and its function to OPS in `page/network.js`.
"""

from badak.formats.steps.kinds import (
    channels,
    conv,
    enlarge,
    join,
    linear,
    norm,
    pointwise,
    pool,
    spread,
)
from badak.formats.steps.kinds.kind import Joining, Kind, Lowering
from badak.layers import Layer

KINDS: dict[str, Kind] = {
    kind.op: kind
    for kinds in (conv, enlarge, linear, pool, norm, pointwise, spread, channels, join)
    for kind in kinds.KINDS
}

LOWERINGS: dict[type[Layer], Lowering] = {
    layer: lowering for kind in KINDS.values() for layer, lowering in kind.lowerings.items()
}

JOINS: dict[type[Layer], Joining] = {
    block: joining for kind in KINDS.values() for block, joining in kind.joins.items()
}
