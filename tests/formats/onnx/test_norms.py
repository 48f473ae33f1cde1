"""Norms as PyTorch's exporters write them are read as the layers; the rest is named."""

import logging
import warnings

import numpy as np
import pytest
import torch
from torch import nn

import badak
from badak import FormatError
from formats.onnx.graph_files import MAPS, floats, kinds, model, node, runtime, save
from layers.torch_layers import ChannelNorm


@pytest.mark.parametrize("by_export", [False, True], ids=["by tracing", "by torch.export"])
def test_pytorch_exports_of_all_norms_are_read(tmp_path, by_export):
    """None after a convolution that could take it in, but for the one that is meant to."""
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Tanh(), nn.BatchNorm2d(4), nn.Tanh(), ChannelNorm(4), nn.Tanh(),
        nn.InstanceNorm2d(4, affine=True), nn.LayerNorm((4, 5, 6)), nn.GroupNorm(2, 4),
        nn.Flatten(), nn.BatchNorm1d(120), nn.ReLU(), nn.Linear(120, 7), nn.LayerNorm(7),
        nn.ReLU(), nn.BatchNorm1d(7),
    ).eval()  # fmt: skip
    for key, array in module.state_dict().items():
        if array.is_floating_point():
            array.uniform_(0.5, 1.5) if "var" in key else array.add_(torch.randn_like(array) * 0.2)
    path = tmp_path / "net.onnx"
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it warns that torchvision is missing
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module, (torch.zeros(1, 4, 5, 6),), path, dynamo=by_export, verbose=False,
            opset_version=18,
        )  # fmt: skip
    net = badak.onnx.load(path)
    assert kinds(net) == (
        "Tanh BatchNorm2d Tanh LayerNorm Tanh InstanceNorm2d LayerNorm GroupNorm Flatten "
        "BatchNorm1d ReLU Linear LayerNorm ReLU BatchNorm1d"
    )
    x = floats(2, 4, 5, 6)
    with torch.no_grad():
        np.testing.assert_allclose(net(x), module(torch.tensor(x)).numpy(), rtol=1e-4, atol=1e-4)


THREE = {"s": floats(3), "o": floats(3)}
REFUSED = {
    "layer norm of a row of places": (
        [node("LayerNormalization", "x s", "y")], {"s": floats(6)}, r"channels or all.*got 3",
    ),
    "layer norm of the images too": (
        [node("LayerNormalization", "x s", "y", axis=0)], {"s": floats(1, *MAPS)}, "got 0",
    ),
    "layer norm of other sizes": (
        [node("LayerNormalization", "x s", "y", axis=1)], THREE, r"must be \(3, 7, 6\); got \(3,\)",
    ),
    "layer norm of an axis that is not there": (
        [node("LayerNormalization", "x s", "y", axis=4)], THREE, r"-4\.\.3.*got 4",
    ),
    "instance norm of other channels": (
        [node("InstanceNormalization", "x s s", "y")], {"s": floats(4)}, r"must be \(3,\).*\(4,\)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_layer_computes_is_refused(tmp_path, name):
    nodes, arrays, words = REFUSED[name]
    with pytest.raises(FormatError, match=words):
        badak.onnx.load(save(tmp_path, model(nodes, arrays, MAPS)))


@pytest.mark.parametrize("op", ["LayerNormalization", "BatchNormalization", "PRelu", "Mul"])
def test_constants_of_rows_in_another_order_follow_badaks(tmp_path, op):
    """Maps that lie in a row with their channels last, between others that know their order."""
    inputs = "f s o m v" if op == "BatchNormalization" else "f s"
    nodes = [
        node("Transpose", "x", "t", perm=[0, 2, 3, 1]),
        node("Flatten", "t", "f"),
        node(op, inputs, "n"),
        node("MatMul", "n w", "y"),
    ]
    arrays = {key: floats(126) for key in "som"} | {"v": floats(126) ** 2, "w": floats(126, 3)}
    path = save(tmp_path, model(nodes, arrays, MAPS))
    x = floats(2, *MAPS)
    expected = runtime(path, x)
    np.testing.assert_allclose(badak.onnx.load(path)(x), expected, rtol=1e-3, atol=1e-3)
