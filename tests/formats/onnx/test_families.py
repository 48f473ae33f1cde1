"""Classifiers as their frameworks export them: read, compared, trained, and written again.

The table that this prints has a row for each: how many layers, how far the outputs lie from ONNX
Runtime's and the gradients from the framework's own, and how far what is written again lies from
the network: as ONNX, C, and a page, relative to the largest output. Integers in C are the
simulation's bit for bit; their column says how far these lie from the network on average.
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
from formats.onnx.families_table import Table, distance, written

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
    table = Table()
    yield table
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print("\n" + "\n".join(table.lines()))


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


def exported_again(net, images, folder):
    """How far ONNX Runtime lies from the network, and the network read again without metadata."""
    badak.onnx.export(net, folder / "again.onnx")
    y = runtime(folder / "again.onnx", images)
    model = onnx.load(folder / "again.onnx")
    model.ClearField("metadata_props")
    onnx.save(model, folder / "plain.onnx")
    plain = badak.onnx.load(folder / "plain.onnx")(images)
    return max(distance(y, net(images)), distance(plain, net(images)))


def checked(table, name, path, x, gradient, folder, probabilities=False):
    """Read a file, and add its row to the table."""
    if name in MISSING:
        with pytest.raises(badak.FormatError, match=MISSING[name]) as fault:
            badak.onnx.load(path)
        table.rows[name] = {"missing": str(fault.value).split(": ", 1)[-1][:100]}
        return
    net = badak.onnx.load(path)
    images = x if net.input_shape == x.shape[1:] else np.ascontiguousarray(x.transpose(0, 3, 1, 2))
    expected = runtime(path, x)
    y = net.predict_proba(images) if probabilities else net(images)
    assert expected.std(axis=0).max() > 1e-3  # or a constant network would agree
    outputs = distance(y, expected)
    labels = np.arange(len(x)) % net.num_classes
    farthest, compared = gradient(net, images, labels)
    again = exported_again(net, images, folder)
    table.networks[name] = one = written(name, net, images)
    trainer = badak.Trainer(net, optimizer=badak.optim.SGD(1e-2), progress=False)
    assert np.isfinite(trainer.step(images, labels))
    table.add(
        name,
        net,
        outputs=f"{outputs:.1e}",
        gradients=f"{farthest:.1e} ({compared})",
        again=f"{again:.1e}",
    )
    assert outputs < 1e-4
    assert farthest < 1e-3
    assert again < 1e-4
    assert one.rounding < 0.1


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
# The others have 7 to 144 million weights: 0.1 to 2 GB of C, and up to minutes to compile.
WRITTEN_LIGHT = ("light_shufflenet", "light_squeezenet")


@pytest.mark.parametrize("path", LIGHT, ids=[path.stem for path in LIGHT])
def test_a_light_model_of_onnx(tmp_path, table, path):
    """Their weights are all alike, so that they say something of the graphs alone.

    Gradients would say nothing, nor does how far integers lie from the network.
    """
    net = badak.onnx.load(path)
    x = np.random.default_rng(0).random((1, *net.input_shape), np.float32)
    expected = runtime(path, x)
    expected = expected.reshape(1, -1)
    softmax = abs(expected.sum() - 1) < 1e-4
    outputs = distance(net.predict_proba(x) if softmax else net(x), expected)
    size = sum(array.size for array in net.parameters().values())
    cells = dict.fromkeys(("again", "C", "int8", "HTML"), f"no: {size / 1e6:.0f} M")
    if path.stem in WRITTEN_LIGHT:
        cells["again"] = f"{exported_again(net, x, tmp_path):.1e}"
        table.networks[path.stem] = written(path.stem, net, x, count=4)
    table.add(path.stem, net, outputs=f"{outputs:.1e}", gradients="no: alike", **cells)
    assert outputs < 1e-4


def test_c_of_all_computes_the_same(table, tmp_path):
    """Of all that the tests before read: gcc starts once."""
    assert table.networks  # or no test ran before
    assert table.compare_c(tmp_path) == []


def test_a_page_of_all_computes_the_same(table, tmp_path):
    assert table.compare_pages(tmp_path) == []
