"""Dropout: the identity, but for a node that says it trains."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.arrays import Array, as_floats
from badak.formats.onnx.node import Node


def dropout(
    node: Node,
    x: Array,
    ratio: NDArray[Any] | None = None,
    training_mode: NDArray[Any] | None = None,
) -> tuple[Array, NDArray[Any]]:
    """Zero each value of x with probability `ratio` and scale the rest; also return what was kept.

    ONNX's tests expect the stream of NumPy's legacy generator, which ops.dropout does not draw.
    Without a seed each run draws another one, as ONNX asks.
    """
    x = as_floats(x, "data")
    if training_mode is None or not bool(training_mode):
        # Masks were numbers of x's type before operator set 10.
        return x, np.ones(x.shape, bool if node.opset >= 10 else x.dtype)
    p = checks.real(0.5 if ratio is None else float(ratio), "ratio", minimum=0, maximum=1)
    stream = np.random.RandomState(node.get("seed", None))
    kept = stream.uniform(0, 1, x.shape) >= p
    scale = 1 / (1 - p) if p < 1 else 0.0
    return np.asarray(x * kept * x.dtype.type(scale)), kept
