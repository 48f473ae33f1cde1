"""One node of an ONNX graph, its attributes as Python values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import onnx
from numpy.typing import NDArray
from onnx import AttributeProto

from badak.errors import FormatError, where

DOMAINS = ("", "ai.onnx")  # of ONNX's own operators
ReadTensor = Callable[[onnx.TensorProto], NDArray[Any]]


@dataclass(frozen=True)
class Node:
    """One operation: its name, inputs and outputs.

    Attributes:
        name: in the file; may be empty.
        op: the operator, such as ``Conv``; after its domain if that is not ONNX's own.
        opset: the version of the operator set that says what `op` means.
        inputs: names of values; "" for an optional one that is left out.
        outputs: names of values; "" for one that is not used.
        attributes: name -> number, text, list or array; None for another kind, such as a graph.
    """

    name: str
    op: str
    opset: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    _asked: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, proto: onnx.NodeProto, opset: int, read_tensor: ReadTensor) -> "Node":
        """Read a node; `read_tensor` gives the numbers of a tensor among its attributes."""
        attributes: dict[str, Any] = {}
        for attribute in proto.attribute:
            name = attribute.name
            if not name or name in attributes:
                raise FormatError(f"its attributes must have different names; got {name!r} twice")
            with where(f"attribute {name!r}"):
                attributes[name] = _value(attribute, read_tensor)
        return cls(
            proto.name,
            operator_name(proto),
            opset,
            tuple(proto.input),
            tuple(proto.output),
            attributes,
        )

    def __str__(self) -> str:
        return f"{self.op} {self.name or self.outputs[0]!r}"

    def get(self, name: str, default: Any) -> Any:
        """Return an attribute, or the specification's `default` if it is left out."""
        self._asked.add(name)
        value = self.attributes.get(name, default)
        if value is None and name in self.attributes:
            raise FormatError(f"its attribute {name!r} holds neither numbers, text nor a tensor")
        return value

    def wants(self, output: int) -> bool:
        """Whether the output of this number is used."""
        return len(self.outputs) > output and bool(self.outputs[output])

    def check_all_read(self) -> None:
        """Refuse an attribute that was never read: it may change what the node means."""
        unread = [name for name in self.attributes if name not in self._asked]
        if unread:
            raise FormatError(f"it has attributes that badak does not know: {unread}")


def operator_name(proto: onnx.NodeProto) -> str:
    """Return ``Conv``, or ``domain.Conv`` if the domain is not ONNX's own."""
    return str(proto.op_type if proto.domain in DOMAINS else f"{proto.domain}.{proto.op_type}")


def _value(attribute: AttributeProto, read_tensor: ReadTensor) -> Any:
    kind = attribute.type
    if kind not in AttributeProto.AttributeType.values() or kind == AttributeProto.UNDEFINED:
        raise FormatError(f"it has no known type; got {kind}")
    match kind:
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
            return read_tensor(attribute.t)
    return None
