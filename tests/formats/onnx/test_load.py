"""Graphs of every form that is read, against ONNX Runtime; and the model zoo's test vectors."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

import badak
from badak import FormatError, ops

generator = np.random.default_rng(0)


def floats(*shape):
    return generator.standard_normal(shape).astype(np.float32)


def node(op, inputs, output, **attributes):
    return helper.make_node(op, inputs.split(), [output], **attributes)


def model(nodes, arrays, shape, opset=17, kind=TensorProto.FLOAT):
    """From x to y."""
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", kind, ["N", *shape])],
        [helper.make_tensor_value_info("y", kind, None)],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()],
    )
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", opset)])


MAPS = (3, 7, 6)
W, B = floats(4, 3, 3, 2), floats(4)
NORM = {"s": floats(3), "o": floats(3), "m": floats(3), "v": floats(3) ** 2}
INT = np.int64


def conv(**attributes):
    return [node("Conv", "x w b", "y", **attributes)], {"w": W, "b": B}


def behind_conv(*nodes, **arrays):
    return [node("Conv", "x w", "c"), *nodes], {"w": W, **arrays}


def pool(op, **attributes):
    return [node(op, "x", "y", **{"kernel_shape": [3, 2], **attributes})], {}


def rows(*nodes, **arrays):
    return [node("Flatten", "x", "f"), *nodes], {"w": floats(126, 5), **arrays}


# name -> nodes and constants; shape, opset and the kinds of the layers they become
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
        "Flatten Linear",
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
    "instance norm": (([node("InstanceNormalization", "x s o", "y")], NORM), 17, "GroupNorm"),
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
                helper.make_node(
                    "Constant", [], ["r"], value=numpy_helper.from_array(np.array([-1]))
                ),
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


def save(folder, made):
    path = folder / "net.onnx"
    path.write_bytes(made.SerializeToString())
    return path


def runtime(path, x):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


def kinds(net):
    return " ".join(type(layer).__name__ for layer in net.layers.values())


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


def last(shape, *nodes, **arrays):
    """TensorFlow's order of axes: the graph turns x first, and works on `a`."""
    return model([node("Transpose", "x", "a", perm=[0, 3, 1, 2]), *nodes], arrays, shape)


CHANNELS_LAST = {
    "a row of places, then channels": last(
        (7, 6, 3),
        node("Conv", "a w b", "c"),
        node("Transpose", "c", "d", perm=[0, 2, 3, 1]),
        node("Relu", "d", "e"),
        node("Reshape", "e k", "f"),
        node("Dropout", "f", "g"),
        node("MatMul", "g m", "y"),
        w=W,
        b=B,
        k=np.array([-1, 100]),
        m=floats(100, 3),
    ),
    "back and forth, side by side": last(
        (7, 6, 3),
        node("Transpose", "a", "d", perm=[0, 2, 3, 1]),
        node("Tanh", "d", "t"),
        node("Concat", "t d", "e", axis=3),
        node("ReduceMean", "e", "y", axes=[1, 2], keepdims=0),
    ),
    "padded, with means kept": last(
        (7, 6, 3),
        node("Transpose", "a", "d", perm=[0, 2, 3, 1]),
        node("Pad", "d p", "e"),
        node("ReduceMean", "e", "f", axes=[1, 2]),
        node("Squeeze", "f k", "y"),
        p=np.array([0, 1, 0, 0, 0, 0, 2, 0]),
        k=np.array([1, 2]),
    ),
}


