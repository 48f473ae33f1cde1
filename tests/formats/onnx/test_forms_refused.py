"""Forms of a network that look like supported ones and compute something else."""

import numpy as np
import pytest

import badak
from badak import FormatError
from formats.onnx.graph_files import MAPS, floats, model, node, save

LAST = (0, 2, 3, 1)
CONV = [node("Conv", "x w", "c")]
REFUSED = {
    "cast to integers": ([node("Cast", "x", "y", to=7)], {}, "floats; it casts to INT64"),
    "cast to an unknown type": ([node("Cast", "x", "y", to=99)], {}, "casts to number 99"),
    "a maximum of two": (
        [node("Relu", "x", "a"), node("Max", "x a", "y")], {}, "must come from the images|constant",
    ),
    "a bias for each row, channels last": (
        [*CONV, node("Transpose", "c", "t", perm=list(LAST)), node("Add", "t b", "y")],
        {"w": floats(4, 3, 1, 1), "b": floats(4, 1, 1)},
        r"one number, one per channel.* \(7, 6, 4\); it has \(4, 1, 1\)",
    ),
    "a bias with an axis more": (
        [*CONV, node("Add", "c b", "y")],
        {"w": floats(4, 3, 1, 1), "b": floats(1, 1, 1, 1, 1)},
        "one number, one per channel",
    ),
    "squeezed where it is wide": (
        [node("Squeeze", "x k", "y")], {"k": np.array([2])}, r"axes of size 1; got \[2\]",
    ),
    "an axis before the images": (
        [node("Unsqueeze", "x k", "y")], {"k": np.array([0])}, "keep the images first",
    ),
    "rows as maps of five axes": (
        [node("Unsqueeze", "x k", "y")],
        {"k": np.array([2])},
        r"keep the shape \(3, 7, 6\); it is \(3, 1, 7, 6\)",
    ),
    "a mean over channels": (
        [node("ReduceMean", "x", "y", axes=[1])], {}, "ReduceMean 'y': .*no layer",
    ),
    "a mean over rows twice": (
        [node("ReduceMean", "x", "y", axes=[2, -2])], {}, r"different ones of 4; got \[2, 2\]",
    ),
    "a mean over images": (
        [node("ReduceMean", "x", "y", axes=[0, 2])],
        {},
        r"rows, columns or channels; got axes \[0, 2\]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_forms_that_compute_more_are_refused(tmp_path, name):
    nodes, arrays, words = REFUSED[name]
    with pytest.raises(FormatError, match=words):
        badak.onnx.load(save(tmp_path, model(nodes, arrays, MAPS)))
