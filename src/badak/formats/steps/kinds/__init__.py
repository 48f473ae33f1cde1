"""Every kind of step: one record each, by name; and what a layer becomes, by its class."""

from badak.formats.steps.kinds import conv, join, linear, norm, pointwise, pool
from badak.formats.steps.kinds.kind import Kind, Lowering
from badak.layers import Layer

KINDS: dict[str, Kind] = {
    kind.op: kind for kinds in (conv, linear, pool, norm, pointwise, join) for kind in kinds.KINDS
}

LOWERINGS: dict[type[Layer], Lowering] = {
    layer: lowering for kind in KINDS.values() for layer, lowering in kind.lowerings.items()
}
