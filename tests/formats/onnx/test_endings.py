"""The last activation of a file: badak gives the same outputs, or refuses the file."""

import numpy as np
import onnxruntime
import pytest
from onnx import helper

import badak
from badak import FormatError, Trainer, ops
from badak.layers import Flatten, Linear, Sigmoid
from formats.onnx.graph_files import MAPS, floats, kinds, model, node, runtime, save

ONE = {"w": floats(126, 1) / 10, "b": floats(1)}
PIXELS = {"w": floats(1, 3, 1, 1)}


def logit(*nodes, **arrays):
    """One number per image, `z`, and the probabilities computed from it."""
    return [node("Flatten", "x", "f"), node("Gemm", "f w b", "z"), *nodes], ONE | arrays


def maps(*nodes, **arrays):
    """The same, as a map with one place and one channel."""
    first = [node("Conv", "x w", "c"), node("GlobalAveragePool", "c", "z")]
    return [*first, *nodes], PIXELS | arrays


# name -> nodes and constants that end in one probability per image
YES_OR_NO = {
    "rows": logit(node("Sigmoid", "z", "y")),
    "a cast after it": logit(node("Sigmoid", "z", "p"), node("Cast", "p", "y", to=1)),
    "the same value after it": logit(node("Sigmoid", "z", "p"), node("Identity", "p", "y")),
    "left without axes": logit(
        node("Sigmoid", "z", "p"), node("Squeeze", "p k", "y"), k=np.array([1])
    ),
    "reshaped": logit(
        node("Sigmoid", "z", "p"), node("Reshape", "p k", "y"), k=np.array([-1])
    ),
    "dropout before it": logit(node("Dropout", "z", "d"), node("Sigmoid", "d", "y")),
    "a map": maps(node("Sigmoid", "z", "y")),
    "a map in a row": maps(node("Flatten", "z", "r"), node("Sigmoid", "r", "y")),
    "a row of a map": maps(node("Sigmoid", "z", "p"), node("Flatten", "p", "y")),
    "a sigmoid before the last": logit(
        node("Sigmoid", "z", "a"), node("Gemm", "a v u", "q"), node("Sigmoid", "q", "y"),
        v=np.array([[-3]], np.float32), u=np.array([1.5], np.float32),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", YES_OR_NO)
def test_one_output_with_a_sigmoid_tells_two_classes_apart(tmp_path, name):
    nodes, arrays = YES_OR_NO[name]
    path = save(tmp_path, model(nodes, arrays, MAPS))
    net = badak.onnx.load(path)
    x = 3 * floats(20, *MAPS)
    yes = runtime(path, x).reshape(-1)
    assert (yes > 0.5).any()
    assert (yes < 0.5).any()
    expected = np.stack([1 - yes, yes], axis=1)
    np.testing.assert_allclose(net.predict_proba(x), expected, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(net.predict(x), yes > 0.5)
    assert net.num_classes == 2


def test_such_a_network_is_trained_saved_and_exported_like_any_other(tmp_path):
    nodes, arrays = YES_OR_NO["rows"]
    net = badak.onnx.load(save(tmp_path, model(nodes, arrays, MAPS)))
    assert kinds(net) == "Flatten Linear Linear"
    x, labels = floats(8, *MAPS), np.arange(8) % 2
    yes = net.predict_proba(x)[:, 1]
    binary = -np.log(np.where(labels == 1, yes, 1 - yes)).mean()
    np.testing.assert_allclose(net.loss_and_gradients(x, labels)[0], binary, rtol=1e-4)
    trainer = Trainer(net, optimizer=badak.optim.Adam(1e-2), progress=False)
    losses = [trainer.step(x, labels) for _ in range(40)]
    assert losses[-1] < losses[0] / 2
    badak.onnx.export(net, tmp_path / "again.onnx")
    net.save(tmp_path / "net.safetensors")
    again = badak.load(tmp_path / "net.safetensors")
    expected = net.predict_proba(x)
    np.testing.assert_array_equal(again.predict_proba(x), expected)
    session = onnxruntime.InferenceSession(
        tmp_path / "again.onnx", providers=["CPUExecutionProvider"]
    )
    (logits,) = session.run(None, {"images": x})
    np.testing.assert_allclose(ops.softmax(logits), expected, rtol=0, atol=1e-6)


def classes(count, *nodes, **arrays):
    first = [node("Flatten", "x", "f"), node("MatMul", "f w", "z")]
    return [*first, *nodes], {"w": floats(126, count) / 10, **arrays}


SEVERAL = {
    "two": (*classes(2, node("Sigmoid", "z", "y")), "2 outputs"),
    "five": (*classes(5, node("Sigmoid", "z", "y")), "5 outputs"),
    "five, then a cast": (
        *classes(5, node("Sigmoid", "z", "s"), node("Cast", "s", "y", to=1)), "5 outputs",
    ),
    "channels of a map": (
        [node("GlobalAveragePool", "x", "a"), node("Sigmoid", "a", "p"), node("Flatten", "p", "y")],
        {},
        "3 outputs",
    ),
    "pixels in a row": (
        [node("Sigmoid", "x", "p"), node("Flatten", "p", "y")], {}, "126 outputs",
    ),
    "side by side": (
        *classes(
            1, node("Sigmoid", "z", "p"), node("MatMul", "f v", "q"), node("Concat", "p q", "y",
            axis=1), v=floats(126, 2),
        ),
        "3 outputs",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SEVERAL)
def test_several_outputs_with_a_sigmoid_are_refused(tmp_path, name):
    nodes, arrays, count = SEVERAL[name]
    with pytest.raises(FormatError, match=f"its {count} end in Sigmoid.*without the last Sigmoid"):
        badak.onnx.load(save(tmp_path, model(nodes, arrays, MAPS)))


@pytest.mark.parametrize("op", ["Softmax", "LogSoftmax"])
@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.filterwarnings("ignore:.*has one output")
def test_a_sigmoid_under_a_softmax_is_a_layer_like_any_other(tmp_path, count, op):
    """The softmax chooses the class: the outputs of the Sigmoid are its logits."""
    nodes, arrays = classes(count, node("Sigmoid", "z", "s"), node(op, "s", "y", axis=1))
    path = save(tmp_path, model(nodes, arrays, MAPS))
    x = floats(4, *MAPS)
    found = badak.onnx.load(path).predict_proba(x)
    expected = runtime(path, x)
    np.testing.assert_allclose(found, np.exp(expected) if op[0] == "L" else expected, rtol=1e-5)


@pytest.mark.parametrize("op", ["Tanh", "Relu", "LeakyRelu", "Elu"])
def test_another_activation_at_the_end_stays(tmp_path, op):
    nodes, arrays = classes(4, node(op, "z", "y"))
    path = save(tmp_path, model(nodes, arrays, MAPS))
    net = badak.onnx.load(path)
    x = floats(5, *MAPS)
    np.testing.assert_allclose(net(x), runtime(path, x), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(net.predict(x), runtime(path, x).argmax(axis=1))


def test_maps_that_end_in_a_sigmoid_are_given_as_they_are(tmp_path):
    path = save(
        tmp_path, model([node("Conv", "x w", "c"), node("Sigmoid", "c", "y")], PIXELS, MAPS)
    )
    x = floats(2, *MAPS)
    np.testing.assert_allclose(badak.onnx.load(path)(x), runtime(path, x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("op", ["Tanh", "Relu", "Identity", "Softmax"])
def test_one_output_that_tells_no_classes_apart_is_said(tmp_path, op):
    nodes, arrays = logit(node(op, "z", "y"))
    path = save(tmp_path, model(nodes, arrays, MAPS))
    with pytest.warns(UserWarning, match=r"one output and no Sigmoid.*use net\(x\)") as caught:
        net = badak.onnx.load(path)
    assert caught[0].filename == __file__
    x = floats(2, *MAPS)
    result = net.predict_proba(x) if op == "Softmax" else net(x)
    np.testing.assert_allclose(result, runtime(path, x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("op", ["Softsign", "ArgMax", "Celu"])
def test_what_badak_has_no_layer_for_is_named(tmp_path, op):
    nodes, arrays = classes(4, node("Softmax", "z", "p"), node(op, "p", "y"))
    with pytest.raises(FormatError, match=rf"no layers for these operators: {op} \(1\)"):
        badak.onnx.load(save(tmp_path, model(nodes, arrays, MAPS)))


LAST = [0, 2, 3, 1]
POOLED = node("GlobalAveragePool", "x", "a")
SOFTMAX = {
    "channels": ([POOLED, node("Softmax", "a", "y", axis=1)], 17),
    "channels, from the end": ([POOLED, node("Softmax", "a", "y", axis=-3)], 11),
    "channels, last": (
        [POOLED, node("Transpose", "a", "t", perm=LAST), node("Softmax", "t", "y")], 17,
    ),
    "channels, last, of old": (
        [POOLED, node("Transpose", "a", "t", perm=LAST), node("Softmax", "t", "y", axis=3)], 11,
    ),
    "rows, from the end": (
        [node("ReduceMean", "x", "a", axes=[2, 3], keepdims=0), node("Softmax", "a", "y", axis=-1)],
        11,
    ),
    "rows of old": (
        [node("ReduceMean", "x", "a", axes=[2, 3], keepdims=0), node("Softmax", "a", "y")], 9,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SOFTMAX)
def test_a_softmax_over_the_classes_is_left_to_predict_proba(tmp_path, name):
    nodes, opset = SOFTMAX[name]
    path = save(tmp_path, model(nodes, {}, MAPS, opset))
    x = floats(2, *MAPS)
    expected = runtime(path, x).reshape(2, 3)
    np.testing.assert_allclose(expected.sum(axis=1), 1, rtol=1e-5)
    found = badak.onnx.load(path).predict_proba(x)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


ELSEWHERE = {
    "over rows of a place": ([POOLED, node("Softmax", "a", "y", axis=2)], 17),
    "over rows of a place, of old": ([POOLED, node("Softmax", "a", "y", axis=2)], 9),
    "over the images": ([POOLED, node("Softmax", "a", "y", axis=0)], 17),
    "over the images too, of old": ([POOLED, node("Softmax", "a", "y", axis=0)], 11),
    "over the channels of each pixel": ([node("Softmax", "x", "y", axis=1)], 17),
    "over columns, then in a row": (
        [node("Softmax", "x", "a"), node("Flatten", "a", "y")], 17,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_softmax_over_anything_else_is_refused(tmp_path, name):
    nodes, opset = ELSEWHERE[name]
    with pytest.raises(FormatError, match="over the classes"):
        badak.onnx.load(save(tmp_path, model(nodes, {}, MAPS, opset)))


def test_a_network_of_badaks_own_that_ends_in_a_sigmoid_comes_back(tmp_path):
    net = badak.Network([Flatten(), Linear(1), Sigmoid()], MAPS)
    badak.onnx.export(net, tmp_path / "net.onnx")
    assert badak.onnx.load(tmp_path / "net.onnx").layers == net.layers


def test_a_sigmoid_after_a_sum_is_read(tmp_path):
    """A bias added after the product, as Keras writes it."""
    nodes = [
        node("Flatten", "x", "f"),
        node("MatMul", "f w", "m"),
        helper.make_node("Add", ["m", "b"], ["z"]),
        node("Sigmoid", "z", "y"),
    ]
    path = save(tmp_path, model(nodes, ONE, MAPS))
    x = floats(4, *MAPS)
    expected = runtime(path, x)[:, 0]
    np.testing.assert_allclose(badak.onnx.load(path).predict_proba(x)[:, 1], expected, atol=1e-6)
