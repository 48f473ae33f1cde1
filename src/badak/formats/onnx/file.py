"""An ONNX file as plain Python, every claim checked: `read` trusts nothing.

onnx.checker is not enough: it lets cycles of names, negative sizes and tensors of the wrong length
pass, and opens the files that external data names.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import AttributeProto, TensorProto

from badak import files
from badak.errors import FormatError, where
from badak.formats.onnx.tensor import tensor_array

# Opset 7 is the first whose sums broadcast as NumPy's; IR 3 the first with opsets.
OLDEST_OPSET, OLDEST_IR = 7, 3
LARGEST = 2**31 - 1  # bytes of a protobuf message
DOMAINS = ("", "ai.onnx")
# As many as a network may have layers; a few thousand is the most that anyone has drawn.
MOST_NODES = 10_000

Size = int | None


@dataclass(frozen=True)
class Node:
    """One operation: what it is called, takes and gives, with its attributes as Python's own."""

    name: str
    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.op} {self.name or self.outputs[0]!r}"


@dataclass
class Graph:
    """A file's graph, checked.

    Attributes:
        opset: which edition of the operators it means.
        inputs: name -> element type and sizes (None where free), without those that have a value.
        outputs: names.
        nodes: those that the outputs need, in an order in which they can run.
        arrays: name -> value of each initializer that the outputs need.
        proto: ONNX's own object, for what is left.
    """

    opset: int
    inputs: dict[str, tuple[int, tuple[Size, ...]]]
    outputs: list[str]
    nodes: list[Node]
    arrays: dict[str, NDArray[Any]]
    proto: onnx.ModelProto = field(repr=False)


def read(path: str | Path) -> Graph:
    """Read an ONNX file.

    Raises:
        FormatError: the file cannot be read, is no ONNX file, is damaged or forged.
    """
    path = files.as_path(path)
    content = files.read(path, LARGEST)
    with where(f"{path} is no usable ONNX file"):
        model = _parse(content)
        opset = _versions(model)
        graph = model.graph
        outputs = [info.name for info in graph.output]
        needed = _needed(graph, outputs)
        arrays = _initializers(graph, path.parent, needed)
        constants = {tensor.name for tensor in graph.initializer}
        inputs = _inputs(graph, arrays, constants)
        nodes = _nodes(graph, {*inputs, *constants}, needed)
        made = {*inputs, *(name for node in nodes for name in node.outputs)}
        if not outputs or len(set(outputs)) < len(outputs):
            raise FormatError(f"it must have outputs of different names; got {outputs}")
        for name in outputs:
            if name not in made:
                raise FormatError(f"its output {name!r} is made by no node")
        return Graph(opset, inputs, outputs, nodes, arrays, model)


def _parse(content: bytes) -> onnx.ModelProto:
    try:
        model: onnx.ModelProto = onnx.ModelProto.FromString(content)
    except DecodeError:
        raise FormatError(
            "its bytes are no protobuf message: cut short, or another format"
        ) from None
    if not model.HasField("graph") or not model.graph.node:
        raise FormatError("it holds no graph with nodes: empty, cut short, or another format")
    if len(model.graph.node) > MOST_NODES:
        raise FormatError(
            f"it has {len(model.graph.node):,} nodes; at most {MOST_NODES:,} are read"
        )
    return model


def _versions(model: onnx.ModelProto) -> int:
    """Check the versions; return the opset of ONNX's own operators."""
    if not OLDEST_IR <= model.ir_version <= onnx.IR_VERSION:
        raise FormatError(
            f"its IR version must be {OLDEST_IR} to {onnx.IR_VERSION}; got {model.ir_version}"
        )
    opsets = [one.version for one in model.opset_import if one.domain in DOMAINS]
    newest = onnx.defs.onnx_opset_version()
    if len(opsets) != 1 or not OLDEST_OPSET <= opsets[0] <= newest:
        raise FormatError(f"its opset must be one from {OLDEST_OPSET} to {newest}; got {opsets}")
    return int(opsets[0])


def _needed(graph: onnx.GraphProto, outputs: list[str]) -> set[str]:
    """Names of the values that the outputs are made from, and of the outputs.

    The rest may be of types and operators that badak does not know: quantisers and converters
    leave such in a file.
    """
    needed = set(outputs)
    for proto in reversed(graph.node):
        if needed.intersection(filter(None, proto.output)):
            needed.update(proto.input)
    return needed


def _initializers(
    graph: onnx.GraphProto, folder: Path, needed: set[str]
) -> dict[str, NDArray[Any]]:
    """The constants by name; of those that nothing needs, the names alone are looked at."""
    if graph.sparse_initializer:
        raise FormatError("it has sparse initializers, which badak does not read")
    arrays: dict[str, NDArray[Any]] = {}
    names: set[str] = set()
    for tensor in graph.initializer:
        if not tensor.name or tensor.name in names:
            raise FormatError(f"initializers must have different names; got {tensor.name!r} twice")
        names.add(tensor.name)
        if tensor.name not in needed:
            continue
        with where(f"initializer {tensor.name!r}"):
            arrays[tensor.name] = tensor_array(tensor, folder)
    return arrays


