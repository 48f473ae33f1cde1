"""From a network to its program.

Blocks are unrolled, layers that compute nothing in prediction (Flatten, Dropout) leave no step, and
layers that are a kind of convolution become one: batch norm, subsampling, tables, widening.
"""

from collections.abc import Generator, Mapping

from badak.arrays import Shape
from badak.errors import BadakError
from badak.formats.steps.kinds import LOWERINGS
from badak.formats.steps.program import Program, Stage
from badak.layers import Dropout, Flatten, Layer
from badak.layers.block import Block
from badak.network import Network

# They compute nothing in prediction: the value stays as it is.
UNCHANGED: tuple[type[Layer], ...] = (Dropout, Flatten)
INPUT = ""  # what the network's input is called; no layer can have this name


def lowered(net: Network, what: str) -> Program:
    """Return the network's steps.

    Args:
        net: the network, as it predicts.
        what: the format, for the message.

    Raises:
        BadakError: layers that no step stands for; all are listed.

    Example:
        >>> from badak.models import LeNet5
        >>> program = lowered(LeNet5(modern=False), "a test")
        >>> [step.op for step in program.steps][:4], program.shapes[program.output]
        (['conv', 'scaled_tanh', 'conv', 'scaled_tanh'], (10,))
    """
    program = Program([net.input_shape])
    missing: list[str] = []
    values = {INPUT: 0}
    for name, layer, _, reads, before, shape in _walk(net.layers, "", INPUT, net.input_shape):
        inputs = tuple(values[read] for read in reads)
        values[name] = inputs[0]
        if type(layer) in LOWERINGS:
            operation = LOWERINGS[type(layer)](layer, before)
            values[name] = program.add(operation, name, inputs, shape)
        elif not isinstance(layer, UNCHANGED):
            missing.append(f"{type(layer).__name__} {name!r}")
        program.stages.append(Stage(name, type(layer).__name__, values[name], shape))
        program.output = values[name]
    if missing:
        known = ", ".join(kind.__name__ for kind in [*LOWERINGS, *UNCHANGED])
        raise BadakError(f"{what} cannot hold {', '.join(missing)}; it knows {known}")
    return program


def _walk(
    layers: Mapping[str, Layer], prefix: str, source: str, shape: Shape
) -> Generator[tuple[str, Layer, str, tuple[str, ...], Shape, Shape], None, str]:
    """Yield (name, layer, source, reads, input shape, output shape) of layers in order."""
    for key, layer in layers.items():
        name, before, reads = prefix + key, shape, [source]
        if isinstance(layer, Block):
            reads = []
            for path, inside in layer.paths:
                reads.append((yield from _walk(inside, f"{name}.{path}", source, shape)))
        shape = layer.output_shape(before)
        yield name, layer, source, tuple(reads), before, shape
        source = name
    return source
