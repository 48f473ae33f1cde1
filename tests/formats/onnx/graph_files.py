"""ONNX files of a few nodes, as tests write and run them."""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

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


def conv(**attributes):
    return [node("Conv", "x w b", "y", **attributes)], {"w": W, "b": B}


def save(folder, made):
    path = folder / "net.onnx"
    path.write_bytes(made.SerializeToString())
    return path


def runtime(path, x):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


def kinds(net):
    return " ".join(type(layer).__name__ for layer in net.layers.values())
