"""Files of eight-bit integers are read as the network of floats behind them."""

import logging

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper

import badak
from badak.layers import Conv2d, Flatten, GlobalAvgPool2d, Linear, MaxPool2d, ReLU, Residual
from formats.onnx.graph_files import MAPS, floats, kinds, model, node, save


@pytest.fixture
def net():
    layers = [
        *(Conv2d(6, 3, padding=1), ReLU(), Residual([Conv2d(6, 3, padding=1)]), ReLU()),
        *(MaxPool2d(2), Conv2d(8, 3), ReLU(), GlobalAvgPool2d(), Flatten(), Linear(4)),
    ]
    return badak.Network(layers, (3, 12, 10), seed=3)


def _in_floats(path):
    """ONNX Runtime as the file is meant: integers to floats, then an operator of floats.

    Where a processor has no VNNI, its operators of integers add two products in 16 bits and cut off
    what is larger: there they miss the file's meaning by up to a tenth.
    """
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    return onnxruntime.InferenceSession(path, options)


@pytest.mark.parametrize("per_channel", [False, True], ids=["per tensor", "per channel"])
def test_what_onnx_runtimes_quantiser_writes(tmp_path, net, per_channel, monkeypatch):
    quantization = pytest.importorskip("onnxruntime.quantization")
    logging.getLogger().setLevel(logging.ERROR)
    x = np.random.default_rng(0).random((8, 3, 12, 10), np.float32)
    badak.onnx.export(net, tmp_path / "net.onnx")

    class Images(quantization.CalibrationDataReader):
        batches = iter([{"images": x}])

        def get_next(self):
            return next(self.batches, None)

    quantization.quantize_static(
        tmp_path / "net.onnx", tmp_path / "int8.onnx", Images(), per_channel=per_channel
    )
    expected = _in_floats(tmp_path / "int8.onnx").run(None, {"images": x})[0]
    operators = {node.op_type for node in onnx.load(tmp_path / "int8.onnx").graph.node}
    assert {"QuantizeLinear", "DequantizeLinear"} <= operators
    again = badak.onnx.load(tmp_path / "int8.onnx")
    apart = np.abs(again(x) - net(x)).max() / np.abs(net(x)).max()
    assert 0 < apart < 0.03  # the weights were rounded
    assert np.abs(again(x) - expected).max() / np.abs(expected).max() < 0.02
    assert kinds(again) in (kinds(net), f"{kinds(net)} ReLU")  # if no output was negative


SCALE = {"s": np.float32(0.1)}


@pytest.mark.parametrize("smallest", [True, False])
def test_a_relu_that_the_quantiser_left_out_stays(tmp_path, smallest):
    zero = np.int8(-128 if smallest else 0)
    nodes = [
        node("DequantizeLinear", "k t z", "w"),
        node("Conv", "x w", "c"),
        node("QuantizeLinear", "c s z", "q"),
        node("DequantizeLinear", "q s z", "y"),
    ]
    weight = np.random.default_rng(0).integers(-128, 128, (4, 3, 3, 2)).astype(np.int8)
    arrays = SCALE | {"k": weight, "z": zero, "t": np.float32(0.01)}
    path = save(tmp_path, model(nodes, arrays, MAPS))
    again = badak.onnx.load(path)
    assert kinds(again) == ("Conv2d ReLU" if smallest else "Conv2d")
    expected = (weight.astype(np.float32) - int(zero)) * np.float32(0.01)
    np.testing.assert_array_equal(again.parameters()["conv1.weight"], expected)


def test_weights_of_integers_have_scales_along_an_axis(tmp_path):
    weight = np.random.default_rng(0).integers(0, 256, (4, 3, 3, 2)).astype(np.uint8)
    scale, zero = np.abs(floats(4)), np.arange(4, dtype=np.uint8)
    nodes = [node("DequantizeLinear", "k t z", "w", axis=0), node("Conv", "x w", "y")]
    path = save(tmp_path, model(nodes, {"k": weight, "t": scale, "z": zero}, MAPS))
    spread = [array[:, None, None, None] for array in (zero.astype(np.float32), scale)]
    expected = (weight - spread[0]) * spread[1]
    np.testing.assert_array_equal(badak.onnx.load(path).parameters()["conv1.weight"], expected)
    assert numpy_helper.to_array(onnx.load(path).graph.initializer[0]).dtype == np.uint8
