"""Every model of `badak.models`, in a small form, as C, as integers in C, as a page and as ONNX."""

import numpy as np
import onnxruntime
import pytest

from badak import onnx
from badak.formats.c.source import c_source
from badak.formats.steps import run_int8
from badak.layers.walk import walk
from badak.models import MODELS, googlenet
from formats import page_network
from formats.c.compiled import Program
from formats.networks import images
from models.test_models import SMALL

MODULE = (3, (4, 5), (2, 3), 4)
# Chains without shortcuts around all layers: with random weights each enlarges what integers round.
ENLARGING = ("mobilenet", "efficientnet")


def trained(name):
    """The model, with the statistics of images and other biases than at the start."""
    sizes, shape = SMALL[name]
    net = MODELS[name](num_classes=3, input_shape=shape, seed=1, **sizes)
    generator = np.random.default_rng(5)
    for key, array in net.parameters().items():
        if key.endswith("bias"):
            array[...] = generator.normal(0, 0.2, array.shape)
    for visit in walk(net.layers, net.input_shape):
        if hasattr(visit.layer, "momentum"):
            visit.layer.momentum = 1.0
    x = images(net, 100, seed=1)
    net.loss_and_gradients(x, np.arange(100) % 3)
    return net


@pytest.fixture(scope="module")
def nets():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(googlenet, "MODULES", ((MODULE, MODULE), (MODULE,)))
        return {name: trained(name) for name in MODELS}


@pytest.fixture(scope="module")
def codes(nets):
    codes = {name: c_source(net, name) for name, net in nets.items()}
    for name, net in nets.items():
        code = c_source(net, f"{name} int8", calibration=images(net, 100))
        codes[f"{name} int8"] = code
    return codes


@pytest.fixture(scope="module")
def compiled(codes, tmp_path_factory):
    return Program(tmp_path_factory.mktemp("models"), codes, "-O0")


@pytest.mark.parametrize("name", MODELS)
def test_c_computes_the_same(name, nets, codes, compiled):
    net = nets[name]
    x = images(net, 20, seed=2)
    expected, simulated = net(x), run_int8.logits(codes[f"{name} int8"].program, x)
    np.testing.assert_allclose(compiled.run(name, x), expected, atol=1e-4)
    y = compiled.run(f"{name} int8", x)
    np.testing.assert_allclose(y, simulated, atol=1e-3 if name.startswith("lenet1998") else 0)
    share = 0.15 if name.startswith(ENLARGING) else 0.05
    assert np.abs(simulated - expected).mean() < share * np.abs(expected).max()


@pytest.mark.parametrize("name", MODELS)
def test_onnx_runtime_computes_the_same(name, nets, tmp_path):
    net = nets[name]
    onnx.export(net, tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx")
    x = images(net, 20, seed=2)
    (y,) = session.run(None, {session.get_inputs()[0].name: x})
    np.testing.assert_allclose(y, net(x), atol=1e-4)


def test_a_page_computes_the_same(nets, tmp_path):
    for name, net in nets.items():
        x = images(net, 2, seed=2)
        y = page_network.outputs(page_network.parts(net), x, tmp_path)
        np.testing.assert_allclose(y, net(x), atol=1e-4, err_msg=name)
