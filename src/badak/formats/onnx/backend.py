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
from badak.formats.onnx.file import Declared, checked
from badak.formats.onnx.node import operator_name
from badak.formats.onnx.ops import OPERATORS, run


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
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **_: Any) -> "Prepared":
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
        return Prepared(model)

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

        Inputs are arrays in the node's order; ``opset_version`` says what the operator means, by
        default the newest one.

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
        return Prepared(model).run(inputs)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        """Return whether the device is the CPU."""
        return device.split(":")[0] == "CPU"


class Prepared(BackendRep):
    """A checked graph with its weights, ready to run; made by `Backend.prepare`."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self._graph = checked(model, _array, _array)

    def run(self, inputs: Any, **_: Any) -> tuple[Any, ...]:
        """Compute the graph's outputs.

        Args:
            inputs: one array for each input that is not a weight: in order, by name, or alone.

        Raises:
            BadakError: inputs that do not fit; the message names the node.
        """
        graph = self._graph
        values: dict[str, Any] = {**graph.arrays, **self._by_name(inputs)}
        for node in graph.nodes:
            with where(str(node)):
                arrays = [values[name] if name else None for name in node.inputs]
                outputs = run(OPERATORS[node.op], node, arrays)
            values.update(zip(node.outputs, outputs, strict=False))
        named: tuple[Any, ...] = namedtupledict("Outputs", graph.outputs)(
            *(values[name] for name in graph.outputs)
        )
        return named

    def _by_name(self, inputs: Any) -> dict[str, NDArray[Any]]:
        declared = self._graph.inputs
        if isinstance(inputs, Mapping):
            values = dict(inputs)
        else:
            several = isinstance(inputs, (list, tuple))
            arrays: Sequence[ArrayLike] = inputs if several else [inputs]
            values = dict(zip(declared, arrays, strict=False))
            if len(arrays) != len(declared):
                raise BadakError(
                    f"the model takes {len(declared)} inputs, {', '.join(declared)}; "
                    f"got {len(arrays)}"
                )
        if values.keys() != declared.keys():
            raise BadakError(
                f"inputs must be named {', '.join(declared)}; got {', '.join(map(str, values))}"
            )
        return {
            name: _fits(_as_given(value, name), name, declared[name])
            for name, value in values.items()
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


def _as_given(value: Any, name: str) -> NDArray[Any]:
    """An input; of another library's types of numbers, or of words, only as a NumPy array."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "VO":
        return value
    return as_array(value, name)


def _fits(array: NDArray[Any], name: str, declared: Declared) -> NDArray[Any]:
    """Return an input; refuse one of another type or shape than the model declares."""
    if declared.element:
        dtype = onnx.helper.tensor_dtype_to_np_dtype(declared.element)
        if array.dtype != dtype:
            raise BadakError(f"{name} must be {dtype}; got {array.dtype}")
        if declared.sizes is not None:
            check_shape(array, name, declared.sizes)
    return array


def _array(tensor: onnx.TensorProto) -> NDArray[Any]:
    """A tensor of any type that ONNX reads; onnx.checker has seen it."""
    if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
        raise FormatError(
            "it lies in another file, which the backend does not read: load the model with its "
            "data first, e.g. onnx.load(path)"
        )
    try:
        return onnx.numpy_helper.to_array(tensor)
    except Exception as fault:  # whatever a forged tensor makes NumPy raise
        raise FormatError(f"it cannot be read: {fault}") from None


def _valid(check: Callable[..., Any], *arguments: Any, **named: Any) -> None:
    """Run one of ONNX's own checks and say what it says."""
    try:
        check(*arguments, **named)
    except Exception as fault:  # ValidationError; protobuf's of a model beyond 2 GB
        raise FormatError(f"onnx.checker refuses the model: {fault}") from None
