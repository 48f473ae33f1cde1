"""GraphWriter: adds the nodes and initializers of an ONNX graph, one by one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from badak.arrays import Shape
from badak.layers import Layer


class GraphWriter:
    """The nodes, in the order in which they run, and the named initializers written so far."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def add(self, op: str, inputs: list[str], name: str, **attributes: Any) -> str:
        """Write a node with one output; return that value's name."""
        output = f"{name}.output"
        self.nodes.append(helper.make_node(op, inputs, [output], name, **attributes))
        return output

    def array(self, name: str, array: Any, dtype: Any = np.float32) -> str:
        """Write an initializer; return its name."""
        values = np.ascontiguousarray(array, dtype).reshape(np.shape(array))
        self.initializers.append(numpy_helper.from_array(values, name))
        return name

    def state(self, name: str, layer: Layer) -> list[str]:
        """Write a layer's parameters and buffers; return their names, in that order."""
        arrays = layer.parameters | layer.buffers
        return [self.array(f"{name}.{key}", array) for key, array in arrays.items()]


def one_node(op: str, **attributes: str) -> Callable[..., str]:
    """A writer of one node; `attributes` names the layer's fields that it takes."""

    def write(graph: GraphWriter, name: str, layer: Layer, x: str, shape: Shape) -> str:
        values = {key: getattr(layer, field) for key, field in attributes.items()}
        return graph.add(op, [x], name, **values)

    return write