def _inputs(
    graph: onnx.GraphProto, arrays: dict[str, NDArray[Any]], constants: set[str]
) -> dict[str, tuple[int, tuple[Size, ...]]]:
    """The declared inputs; one that has a value, as old files declare them all, must agree."""
    inputs: dict[str, tuple[int, tuple[Size, ...]]] = {}
    seen: set[str] = set()
    for info in graph.input:
        if not info.name or info.name in seen:
            raise FormatError(f"inputs must have different names; got {info.name!r} twice")
        seen.add(info.name)
        with where(f"input {info.name!r}"):
            if info.type.WhichOneof("value") != "tensor_type":
                raise FormatError("it must be a tensor")
            kind = info.type.tensor_type
            sizes = tuple(_sizes(kind.shape))
            if info.name not in constants:
                inputs[info.name] = kind.elem_type, sizes
            if info.name not in arrays:
                continue
            array = arrays[info.name]
            declared = TensorProto.DataType.Name(kind.elem_type) if kind.elem_type else "none"
            if (kind.elem_type, sizes) != (_element(array), array.shape):
                raise FormatError(
                    f"it is declared {declared} {sizes}, and its initializer is "
                    f"{array.dtype} {array.shape}"
                )
    return inputs


def _element(array: NDArray[Any]) -> int:
    return int(onnx.helper.np_dtype_to_tensor_dtype(array.dtype))


def _sizes(shape: onnx.TensorShapeProto) -> Iterator[Size]:
    for dim in shape.dim:
        if not dim.HasField("dim_value"):
            yield None
        elif not -1 <= dim.dim_value <= LARGEST:
            raise FormatError(f"its sizes must be 0 to {LARGEST}; got {dim.dim_value}")
        else:  # some exporters write 0 or -1 if any number of images may come
            yield dim.dim_value if dim.dim_value > 0 else None


def _nodes(graph: onnx.GraphProto, known: set[str], needed: set[str]) -> list[Node]:
    """The needed nodes; each must take what was there before it, and give what was not."""
    nodes = []
    made_later = {name for proto in graph.node for name in proto.output if name}
    for proto in graph.node:
        op = proto.op_type if proto.domain in DOMAINS else f"{proto.domain}.{proto.op_type}"
        outputs = tuple(proto.output)
        if not op or not outputs or not outputs[0]:
            raise FormatError(f"node {proto.name!r} must have an operator and an output")
        with where(f"{op} {proto.name or outputs[0]!r}"):
            for name in proto.input:
                if name and name not in known:
                    reason = "made only after it: a cycle" if name in made_later else "made nowhere"
                    raise FormatError(f"its input {name!r} is {reason}")
            for name in filter(None, outputs):
                if name in known:
                    raise FormatError(f"its output {name!r} has the name of another value")
                known.add(name)
            if needed.intersection(filter(None, outputs)):
                attributes = _attributes(proto)
                nodes.append(Node(proto.name, op, tuple(proto.input), outputs, attributes))
    return nodes


def _attributes(proto: onnx.NodeProto) -> dict[str, Any]:
    """Numbers, words, lists of them, and tensors as arrays; others become None, unread."""
    attributes: dict[str, Any] = {}
    for attribute in proto.attribute:
        name, kind = attribute.name, attribute.type
        if not name or name in attributes:
            raise FormatError(f"its attributes must have different names; got {name!r} twice")
        if kind not in AttributeProto.AttributeType.values() or kind == AttributeProto.UNDEFINED:
            raise FormatError(f"its attribute {name!r} has no known type; got {kind}")
        attributes[name] = _value(attribute, name)
    return attributes


def _value(attribute: AttributeProto, name: str) -> Any:
    match attribute.type:
        case AttributeProto.INT:
            return int(attribute.i)
        case AttributeProto.INTS:
            return [int(number) for number in attribute.ints]
        case AttributeProto.FLOAT:
            return float(attribute.f)
        case AttributeProto.FLOATS:
            return [float(number) for number in attribute.floats]
        case AttributeProto.STRING:
            return attribute.s.decode("utf-8", "replace")
        case AttributeProto.TENSOR:
            with where(f"attribute {name!r}"):
                return tensor_array(attribute.t, None)
    return None  # graphs (If, Loop), sparse tensors: only operators that badak lacks have them


def as_numbers(array: NDArray[Any]) -> list[int]:
    """A small array of integers as Python's.

    Raises:
        FormatError: it holds no integers, or too many for a shape.
    """
    if array.dtype.kind != "i" or array.ndim > 1 or array.size > 16:
        raise FormatError(
            f"sizes and axes must be a short list of integers; got {array.dtype} {array.shape}"
        )
    return [int(number) for number in np.atleast_1d(array)]
