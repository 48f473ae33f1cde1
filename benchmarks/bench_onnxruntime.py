"""ONNX Runtime: forward only; the graph is built here, node by node."""

import os

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

# Layers whose node has their name and no argument.
PLAIN = {"ReLU": "Relu", "Flatten": "Flatten", "GlobalAvgPool2d": "GlobalAveragePool"}


class Graph:
    """Nodes and arrays of one model while it is built."""

    def __init__(self, parameters, channels):
        self.nodes = []
        self.arrays = dict(parameters)
        self.channels = {"x": channels}

    def add(self, name, kind, inputs, channels=None, **attributes):
        """Add a node, whose output is called as it is, with its first input's channels."""
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        self.channels[name] = channels or self.channels[inputs[0]]
        return name

    def constant(self, name, values, dtype=np.int64):
        """Add an array; return its name."""
        self.arrays[name] = np.array(values, dtype)
        return name

    def chain(self, entries, source, prefix=""):
        """Add the nodes of layers one after the other; return the last one's name."""
        for entry in entries:
            name, kind, arguments = prefix + entry["name"], entry["type"], entry["arguments"]
            if kind == "Residual":
                straight = self.chain(arguments["layers"], source, f"{name}.")
                around = self.chain(arguments["shortcut"], source, f"{name}.shortcut.")
                source = self.add(name, "Add", [straight, around])
            elif kind != "Dropout":
                source = self.layer(name, kind, arguments, source)
        return source

    def layer(self, name, kind, arguments, source):
        """Add one layer's node."""
        affine = [
            f"{name}.{part}" for part in ("weight", "bias") if f"{name}.{part}" in self.arrays
        ]
        if kind == "Conv2d":
            channels, group = arguments["out_channels"], arguments["groups"]
            inputs = [source, *affine]
            return self.add(name, "Conv", inputs, channels, group=group, **window(arguments))
        if kind == "Linear":
            return self.add(name, "Gemm", [source, *affine], transB=1)
        if kind == "BatchNorm2d":
            statistics = [f"{name}.running_mean", f"{name}.running_var"]
            inputs = [source, *affine, *statistics]
            return self.add(name, "BatchNormalization", inputs, epsilon=arguments["eps"])
        if kind == "MaxPool2d":
            return self.add(name, "MaxPool", [source], **window(arguments))
        if kind == "AvgPool2d":
            return self.add(name, "AveragePool", [source], count_include_pad=1, **window(arguments))
        if kind == "ReLU6":
            limits = [
                self.constant(f"{name}.{side}", value, np.float32)
                for side, value in (("lowest", 0), ("highest", 6))
            ]
            return self.add(name, "Clip", [source, *limits])
        if kind == "Widen2d":
            return self.widen(name, arguments, source)
        if kind == "LocalResponseNorm":  # ONNX divides alpha by size
            size = arguments["size"]
            attributes = {"alpha": arguments["alpha"] * size, "beta": arguments["beta"]}
            return self.add(name, "LRN", [source], size=size, bias=arguments["k"], **attributes)
        return self.add(name, PLAIN[kind], [source])

    def widen(self, name, arguments, source):
        """Some of the places, and maps of zeros after them."""
        borders = [
            self.constant(f"{name}.{key}", values)
            for key, values in (
                ("starts", [0, 0]),
                ("ends", [2**31, 2**31]),
                ("axes", [2, 3]),
                ("steps", arguments["stride"]),
            )
        ]
        kept = self.add(f"{name}.kept", "Slice", [source, *borders])
        channels = arguments["out_channels"]
        more = self.constant(f"{name}.more", [0] * 5 + [channels - self.channels[source], 0, 0])
        return self.add(name, "Pad", [kept, more], channels)


def window(arguments):
    """The attributes of kernel, stride and padding."""
    (top, bottom), (left, right) = arguments["padding"]
    return {
        "kernel_shape": arguments["kernel_size"],
        "strides": arguments["stride"],
        "pads": [top, left, bottom, right],
    }


def model(task):
    """The network as an ONNX file's bytes."""
    graph = Graph(task.parameters, task.arrays["x"].shape[1])
    output = graph.chain(task.layers, "x")
    proto = helper.make_graph(
        graph.nodes,
        "network",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, task.arrays["x"].shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ("n", "k"))],
        [numpy_helper.from_array(value, name) for name, value in graph.arrays.items()],
    )
    model = helper.make_model(proto, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def prepare(task, peer):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    session = onnxruntime.InferenceSession(model(task), options, ["CPUExecutionProvider"])
    feed = {"x": np.ascontiguousarray(task.arrays["x"])}
    return lambda: session.run(None, feed)[0]
