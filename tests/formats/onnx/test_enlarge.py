"""Transposed convolutions and enlarged maps are read, as PyTorch and others write them."""

import numpy as np
import pytest
import torch
from onnx import helper
from torch import nn

import badak
from badak import FormatError
from badak.layers import ConvTranspose2d, Upsample
from formats.onnx.graph_files import MAPS, floats, model, node, runtime, save
from formats.onnx.test_torch import EXPORTERS, exported

SCALES = {"s": np.array([1, 1, 2, 3], np.float32)}


class Decoder(nn.Module):
    """Every way to enlarge, by modules and by the function that other modules call."""

    def __init__(self):
        super().__init__()
        self.first = nn.ConvTranspose2d(3, 4, (3, 2), (2, 1), 1, (1, 0))
        self.second = nn.ConvTranspose2d(4, 6, 3, 2, dilation=2, groups=2, bias=False)
        self.nearest = nn.Upsample(scale_factor=2)
        self.corners = nn.Upsample(scale_factor=(1, 2), mode="bilinear", align_corners=True)
        self.pool, self.last = nn.MaxPool2d(3), nn.Linear(6, 5)

    def forward(self, x):
        x = torch.tanh(self.second(torch.relu(self.first(x))))
        x = self.pool(self.corners(self.nearest(x)))
        x = nn.functional.interpolate(x, scale_factor=3, mode="bilinear")
        return self.last(nn.functional.adaptive_avg_pool2d(x, 1).flatten(1))


@pytest.mark.parametrize("exporter", EXPORTERS)
def test_a_decoder_of_pytorchs_is_read_and_agrees(tmp_path, exporter):
    torch.manual_seed(0)
    module = Decoder().eval()
    exported(module, (3, 5, 4), tmp_path / "net.onnx", EXPORTERS[exporter])
    net = badak.onnx.load(tmp_path / "net.onnx")
    kinds = [type(layer) for layer in net.layers.values()]
    assert (kinds.count(ConvTranspose2d), kinds.count(Upsample)) == (2, 3)
    x = torch.randn(3, 3, 5, 4)
    np.testing.assert_allclose(net(x.numpy()), module(x).detach().numpy(), rtol=0, atol=1e-5)


FORMS = {
    "nearest by halves": {"mode": "nearest"},  # the specification's defaults
    "nearest, up": {"nearest_mode": "round_prefer_ceil"},
    "nearest, floor": {"nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"},
    "linear": {"mode": "linear"},
    "linear, PyTorch's": {"mode": "linear", "coordinate_transformation_mode": "pytorch_half_pixel"},
    "linear, corners": {"mode": "linear", "coordinate_transformation_mode": "align_corners"},
}


@pytest.mark.parametrize("by_sizes", [False, True])
@pytest.mark.parametrize("name", FORMS)
def test_resize_in_each_form_is_onnx_runtimes(tmp_path, name, by_sizes):
    inputs = ["x", "", "", "s"] if by_sizes else ["x", "", "s"]
    c, h, w = MAPS
    arrays = {"s": np.array([2, c, 2 * h, 3 * w])} if by_sizes else SCALES
    made = model([helper.make_node("Resize", inputs, ["y"], **FORMS[name])], arrays, MAPS)
    path = save(tmp_path, made)
    net = badak.onnx.load(path)
    x = np.random.default_rng(0).random((2, *MAPS), np.float32)
    np.testing.assert_allclose(net(x), runtime(path, x), rtol=0, atol=1e-6)


REFUSED = {
    "cubic": ({"mode": "cubic"}, SCALES, "its mode must be nearest or linear.*'cubic'"),
    "half down": (
        {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "ceil"},
        SCALES,
        "'ceil'",
    ),
    "a half": ({}, {"s": np.array([1, 1, 1.5, 2], np.float32)}, r"whole factors; got scales.*1\.5"),
    "smaller": ({}, {"s": np.array([1, 1, 0.5, 2], np.float32)}, "whole factors; got scales"),
    "channels": ({}, {"s": np.array([1, 2, 2, 2], np.float32)}, "whole factors; got scales"),
    "not a number": ({}, {"s": np.array([1, 1, np.nan, 2], np.float32)}, "whole factors"),
    "far too large": ({}, {"s": np.array([1, 1, 1e9, 2], np.float32)}, "whole factors|numbers"),
    "two scales": ({}, {"s": np.array([2, 2], np.float32)}, "whole factors; got scales"),
    "smooth": ({"antialias": 1, "mode": "linear"}, SCALES, "must not smooth"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_resize_that_no_layer_does_is_refused(tmp_path, name):
    attributes, arrays, words = REFUSED[name]
    resize = helper.make_node("Resize", ["x", "", "s"], ["y"], **attributes)
    made = model([resize], arrays, MAPS, 18 if "antialias" in attributes else 17)
    with pytest.raises(FormatError, match=words):
        badak.onnx.load(save(tmp_path, made))


WRONG_SPREADS = {
    "groups": ({"group": 2}, "in 2 groups does not fit"),
    "kernel": ({"kernel_shape": [3, 3]}, r"kernel_shape \(3, 3\)"),
    "output shape": ({"output_shape": [9, 9]}, "output_shape"),
    "auto pad": ({"auto_pad": "SAME_UPPER"}, "must be given as pads; got auto_pad SAME_UPPER"),
    "output padding": ({"output_padding": [1, 0]}, "output_padding must be below the stride 1"),
    "pads": ({"pads": [9, 9, 9, 9]}, "use less padding"),
}


@pytest.mark.parametrize("name", WRONG_SPREADS)
def test_a_transposed_convolution_that_no_layer_does_is_refused(tmp_path, name):
    attributes, words = WRONG_SPREADS[name]
    made = model([node("ConvTranspose", "x w", "y", **attributes)], {"w": floats(3, 2, 2, 3)}, MAPS)
    with pytest.raises(FormatError, match=words):
        badak.onnx.load(save(tmp_path, made))
