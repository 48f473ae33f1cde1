"""Graphs of every supported form against ONNX Runtime, and the test vectors of the model zoo."""

import numpy as np
import pytest
from onnx import helper, numpy_helper

import badak
from formats.onnx.graph_files import MAPS, B, W, conv, floats, kinds, model, node, runtime, save

NORM = {"s": floats(3), "o": floats(3), "m": floats(3), "v": floats(3) ** 2}


def behind_conv(*nodes, **arrays):
    return [node("Conv", "x w", "c"), *nodes], {"w": W, **arrays}


def pool(op, **attributes):
    return [node(op, "x", "y", **{"kernel_shape": [3, 2], **attributes})], {}


def rows(*nodes, **arrays):
    return [node("Flatten", "x", "f"), *nodes], {"w": floats(126, 5), **arrays}


# name -> nodes and constants; shape, opset, and the layers they become
GRAPHS = {
    "conv, auto_pad SAME_UPPER": (conv(auto_pad="SAME_UPPER", strides=[2, 2]), 17, "Conv2d"),
    "conv, auto_pad SAME_LOWER": (conv(auto_pad="SAME_LOWER", strides=[2, 1]), 17, "Conv2d"),
    "conv, auto_pad VALID": (conv(auto_pad="VALID"), 17, "Conv2d"),
    "conv, pads of four sizes": (conv(pads=[0, 1, 2, 3], strides=[2, 3]), 17, "Conv2d"),
    "conv, groups": (
        ([node("Conv", "x w", "y", group=3, dilations=[2, 1])], {"w": floats(6, 1, 2, 2)}),
        17,
        "Conv2d",
    ),
    "conv, bias added": (
        behind_conv(node("Add", "c b", "y"), b=floats(4, 1, 1)), 17, "Conv2d",
    ),
    "conv, bias added from the left": (
        behind_conv(node("Add", "b c", "y"), b=floats(1, 4, 1, 1)), 17, "Conv2d",
    ),
    "conv, one number added": (behind_conv(node("Add", "c b", "y"), b=floats(1)), 17, "Conv2d"),
    "conv, two biases": (
        (
            [node("Conv", "x w b", "c"), node("Sum", "c d", "y")],
            {"w": W, "b": B, "d": floats(4, 1, 1)},
        ),
        17,
        "Conv2d",
    ),
    "max pool": (pool("MaxPool", strides=[2, 1], pads=[1, 0, 1, 1]), 17, "MaxPool2d"),
    "max pool, SAME_LOWER": (pool("MaxPool", auto_pad="SAME_LOWER", strides=[2, 2]),
        17, "MaxPool2d"),
    "max pool, SAME_UPPER": (pool("MaxPool", auto_pad="SAME_UPPER", strides=[2, 2]),
        17, "MaxPool2d"),
    "max pool, ceil": (pool("MaxPool", strides=[3, 4], ceil_mode=1), 17, "MaxPool2d"),
    "max pool, dilated": (pool("MaxPool", dilations=[2, 2], storage_order=1), 17, "MaxPool2d"),
    "average pool": (pool("AveragePool", pads=[1, 1, 1, 0]), 17, "AvgPool2d"),
    "average pool, padding counts": (
        pool("AveragePool", pads=[1, 1, 1, 0], count_include_pad=1), 17, "AvgPool2d",
    ),
    "average pool, SAME_LOWER": (
        pool("AveragePool", auto_pad="SAME_LOWER", strides=[2, 2]), 17, "AvgPool2d",
    ),
    "global average pool": (([node("GlobalAveragePool", "x", "y")], {}),
        17, "GlobalAvgPool2d Flatten"),
    "global max pool": (([node("GlobalMaxPool", "x", "y")], {}), 17, "MaxPool2d Flatten"),
    "mean over places": (
        ([node("ReduceMean", "x", "y", axes=[-1, 2], keepdims=0)], {}),
        17, "GlobalAvgPool2d Flatten",
    ),
    "lrn": (
        ([node("LRN", "x", "y", size=3, alpha=0.6, beta=0.5, bias=1.5)], {}),
        17,
        "LocalResponseNorm",
    ),
    "batch norm": (
        ([node("BatchNormalization", "x s o m v", "y", epsilon=0.01)], NORM), 17, "BatchNorm2d",
    ),
    "batch norm of old": (
        ([node("BatchNormalization", "x s o m v", "y", spatial=1)], NORM), 8, "BatchNorm2d",
    ),
    "batch norm of rows": (
        rows(
            node("Gemm", "f w b", "g"),
            node("BatchNormalization", "g s o m v", "y"),
            b=floats(5), s=floats(5), o=floats(5), m=floats(5), v=floats(5) ** 2,
        ),
        17,
        "Flatten Linear BatchNorm1d",
    ),
    "group norm": (
        ([node("GroupNormalization", "x s o", "y", num_groups=3, epsilon=0.01)], NORM),
        21,
        "GroupNorm",
    ),
    "group norm of old, a number per group": (
        (
            [node("Conv", "x w", "c"), node("GroupNormalization", "c s o", "y", num_groups=2)],
            {"w": W, "s": floats(2), "o": floats(2)},
        ),
        18,
        "Conv2d GroupNorm",
    ),
    "instance norm": (([node("InstanceNormalization", "x s o", "y")], NORM), 17, "InstanceNorm2d"),
    "layer norm of channels": (
        (
            [
                node("Transpose", "x", "t", perm=[0, 2, 3, 1]),
                node("LayerNormalization", "t s o", "n", epsilon=0.01),
                node("Transpose", "n", "y", perm=[0, 3, 1, 2]),
            ],
            NORM,
        ),
        17,
        "LayerNorm",
    ),
    "layer norm of all": (
        (
            [node("LayerNormalization", "x s o", "y", axis=-3)],
            {"s": floats(*MAPS), "o": floats(*MAPS)},
        ),
        17,
        "LayerNorm",
    ),
    "layer norm of all, the channels last": (
        (
            [
                node("Transpose", "x", "t", perm=[0, 2, 3, 1]),
                node("LayerNormalization", "t s", "n", axis=1),
                node("Transpose", "n", "y", perm=[0, 3, 1, 2]),
            ],
            {"s": floats(*MAPS[1:], 3)},
        ),
        17,
        "LayerNorm",
    ),
    "layer norm of rows": (
        rows(node("LayerNormalization", "f s o", "y"), s=floats(126), o=floats(126)),
        17,
        "Flatten LayerNorm",
    ),
    "group norm as PyTorch writes it": (
        (
            [
                node("Conv", "x w", "c"),
                node("Reshape", "c g", "cg"),
                node("InstanceNormalization", "cg s o", "n"),
                node("Shape", "c", "k"),
                node("Reshape", "n k", "m"),
                node("Mul", "m t", "mt"),
                node("Add", "mt b", "y"),
            ],
            {
                "w": W, "g": np.array([0, 2, -1]), "s": floats(2), "o": floats(2),
                "t": floats(4, 1, 1), "b": floats(4, 1, 1),
            },
        ),
        17,
        "Conv2d GroupNorm",
    ),
    "dropout": (([node("Dropout", "x r", "y")], {"r": np.float32(0.25)}), 17, "Dropout"),
    "dropout of old": (([node("Dropout", "x", "y", ratio=0.25)], {}), 10, "Dropout"),
    "leaky relu": (([node("LeakyRelu", "x", "y", alpha=0.3)], {}), 17, "LeakyReLU"),
    "elu": (([node("Elu", "x", "y")], {}), 17, "ELU"),
    "gelu": (([node("Gelu", "x", "y", approximate="tanh")], {}), 20, "GELU"),
    "sigmoid, tanh": (([node("Sigmoid", "x", "a"), node("Tanh", "a", "y")], {}),
        17, "Sigmoid Tanh"),
    "clip to 0": (([node("Clip", "x l", "y")], {"l": np.float32(0)}), 17, "ReLU"),
    "clip": (
        ([node("Clip", "x l h", "y")], {"l": np.float32(0), "h": np.float32(0.5)}), 17, "Hardtanh",
    ),
    "clip above": (
        ([helper.make_node("Clip", ["x", "", "h"], ["y"])], {"h": np.float32(0.5)}), 17, "Hardtanh",
    ),
    "clip of old": (([node("Clip", "x", "y", min=-0.5, max=0.25)], {}), 10, "Hardtanh"),
    "clip of nothing": (([node("Clip", "x", "a"), node("Relu", "a", "y")], {}), 17, "ReLU"),
    "pad": (
        ([node("Pad", "x p", "y")], {"p": np.array([0, 0, 1, 2, 0, 0, 0, 3])}), 17, "ZeroPad2d",
    ),
    "pad of some axes": (
        ([helper.make_node("Pad", ["x", "p", "", "a"], ["y"])],
         {"p": np.array([1, 0]), "a": np.array([-1])}),
        18,
        "ZeroPad2d",
    ),
    "pad of old": (([node("Pad", "x", "y", pads=[0, 0, 1, 2, 0, 0, 0, 3])], {}), 10, "ZeroPad2d"),
    "gemm, all options": (
        rows(node("Gemm", "f w b", "y", alpha=0.5, beta=2.0), b=floats(1, 5)), 17, "Flatten Linear",
    ),
    "gemm, one bias for all": (rows(node("Gemm", "f w b", "y"), b=floats(1)), 17, "Flatten Linear"),
    "gemm, transposed": (
        rows(node("Gemm", "f t", "y", transB=1), t=floats(5, 126)), 17, "Flatten Linear",
    ),
    "matmul and add": (
        rows(node("MatMul", "f w", "g"), node("Add", "b g", "y"), b=floats(5)),
        17, "Flatten Linear",
    ),
    "reshape": (([node("Reshape", "x k", "y")], {"k": np.array([0, -1])}), 17, "Flatten"),
    "reshape to a size": (([node("Reshape", "x k", "y")], {"k": np.array([-1, 126])}),
        17, "Flatten"),
    "reshape to the same": (
        ([node("Reshape", "x k", "a"), node("Relu", "a", "y")], {"k": np.array([-1, 3, 0, 6])}),
        17,
        "ReLU",
    ),
    "reshape by a shape worked out": (
        (
            [
                node("Shape", "x", "s"),
                helper.make_node("Constant", [], ["i"], value_int=0),
                node("Gather", "s i", "n"),
                helper.make_node("Constant", [], ["a"], value_ints=[0]),
                node("Unsqueeze", "n a", "u"),
                node("Constant", "", "r", value=numpy_helper.from_array(np.array([-1]))),
                node("Concat", "u r", "k", axis=0),
                node("Reshape", "x k", "y"),
            ],
            {},
        ),
        17,
        "Flatten",
    ),
    "flatten twice": (
        ([node("Flatten", "x", "a"), node("Flatten", "a", "b"), node("Identity", "b", "y")], {}),
        17,
        "Flatten",
    ),
    "squeeze": (
        ([node("GlobalAveragePool", "x", "a"), node("Squeeze", "a k", "y")],
         {"k": np.array([2, -1])}),
        17,
        "GlobalAvgPool2d Flatten",
    ),
    "sum of three": (
        (
            [node("Relu", "x", "a"), node("Tanh", "x", "b"), node("Sum", "a x b", "y")],
            {},
        ),
        17,
        "Residual",
    ),
    "concat of three": (
        ([node("Relu", "x", "a"), node("Conv", "x w", "b"), node("Concat", "b x a", "y", axis=-3)],
         {"w": floats(2, 3, 1, 1)}),
        17,
        "Concat",
    ),
    "squeeze and excite": (
        (
            [
                node("GlobalAveragePool", "x", "p"),
                node("Conv", "p w", "q"),
                node("Sigmoid", "q", "s"),
                node("Mul", "s x", "y"),
            ],
            {"w": floats(3, 3, 1, 1)},
        ),
        17,
        "Product",
    ),
    "a value times its own tangent": (
        ([node("Tanh", "x", "s"), node("Mul", "x s", "y")], {}), 17, "Product",
    ),
    "blocks within blocks": (
        (
            [
                node("Conv", "x w", "a"),
                node("Relu", "a", "b"),
                node("Tanh", "a", "c"),
                node("Concat", "b c", "d", axis=1),
                node("Conv", "d v", "e"),
                node("Add", "x e", "f"),
                node("Elu", "f", "g"),
                node("Add", "g f", "y"),
            ],
            {"w": floats(2, 3, 1, 1), "v": floats(3, 4, 1, 1)},
        ),
        17,
        "Residual Residual",
    ),
    "what no output needs": (
        ([node("Erf", "x", "unused"), node("Relu", "x", "y")], {}), 17, "ReLU",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_is_read_and_agrees(tmp_path, name):
    (nodes, arrays), opset, layers = GRAPHS[name]
    path = save(tmp_path, model(nodes, arrays, MAPS, opset))
    net = badak.onnx.load(path)
    assert kinds(net) == layers
    x = floats(2, *MAPS)
    expected = runtime(path, x)
    assert expected.std() > 0
    assert np.isfinite(expected).all()
    y = net(x)
    np.testing.assert_allclose(y.reshape(expected.shape), expected, rtol=1e-5, atol=1e-5)
