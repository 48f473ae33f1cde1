"""Choice: which layers of a network train on pixels; the only file that decides it."""

from collections.abc import Sequence

from badak.arrays import Shape
from badak.layers import BatchNorm2d, Block, Conv2d, Layer
from badak.network.pixels import flat, lowering
from badak.network.pixels.chain import PixelChain

Named = tuple[str, Layer]

# Groups of fewer channels leave lanes empty on planes; wider ones take Winograd's tiles there.
NARROW = 8


def pixel_chain(layers: Sequence[Named], input_shape: Shape) -> tuple[PixelChain, int] | None:
    """Return a chain for the first layers, and how many it takes; None if pixels gain nothing."""
    count, shape = 0, input_shape
    for number, (name, layer) in enumerate(layers, 1):
        if not _fits(name, layer, shape):
            break
        shape = layer.output_shape(shape)
        if lowering.supported(layer):
            count = number
    taken = layers[:count]
    if not taken or not lowering.supported(taken[0][1]) or not _gains(taken):
        return None
    return PixelChain(taken, input_shape), count


def _gains(layers: Sequence[Named]) -> bool:
    """Whether pixels are faster here: with norms, convolutions in many groups, or blocks.

    Measured on networks of all kinds (`benchmarks/`, those drawn from seeds too). Plain rows of
    convolutions stay on planes, where the way back skips what pooling left without a gradient.
    """
    return any(isinstance(layer, Block) for _, layer in layers) or any(
        isinstance(layer, BatchNorm2d) or (isinstance(layer, Conv2d) and _narrow(layer))
        for layer in flat.leaves(layers)
    )


def _narrow(conv: Conv2d) -> bool:
    """Whether a convolution's groups read few channels each, such as one."""
    return conv.groups > 1 and conv.parameters["weight"].shape[1] < NARROW


def _fits(name: str, layer: Layer, shape: Shape) -> bool:
    """Whether a layer takes maps and makes maps, and so do all inside."""
    nodes, shapes, _ = flat.flat([(name, layer)], shape)
    return all(len(shape) == 3 for shape in shapes.values()) and all(
        lowering.joins(node.layer, [shapes[read] for read in node.reads])
        for node in nodes
        if isinstance(node.layer, Block)
    )
