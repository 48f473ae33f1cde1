"""The reader refuses an axis that an array does not have, as ONNX Runtime does.

`test_ops.py` tests the same for the backend.
"""

import numpy as np
import pytest
from onnx import helper

import badak
from badak import FormatError
from formats.onnx.graph_files import MAPS, floats, model, node, runtime, save


def flat(*nodes):
    return [node("Flatten", "x", "f"), *nodes]


OUT_OF_RANGE = {
    "mean": ([node("ReduceMean", "x", "y", axes=[6, 7])], {}, "axis must be in -4..3.*got 6"),
    "mean, from the end": ([node("ReduceMean", "x", "y", axes=[2, -5])], {}, "got -5"),
    "squeeze": (
        [node("GlobalAveragePool", "x", "a"), node("Squeeze", "a k", "y")],
        {"k": np.array([6, 7])},
        "got 6",
    ),
    "squeeze of rows": (flat(node("Squeeze", "f k", "y")), {"k": np.array([3])}, r"-2\.\.1.*got 3"),
    "unsqueeze": ([node("Unsqueeze", "x k", "y")], {"k": np.array([5])}, r"-5\.\.4.*got 5"),
    "pad": (
        [helper.make_node("Pad", ["x", "p", "", "a"], ["y"])],
        {"p": np.array([1, 1]), "a": np.array([6])},
        "got 6",
    ),
    "concat": ([node("Relu", "x", "a"), node("Concat", "x a", "y", axis=5)], {}, "got 5"),
    "concat of one": ([node("Concat", "x", "y", axis=-5)], {}, "got -5"),
    "softmax": (flat(node("Softmax", "f", "y", axis=3)), {}, "got 3"),
    "log softmax": (flat(node("LogSoftmax", "f", "y", axis=-3)), {}, "got -3"),
    "flatten": ([node("Flatten", "x", "y", axis=5)], {}, "axis must be 1.*got 5"),
    "transpose": ([node("Transpose", "x", "y", perm=[0, 2, 3, 5])], {}, r"each of 4 axes once"),
    "transpose, from the end": ([node("Transpose", "x", "y", perm=[0, 2, -1, 1])], {}, "once"),
    "squeeze of a constant": (
        [node("Squeeze", "k a", "s"), node("Reshape", "x s", "y")],
        {"k": np.array([[0, -1]]), "a": np.array([2])},
        r"-2\.\.1.*got 2",
    ),
    "unsqueeze of a constant": (
        [node("Unsqueeze", "k a", "s"), node("Reshape", "x s", "y")],
        {"k": np.array(-1), "a": np.array([1])},
        r"-1\.\.0.*got 1",
    ),
    "transpose of a constant": (
        [node("Transpose", "k", "s", perm=[1]), node("Reshape", "x s", "y")],
        {"k": np.array([0, -1])},
        "each of 1 axes once",
    ),
    "gather of a constant": (
        [node("Gather", "k i", "s", axis=1), node("Reshape", "x s", "y")],
        {"k": np.array([0, -1]), "i": np.array([0, 1])},
        r"-1\.\.0.*got 1",
    ),
    "concat of constants": (
        [node("Concat", "k k", "s", axis=1), node("Reshape", "x s", "y")],
        {"k": np.array([-1])},
        r"-1\.\.0.*got 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OUT_OF_RANGE)
def test_an_axis_that_is_not_there_is_refused(tmp_path, name):
    nodes, arrays, words = OUT_OF_RANGE[name]
    path = save(tmp_path, model(nodes, arrays, MAPS, opset=18 if name == "pad" else 17))
    # Its errors are of several classes.
    with pytest.raises(Exception, match=r"(?i)ax[ei]s|perm|out of bounds"):
        runtime(path, floats(2, *MAPS))
    with pytest.raises(FormatError, match=words):
        badak.onnx.load(path)
