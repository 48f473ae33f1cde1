"""An ONNX file as plain Python, every claim checked: `read` trusts nothing.

onnx.checker is not enough: it lets cycles of names, negative sizes and tensors of the wrong length
pass, and opens the files that external data names.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import TensorProto

from badak import files
from badak.errors import FormatError, where
from badak.formats.onnx.node import DOMAINS, Node, ReadTensor, operator_name
from badak.formats.onnx.tensor import tensor_array

# What operators meant before differs too much; IR 3 is the first with opsets.
OLDEST_OPSET, OLDEST_IR = 6, 3
LARGEST = 2**31 - 1  # bytes of a protobuf message
# As many as a network may have layers; published networks have a few thousand.
MAXIMUM_NODES = 10_000

Size = int | None


class Declared(NamedTuple):
    """What a graph says of an input: its element type (0 for any) and sizes, None if free."""

    element: int
    sizes: tuple[Size, ...] | None


@dataclass
class Graph:
    """The graph of a model, checked.

    Attributes:
        inputs: by name, without those that have a value.
        outputs: names.
        nodes: those that the outputs need, in an order in which they can run.
        arrays: name -> value of each initializer that the outputs need.
        proto: ONNX's own object, for what is left.
    """

    inputs: dict[str, Declared]
    outputs: list[str]
    nodes: list[Node]
    arrays: dict[str, NDArray[Any]]
    proto: onnx.ModelProto = field(repr=False)


def read(path: str | Path, output: str | None = None) -> Graph:
    """Read an ONNX file.

    Args:
        path: the file.
        output: the value that is wanted; the graph's own outputs if None.

    Raises:
        FormatError: the file cannot be read, is not an ONNX file, is damaged or forged.
    """
    path = files.as_path(path)
    content = files.read(path, LARGEST)
    with where(f"{path} is not a usable ONNX file"):
        return checked(
            _parse(content),
            lambda tensor: tensor_array(tensor, path.parent),
            lambda tensor: tensor_array(tensor, None),
            output,
        )


def checked(
    model: onnx.ModelProto,
    initializer: ReadTensor,
    attribute: ReadTensor,
    output: str | None = None,
) -> Graph:
    """Check a model and return its graph.

    Args:
        model: ONNX's own object.
        initializer: reads the numbers of an initializer.
        attribute: reads those of a node's attribute.
        output: the value that is wanted; the graph's own outputs if None.

    Raises:
        FormatError: the versions are not supported, names do not fit together, or what the
            outputs need is damaged.
    """
    opset, graph = _opset(model), model.graph
    outputs = [info.name for info in graph.output] if output is None else [output]
    needed = _needed(graph, outputs)
    arrays = _initializers(graph, needed, initializer)
    constants = {tensor.name for tensor in graph.initializer}
    inputs = _inputs(graph, arrays, constants)
    known = {*inputs, *constants}
    nodes = _nodes(graph, opset, known, needed, attribute)
    if not outputs or len(set(outputs)) < len(outputs):
        raise FormatError(f"it must have outputs of different names; got {outputs}")
    for name in outputs:
        if name not in known:
            own = ", ".join(info.name for info in graph.output)
            raise FormatError(f"no node computes the output {name!r}; its outputs are {own}"[:500])
    return Graph(inputs, outputs, nodes, arrays, model)


def _parse(content: bytes) -> onnx.ModelProto:
    try:
        model: onnx.ModelProto = onnx.ModelProto.FromString(content)
    except DecodeError:
        raise FormatError(
            "its bytes are not a protobuf message: cut short, or another format"
        ) from None
    if not model.HasField("graph") or not model.graph.node:
        raise FormatError("it holds no graph with nodes: empty, cut short, or another format")
    if len(model.graph.node) > MAXIMUM_NODES:
        raise FormatError(
            f"it has {len(model.graph.node):,} nodes; at most {MAXIMUM_NODES:,} are read"
        )
    return model


def _opset(model: onnx.ModelProto) -> int:
    """Check the versions; return the opset of ONNX's own operators."""
    if not OLDEST_IR <= model.ir_version <= onnx.IR_VERSION:
        raise FormatError(
            f"its IR version must be from {OLDEST_IR} to {onnx.IR_VERSION}; got {model.ir_version}"
        )
    opsets = [item.version for item in model.opset_import if item.domain in DOMAINS]
    newest = onnx.defs.onnx_opset_version()
    if opsets != [1] or not all(_is_old(node.op_type) for node in model.graph.node):
        oldest = OLDEST_OPSET
    else:
        oldest = 1
    if len(opsets) != 1 or not oldest <= opsets[0] <= newest:
        raise FormatError(f"its opset must be from {OLDEST_OPSET} to {newest}; got {opsets}")
    return int(opsets[0])


