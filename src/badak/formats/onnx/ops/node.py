"""Node: one step of an ONNX graph, its attributes as Python values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import onnx
from numpy.typing import NDArray

from badak.errors import FormatError


@dataclass(frozen=True)
class Node:
    """One operator where it stands in a graph.

    Attributes:
        operator: its type, such as ``Conv``; with its domain where that is not ONNX's own.
        opset: the version of the operator set that says what it means.
        inputs: names of values; "" where an optional one is left out.
        outputs: names of values; "" where nobody wants one.
        attributes: name -> number, text, list or array.
    """

    operator: str
    opset: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]

    @classmethod
    def of(cls, proto: onnx.NodeProto, opset: int) -> "Node":
        """Read a node.

        Raises:
            FormatError: an attribute of a kind that no operator here takes, such as a subgraph.
        """
        return cls(
            operator_name(proto),
            opset,
            tuple(proto.input),
            tuple(proto.output),
            {attribute.name: _value(attribute) for attribute in proto.attribute},
        )

    @property
    def place(self) -> str:
        """What messages call it: its operator and the first value it makes."""
        return f"{self.operator} that makes {self.outputs[0]!r}"

    def get(self, name: str, default: Any) -> Any:
        """Return an attribute, or what the specification says where it is left out."""
        return self.attributes.get(name, default)

    def wants(self, output: int) -> bool:
        """Whether somebody reads the output of this number."""
        return len(self.outputs) > output and bool(self.outputs[output])


def operator_name(proto: onnx.NodeProto) -> str:
    """Return ``Conv``, or ``domain::Conv`` where the domain is not ONNX's own."""
    own = proto.domain in ("", "ai.onnx")
    return str(proto.op_type) if own else f"{proto.domain}::{proto.op_type}"


def tensor(proto: onnx.TensorProto, what: str) -> NDArray[Any]:
    """Return a tensor's values; those that lie in a file beside the model are refused.

    Raises:
        FormatError: external data, an unknown type, or values that do not fill the shape.
    """
    if proto.data_location == onnx.TensorProto.EXTERNAL or proto.external_data:
        raise FormatError(
            f"{what} {proto.name!r} lies in another file, which the backend does not read: "
            "load the model with its data first, e.g. onnx.load(path)"
        )
    try:
        return onnx.numpy_helper.to_array(proto)
    except Exception as fault:  # whatever a forged tensor makes NumPy raise
        raise FormatError(f"{what} {proto.name!r} cannot be read: {fault}") from None


def _value(attribute: onnx.AttributeProto) -> Any:
    kinds = onnx.AttributeProto
    if attribute.type in (kinds.FLOAT, kinds.INT, kinds.FLOATS, kinds.INTS):
        return onnx.helper.get_attribute_value(attribute)
    if attribute.type == kinds.STRING:
        return attribute.s.decode("utf-8", "replace")
    if attribute.type == kinds.TENSOR:
        return tensor(attribute.t, f"attribute {attribute.name!r}")
    raise FormatError(f"attribute {attribute.name!r} holds neither numbers, text nor a tensor")
