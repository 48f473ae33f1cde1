"""One network as different programs write it: each form is read and agrees with ONNX Runtime.

tf2onnx moves axes of size 1 by Reshape. Keras casts floats to floats, and adds biases to maps whose
channels are last. torchvision concatenates a single value, or paths that begin at different places.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

import badak
from badak import FormatError
from formats.onnx.graph_files import MAPS, floats, kinds, model, node, runtime, save

ONE_INPUT = ["Identity", "Cast", "Concat", "Sum", "Max", "Min", "Mean"]
FREE = ["N", 0, -1]
FIRST, LAST = (0, 3, 1, 2), (0, 2, 3, 1)


class Writer:
    """A graph, written node by node; `sizes` is the shape of the last value without the images."""

    def __init__(self, data, sizes, batch):
        self.data, self.sizes, self.batch = data, list(sizes), batch
        self.nodes, self.arrays, self.name = [], {}, "x"

    def draw(self, *choices):
        return self.data.draw(st.sampled_from(choices))

    def constant(self, array):
        self.arrays[f"k{len(self.arrays)}"] = np.asarray(array)
        return f"k{len(self.arrays) - 1}"

    def add(self, op, *constants, sizes=None, **attributes):
        inputs = [self.name, *map(self.constant, constants)]
        self.name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [self.name], **attributes))
        self.sizes = self.sizes if sizes is None else list(sizes)

    def reshape(self, sizes):
        images = self.draw(0, -1) if isinstance(self.batch, str) or self.batch < 1 else self.batch
        self.add("Reshape", np.array([images, *sizes]), sizes=sizes)

    def nothing(self):
        """Up to three nodes that change no number."""
        for _ in range(self.draw(0, 1, 3)):
            op = self.draw(*ONE_INPUT)
            rank = len(self.sizes) + 1
            options = {"Cast": {"to": 1}, "Concat": {"axis": self.draw(*range(-rank, rank))}}
            self.add(op, **options.get(op, {}))

    def turn(self, order):
        """Transpose, or Reshape as tf2onnx does if the axes that move have size 1."""
        sizes = [self.sizes[place - 1] for place in order[1:]]
        if [n for n in sizes if n > 1] == [n for n in self.sizes if n > 1] and self.draw(0, 1):
            wide = [place for place in order[1:] if self.sizes[place - 1] > 1]
            if wide == sorted(wide):
                self.reshape(sizes)
                return
        self.add("Transpose", sizes=sizes, perm=list(order))

    def leave_out(self):
        """Remove axes of size 1, one by one or together, and add them again."""
        whole = list(self.sizes)
        narrow = [i + 1 for i, size in enumerate(whole) if size == 1]
        gone = self.data.draw(st.sets(st.sampled_from(narrow))) if narrow else set()
        if not gone or len(gone) == len(whole):
            return
        for axes in [[axis] for axis in sorted(gone)[::-1]] if self.draw(0, 1) else [sorted(gone)]:
            left = [size for i, size in enumerate(self.sizes, 1) if i not in axes]
            self.add("Squeeze", np.array(axes), sizes=left)
        self.nothing()
        if self.draw(0, 1):
            self.add("Unsqueeze", np.array(sorted(gone)), sizes=whole)
        else:
            self.reshape(whole)

    def average(self, rows, columns):
        """The mean over these axes of maps: over both at once, or one after the other."""
        keep = self.draw(0, 1)
        steps = self.draw([[rows, columns]], [[rows], [columns]], [[columns], [rows]])
        for step, axes in enumerate(steps):
            moved = [a - (not keep and step > 0 and a > steps[0][0]) for a in axes]
            sizes = [
                1 if i in moved else size
                for i, size in enumerate(self.sizes, 1)
                if keep or i not in moved
            ]
            self.add("ReduceMean", sizes=sizes, axes=moved, keepdims=keep)
        if keep:
            self.add("Squeeze", np.array([rows, columns]), sizes=[max(self.sizes)])

    def made(self, sizes, batch):
        nodes = [*self.nodes, helper.make_node("Identity", [self.name], ["y"])]
        made = model(nodes, self.arrays, sizes)
        dim = made.graph.input[0].type.tensor_type.shape.dim[0]
        if isinstance(batch, int):
            dim.dim_value = batch
        return made


@given(data=st.data())
def test_forms_that_compute_nothing_are_read(tmp_path_factory, data):
    """A convolution with a bias, an activation and a linear layer, with such forms between them."""
    c, h, w, filters = (data.draw(st.sampled_from([1, 1, 2, 3])) for _ in "chwf")
    last = data.draw(st.booleans())
    declared = (h, w, c) if last else (c, h, w)
    batch = data.draw(st.sampled_from([*FREE, 2]))
    graph = Writer(data, declared, batch)
    graph.nothing()
    if last:
        graph.turn(FIRST)
    graph.leave_out()
    graph.add("Conv", floats(filters, c, 1, 1), sizes=(filters, h, w))
    at_last = data.draw(st.booleans())
    if at_last:
        graph.nothing()
        graph.turn(LAST)
        bias = floats(*data.draw(st.sampled_from([(1, 1, 1, filters), (filters,)])))
    else:
        bias = floats(1, filters, 1, 1)
    graph.add("Add", bias)
    graph.leave_out()
    graph.add("Relu")
    if data.draw(st.booleans()):
        graph.average(*((1, 2) if at_last else (2, 3)))
        graph.sizes = [filters]
    else:
        graph.reshape([filters * h * w])
    graph.nothing()
    graph.add("MatMul", floats(graph.sizes[0], 3), sizes=[3])

    folder = tmp_path_factory.mktemp("form")
    net = badak.onnx.load(save(folder, graph.made(declared, batch)))
    x = floats(2, c, h, w)
    if declared != (1, 1, 1):
        assert net.input_shape == (c, h, w)
    images = np.ascontiguousarray(x.transpose(0, 2, 3, 1)) if last else x
    expected = runtime(save(folder, graph.made(declared, "N")), images)
    np.testing.assert_allclose(net(x), expected, rtol=1e-4, atol=1e-4)


def keras_digits():
    """A Keras convnet for 28x28x1 images, as tf2onnx writes it."""
    arrays = {
        "first": np.array([-1, 1, 28, 28]),
        "row": np.array([-1, 12 * 12 * 8]),
        "w": floats(8, 1, 5, 5) / 5,
        "b": floats(1, 1, 1, 8),
        "m": floats(12 * 12 * 8, 10) / 30,
        "n": floats(10),
    }
    nodes = [
        node("Cast", "x", "x32", to=1),
        node("Reshape", "x32 first", "maps"),
        node("Conv", "maps w", "c"),
        node("Transpose", "c", "t", perm=list(LAST)),
        node("Add", "t b", "a"),
        node("Relu", "a", "r"),
        node("Transpose", "r", "u", perm=list(FIRST)),
        node("MaxPool", "u", "p", kernel_shape=[2, 2], strides=[2, 2]),
        node("Transpose", "p", "q", perm=list(LAST)),
        node("Reshape", "q row", "f"),
        node("MatMul", "f m", "d"),
        node("Add", "d n", "z"),
        node("Softmax", "z", "s"),
        node("Cast", "s", "y", to=1),
    ]
    return model(nodes, arrays, (28, 28, 1))


@pytest.mark.parametrize("batch", FREE)
def test_a_digit_network_of_keras_is_read(tmp_path, batch):
    made = keras_digits()
    images = floats(3, 1, 28, 28)
    expected = runtime(save(tmp_path, made), images.reshape(3, 28, 28, 1))
    if batch != "N":
        made.graph.input[0].type.tensor_type.shape.dim[0].dim_value = batch
    net = badak.onnx.load(save(tmp_path, made))
    assert net.input_shape == (1, 28, 28)
    assert kinds(net) == "Conv2d ReLU MaxPool2d Flatten Linear"
    np.testing.assert_allclose(net.predict_proba(images), expected, rtol=1e-4, atol=1e-6)


TYPES = ["UINT8", "FLOAT16", "BFLOAT16", "STRING", "FLOAT8E4M3FN", "COMPLEX64", "INT4"]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("form", ["initializer", "declared", "taken by a dead node", "constant"])
def test_what_nothing_needs_may_be_of_any_type(tmp_path, kind, form):
    made = model([node("Conv", "x w", "y")], {"w": floats(4, 3, 3, 2)}, MAPS)
    left = TensorProto(name="left", data_type=TensorProto.DataType.Value(kind), dims=[2])
    if kind == "STRING":
        left.string_data.extend([b"a", b"b"])
    else:
        left.raw_data = bytes(16)
    if form == "constant":
        made.graph.node.append(helper.make_node("Constant", [], ["left"], value=left))
    else:
        made.graph.initializer.append(left)
    if form == "taken by a dead node":
        made.graph.node.append(node("Identity", "left", "gone"))
    if form == "declared":
        info = helper.make_tensor_value_info("left", left.data_type, [2])
        made.graph.input.append(info)
    net = badak.onnx.load(save(tmp_path, made))
    assert kinds(net) == "Conv2d"


def test_a_needed_constant_of_another_type_is_refused(tmp_path):
    made = model([node("Conv", "x w", "y")], {"w": np.ones((4, 3, 3, 2), np.uint16)}, MAPS)
    with pytest.raises(FormatError, match="initializer 'w': its element type is number 4"):
        badak.onnx.load(save(tmp_path, made))


@pytest.mark.parametrize("kind", ["FLOAT16", "BFLOAT16"])
@pytest.mark.parametrize("raw", [True, False])
def test_weights_of_half_the_size_are_widened(tmp_path, kind, raw):
    weight = floats(4, 3, 3, 2)
    bits = weight.astype(np.float16).view(np.uint16)
    expected = weight.astype(np.float16).astype(np.float32)
    if kind == "BFLOAT16":
        bits = (weight.view(np.uint32) >> 16).astype(np.uint16)
        expected = (weight.view(np.uint32) & 0xFFFF0000).view(np.float32)
    made = model([node("Conv", "x w", "y")], {}, MAPS)
    tensor = TensorProto(name="w", data_type=TensorProto.DataType.Value(kind), dims=weight.shape)
    if raw:
        tensor.raw_data = bits.tobytes()
    else:
        tensor.int32_data.extend(map(int, bits.reshape(-1)))
    made.graph.initializer.append(tensor)
    net = badak.onnx.load(save(tmp_path, made))
    np.testing.assert_array_equal(net.parameters()["conv1.weight"], expected)


@given(data=st.data())
@pytest.mark.parametrize("op", ["Concat", "Sum"])
def test_paths_may_part_at_several_places(tmp_path_factory, op, data):
    """Each path begins with the images or with a value that an earlier path computed."""
    nodes, arrays, before = [], {}, "x"
    ends = []
    for i in range(data.draw(st.integers(2, 4))):
        if data.draw(st.booleans()):
            arrays[f"m{i}"] = floats(3, 3, 1, 1)
            nodes += [node("Conv", f"{before} m{i}", f"c{i}"), node("Relu", f"c{i}", f"r{i}")]
            before = f"r{i}"
        arrays[f"e{i}"] = floats(3, 3, 1, 1)
        nodes.append(node("Conv", f"{before} e{i}", f"p{i}"))
        ends.append(f"p{i}")
    nodes.append(helper.make_node(op, ends, ["y"], **({"axis": 1} if op == "Concat" else {})))
    path = save(tmp_path_factory.mktemp("paths"), model(nodes, arrays, MAPS))
    x = floats(2, *MAPS)
    np.testing.assert_allclose(badak.onnx.load(path)(x), runtime(path, x), rtol=1e-4, atol=1e-4)
