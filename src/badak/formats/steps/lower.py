"""Turn a network into a program.

Blocks are unrolled. Layers that compute nothing in prediction (Flatten, Dropout) have no step.
Layers that are a kind of convolution become one: batch norm, subsampling, tables, widening.
"""

from dataclasses import replace

from badak.arrays import Shape
from badak.errors import BadakError
from badak.formats.steps.kinds import JOINS, LOWERINGS
from badak.formats.steps.program import LayerOutput, Program
from badak.layers import Block, Dropout, Flatten, Graph, Layer
from badak.layers.walk import INPUT, walk
from badak.network import Network

# Layers that change no number in prediction.
UNCHANGED: tuple[type[Layer], ...] = (Dropout, Flatten, Graph)


def lowered(net: Network, what: str) -> Program:
    """Return the network's steps; `what` names the export in messages, such as ``C export``.

    Example:
        >>> from badak.models import LeNet5
        >>> program = lowered(LeNet5(modern=False), "C export")
        >>> [step.op for step in program.steps][:4], program.shapes[program.output]
        (['conv', 'scaled_tanh', 'conv', 'scaled_tanh'], (10,))
    """
    program = Program([net.input_shape])
    missing: list[str] = []
    values, shapes = {INPUT: 0}, {INPUT: net.input_shape}
    for visit in walk(net.layers, net.input_shape):
        name, kind = visit.name, type(visit.layer)
        values[name], shapes[name] = values[visit.reads[0]], visit.output
        if isinstance(visit.layer, Block) and kind in JOINS:
            ends = [(values[read], shapes[read]) for read in visit.reads]
            values[name] = _joined(program, name, visit.layer, ends)
        elif kind in LOWERINGS:
            operation = LOWERINGS[kind](visit.layer, visit.input)
            # Copies: a network that trains on must not change a program that was written.
            arrays = {key: array.copy() for key, array in operation.arrays.items()}
            operation = replace(operation, arrays=arrays)
            values[name] = program.add(operation, name, (values[name],), visit.output)
        elif kind not in UNCHANGED:
            missing.append(f"{kind.__name__} ({name!r})")
        program.layers.append(LayerOutput(name, kind.__name__, values[name], visit.output))
        program.output = values[name]
    if missing:
        supported = ", ".join(kind.__name__ for kind in [*LOWERINGS, *JOINS, *UNCHANGED])
        raise BadakError(f"{what} does not support {', '.join(missing)}; supported: {supported}")
    return program


def _joined(program: Program, name: str, block: Block, ends: list[tuple[int, Shape]]) -> int:
    """Join a block's ends, two at a time; return the number of the last value."""
    (value, shape), *others = ends
    for other, other_shape in others:
        operation = JOINS[type(block)](shape, other_shape)
        shape = block.joined_shape([shape, other_shape])
        value = program.add(operation, name, (value, other), shape)
    return value
