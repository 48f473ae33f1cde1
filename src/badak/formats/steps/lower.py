"""From a network to its program.

Blocks are unrolled, layers that compute nothing in prediction (Flatten, Dropout) leave no step, and
layers that are a kind of convolution become one: batch norm, subsampling, tables, widening.
"""

from collections.abc import Mapping

from badak.arrays import Shape
from badak.errors import BadakError
from badak.formats.steps.kinds import LOWERINGS
from badak.formats.steps.program import Program, Stage
from badak.layers import Dropout, Flatten, Layer
from badak.layers.block import Block
from badak.network import Network

# They compute nothing in prediction: the value stays as it is.
UNCHANGED: tuple[type[Layer], ...] = (Dropout, Flatten)


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
    program.output, _ = _path(program, missing, "", net.layers, (0, net.input_shape))
    if missing:
        known = ", ".join(kind.__name__ for kind in [*LOWERINGS, *UNCHANGED])
        raise BadakError(f"{what} cannot hold {', '.join(missing)}; it knows {known}")
    return program


def _path(
    program: Program,
    missing: list[str],
    prefix: str,
    path: Mapping[str, Layer],
    end: tuple[int, Shape],
) -> tuple[int, Shape]:
    """Append the steps of layers in order, and the names of those that have none.

    Returns:
        The last one's value, and its shape there: Flatten changes the shape alone.
    """
    value, shape = end
    for key, layer in path.items():
        name, before = prefix + key, shape
        inputs: tuple[int, ...] = (value,)
        if isinstance(layer, Block):
            inputs = tuple(
                _path(program, missing, f"{name}.{inner}", layers, (value, before))[0]
                for inner, layers in layer.paths
            )
        shape = layer.output_shape(before)
        if type(layer) in LOWERINGS:
            value = program.add(LOWERINGS[type(layer)](layer, before), name, inputs, shape)
        elif not isinstance(layer, UNCHANGED):
            missing.append(f"{type(layer).__name__} {name!r}")
        program.stages.append(Stage(name, type(layer).__name__, value, shape))
    return value, shape
