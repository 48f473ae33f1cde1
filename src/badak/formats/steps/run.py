"""Run a program with badak's ops: what C and the page must equal, and int8's calibration."""

from badak.arrays import Array
from badak.formats.steps.kinds import KINDS
from badak.formats.steps.program import Program

# Images that are computed at once.
BATCH = 256


def values(program: Program, images: Array) -> dict[int, Array]:
    """Compute every value for a batch (N, C, H, W) float32: number -> array (N, *shape).

    Example:
        >>> import numpy as np
        >>> from badak.formats.steps.lower import lowered
        >>> from badak.models import LeNet5
        >>> net, x = LeNet5(), np.ones((2, 1, 28, 28), np.float32)
        >>> program = lowered(net, "C export")
        >>> bool(np.allclose(values(program, x)[program.output], net(x), atol=1e-5))
        True
    """
    arrays = {0: images}
    for step in program.steps:
        inputs = [arrays[value] for value in step.inputs]
        arrays[step.output] = KINDS[step.op].run(step, *inputs)
    return arrays
