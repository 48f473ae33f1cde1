"""Files from both of PyTorch's exporters are read as the network that was exported."""

import logging
import warnings

import numpy as np
import pytest
import torch

import badak
from formats.weights.torch_models import MODELS

EXPORTERS = {"by tracing": False, "by torch.export": True}


def made(name):
    """The module, with weights and statistics that make its outputs depend on its input."""
    make, shape = MODELS[name]
    torch.manual_seed(0)
    module = make().eval()
    for key, array in module.state_dict().items():
        if array.ndim > 1:
            torch.nn.init.kaiming_normal_(array)
        elif "var" in key:
            array.uniform_(0.5, 1.5)
        elif array.is_floating_point():
            array.add_(torch.randn_like(array) * 0.1)
    return module, shape


def exported(module, shape, path, by_export):
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it warns that torchvision is missing
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the older exporter is deprecated, and says so
        torch.onnx.export(module, (torch.rand(1, *shape),), path, dynamo=by_export, verbose=False)


@pytest.mark.parametrize("exporter", EXPORTERS)
@pytest.mark.parametrize("name", MODELS)
def test_a_network_of_pytorchs_is_read_and_agrees(tmp_path, name, exporter):
    module, shape = made(name)
    exported(module, shape, tmp_path / "net.onnx", EXPORTERS[exporter])
    net = badak.onnx.load(tmp_path / "net.onnx")
    x = torch.randn(3, *shape)
    with torch.no_grad():
        expected = module(x).numpy()
    y = net(x.numpy())
    if name == "branches":  # it ends with log-softmax, which badak leaves to the loss
        y = np.log(net.predict_proba(x.numpy()))
    assert expected.std(axis=0).min() > 0.01  # otherwise a constant network would agree
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-4 * max(1, np.abs(expected).max()))


def test_a_network_read_is_one_to_look_into_train_on_and_export(tmp_path):
    module, shape = made("branches")
    exported(module, shape, tmp_path / "net.onnx", by_export=False)
    net = badak.onnx.load(tmp_path / "net.onnx")
    assert list(net.layers) == [
        *("pad1", "conv1", "relu1", "block1", "block2", "pool1", "flatten1"),
        *("linear1", "norm1", "relu2", "linear2"),
    ]
    generator = np.random.default_rng(0)
    x, labels = generator.random((8, *shape), np.float32), generator.integers(0, 5, 8)
    assert badak.inspect.feature_maps(net, x[0])["block1"].shape == (13, 13, 11)
    trainer = badak.Trainer(net, optimizer=badak.optim.Adam(1e-2), progress=False)
    losses = [trainer.step(x, labels) for _ in range(40)]
    assert losses[-1] < losses[0] / 2

    badak.onnx.export(net, tmp_path / "again.onnx")
    again = badak.onnx.load(tmp_path / "again.onnx")
    assert again.layers == net.layers
    np.testing.assert_array_equal(again(x), net(x))
