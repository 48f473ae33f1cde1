"""Backend: runs ONNX graphs node by node, so that ONNX's own tests run on badak."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike, NDArray
from onnx.backend.base import Backend as OnnxBackend
from onnx.backend.base import BackendRep, namedtupledict

from badak.arrays import as_array, check_shape
from badak.errors import BadakError, FormatError, where
from badak.formats.onnx.ops import OPERATORS
from badak.formats.onnx.ops.node import Node, operator_name, tensor

OLDEST_OPSET = 6  # what operators meant before differs too much


class Backend(OnnxBackend):
    """Runs any ONNX graph of the operators that badak has, on the CPU.

    It computes what the graph says, one node after the other, by `badak.ops` where it can; to
    train or inspect a classifier, read it as a network with `badak.onnx.load`.

    Source: onnx.ai/onnx/api/backend.html.

    Example:
        >>> node = onnx.helper.make_node("Relu", ["x"], ["y"])
        >>> Backend.run_node(node, [np.array([-1.0, 2.0], np.float32)])
        Outputs(y=array([0., 2.], dtype=float32))
    """

    @classmethod
    def is_compatible(cls, model: onnx.ModelProto, device: str = "CPU", **_: Any) -> bool:
        """Return whether `prepare` would take this model's operators on this device."""
        return cls.supports_device(device) and not missing_operators(model)

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **_: Any) -> "Graph":
        """Check a model and read its weights, for running it often.

        Args:
            model: of operator set 6 or later.
            device: ``CPU``.

        Returns:
            The graph, whose `run(inputs)` computes its outputs.

        Raises:
            FormatError: an invalid model; operators that badak lacks, all of them listed.
            BadakError: another device.
        """
        _check_operators(model, device)
        _valid(onnx.checker.check_model, model)
        return Graph(model)

    @classmethod
    def run_node(
        cls,
        node: onnx.NodeProto,
        inputs: Any,
        device: str = "CPU",
        outputs_info: Sequence[tuple[np.dtype[Any], tuple[int, ...]]] | None = None,
        **kwargs: Any,
    ) -> tuple[Any, ...]:
        """Run a single operator.

        Args:
            node: what to run.
            inputs: arrays, in the node's order.
            device: ``CPU``.
            outputs_info: not needed here.
            **kwargs: ``opset_version`` says what the operator means; the newest one otherwise.

        Returns:
            A named tuple of its outputs.

        Raises:
            FormatError: an invalid node, or an operator that badak lacks.
            BadakError: inputs that do not fit it.
        """
        version = kwargs.get("opset_version", onnx.defs.onnx_opset_version())
        graph = onnx.helper.make_graph(
            [node], "node", _undeclared(node.input), _undeclared(node.output)
        )
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", version)])
        _check_operators(model, device)
        _valid(super().run_node, node, inputs, device, outputs_info, opset_version=version)
        return Graph(model).run(inputs)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        """Return whether the device is the CPU."""
        return device.split(":")[0] == "CPU"


class Graph(BackendRep):
    """A checked graph with its weights, ready to run; made by `Backend.prepare`."""

    def __init__(self, model: onnx.ModelProto) -> None:
        graph = model.graph
        if graph.sparse_initializer:
            raise FormatError("sparse weights are not read: store them as plain tensors")
        for info in graph.input:
            kind = info.type.WhichOneof("value")  # None where nothing is declared
            if kind not in (None, "tensor_type"):
                raise FormatError(f"input {info.name!r} must be a tensor; the model says {kind}")
        opset = _opset(model)
        self.nodes = [Node.of(proto, opset) for proto in graph.node]
        self.weights = {proto.name: tensor(proto, "weight") for proto in graph.initializer}
        self.inputs = {
            info.name: info for info in graph.input if info.name not in self.weights
        }  # old files list the weights among the inputs
        self.outputs = [info.name for info in graph.output]

    def run(self, inputs: Any, **_: Any) -> tuple[Any, ...]:
        """Compute the graph's outputs.

        Args:
            inputs: one array for each input that is no weight: in order, by name, or a single one.

        Returns:
            A named tuple of arrays.

        Raises:
            BadakError: inputs that do not fit; the message names the node where that shows.
        """
        values: dict[str, Any] = {**self.weights, **self._given(inputs)}
        for node in self.nodes:
            with where(node.place):
                made = _run(node, [values[name] if name else None for name in node.inputs])
            values.update(zip(node.outputs, made, strict=False))
        named: tuple[Any, ...] = namedtupledict("Outputs", self.outputs)(
            *(values[name] for name in self.outputs)
        )
        return named

    def _given(self, inputs: Any) -> dict[str, NDArray[Any]]:
        if isinstance(inputs, Mapping):
            given = dict(inputs)
        else:
            several = isinstance(inputs, (list, tuple))
            arrays: Sequence[ArrayLike] = inputs if several else [inputs]
            given = dict(zip(self.inputs, arrays, strict=False))
            if len(arrays) != len(self.inputs):
                raise BadakError(
                    f"the model takes {len(self.inputs)} inputs, {', '.join(self.inputs)}; "
                    f"got {len(arrays)}"
                )
        if given.keys() != self.inputs.keys():
            raise BadakError(
                f"inputs must be named {', '.join(self.inputs)}; got {', '.join(map(str, given))}"
            )
        return {
            name: _fits(as_array(value, name), self.inputs[name]) for name, value in given.items()
        }


