"""An ONNX file as a network."""

import math
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from badak.errors import BadakError, FormatError
from badak.formats.onnx.chain import steps_between
from badak.formats.onnx.classes import with_classes
from badak.formats.onnx.file import Graph, read
from badak.formats.onnx.finish import finished
from badak.formats.onnx.graph_reader import Images, read_graph
from badak.formats.onnx.own import own_network
from badak.formats.onnx.patterns import simplified
from badak.formats.onnx.value import Loaded
from badak.layers import Flatten, Layer
from badak.layers.naming import named
from badak.network import Network, architecture

# Networks compute in one of two types; floats of half the size become float32.
DTYPES: dict[int, Any] = {
    TensorProto.FLOAT: np.float32,
    TensorProto.DOUBLE: np.float64,
    TensorProto.FLOAT16: np.float32,
    TensorProto.BFLOAT16: np.float32,
}


def load(
    path: str | Path, *, output: str | None = None, input_shape: Sequence[int] | None = None
) -> Network:
    """Read a classifier from an ONNX file, such as PyTorch, Keras or the model zoo gives.

    It becomes a network like any other, to predict with, look into, train on and export again.
    Paths that split at one value and join at another become a Residual (added), Concat (side by
    side) or Product (multiplied); values that are used in other ways become a Graph. Constants
    become part of weights, or a Scale; in front of all layers, a Normalize. Weights of 16 bits are
    widened to float32, and files of 8-bit integers (QuantizeLinear, DequantizeLinear) are read as
    the network of floats behind them. Layers are named as a network's are, ``conv1``; those of a
    file that `export` wrote keep their own names.

    Images are (N, C, H, W) here, also if the file has them as (N, H, W, C). A Softmax at the end
    is left out: ``net(x)`` gives the logits, and ``net.predict_proba(x)`` what the file gives. One
    output with a Sigmoid, z, tells two classes apart: they become the logits -z/2 and z/2, whose
    softmax is the same, and ``net.predict_proba(x)[:, 1]`` is what the file gives. Several outputs
    with a Sigmoid are refused: each is a yes or no of its own, not one of several classes.

    Args:
        path: the file; weights that lie outside it must lie beside it, in plain files.
        output: the name of the value that the network gives; the file's one output if None.
        input_shape: (C, H, W) of one image, for a file that leaves sizes free.

    Raises:
        BadakError: the file cannot be read.
        FormatError: it is not an ONNX file, or a forged one; or a graph that badak has no layers
            for: the message lists all that cannot be read, with the names of the nodes.

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
    graph = read(path, output)
    own = own_network(graph)
    if own is not None:
        return own
    try:
        net = _network(graph, input_shape)
    except BadakError as fault:
        raise FormatError(f"{path} cannot become a network: {fault}") from None
    except MemoryError:  # a small file may fill large weights with one number
        raise FormatError(f"{path} needs more memory than this process can have") from None
    if net.output_shape == (1,):
        warnings.warn(
            f"{path} has one output and no Sigmoid at the end, so predict gives class 0 for every "
            "image: use net(x), which gives that output",
            stacklevel=2,
        )
    return net


def _network(graph: Graph, input_shape: Sequence[int] | None) -> Network:
    if len(graph.outputs) != 1:
        raise FormatError(
            f"a classifier has one output; it has {', '.join(graph.outputs)}: say which with "
            f"output, such as load(path, output={graph.outputs[0]!r})"
        )
    images = _images(graph, input_shape)
    reading = read_graph(graph, images)
    start, end = reading.start, reading.values.get(graph.outputs[0])
    if end is None:
        raise FormatError(f"its output {graph.outputs[0]!r} does not depend on the images")
    if not end.layout.plain:
        raise FormatError(f"its output, {end.file_shape} for one image, has its channels last")
    if end.file_shape != end.shape and len(end.file_shape) != 1 and end.places > 1:
        raise FormatError(f"its output must keep the shape {end.shape}; it is {end.file_shape}")
    steps = finished(simplified(steps_between(reading.values, start.name, end.name)))
    if len(end.shape) == 3 and (end.places == 1 or end.rows):
        steps.append(Loaded(Flatten()))  # (K, 1, 1): one row of logits per image
    if (end.places == 1 or end.rows) and not end.probabilities:
        steps = with_classes(steps, math.prod(end.shape))
    layers = named([step.layer for step in steps])
    dtype = DTYPES[graph.inputs[start.name].element]
    return Network(layers, start.shape, dtype=dtype, state=_state(layers, steps, dtype))


def _images(graph: Graph, wanted: Sequence[int] | None) -> Images:
    """The images: one input of four axes; the sizes that the file leaves free are `wanted`."""
    if len(graph.inputs) != 1:
        raise FormatError(f"it must take one input, the images; it takes {list(graph.inputs)}")
    ((name, (element, sizes)),) = graph.inputs.items()
    if element not in DTYPES:
        raise FormatError(f"its input must be of floats; it is of element type {element}")
    batch, *rest = sizes or (None, *[None] * 3 * (wanted is not None))
    if len(rest) != 3 or (wanted is None and None in rest):
        raise FormatError(
            f"its input must be images of one size, (N, C, H, W); it is declared {sizes}: say "
            "which with input_shape, such as load(path, input_shape=(3, 224, 224))"
        )
    if wanted is None:
        first = tuple(size for size in rest if size is not None)
        return Images(name, batch, (first, (first[2], first[0], first[1])))
    shape = architecture.checked_input_shape(wanted)
    channels, height, width = shape
    fits = [
        shape if all(size in (None, own) for size, own in zip(rest, form, strict=True)) else None
        for form in (shape, (height, width, channels))
    ]
    if fits == [None, None]:
        raise FormatError(
            f"input_shape must fit the file's input, which is declared {sizes}; got {shape}"
        )
    return Images(name, batch, (fits[0], fits[1]))


def _state(
    layers: Mapping[str, Layer], steps: Sequence[Loaded], dtype: Any
) -> dict[str, NDArray[Any]]:
    """The arrays by the names that a network gives their layers."""
    names = [name for top, layer in layers.items() for name, _ in layer.leaves(top)]
    arrays = [leaf for step in steps for leaf in step.arrays]
    return {
        f"{name}.{key}": array.astype(dtype, copy=False)
        for name, own in zip(names, arrays, strict=True)
        for key, array in own.items()
    }
