"""Classifiers as their frameworks export them: read, compared, trained, and written again.

The table that this prints has a row for each: how many layers, how far the outputs lie from ONNX
Runtime's and the gradients from the framework's own, and what the network written again differs by.
"""

import logging
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

import badak
from formats.onnx import torch_families

KERAS = Path(__file__).with_name("keras_families.py")
KERAS_FAMILIES = [
    line.split('"')[1]
    for line in KERAS.read_text().splitlines()
    if line.startswith('    "') and '": ' in line
]
EXPORTERS = {"traced": False, "torch.export": True}
# What cannot be read, and why.
MISSING = {"convnext, torch.export": "Reshape .*keep images apart"}


@pytest.fixture(scope="module")
def table(request):
    """Rows to print once all are there."""
    rows: list[str] = []
    yield rows
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        head = f"{'network':32} layers  outputs  gradients  again"
        print("\n" + "\n".join([head, *sorted(rows)]))


def randomized(module):
    """Weights and statistics that let the outputs depend on the input."""
    torch.manual_seed(0)
    for key, array in module.state_dict().items():
        if array.ndim > 1:
            nn.init.kaiming_normal_(array)
        elif "var" in key:
            array.uniform_(0.5, 1.5)
        elif array.is_floating_point():
            array.add_(torch.randn_like(array) * 0.1)
    return module.eval()


def exported(module, path, by_export):
    """A file of any number of images."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it warns that torchvision is missing
    free = {"dynamic_axes": {"x": {0: "N"}}, "input_names": ["x"]}
    if by_export:
        free = {"dynamic_shapes": ({0: "N"},)}
    images = torch.rand(2, *torch_families.SHAPE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the older exporter is deprecated, and says so
        torch.onnx.export(
            module, (images,), path, dynamo=by_export, verbose=False, external_data=False, **free
        )


def runtime(path, x):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def distance(y, expected):
    """The largest difference, in parts of the largest number expected."""
    assert y.shape == expected.shape
    return float(np.abs(y - expected).max() / max(1e-6, np.abs(expected).max()))


def gradients(net, x, labels, grad_x, parameters):
    """How far gradients lie from PyTorch's: that of the images, and those of like parameters."""
    result = net.forward_backward(x, labels, need_grad_x=True, training=False)
    farthest, compared = distance(result.grad_x, grad_x), 0
    for array, grad in parameters:
        for name, own in net.parameters().items():
            if own.shape == array.shape and np.array_equal(own, array):
                farthest = max(farthest, distance(result.gradients[name], grad))
                compared += 1
    return farthest, compared


def checked(table, name, path, x, gradient, folder, probabilities=False):
    """Read a file, and add its row to the table."""
    if name in MISSING:
        with pytest.raises(badak.FormatError, match=MISSING[name]) as fault:
            badak.onnx.load(path)
        table.append(f"{name:32} missing: {str(fault.value).split(': ', 1)[-1][:100]}")
        return
    net = badak.onnx.load(path)
    images = x if net.input_shape == x.shape[1:] else np.ascontiguousarray(x.transpose(0, 3, 1, 2))
    expected = runtime(path, x)
    y = net.predict_proba(images) if probabilities else net(images)
    assert expected.std(axis=0).max() > 1e-3  # or a constant network would agree
    outputs = distance(y, expected)
    labels = np.arange(len(x)) % net.num_classes
    farthest, compared = gradient(net, images, labels)
    badak.onnx.export(net, folder / "again.onnx")
    model = onnx.load(folder / "again.onnx")
    again = distance(runtime(folder / "again.onnx", images), net(images))
    model.ClearField("metadata_props")
    onnx.save(model, folder / "plain.onnx")
    plain = distance(badak.onnx.load(folder / "plain.onnx")(images), net(images))
    trainer = badak.Trainer(net, optimizer=badak.optim.SGD(1e-2), progress=False)
    assert np.isfinite(trainer.step(images, labels))
    count = sum(1 for top, layer in net.layers.items() for _ in layer.leaves(top))
    table.append(
        f"{name:32} {count:6}  {outputs:.1e}  {farthest:.1e} ({compared}) {max(again, plain):.1e}"
    )
    assert outputs < 1e-4
    assert farthest < 1e-3
    assert max(again, plain) < 1e-4


@pytest.mark.parametrize("exporter", EXPORTERS)
@pytest.mark.parametrize("family", torch_families.FAMILIES)
def test_a_classifier_of_torchvisions_form(tmp_path, table, family, exporter):
    module = randomized(torch_families.FAMILIES[family]())
    exported(module, tmp_path / "net.onnx", EXPORTERS[exporter])
    x = np.random.default_rng(0).random((3, *torch_families.SHAPE), np.float32)

    def gradient(net, images, labels):
        leaf = torch.tensor(images, requires_grad=True)
        nn.functional.cross_entropy(module(leaf), torch.tensor(labels)).backward()
        parameters = [(p.detach().numpy(), p.grad.numpy()) for p in module.parameters()]
        return gradients(net, images, labels, leaf.grad.numpy(), parameters)

    checked(table, f"{family}, {exporter}", tmp_path / "net.onnx", x, gradient, tmp_path)


def keras_files(folder, *names):
    """Keras' files, and their gradients."""
    command = [sys.executable, "-W", "ignore", str(KERAS), str(folder), *names]
    subprocess.run(command, check=True, timeout=280, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def keras_folder(tmp_path_factory):
    return keras_files(tmp_path_factory.mktemp("keras"))


@pytest.mark.parametrize("family", [name for name in KERAS_FAMILIES if name != "NASNet"])
def test_a_classifier_of_keras(tmp_path, table, family, keras_folder):
    check_keras(tmp_path, table, family, keras_folder)


@pytest.mark.slow  # its exporter is, and no other takes a Graph
def test_a_nasnet_of_keras(tmp_path, table):
    check_keras(tmp_path, table, "NASNet", keras_files(tmp_path, "NASNet"))


def check_keras(tmp_path, table, family, folder):
    path = folder / f"{family}.onnx"
    arrays = np.load(path.with_suffix(".npz"))

    def gradient(net, images, labels):
        grad_x = np.ascontiguousarray(arrays["grad_x"].transpose(0, 3, 1, 2))
        numbers = [key[5:] for key in arrays if key.startswith("value")]
        parameters = [(arrays[f"value{n}"], arrays[f"grad{n}"]) for n in numbers]
        return gradients(net, images, labels, grad_x, parameters)

    checked(table, f"Keras {family}", path, arrays["x"], gradient, tmp_path, probabilities=True)


LIGHT = sorted((Path(onnx.__file__).parent / "backend/test/data/light").glob("light_*.onnx"))


@pytest.mark.parametrize("path", LIGHT, ids=[path.stem for path in LIGHT])
def test_a_light_model_of_onnx(table, path):
    """Their weights are all alike, so that they say something of the graphs alone."""
    net = badak.onnx.load(path)
    x = np.random.default_rng(0).random((1, *net.input_shape), np.float32)
    expected = runtime(path, x)
    expected = expected.reshape(1, -1)
    softmax = abs(expected.sum() - 1) < 1e-4
    outputs = distance(net.predict_proba(x) if softmax else net(x), expected)
    count = sum(1 for top, layer in net.layers.items() for _ in layer.leaves(top))
    table.append(f"{path.stem:32} {count:6}  {outputs:.1e}")
    assert outputs < 1e-4
