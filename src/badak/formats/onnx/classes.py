"""Whether a file's outputs are classes to choose from, by its last activation.

badak's networks end in one logit per class, which a softmax makes probabilities. A file whose
softmax was left out needs nothing more; one that ends in a Sigmoid means something else.
"""

from collections.abc import Sequence

import numpy as np

from badak.errors import FormatError
from badak.formats.onnx.value import Loaded
from badak.layers import Concat, Dropout, Flatten, Layer, Linear, Sigmoid
from badak.layers.block import copies


def with_classes(steps: list[Loaded], outputs: int) -> list[Loaded]:
    """Return the layers of a file that gives rows of numbers, ending in one logit per class.

    One output with a Sigmoid becomes two classes: softmax(-z/2, z/2) = (1 - p, p), where
    p = sigmoid(z).
    """
    if not _ends_in_sigmoid([step.layer for step in steps]):
        return steps
    if outputs > 1:
        raise FormatError(
            f"its {outputs} outputs end in Sigmoid, each a yes or no of its own, but badak's "
            "networks choose one of several classes by softmax: export it without the last "
            "Sigmoid; net(x) then gives the numbers before it, and badak.ops.sigmoid(net(x)) what "
            "this file gives"
        )
    last = max(i for i, step in enumerate(steps) if isinstance(step.layer, Sigmoid))
    mirror = np.array([[-0.5], [0.5]], np.float32)
    return [*steps[:last], *steps[last + 1 :], Loaded(Linear(2, bias=False), ({"weight": mirror},))]


def _ends_in_sigmoid(layers: Sequence[Layer]) -> bool:
    """Whether the numbers that come out come from a Sigmoid, side by side with others or not."""
    for layer in reversed(layers):
        if isinstance(layer, Concat):
            branches = (copies(branch).values() for branch in layer.branches)
            return any(_ends_in_sigmoid(list(inside)) for inside in branches)
        if not isinstance(layer, (Flatten, Dropout)):
            return isinstance(layer, Sigmoid)
    return False