def _is_old(op: str) -> bool:
    """Whether an operator has meant the same from the first set of operators to the oldest read."""
    try:
        return bool(onnx.defs.get_schema(op, OLDEST_OPSET, "").since_version == 1)
    except onnx.defs.SchemaError:
        return False


def _needed(graph: onnx.GraphProto, outputs: list[str]) -> set[str]:
    """Names of the outputs, and of the values that they are computed from.

    The rest may be of types and operators that badak does not know: quantisers and converters
    leave such in a file.
    """
    needed = set(outputs)
    for proto in reversed(graph.node):
        if needed.intersection(filter(None, proto.output)):
            needed.update(proto.input)
    return needed


def _initializers(
    graph: onnx.GraphProto, needed: set[str], initializer: ReadTensor
) -> dict[str, NDArray[Any]]:
    """The needed constants by name; of the others only the names are checked."""
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
            arrays[tensor.name] = initializer(tensor)
    return arrays


def _inputs(
    graph: onnx.GraphProto, arrays: dict[str, NDArray[Any]], constants: set[str]
) -> dict[str, Declared]:
    """The declared inputs; one that has a value, as old files declare them all, must agree."""
    inputs: dict[str, Declared] = {}
    elements = {tensor.name: tensor.data_type for tensor in graph.initializer}
    seen: set[str] = set()
    for info in graph.input:
        if not info.name or info.name in seen:
            raise FormatError(f"inputs must have different names; got {info.name!r} twice")
        seen.add(info.name)
        with where(f"input {info.name!r}"):
            if info.type.WhichOneof("value") not in (None, "tensor_type"):
                raise FormatError("it must be a tensor")
            kind = info.type.tensor_type
            sizes = tuple(_sizes(kind.shape)) if kind.HasField("shape") else None
            if info.name not in constants:
                inputs[info.name] = Declared(kind.elem_type, sizes)
            if info.name not in arrays:
                continue
            array = arrays[info.name]
            if (kind.elem_type, sizes) != (elements[info.name], array.shape):
                element = TensorProto.DataType.Name(kind.elem_type) if kind.elem_type else "none"
                raise FormatError(
                    f"it is declared {element} {sizes}, and its initializer is "
                    f"{array.dtype} {array.shape}"
                )
    return inputs


def _sizes(shape: onnx.TensorShapeProto) -> Iterator[Size]:
    for dim in shape.dim:
        if not dim.HasField("dim_value"):
            yield None
        elif not -1 <= dim.dim_value <= LARGEST:
            raise FormatError(f"its sizes must be 0 to {LARGEST}; got {dim.dim_value}")
        else:  # some exporters write 0 or -1 if any number of images may come
            yield dim.dim_value if dim.dim_value > 0 else None


def _nodes(
    graph: onnx.GraphProto, opset: int, known: set[str], needed: set[str], attribute: ReadTensor
) -> list[Node]:
    """The needed nodes; each must take names in `known`, and adds the names of its outputs."""
    nodes = []
    computed = {name for proto in graph.node for name in proto.output if name}
    for proto in graph.node:
        op, outputs = operator_name(proto), [name for name in proto.output if name]
        if not proto.op_type or not outputs:
            raise FormatError(f"node {proto.name!r} must have an operator and an output")
        with where(f"{op} {proto.name or outputs[0]!r}"):
            for name in proto.input:
                if name and name not in known:
                    reason = "computed only after it: a cycle" if name in computed else "missing"
                    raise FormatError(f"its input {name!r} is {reason}")
            for name in outputs:
                if name in known:
                    raise FormatError(f"its output {name!r} has the name of another value")
                known.add(name)
            if needed.intersection(outputs):
                nodes.append(Node.of(proto, opset, attribute))
    return nodes
