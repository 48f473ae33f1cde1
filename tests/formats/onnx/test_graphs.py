"""Graphs as other people draw them: constants, parts of channels, values that are used often."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

import badak
from badak import BadakError, FormatError
from formats.onnx.graph_files import MAPS, B, W, conv, floats, kinds, model, node, runtime, save

LAST = [0, 2, 3, 1]
TURN = node("Transpose", "x", "t", perm=LAST)
BACK = node("Transpose", "u", "y", perm=[0, 3, 1, 2])
SIX = (6, 5, 4)


def through(*nodes, **arrays):
    return list(nodes), arrays


# name -> nodes and constants, the kinds of layers they become, and the images' shape
FORMS = {
    "a number for all": (through(node("Add", "x k", "y"), k=np.float32(2)), "Normalize", MAPS),
    "images prepared": (
        through(node("Sub", "x m", "c"), node("Div", "c s", "y"), m=floats(3, 1, 1),
                s=np.abs(floats(3, 1, 1)) + 1),
        "Normalize", MAPS,
    ),
    "a factor within": (
        through(node("Relu", "x", "r"), node("Mul", "r k", "y"), k=floats(3, 1, 1)),
        "ReLU Scale", MAPS,
    ),
    "a factor after a convolution": (
        through(node("Conv", "x w b", "c"), node("Mul", "c k", "m"), node("Add", "m b2", "y"),
                w=W, b=B, k=floats(1, 4, 1, 1), b2=floats(4, 1, 1)),
        "Conv2d", MAPS,
    ),
    "one for each place": (
        through(node("Tanh", "x", "r"), node("Sub", "r k", "y"), k=floats(7, 6)), "Tanh Scale",
        MAPS,
    ),
    "a constant less a value": (
        through(node("Tanh", "x", "r"), node("Sub", "k r", "n"), node("Neg", "n", "y"),
                k=floats(1)),
        "Tanh Scale", MAPS,
    ),
    "channels last": (
        through(TURN, node("Relu", "t", "r"), node("Mul", "r k", "u"), BACK, k=floats(3)),
        "ReLU Scale", MAPS,
    ),
    "a difference of paths": (
        through(node("Conv", "x w", "a"), node("Tanh", "a", "b"), node("Sub", "a b", "y"), w=W),
        "Conv2d Residual", MAPS,
    ),
    "a mean of paths": (
        through(node("Tanh", "x", "a"), node("Mean", "x a", "y")), "Residual Scale", MAPS,
    ),
    "a product by one pixel, channels last": (
        through(TURN, node("MatMul", "t k", "m"), node("Add", "m b", "u"), BACK,
                k=floats(3, 5), b=floats(5)),
        "Conv2d", MAPS,
    ),
    "a maximum over places": (
        through(node("ReduceMax", "x", "y", axes=[2, 3], keepdims=0)), "MaxPool2d Flatten", MAPS,
    ),
    "a sum over places": (
        through(node("ReduceSum", "x k", "y", keepdims=0), k=np.array([-1, -2])),
        "GlobalAvgPool2d Scale Flatten", MAPS,
    ),
    "two halves": (
        through(helper.make_node("Split", ["x"], ["a", "b"], axis=1), node("Relu", "b", "c"),
                node("Concat", "c a", "y", axis=1)),
        "Concat", SIX,
    ),
    "parts of other sizes, channels last": (
        through(node("Transpose", "x", "t", perm=LAST),
                helper.make_node("Split", ["t", "k"], ["a", "b"], axis=-1),
                node("Relu", "b", "c"), node("Concat", "c a", "u", axis=3), BACK,
                k=np.array([1, 5])),
        "Concat", SIX,
    ),
    "a slice": (
        through(node("Slice", "x s e a", "y"), s=np.array([-4]), e=np.array([2**31]),
                a=np.array([1])),
        "ChannelSlice", SIX,
    ),
    "one channel, and its axis again": (
        through(node("Gather", "x k", "g", axis=1), node("Unsqueeze", "g o", "y"),
                k=np.array(2), o=np.array([1])),
        "ChannelSlice", SIX,
    ),
    "shuffled": (
        through(node("Reshape", "x p", "a"), node("Transpose", "a", "b", perm=[0, 2, 1, 3, 4]),
                node("Reshape", "b q", "y"), p=np.array([-1, 3, 2, 5, 4]),
                q=np.array([-1, 6, 5, 4])),
        "ChannelShuffle", SIX,
    ),
    "shuffled, channels last": (
        through(node("Transpose", "x", "t", perm=LAST), node("Reshape", "t p", "a"),
                node("Transpose", "a", "b", perm=[0, 1, 2, 4, 3]), node("Reshape", "b q", "u"),
                BACK, p=np.array([0, 5, 4, 2, 3]), q=np.array([0, 5, 4, 6])),
        "ChannelShuffle", SIX,
    ),
    "a list that grows": (
        through(node("Tanh", "x", "a"), node("Concat", "x a", "b", axis=1), node("Relu", "b", "c"),
                node("Concat", "x a c", "d", axis=1), node("Sigmoid", "d", "e"),
                node("Concat", "x a c e", "y", axis=1)),
        "Concat Concat Concat", MAPS,
    ),
    "a gate": (
        through(node("GlobalAveragePool", "x", "a"), node("Conv", "a w", "b"),
                node("HardSigmoid", "b", "c", alpha=1 / 6), node("Mul", "c x", "y"),
                w=floats(3, 3, 1, 1)),
        "Product", MAPS,
    ),
    "a value that two paths take": (
        through(node("Relu", "x", "p"), node("Sigmoid", "p", "q"), node("Add", "q x", "s"),
                node("Add", "s p", "y")),
        "Graph", MAPS,
    ),
    "a web, then a chain": (
        through(node("Conv", "x w b", "c"), node("Relu", "c", "p"), node("Tanh", "p", "q"),
                node("Concat", "q c", "s", axis=1), node("Concat", "s p", "d", axis=1),
                node("Sigmoid", "d", "y"), w=W, b=B),
        "Conv2d Graph Sigmoid", MAPS,
    ),
    "a web of products and differences": (
        through(node("Tanh", "x", "p"), node("Sigmoid", "p", "q"), node("Mul", "q x", "s"),
                node("Sub", "s p", "t"), node("Sum", "t q s", "y")),
        "Graph", MAPS,
    ),
    "padding that no maximum sees": (
        through(node("Pad", "x p c", "a"), node("MaxPool", "a", "y", kernel_shape=[3, 3]),
                p=np.array([0, 0, 1, 0, 0, 0, 0, 1]), c=np.float32(-np.inf)),
        "MaxPool2d", MAPS,
    ),
    "padding that repeats the rim before a maximum": (
        through(node("Pad", "x p", "a", mode="edge"),
                node("MaxPool", "a", "y", kernel_shape=[3, 2], strides=[2, 2]),
                p=np.array([0, 0, 1, 0, 0, 0, 1, 1])),
        "MaxPool2d", MAPS,
    ),
    "rows and columns cut off": (
        through(node("Tanh", "x", "a"), node("Slice", "a s e d", "y"), s=np.array([1, 0]),
                e=np.array([7, -2]), d=np.array([2, 3])),
        "Tanh ConvTranspose2d", MAPS,
    ),
    "cut off after a transposed convolution": (
        through(node("ConvTranspose", "x w", "a", strides=[2, 2]), node("Slice", "a s e d", "y"),
                w=floats(3, 2, 3, 3), s=np.array([1]), e=np.array([-1]), d=np.array([2])),
        "ConvTranspose2d", MAPS,
    ),
    "half the numbers' size on the way": (
        through(node("Cast", "x", "a", to=TensorProto.FLOAT16), node("Relu", "a", "b"),
                node("Cast", "b", "y", to=TensorProto.FLOAT)),
        "ReLU", MAPS,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_graph_is_read_agrees_and_goes_out_again(tmp_path, name):
    (nodes, arrays), layers, shape = FORMS[name]
    path = save(tmp_path, model(nodes, arrays, shape))
    net = badak.onnx.load(path)
    assert kinds(net) == layers
    x = floats(2, *shape)
    expected, rough = runtime(path, x), 1e-3 if "half the" in name else 1e-5
    np.testing.assert_allclose(net(x), expected, rtol=rough, atol=rough)
    badak.onnx.export(net, tmp_path / "again.onnx")
    again = onnxruntime.InferenceSession(tmp_path / "again.onnx").run(None, {"images": x})[0]
    np.testing.assert_allclose(again, net(x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("last", ["AveragePool", "MaxPool"])
def test_padding_that_repeats_the_rim_is_refused_where_it_is_seen(tmp_path, last):
    nodes = [node("Pad", "x p", "a", mode="edge"), node(last, "a", "y", kernel_shape=[2, 2])]
    pads = np.array([0, 0, 1 if last == "AveragePool" else 2, 0, 0, 0, 0, 0])
    path = save(tmp_path, model(nodes, {"p": pads}, MAPS))
    with pytest.raises(FormatError, match=r"Pad 'a': padding with .* is no layer"):
        badak.onnx.load(path)


def free(made, *places):
    for place in places:
        made.graph.input[0].type.tensor_type.shape.dim[place].dim_param = f"size {place}"
    return made


def test_free_sizes_are_those_that_one_asks_for(tmp_path):
    nodes, arrays = conv(pads=[1, 1, 1, 1])
    path = save(tmp_path, free(model(nodes, arrays, MAPS), 2, 3))
    with pytest.raises(FormatError, match=r"input_shape, such as load\(path, input_shape=\(3,"):
        badak.onnx.load(path)
    net = badak.onnx.load(path, input_shape=(3, 9, 8))
    x = floats(2, 3, 9, 8)
    np.testing.assert_allclose(net(x), runtime(path, x), rtol=1e-4, atol=1e-4)
    with pytest.raises(FormatError, match=r"declared .*got \(4, 9, 8\)"):
        badak.onnx.load(path, input_shape=(4, 9, 8))
    with pytest.raises(BadakError, match=r"input_shape must be \(C, H, W\); got 5"):
        badak.onnx.load(path, input_shape=5)


def test_free_sizes_of_a_file_with_the_channels_last(tmp_path):
    nodes = [node("Transpose", "x", "a", perm=[0, 3, 1, 2]), node("Conv", "a w", "y")]
    path = save(tmp_path, free(model(nodes, {"w": W}, (7, 6, 3)), 1, 2))
    net = badak.onnx.load(path, input_shape=(3, 9, 8))
    x = floats(2, 9, 8, 3)
    images = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
    np.testing.assert_allclose(net(images), runtime(path, x), rtol=1e-4, atol=1e-4)


def test_any_value_may_be_the_output(tmp_path):
    nodes = [node("Conv", "x w", "c"), node("Relu", "c", "r"), node("Sin", "r", "s")]
    made = model([*nodes, node("Tanh", "r", "y")], {"w": W}, MAPS)
    made.graph.output.append(helper.make_tensor_value_info("s", TensorProto.FLOAT, None))
    path = save(tmp_path, made)
    with pytest.raises(FormatError, match=r"has y, s: say which with output.*output='y'"):
        badak.onnx.load(path)
    assert kinds(badak.onnx.load(path, output="y")) == "Conv2d ReLU Tanh"
    assert kinds(badak.onnx.load(path, output="c")) == "Conv2d"
    with pytest.raises(FormatError, match=r"no node computes the output 'z'; its outputs are y, s"):
        badak.onnx.load(path, output="z")
    with pytest.raises(FormatError, match=r"operators: Sin \(1\), at Sin 's'"):
        badak.onnx.load(path, output="s")


def test_all_that_cannot_be_read_is_listed(tmp_path):
    nodes = [
        node("Sin", "x", "a"),
        node("Cos", "a", "b"),
        node("LRN", "x", "c", size=4),
        helper.make_node("Sin", ["b"], ["d"], name="the last"),
        node("Sum", "b c d", "y"),
    ]
    path = tmp_path / "net.onnx"
    path.write_bytes(model(nodes, {}, MAPS).SerializeToString())
    with pytest.raises(FormatError) as fault:
        badak.onnx.load(path)
    for words in ("Cos (1), Sin (2)", "Sin 'a', Cos 'b', Sin 'the last'", "LRN 'c': its size must"):
        assert words in str(fault.value)


def test_a_shared_part_with_a_loss_trains(tmp_path):
    nodes, arrays = FORMS["a web, then a chain"][0]
    nodes = [*nodes[:-1], node("GlobalAveragePool", "d", "y")]
    net = badak.onnx.load(save(tmp_path, model(nodes, arrays, MAPS)))
    trainer = badak.Trainer(net, optimizer=badak.optim.Adam(0.05), progress=False)
    x, labels = floats(8, *MAPS), np.arange(8) % 3
    losses = [trainer.step(x, labels) for _ in range(20)]
    assert losses[-1] < losses[0]
