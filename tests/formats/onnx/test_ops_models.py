"""Whole models run by the operators: inputs, forged files, files of other makers."""

import subprocess
import sys

import numpy as np
import onnx
import pytest
import torch
from onnx import helper

from badak.errors import BadakError, FormatError
from badak.onnx import Backend
from formats.onnx.test_ops import node


def model(*nodes, weights=(), inputs=("in0",), outputs=("out0",), opset=22):
    kind = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info(name, kind, ["N", 2]) for name in inputs],
        [helper.make_tensor_value_info(name, kind, ["N", 2]) for name in outputs],
        weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def test_missing_operators_are_listed_together_before_anything_runs():
    wrong = model(
        helper.make_node("Acos", ["in0"], ["a"]),
        helper.make_node("Add", ["a", "nowhere"], ["b"]),
        helper.make_node("Scaler", ["b"], ["c"], domain="ai.onnx.ml"),
        helper.make_node("Acos", ["c"], ["out0"]),
    )
    assert not Backend.is_compatible(wrong)
    with pytest.raises(FormatError, match=r"2 operators.*Acos, ai\.onnx\.ml\.Scaler;"):
        Backend.prepare(wrong)


def test_inputs_come_in_order_by_name_or_alone():
    graph = Backend.prepare(model(node("Relu", 1)))
    x = np.array([[-1, 2]], np.float32)
    for given in ([x], {"in0": x}, x, torch.tensor(x)):
        assert (graph.run(given)["out0"] == [[0, 2]]).all()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "takes 1 inputs, in0; got 0"),
        ({"x": 1}, "must be named in0; got x"),
        ([np.ones((1, 2))], "in0.*got float64"),
        ([np.ones((1, 3), np.float32)], r"in0 must have shape \(any, 2\)"),
    ],
)
def test_inputs_that_do_not_fit_are_named(given, words):
    with pytest.raises(BadakError, match=words):
        Backend.prepare(model(node("Relu", 1))).run(given)


def short_weight():
    return onnx.TensorProto(name="w", data_type=1, dims=[2, 2], raw_data=b"\0" * 12)


def outside_weight():
    weight = onnx.TensorProto(name="w", data_type=1, dims=[2], data_location=1)
    weight.external_data.add(key="location", value="../secret")
    return weight


FORGED = {
    "empty": (onnx.ModelProto(), "refuses the model"),
    "opset 5": (model(node("Relu", 1), opset=5), "opset must be from 6 to"),
    "opset 999": (model(node("Relu", 1), opset=999), "opset must be from"),
    "cycle": (model(helper.make_node("Add", ["in0", "out0"], ["out0"])), "refuses the model"),
    "missing input": (model(node("Add", 2)), "refuses the model"),
    "short weight": (model(node("Relu", 1), weights=[short_weight()]), "raw_data size"),
    "outside weight": (model(node("Relu", 1), weights=[outside_weight()]), "another file|refuses"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_forged_models_are_refused(name):
    forged, words = FORGED[name]
    with pytest.raises(FormatError, match=words):
        Backend.prepare(forged)


def test_other_devices_are_refused():
    assert not Backend.supports_device("CUDA")
    with pytest.raises(BadakError, match=r"device.*got 'CUDA:1'"):
        Backend.prepare(model(node("Relu", 1)), "CUDA:1")


def test_without_the_onnx_package_the_extra_is_named():
    script = "import sys; sys.modules['onnx'] = None; import badak; badak.onnx"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "pip install 'badak[onnx]'" in done.stderr


FILES = ("lenet-pytorch", "mnist-8", "resnet20-cifar10", "squeezenet-cifar10", "super-resolution")


@pytest.mark.parametrize("name", FILES)
def test_files_of_other_makers_give_their_recorded_outputs(name, data_dir):
    folder = data_dir / "onnx" / name
    graph = Backend.prepare(onnx.load(folder / "model.onnx"))
    vectors = sorted(folder.glob("test_data_set_*"))
    assert vectors
    for vector in vectors:
        x, expected = (
            onnx.numpy_helper.to_array(onnx.load_tensor(vector / f"{side}_0.pb"))
            for side in ("input", "output")
        )
        (y,) = graph.run([x])
        np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())
