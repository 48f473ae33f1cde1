"""ONNX Runtime: forward only; the graph is built here, node by node."""

import os

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


def node(name, kind, arguments, source):
    """The ONNX node of one layer; None if it does nothing in prediction."""
    if kind == "Conv2d":
        attributes = {
            "strides": [arguments["stride"]] * 2,
            "pads": [arguments["padding"]] * 4,
            "group": arguments["groups"],
        }
        inputs = [source, f"{name}.weight", f"{name}.bias"]
        return helper.make_node("Conv", inputs, [name], **attributes)
    if kind == "Linear":
        inputs = [source, f"{name}.weight", f"{name}.bias"]
        return helper.make_node("Gemm", inputs, [name], transB=1)
    if kind == "MaxPool2d":
        size = arguments["kernel_size"]
        strides = [arguments["stride"] or size] * 2
        return helper.make_node(
            "MaxPool", [source], [name], kernel_shape=[size] * 2, strides=strides
        )
    if kind == "LocalResponseNorm":  # ONNX divides alpha by size
        size = arguments["size"]
        attributes = {
            "size": size,
            "alpha": arguments["alpha"] * size,
            "beta": arguments["beta"],
            "bias": arguments["k"],
        }
        return helper.make_node("LRN", [source], [name], **attributes)
    if kind == "Dropout":
        return None
    return helper.make_node({"ReLU": "Relu", "Flatten": "Flatten"}[kind], [source], [name])


def model(task):
    """The network as an ONNX file's bytes."""
    nodes, source = [], "x"
    for name, kind, arguments in task.layers:
        onnx_node = node(name, kind, arguments, source)
        if onnx_node is not None:
            nodes.append(onnx_node)
            source = name
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, task.arrays["x"].shape)],
        [helper.make_tensor_value_info(source, TensorProto.FLOAT, ("n", "k"))],
        [numpy_helper.from_array(value, name) for name, value in task.parameters.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def prepare(task, peer):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    session = onnxruntime.InferenceSession(model(task), options, ["CPUExecutionProvider"])
    feed = {"x": np.ascontiguousarray(task.arrays["x"])}
    return lambda: session.run(None, feed)[0]