@pytest.mark.parametrize("name", CHANNELS_LAST)
def test_a_graph_with_the_channels_last_takes_badaks_images(tmp_path, name):
    path = save(tmp_path, CHANNELS_LAST[name])
    net = badak.onnx.load(path)
    assert net.input_shape == MAPS
    x = floats(2, *MAPS)
    expected = runtime(path, np.ascontiguousarray(x.transpose(0, 2, 3, 1)))
    np.testing.assert_allclose(net(x), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("op", ["Softmax", "LogSoftmax"])
@pytest.mark.parametrize("opset", [7, 13])
def test_a_softmax_at_the_end_is_left_to_predict_proba(tmp_path, op, opset):
    nodes, arrays = rows(node("Gemm", "f w b", "g"), node(op, "g", "y"), b=floats(5))
    path = save(tmp_path, model(nodes, arrays, MAPS, opset))
    net = badak.onnx.load(path)
    assert kinds(net) == "Flatten Linear"
    x = floats(2, *MAPS)
    found = net.predict_proba(x) if op == "Softmax" else ops.log_softmax(net(x))
    np.testing.assert_allclose(found, runtime(path, x), rtol=1e-5, atol=1e-5)


def test_a_graph_of_doubles_becomes_a_network_of_float64(tmp_path):
    arrays = {"w": generator.standard_normal((126, 5))}
    nodes = [node("Flatten", "x", "f"), node("MatMul", "f w", "y")]
    path = save(tmp_path, model(nodes, arrays, MAPS, kind=TensorProto.DOUBLE))
    net = badak.onnx.load(path)
    assert net.dtype == np.float64
    x = generator.standard_normal((2, *MAPS))
    np.testing.assert_allclose(net(x), x.reshape(2, -1) @ arrays["w"], rtol=1e-12)


REFUSED = {
    "softmax within": (rows(node("Softmax", "f", "g"), node("Gemm", "g w", "y")),
        "follows a softmax"),
    "softmax over columns": (([node("Softmax", "x", "y", axis=3)], {}), "over the classes"),
    "lrn of even size": (([node("LRN", "x", "y", size=4)], {}), "size.*got 4|odd: an"),
    "a constant far from a product": (
        ([node("Add", "x b", "y")], {"b": floats(3, 1, 1)}),
        "a convolution",
    ),
    "a bias for each column": (
        behind_conv(node("Add", "c b", "y"), b=floats(5)), "channel.* \\(4, 1, 1\\)",
    ),
    "a shared convolution with a bias": (
        behind_conv(
            node("Add", "c b", "d"), node("Add", "c d", "y"), b=floats(4, 1, 1)
        ),
        "a convolution",
    ),
    "columns turned": (([node("Transpose", "x", "y", perm=[0, 1, 3, 2])], {}),
        "channels"),
    "concat of rows of maps": (
        ([node("Relu", "x", "a"), node("Concat", "x a", "y", axis=2)], {}), "that of the channels",
    ),
    "sum of shapes": (
        ([node("Conv", "x w", "a"), node("Add", "x a", "y")], {"w": floats(1, 3, 1, 1)}),
        "shape and layout.*got \\(3, 7, 6\\), \\(1, 7, 6\\)",
    ),
    "batch norm of images' own": (
        ([node("BatchNormalization", "x s o m v", "y", training_mode=1)], NORM),
        "running statistics",
    ),
    "negative variance": (
        ([node("BatchNormalization", "x s o m v", "y")], NORM | {"v": -np.ones(3, np.float32)}),
        "variances.*got -1",
    ),
    "padding of ones": (
        ([node("Pad", "x p c", "y")],
         {"p": np.array([0, 0, 1, 1, 0, 0, 1, 1]), "c": np.float32(1)}),
        "zeros.* maps",
    ),
    "dropout that drops": (
        ([node("Dropout", "x r t", "y")], {"r": np.float32(0.5), "t": np.array(True)}),
        "training_mode.*false",
    ),
    "channels last at the end": (
        ([node("Transpose", "x", "y", perm=[0, 2, 3, 1])], {}), "has its channels last",
    ),
    "a second output": (
        (
            [helper.make_node("MaxPool", ["x"], ["a", "i"], kernel_shape=[2, 2]),
             node("Add", "i a", "y")],
            {},
        ),
        "takes a second output",
    ),
    "a gather of many sizes": (
        ([node("Gather", "k i", "s"), node("Reshape", "x s", "y")],
         {"k": np.ones((1, 64), INT), "i": np.zeros(64, INT)}),
        "up to 64 sizes; got 4,096",
    ),
    "operators, all listed": (
        ([node("Sin", "x", "a"), node("Cos", "a", "b"), node("Sin", "b", "y")], {}),
        "operators: Cos \\(1\\), Sin \\(2\\)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_graph_that_no_layers_fit_is_refused(tmp_path, name):
    (nodes, arrays), words = REFUSED[name]
    path = tmp_path / "net.onnx"
    path.write_bytes(model(nodes, arrays, MAPS).SerializeToString())
    with pytest.raises(FormatError, match=words):
        badak.onnx.load(path)


def test_batch_norm_of_opset_6_says_whether_it_trains(tmp_path):
    def read(opset, **attributes):
        nodes = [node("BatchNormalization", "x s o m v", "y", **attributes)]
        return badak.onnx.load(save(tmp_path, model(nodes, NORM, MAPS, opset)))

    x = floats(2, *MAPS)
    np.testing.assert_array_equal(read(6, is_test=1)(x), read(7)(x))
    with pytest.raises(FormatError, match="must use its running statistics"):
        read(6)


def test_constants_are_cut_as_old_files_say(tmp_path):
    nodes = [node("Slice", "k", "s", starts=[1], ends=[3]), node("Reshape", "x s", "y")]
    net = badak.onnx.load(save(tmp_path, model(nodes, {"k": np.array([7, 0, -1])}, MAPS, 9)))
    assert kinds(net) == "Flatten"


def vectors(folder):
    for one in sorted(folder.glob("test_data_set_*")):
        yield tuple(
            numpy_helper.to_array(TensorProto.FromString((one / name).read_bytes()))
            for name in ("input_0.pb", "output_0.pb")
        )


@pytest.mark.parametrize("name", ["lenet-pytorch", "mnist-8", "resnet20-cifar10"])
def test_a_model_of_the_zoo_gives_its_own_outputs(data_dir, name):
    folder = data_dir / "onnx" / name
    net = badak.onnx.load(folder / "model.onnx")
    for x, expected in vectors(folder):
        tolerance = 1e-5 * max(1, np.abs(expected).max())
        np.testing.assert_allclose(net(x), expected, rtol=0, atol=tolerance)


def test_a_squeezenet_of_keras_gives_its_own_outputs(data_dir):
    """Its images have the channels last, its fire modules are Concat, and it ends with softmax."""
    folder = data_dir / "onnx" / "squeezenet-cifar10"
    net = badak.onnx.load(folder / "model.onnx")
    assert kinds(net).count("Concat") == 3
    for x, expected in vectors(folder):
        images = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
        np.testing.assert_allclose(net.predict_proba(images), expected, rtol=0, atol=1e-5)
