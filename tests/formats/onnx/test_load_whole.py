"""Whole ONNX files: other layouts and types, nodes that no layer fits, models of the zoo."""

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

import badak
from badak import FormatError, ops
from formats.onnx.graph_files import (
    MAPS,
    B,
    W,
    floats,
    generator,
    kinds,
    model,
    node,
    runtime,
    save,
)
from formats.onnx.test_load import NORM, rows

INT = np.int64


def last(shape, *nodes, **arrays):
    """TensorFlow's order of axes: the graph first transposes x to `a`."""
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
    "columns turned": (([node("Transpose", "x", "y", perm=[0, 1, 3, 2])], {}),
        "channels"),
    "concat of rows of maps": (
        ([node("Relu", "x", "a"), node("Concat", "x a", "y", axis=2)], {}), "that of the channels",
    ),
    "sum of shapes": (
        ([node("Conv", "x w", "a"), node("Add", "x a", "y")], {"w": floats(1, 3, 1, 1)}),
        "layers give \\(1, 7, 6\\) and the shortcut gives \\(3, 7, 6\\)",
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
        "gives 'i' besides, which no layer does",
    ),
    "a gather of many sizes": (
        ([node("Gather", "k i", "s"), node("Reshape", "x s", "y")],
         {"k": np.ones((1, 1024), INT), "i": np.zeros(1024, INT)}),
        "constants may make 73,728 numbers in all",
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
    with pytest.raises(FormatError, match="running statistics"):
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
    """Images with the channels last, fire modules that become Concat, a softmax at the end."""
    folder = data_dir / "onnx" / "squeezenet-cifar10"
    net = badak.onnx.load(folder / "model.onnx")
    assert kinds(net).count("Concat") == 3
    for x, expected in vectors(folder):
        images = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
        np.testing.assert_allclose(net.predict_proba(images), expected, rtol=0, atol=1e-5)
