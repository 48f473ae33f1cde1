"""Activations as exporters write them, as arithmetic or as one node, are read as the layers."""

import logging
import math
import warnings

import numpy as np
import pytest
import torch
from torch import nn

import badak
from badak import FormatError
from badak.layers import GELU, SELU, Hardsigmoid, Hardswish, Mish, PReLU, ReLU6, SiLU, Softplus
from formats.onnx.graph_files import MAPS, floats, kinds, model, node, runtime, save

ROOT, SIXTH = np.float32(math.sqrt(2)), np.float32(1 / 6)
ONE, THREE, SIX, HALF = (np.float32(number) for number in (1, 3, 6, 0.5))
CLIPPED = [node("Add", "x t", "a"), node("Clip", "a z s", "c")]
LIMITS = {"t": THREE, "z": np.float32(0), "s": SIX, "i": SIXTH}
ERF = [node("Erf", "d", "e"), node("Add", "e o", "a")]

# name -> nodes and constants; opset, and the kinds of the layers they become
FORMS = {
    "silu": ([node("Sigmoid", "x", "s"), node("Mul", "x s", "y")], {}, 17, "SiLU"),
    "silu, the share first": ([node("Sigmoid", "x", "s"), node("Mul", "s x", "y")], {}, 17, "SiLU"),
    "silu by exp": (
        [node("Neg", "x", "n"), node("Exp", "n", "e"), node("Add", "e o", "s"),
         node("Div", "x s", "y")],
        {"o": ONE}, 17, "SiLU",
    ),
    "swish": ([node("Swish", "x", "y")], {}, 24, "SiLU"),
    "hardswish": ([node("HardSwish", "x", "y")], {}, 17, "Hardswish"),
    "hardswish by hard sigmoid": (
        [node("HardSigmoid", "x", "s", alpha=1 / 6), node("Mul", "x s", "y")], {}, 17, "Hardswish",
    ),
    "hardswish by clip, divided": (
        [*CLIPPED, node("Mul", "x c", "m"), node("Div", "m s", "y")], LIMITS, 17, "Hardswish",
    ),
    "hardswish by clip, times a sixth": (
        [*CLIPPED, node("Mul", "c i", "m"), node("Mul", "m x", "y")], LIMITS, 17, "Hardswish",
    ),
    "hardswish by max and min": (
        [node("Add", "x t", "a"), node("Max", "a z", "b"), node("Min", "b s", "c"),
         node("Mul", "c x", "m"), node("Mul", "m i", "y")],
        LIMITS, 17, "Hardswish",
    ),
    "hardsigmoid": ([node("HardSigmoid", "x", "y", alpha=1 / 6)], {}, 17, "Hardsigmoid"),
    "hardsigmoid by clip": ([*CLIPPED, node("Div", "c s", "y")], LIMITS, 17, "Hardsigmoid"),
    "mish": ([node("Mish", "x", "y")], {}, 18, "Mish"),
    "mish in three": (
        [node("Softplus", "x", "p"), node("Tanh", "p", "t"), node("Mul", "x t", "y")],
        {}, 17, "Mish",
    ),
    "gelu": ([node("Gelu", "x", "y")], {}, 20, "GELU"),
    "gelu by erf": (
        [node("Div", "x r", "d"), *ERF, node("Mul", "x a", "m"), node("Mul", "m h", "y")],
        {"r": ROOT, "o": ONE, "h": HALF}, 17, "GELU",
    ),
    "gelu by erf, halved first": (
        [node("Mul", "x r", "d"), *ERF, node("Mul", "x h", "m"), node("Mul", "m a", "y")],
        {"r": 1 / ROOT, "o": ONE, "h": HALF}, 17, "GELU",
    ),
    "gelu by tanh": (
        [node("Pow", "x t", "p"), node("Mul", "p c", "q"), node("Add", "x q", "b"),
         node("Mul", "b r", "d"), node("Tanh", "d", "e"), node("Add", "e o", "a"),
         node("Mul", "a h", "m"), node("Mul", "x m", "y")],
        {"t": THREE, "c": np.float32(0.044715), "r": np.float32(math.sqrt(2 / math.pi)),
         "o": ONE, "h": HALF},
        17, "GELU",
    ),
    "selu": ([node("Selu", "x", "y")], {}, 17, "SELU"),
    "softplus": ([node("Softplus", "x", "y")], {}, 17, "Softplus"),
    "softplus by log": (
        [node("Exp", "x", "e"), node("Add", "e o", "a"), node("Log", "a", "y")],
        {"o": ONE}, 17, "Softplus",
    ),
    "relu6": ([node("Clip", "x z s", "y")], {"z": np.float32(0), "s": SIX}, 17, "ReLU6"),
    "prelu": ([node("PRelu", "x w", "y")], {"w": floats(3, 1, 1)}, 17, "PReLU"),
    "prelu of one slope": ([node("PRelu", "x w", "y")], {"w": floats(1)}, 17, "PReLU"),
    "prelu of channels that come last": (
        [node("Transpose", "x", "t", perm=[0, 2, 3, 1]), node("PRelu", "t w", "p"),
         node("Transpose", "p", "y", perm=[0, 3, 1, 2])],
        {"w": floats(1, 1, 3)}, 17, "PReLU",
    ),
    "hardsigmoid of another slope": ([node("HardSigmoid", "x", "y")], {}, 17, "Normalize Hardtanh"),
    "selu of other numbers": (
        [node("Selu", "x", "y", alpha=1.5, gamma=2.0)], {}, 17, "ELU Scale",
    ),
    "two of one": (
        [node("Sigmoid", "x", "s"), node("Mul", "x s", "a"), node("Sigmoid", "a", "b"),
         node("Mul", "a b", "y")],
        {}, 17, "SiLU SiLU",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_read_as_the_layer_and_agrees(tmp_path, name):
    nodes, arrays, opset, layers = FORMS[name]
    path = save(tmp_path, model(nodes, arrays, MAPS, opset))
    net = badak.onnx.load(path)
    assert kinds(net) == layers
    x = 3 * floats(2, *MAPS)
    # ONNX Runtime has no kernel for Swish yet.
    expected = x / (1 + np.exp(-x)) if name == "swish" else runtime(path, x)
    np.testing.assert_allclose(net(x), expected, rtol=1e-4, atol=1e-5)


def test_a_steeper_swish_is_silu_between_scales(tmp_path):
    for alpha, layers in ((1.7, "Normalize SiLU Scale"), (0.0, "Normalize")):
        path = save(tmp_path, model([node("Swish", "x", "y", alpha=alpha)], {}, MAPS, 24))
        net = badak.onnx.load(path)
        assert kinds(net) == layers
        x = floats(2, *MAPS)
        np.testing.assert_allclose(net(x), x / (1 + np.exp(-alpha * x)), rtol=1e-5, atol=1e-6)


REFUSED = {
    "a slope for each place": (node("PRelu", "x w", "y"), 17, "one slope per channel"),
    "a gelu of another kind": (node("Gelu", "x", "y", approximate="x"), 20, "approximate.*'x'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_layer_computes_is_refused(tmp_path, name):
    one, opset, words = REFUSED[name]
    arrays = {"w": floats(3, 7, 6)} if "w" in one.input else {}
    with pytest.raises(FormatError, match=words):
        badak.onnx.load(save(tmp_path, model([one], arrays, MAPS, opset)))


def test_arithmetic_that_is_nearly_an_activation_is_not_taken_for_it(tmp_path):
    scaled = [node("Mul", "x k", "a"), node("Sigmoid", "a", "s"), node("Mul", "x s", "y")]
    path = save(tmp_path, model(scaled, {"k": np.float32(1.01)}, MAPS))
    net = badak.onnx.load(path)
    assert kinds(net) == "Product"
    x = floats(2, *MAPS)
    np.testing.assert_allclose(net(x), runtime(path, x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("by_export", [False, True], ids=["by tracing", "by torch.export"])
def test_pytorch_exports_of_all_activations_are_read(tmp_path, by_export):
    activations = {
        SiLU: nn.SiLU(), Hardswish: nn.Hardswish(), Hardsigmoid: nn.Hardsigmoid(),
        ReLU6: nn.ReLU6(), PReLU: nn.PReLU(4), Softplus: nn.Softplus(), Mish: nn.Mish(),
        SELU: nn.SELU(), GELU: nn.GELU(),
    }  # fmt: skip
    torch.manual_seed(0)
    parts = [part for one in activations.values() for part in (nn.Conv2d(4, 4, 1), one)]
    module = nn.Sequential(*parts, nn.GELU("tanh")).eval()
    for array in module.parameters():
        array.data *= 3
    path = tmp_path / "net.onnx"
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it warns that torchvision is missing
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, (torch.zeros(1, 4, 5, 6),), path, dynamo=by_export, verbose=False)
    net = badak.onnx.load(path)
    expected = " ".join(f"Conv2d {kind.__name__}" for kind in activations)
    assert kinds(net) == f"{expected} GELU"
    x = floats(2, 4, 5, 6)
    with torch.no_grad():
        np.testing.assert_allclose(net(x), module(torch.tensor(x)).numpy(), rtol=1e-4, atol=1e-5)