def missing_operators(model: onnx.ModelProto) -> list[str]:
    """Return the operators of a model that `OPERATORS` lacks, sorted, each once."""
    return sorted({operator_name(node) for node in model.graph.node} - OPERATORS.keys())


def _undeclared(names: Sequence[str]) -> list[onnx.ValueInfoProto]:
    """Values of any type and shape; "" is one that is left out."""
    return [onnx.helper.make_empty_tensor_value_info(name) for name in names if name]


def _check_operators(model: onnx.ModelProto, device: str) -> None:
    """Refuse a device or operators that the backend lacks, before anything is read or run."""
    if not Backend.supports_device(device):
        raise BadakError(f"device must be 'CPU'; got {device!r}")
    missing = missing_operators(model)
    if missing:
        raise FormatError(
            f"the model needs {len(missing)} operators that badak lacks: {', '.join(missing)}; "
            f"it has {', '.join(OPERATORS)}"
        )


def _run(node: Node, inputs: list[Any]) -> tuple[Any, ...]:
    try:
        made = OPERATORS[node.operator](node, *inputs)
    except BadakError:
        raise
    except (ValueError, TypeError, AttributeError, IndexError) as fault:
        # What NumPy makes of inputs that its operator was never meant for.
        shapes = ", ".join("none" if x is None else f"{x.dtype} {x.shape}" for x in inputs)
        raise BadakError(f"cannot take its inputs ({shapes}): {fault}") from None
    outputs = made if isinstance(made, tuple) else (made,)
    if len(outputs) < len(node.outputs):
        raise BadakError(f"makes {len(outputs)} outputs here; the model wants {len(node.outputs)}")
    return outputs


def _opset(model: onnx.ModelProto) -> int:
    """Return the version of ONNX's own operators; refuse those from before OLDEST_OPSET."""
    versions = [item.version for item in model.opset_import if item.domain in ("", "ai.onnx")]
    newest = onnx.defs.onnx_opset_version()
    if len(versions) != 1 or not OLDEST_OPSET <= versions[0] <= newest:
        raise FormatError(
            f"the model must use one operator set of {OLDEST_OPSET} to {newest}; it uses {versions}"
        )
    return int(versions[0])


def _fits(array: NDArray[Any], info: onnx.ValueInfoProto) -> NDArray[Any]:
    """Return an input; refuse one of another type or shape than the model declares."""
    declared = info.type.tensor_type
    if not declared.elem_type:  # declared as anything
        return array
    dtype = onnx.helper.tensor_dtype_to_np_dtype(declared.elem_type)
    if array.dtype != dtype:
        raise BadakError(f"{info.name} must be {dtype}; got {array.dtype}")
    if declared.HasField("shape"):
        lengths = [d.dim_value if d.HasField("dim_value") else None for d in declared.shape.dim]
        check_shape(array, info.name, lengths)
    return array


def _valid(check: Callable[..., Any], *arguments: Any, **named: Any) -> None:
    """Run one of ONNX's own checks and say what it says."""
    try:
        check(*arguments, **named)
    except Exception as fault:  # ValidationError; protobuf's of a model beyond 2 GB
        raise FormatError(f"onnx.checker refuses the model: {fault}") from None
