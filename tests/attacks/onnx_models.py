"""Small ONNX models, each wrong in one place."""

from collections.abc import Callable
from typing import Any

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

GEOMETRY = {"kernel_shape": [3, 3]}


def sound(**conv: Any) -> ModelProto:
    """A small classifier: Conv, Relu, Flatten, Gemm."""
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["c"], "conv", **{**GEOMETRY, **conv}),
        helper.make_node("Relu", ["c"], ["r"], "relu"),
        helper.make_node("Flatten", ["r"], ["f"], "flatten"),
        helper.make_node("Gemm", ["f", "m"], ["y"], "gemm"),
    ]
    arrays = {"w": (4, 2, 3, 3), "b": (4,), "m": (4 * 4 * 3, 5)}
    generator = np.random.default_rng(0)
    tensors = [
        numpy_helper.from_array(generator.standard_normal(shape).astype(np.float32), name)
        for name, shape in arrays.items()
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 2, 6, 5])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 5])],
        tensors,
    )
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])


def changed(change: Callable[[ModelProto], Any], **conv: Any) -> ModelProto:
    model = sound(**conv)
    change(model)
    return model


def tensor(place: int, **fields: Any) -> ModelProto:
    """Change fields of an initializer."""

    def change(model: ModelProto) -> None:
        for key, value in fields.items():
            target = model.graph.initializer[place]
            if key == "dims":
                target.dims[:] = value
            elif isinstance(value, list):
                target.ClearField("raw_data")
                getattr(target, key)[:] = value
            else:
                setattr(target, key, value)

    return changed(change)


def rewired(place: int, **names: list[str]) -> ModelProto:
    """Change the inputs or outputs of a node."""

    def change(model: ModelProto) -> None:
        for key, value in names.items():
            getattr(model.graph.node[place], key)[:] = value

    return changed(change)


def ends_with(op: str, inputs: list[str], arrays: dict[str, Any] | None = None, **attributes: Any):
    """Add a node after the last, and constants for it."""

    def change(model: ModelProto) -> None:
        graph = model.graph
        graph.node.append(helper.make_node(op, inputs, ["z"], "last", **attributes))
        graph.output[0].name = "z"
        for name, array in (arrays or {}).items():
            graph.initializer.append(numpy_helper.from_array(np.asarray(array), name))

    return changed(change)


def external(*entries: tuple[str, str]) -> ModelProto:
    """Move the first initializer's data to another file."""

    def change(model: ModelProto) -> None:
        target = model.graph.initializer[0]
        target.ClearField("raw_data")
        target.data_location = TensorProto.EXTERNAL
        for key, value in entries:
            entry = target.external_data.add()
            entry.key, entry.value = key, value

    return changed(change)


def with_input(name: str, shape: list[Any], kind: int = TensorProto.FLOAT) -> ModelProto:
    info = helper.make_tensor_value_info(name, kind, shape)
    return changed(lambda model: model.graph.input.append(info))


def opset(*versions: tuple[str, int]) -> ModelProto:
    def change(model: ModelProto) -> None:
        del model.opset_import[:]
        model.opset_import.extend(helper.make_opsetid(*one) for one in versions)

    return changed(change)


def nested() -> ModelProto:
    """Nested If nodes, which took a runtime a minute to open."""
    branch = helper.make_graph([helper.make_node("Relu", ["y"], ["q"])], "b", [], [])
    for _ in range(12):
        node = helper.make_node("If", ["k"], ["q"], then_branch=branch, else_branch=branch)
        branch = helper.make_graph([node], "b", [], [])
    return ends_with("If", ["k"], {"k": np.array(True)}, then_branch=branch, else_branch=branch)


def doubling() -> ModelProto:
    """Constants concatenated with themselves 60 times: 2**60 numbers."""

    def change(model: ModelProto) -> None:
        nodes = [
            helper.make_node("Concat", [f"k{i}"] * 2, [f"k{i + 1}"], axis=0) for i in range(60)
        ]
        model.graph.initializer.append(numpy_helper.from_array(np.ones(2, np.int64), "k0"))
        model.graph.node.extend(nodes)
        model.graph.node.append(helper.make_node("Reshape", ["y", "k60"], ["z"]))
        model.graph.output[0].name = "z"

    return changed(change)


def deep(levels: int) -> ModelProto:
    """A sum within a path of a sum, and so on."""

    def change(model: ModelProto) -> None:
        for i in range(levels):
            before = "y" if i == 0 else f"s{i - 1}"
            model.graph.node.append(helper.make_node("Relu", [before], [f"p{i}"]))
            model.graph.node.append(helper.make_node("Add", [f"p{i}", "y"], [f"s{i}"]))
        model.graph.output[0].name = f"s{levels - 1}"

    return changed(change)
