"""An ONNX file as a network."""

import math
import warnings
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from badak.arrays import Shape
from badak.errors import BadakError, FormatError, where
from badak.formats.onnx.call import Call
from badak.formats.onnx.chain import Chain
from badak.formats.onnx.classes import with_classes
from badak.formats.onnx.constants import FOLDED, fold
from badak.formats.onnx.file import Graph, read
from badak.formats.onnx.fragment import with_activations
from badak.formats.onnx.layers import READERS
from badak.formats.onnx.own import check_output, own_network
from badak.formats.onnx.value import CHANNELS_FIRST, CHANNELS_LAST, Loaded, Value
from badak.layers import Flatten
from badak.network import Network

KNOWN = READERS.keys() | FOLDED.keys()
DTYPES: dict[int, Any] = {TensorProto.FLOAT: np.float32, TensorProto.DOUBLE: np.float64}


def load(path: str | Path) -> Network:
    """Read a classifier from an ONNX file, such as PyTorch, Keras or the model zoo gives.

    It becomes a network like any other, to predict with, look into, train on and export again. The
    graph must be a chain from images to rows of numbers, in which paths may split and join: added,
    they become a Residual, multiplied a Product, side by side a Concat. Layers are named as a
    network's are, ``conv1``; those of a file that `export` wrote keep their own names.

    Images are (N, C, H, W) here, also if the file has them as (N, H, W, C). A Softmax at the end
    is left out: ``net(x)`` gives the logits, and ``net.predict_proba(x)`` what the file gives. One
    output with a Sigmoid, z, tells two classes apart: they become the logits -z/2 and z/2, whose
    softmax is the same, and ``net.predict_proba(x)[:, 1]`` is what the file gives. Several outputs
    with a Sigmoid are refused: each is a yes or no of its own, not one of several classes.

    Args:
        path: the file; weights that lie outside it must lie beside it, in plain files.

    Raises:
        BadakError: the file cannot be read.
        FormatError: it is not an ONNX file, or a forged one; or a graph that badak has no layers
            for: the message lists every operator that is missing.

    Warns:
        UserWarning: the network has one output and no Sigmoid, from which no class follows.

    Example:
        >>> import tempfile
        >>> from badak.formats.onnx.export import export
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
        net = _network(graph)
    except BadakError as fault:
        raise FormatError(f"{path} cannot become a network: {fault}") from None
    if net.output_shape == (1,):
        warnings.warn(
            f"{path} has one output and no Sigmoid at the end, so predict gives class 0 for every "
            "image: use net(x), which gives that output",
            stacklevel=2,
        )
    return net


def _network(graph: Graph) -> Network:
    if len(graph.outputs) != 1:
        raise FormatError(f"a classifier has one output; it has {len(graph.outputs)}")
    graph = with_activations(graph)
    missing = Counter(node.op for node in graph.nodes if node.op not in KNOWN)
    if missing:
        listed = ", ".join(f"{op} ({count})" for op, count in sorted(missing.items()))
        raise FormatError(f"badak has no layers for these operators: {listed}")
    images = _images(graph)
    start, values = _read_graph(graph, images)
    end = values.get(graph.outputs[0])
    if end is None:
        raise FormatError(f"its output {graph.outputs[0]!r} does not depend on the images")
    if end.groups:
        raise FormatError(f"its output must keep the shape {end.shape}; it is {end.file_shape}")
    if end.mixed:
        raise FormatError(f"its output, {end.file_shape} for one image, has its channels last")
    steps = Chain(values).layers(end.name, start.name)
    if len(end.shape) == 3 and (end.places == 1 or end.rows):
        steps.append(Loaded(Flatten()))  # (K, 1, 1): one row of logits per image
    if (end.places == 1 or end.rows) and not end.probabilities:
        steps = with_classes(steps, math.prod(end.shape))
    net = Network([step.layer for step in steps], start.shape, dtype=DTYPES[images.element])
    net.load_state(_state(net, steps))
    return net


class Images(NamedTuple):
    """The one input as the file declares it: (batch, *sizes), the batch None if it is free."""

    name: str
    batch: int | None
    sizes: Shape
    element: int


def _images(graph: Graph) -> Images:
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
    return Images(name, batch, tuple(size for size in rest if size is not None), element)


def _read_graph(graph: Graph, images: Images) -> tuple[Value, dict[str, Value]]:
    """The images and every value, with the images' channels first or, if that cannot be, last.

    A file does not say which axis has the channels. They are last if it moves them to the front.
    """
    height, width, channels = images.sizes
    start = Value(images.name, images.sizes)
    values: dict[str, Value] = {}
    try:
        _fill(values, graph, start, images)
        return start, values
    except BadakError as fault:
        as_badak_has_them = fault
    start = Value(images.name, (channels, height, width), axes=CHANNELS_LAST)
    values = {}
    try:
        _fill(values, graph, start, images)
    except BadakError as fault:
        raise (fault if _moved(values) else as_badak_has_them) from None
    if not _moved(values):
        raise as_badak_has_them
    return start, values


def _moved(values: dict[str, Value]) -> bool:
    """Whether maps have their channels first somewhere."""
    return any(len(x.shape) == 3 and x.axes == CHANNELS_FIRST for x in values.values())


def _fill(values: dict[str, Value], graph: Graph, start: Value, images: Images) -> None:
    """Add what every node gives, in order; constants are worked out on the way."""
    uses = Counter(name for node in graph.nodes for name in node.inputs)
    uses.update(graph.outputs)
    names = {start.name, *(name for node in graph.nodes for name in node.outputs)}
    arrays: dict[str, NDArray[Any]] = dict(graph.arrays)
    values[start.name] = replace(start, uses=uses[start.name])
    for node in graph.nodes:
        node = replace(node)  # no attribute of it has been read yet
        with where(str(node)):
            inputs = [arrays.get(name, values.get(name)) if name else None for name in node.inputs]
            if any(name and x is None for name, x in zip(node.inputs, inputs, strict=True)):
                raise FormatError("it takes a second output, which badak's layers do not have")
            call = Call(node, inputs, images.batch, images.element)
            result = _read(call)
            node.check_all_read()
            name = node.outputs[0]
            if isinstance(result, np.ndarray):
                arrays[name] = result
                continue
            for value in (*call.before, replace(result, name=name, uses=uses[name])):
                check_output(value.shape)
                if value.name in names and value.name != name:
                    raise FormatError(f"it has two values of the name {value.name!r}")
                values[value.name] = value


def _read(call: Call) -> Value | NDArray[Any]:
    """By the table of layers, or as a constant if nothing else comes in."""
    op = call.node.op
    if op in FOLDED and not any(isinstance(x, Value) for x in call.inputs):
        return fold(call.node, call.inputs)
    if op not in READERS:
        raise FormatError("it must take constants alone")
    return READERS[op](call)


def _state(net: Network, steps: list[Loaded]) -> dict[str, NDArray[Any]]:
    """The arrays by the names that the network gave their layers."""
    names = [name for top, layer in net.layers.items() for name, _ in layer.leaves(top)]
    arrays = [leaf for step in steps for leaf in step.arrays]
    return {
        f"{name}.{key}": array.astype(net.dtype)
        for name, own in zip(names, arrays, strict=True)
        for key, array in own.items()
    }
