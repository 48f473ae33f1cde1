"""An ONNX file as a network."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from badak.errors import BadakError, FormatError, where
from badak.formats import onnx_layers, onnx_shapes
from badak.formats.onnx_call import Call, Made, Value
from badak.formats.onnx_chain import Chain
from badak.formats.onnx_check import Graph, Node, read
from badak.formats.onnx_constants import FOLDERS
from badak.formats.onnx_own import check_output, own_network
from badak.layers import Flatten
from badak.network import Network

READERS = onnx_layers.READERS | onnx_shapes.READERS
KNOWN = READERS.keys() | FOLDERS.keys()
DTYPES: dict[int, Any] = {TensorProto.FLOAT: np.float32, TensorProto.DOUBLE: np.float64}


def load(path: str | Path) -> Network:
    """Read a classifier from an ONNX file, such as PyTorch, Keras or the model zoo gives.

    It becomes a network like any other, to predict with, look into, train on and export again. The
    graph must be a chain from images to rows of numbers, in which paths may part and join: added,
    they become a Residual, side by side a Concat. Layers are named as a network's are, ``conv1``;
    those of a file that `export` wrote keep their own names.

    Images are (N, C, H, W) here also where the file has them as (N, H, W, C). A Softmax at the end
    is left out: ``net(x)`` gives the logits, and ``net.predict_proba(x)`` what the file gives.

    Args:
        path: the file; weights that lie outside it must lie beside it, in plain files.

    Returns:
        The network.

    Raises:
        BadakError: the file cannot be read.
        FormatError: it is no ONNX file or a forged one; or a graph that badak has no layers for:
            the message lists every operator that is missing.

    Example:
        >>> import tempfile
        >>> from badak.formats.onnx_export import export
        >>> from badak.layers import Flatten, Linear
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     net = Network({"rows": Flatten(), "out": Linear(3)}, (1, 2, 2))
        ...     export(net, f"{folder}/net.onnx")
        ...     load(f"{folder}/net.onnx")
        Network({
            'rows': Flatten(),
            'out': Linear(out_features=3, bias=True, weight_init='he'),
        }, input_shape=(1, 2, 2))
    """
    graph = read(path)
    own = own_network(graph)
    if own is not None:
        return own
    try:
        return _network(graph)
    except BadakError as fault:
        raise FormatError(f"{path} cannot become a network: {fault}") from None


def _network(graph: Graph) -> Network:
    nodes = _needed(graph)
    missing = Counter(node.op for node in nodes if node.op not in KNOWN)
    if missing:
        listed = ", ".join(f"{op} ({count})" for op, count in sorted(missing.items()))
        raise FormatError(f"badak has no layers for these operators: {listed}")
    start, batch, dtype = _input(graph, nodes)
    values = _values(graph, nodes, start, batch)
    end = values.get(graph.outputs[0])
    if end is None:
        raise FormatError(f"its output {graph.outputs[0]!r} does not depend on the images")
    if end.mixed:
        raise FormatError(f"its output, {end.file_shape} an image, has its channels last")
    made = Chain(values).layers(end.name, start.name)
    if len(end.shape) == 3 and end.places == 1:
        made.append(Made(Flatten()))  # (K, 1, 1): one row of logits an image
    net = Network([one.layer for one in made], start.shape, dtype=dtype)
    net.load_state(_state(net, made))
    return net


def _needed(graph: Graph) -> list[Node]:
    """The nodes that the one output is made by."""
    if len(graph.outputs) != 1:
        raise FormatError(f"a classifier has one output; it has {len(graph.outputs)}")
    wanted, nodes = set(graph.outputs), []
    for node in reversed(graph.nodes):
        if wanted.intersection(filter(None, node.outputs)):
            nodes.append(node)
            wanted.update(node.inputs)
    return nodes[::-1]


def _input(graph: Graph, nodes: list[Node]) -> tuple[Value, int | None, Any]:
    """The images: one input of four axes, all but the first of a known size."""
    if len(graph.inputs) != 1:
        raise FormatError(f"it must take one input, the images; it takes {list(graph.inputs)}")
    ((name, (element, sizes)),) = graph.inputs.items()
    if element not in DTYPES:
        raise FormatError(f"its input must be of floats; it is of element type {element}")
    batch, *rest = sizes or (None,)
    if len(rest) != 3 or None in rest:
        raise FormatError(
            f"its input must be images of one size, (N, C, H, W); it is declared {sizes}: export "
            "it with the size fixed"
        )
    shape = tuple(size for size in rest if size is not None)
    turns = [node.attributes.get("perm") for node in nodes if name in node.inputs]
    turned = bool(turns) and all(turn == onnx_layers.TO_CHANNELS_FIRST for turn in turns)
    if turned:  # as TensorFlow has it; badak's own is the other
        shape = (shape[2], shape[0], shape[1])
    return Value(name, shape, channels_last=turned), batch, DTYPES[element]


def _values(graph: Graph, nodes: list[Node], start: Value, batch: int | None) -> dict[str, Value]:
    """What every node gives, in order; constants are worked out on the way."""
    uses = Counter(name for node in nodes for name in node.inputs)
    uses.update(graph.outputs)
    arrays: dict[str, NDArray[Any]] = dict(graph.arrays)
    values = {start.name: replace(start, uses=uses[start.name])}
    for node in nodes:
        with where(str(node)):
            inputs = [arrays.get(name, values.get(name)) for name in node.inputs]
            if any(name and given is None for name, given in zip(node.inputs, inputs, strict=True)):
                raise FormatError("it takes a second output, which badak's layers do not have")
            call = Call(node, inputs, graph.opset, batch)
            found = _read(call)
            call.finish()
            name = node.outputs[0]
            if isinstance(found, np.ndarray):
                arrays[name] = found
            else:
                check_output(found.shape)
                values[name] = replace(found, name=name, uses=uses[name])
    return values


def _read(call: Call) -> Value | NDArray[Any]:
    """By the table of layers, or of constants where nothing else comes in."""
    op = call.node.op
    if op in FOLDERS and not any(isinstance(one, Value) for one in call.inputs):
        return FOLDERS[op](call)
    if op not in READERS:
        raise FormatError("it must take constants alone")
    return READERS[op](call)


def _state(net: Network, made: list[Made]) -> dict[str, NDArray[Any]]:
    """The arrays by the names that the network gave their layers."""
    names = [name for top, layer in net.layers.items() for name, _ in layer.leaves(top)]
    arrays = [one for layer in made for one in layer.arrays]
    return {
        f"{name}.{key}": array.astype(net.dtype)
        for name, own in zip(names, arrays, strict=True)
        for key, array in own.items()
    }
