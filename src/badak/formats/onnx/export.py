"""A network as an ONNX file."""

import json
from pathlib import Path

import onnx
from onnx import TensorProto, helper

import badak
from badak import storage
from badak.arrays import Shape
from badak.errors import ArgumentTypeError, BadakError
from badak.formats.onnx.layers import WRITERS, write
from badak.formats.onnx.layers.block import JOINS
from badak.formats.onnx.writer import GraphWriter
from badak.layers.walk import walk
from badak.network import Network, architecture

OPSET = 17
# Of the release that brought opset 17, so that runtimes of that age read the file.
IR_VERSION = 8
ARCHITECTURE = "badak.architecture"


def export(net: Network, path: str | Path) -> None:
    """Write a network as ONNX: any runtime then gives the outputs that ``net(x)`` gives.

    Opset 17, float32, any batch size. The input is called ``images`` (N, C, H, W), scaled as in
    training; the output ``logits`` (N, K): a Softmax would be the caller's. Nodes have the layers'
    names, initializers those of parameters and buffers. `load` gives the same network back.

    Args:
        net: the network; one of float64 is rounded.
        path: where to write; the whole file appears there, or none.

    Raises:
        BadakError: a layer of your own, which badak cannot write as nodes; more than 2 GB of
            weights; or a path that cannot be written.

    Example:
        >>> import tempfile
        >>> from badak.layers import Flatten, Linear
        >>> net = Network([Flatten(), Linear(3)], (1, 2, 2))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     export(net, f"{folder}/net.onnx")
        ...     [node.op_type for node in onnx.load(f"{folder}/net.onnx").graph.node]
        ['Flatten', 'Gemm']
    """
    if not isinstance(net, Network):
        raise ArgumentTypeError(f"net must be a badak.Network; got {type(net).__name__}")
    model = to_model(net)
    size = model.ByteSize()
    if size >= 2**31:
        raise BadakError(f"an ONNX file holds less than 2 GB; this network takes {size:,} bytes")
    onnx.checker.check_model(model, full_check=True)
    storage.write_atomically(path, model.SerializeToString(deterministic=True))


def to_model(net: Network) -> onnx.ModelProto:
    """The network as ONNX's own object; the same network gives the same bytes."""
    _check_layers(net)
    graph = GraphWriter()
    shape = write(graph, net.layers, "images", net.input_shape)
    result = "logits" if len(shape) == 1 else "output"
    graph.nodes[-1].output[0] = result
    proto = helper.make_graph(
        graph.nodes,
        "badak",
        [_declared("images", net.input_shape)],
        [_declared(result, shape)],
        graph.initializers,
    )
    model = helper.make_model(
        proto,
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="badak",
        producer_version=badak.__version__,
    )
    form = architecture.describe(net.layers, net.input_shape, "float32", net.loss)
    helper.set_model_props(model, {ARCHITECTURE: json.dumps(form, sort_keys=True)})
    return model


def _declared(name: str, shape: Shape) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])


def _check_layers(net: Network) -> None:
    unsupported = [
        f"{type(visit.layer).__name__} {visit.name!r}"
        for visit in walk(net.layers, net.input_shape)
        if type(visit.layer) not in WRITERS and type(visit.layer) not in JOINS
    ]
    if unsupported:
        raise BadakError(
            f"ONNX export does not support {', '.join(unsupported)}; it supports badak's own layers"
        )
