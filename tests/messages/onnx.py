"""ONNX files that cannot be read, and networks that cannot be written."""

import onnx
from onnx import TensorProto, helper

import badak
from attacks.onnx_files import forged


def _forged(content):
    def call(folder):
        data = content if isinstance(content, bytes) else content.SerializeToString()
        (folder / "net.onnx").write_bytes(data)
        badak.onnx.load(folder / "net.onnx")

    return call


def _graph(*nodes, shape=("N", 1, 4, 4), opset=17):
    """Load a graph of these nodes, from x to y."""

    def call(folder):
        values = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, size)
            for name, size in (("x", shape), ("y", None))
        ]
        graph = helper.make_graph(list(nodes), "g", values[:1], values[1:])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
        onnx.save(model, folder / "net.onnx")
        badak.onnx.load(folder / "net.onnx")

    return call


# They need their external data beside them.
BESIDE = {
    f"O10 {name}" for name in ("link", "hard link", "pipe", "a folder", "short", "offset 2**50")
}

CALLS = {
    **{name: _forged(content) for name, (content, _) in forged().items() if name not in BESIDE},
    "an operator without a layer": _graph(helper.make_node("Erf", ["x"], ["y"])),
    "several operators without layers": _graph(
        helper.make_node("Erf", ["x"], ["z"]), helper.make_node("Ceil", ["z"], ["y"])
    ),
    "an old opset": _graph(helper.make_node("Relu", ["x"], ["y"]), opset=5),
    "images of any size": _graph(helper.make_node("Relu", ["x"], ["y"]), shape=("N", 1, "H", "W")),
    "a missing file": lambda folder: badak.onnx.load(folder / "net.onnx"),
    "export no network": lambda folder: badak.onnx.export(3, folder / "net.onnx"),
}
