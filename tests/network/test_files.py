"""Network files: the same bits after loading; every wrong claim is refused."""

import copy
import json
from itertools import product

import numpy as np
import pytest

import badak
from badak import BadakError, FormatError, Network, storage
from badak.layers import (
    BatchNorm2d,
    Concat,
    Conv2d,
    EuclideanRBF,
    Flatten,
    Linear,
    Residual,
    Subsample2d,
    TableConv2d,
)
from badak.models import MODELS
from badak.network.architecture import state_shapes


def test_save_and_load_give_the_same_bits(net, batch, tmp_path):
    net.forward(batch[0], training=True)  # so that the running statistics differ from new ones
    net.save(tmp_path / "net.safetensors")
    back = badak.load(tmp_path / "net.safetensors")
    assert repr(back) == repr(net)
    assert back.architecture() == net.architecture()
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, back.state()[name])
    np.testing.assert_array_equal(net(batch[0]), back(batch[0]))


def test_running_statistics_are_saved(net, batch, tmp_path):
    """The book's batch norm has running statistics but does not save them."""
    net.forward(batch[0], training=True)
    net.save(tmp_path / "net.safetensors")
    saved, _ = storage.load(tmp_path / "net.safetensors")
    assert saved["norm1.running_mean"].any()


SMALL = {
    "alexnet": {"hidden_sizes": (8, 8)},
    "vgg11": {"image_size": 32, "filters": [[4]] * 5},
    "vgg16": {"image_size": 32, "filters": [[4, 4]] * 5},
    "resnet18": {"filters": (4, 8, 8, 8)},
}


@pytest.mark.parametrize("name", MODELS)
def test_the_shapes_of_a_state_are_known_before_it_is_made(name):
    net = MODELS[name](**SMALL.get(name, {}))
    expected = {key: array.shape for key, array in net.state().items()}
    assert state_shapes(net.layers, net.input_shape) == expected


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["conv1.weight", "norm1.running_mean", "linear1.bias"])
def test_weights_that_are_no_numbers_are_refused_by_name(name, value, net, tmp_path):
    before, sound = copy.deepcopy(net.state()), copy.deepcopy(net.state())
    net.state()[name].flat[-1] = value
    net.save(tmp_path / "net.safetensors")
    words = rf"{name} holds NaN or infinity"
    with pytest.raises(FormatError, match=words):
        badak.load(tmp_path / "net.safetensors")
    broken = copy.deepcopy(net.state())
    for key, array in net.state().items():
        array[...] = sound[key]
    with pytest.raises(BadakError, match=words):
        net.load_state(broken)
    for key, array in net.state().items():
        np.testing.assert_array_equal(array, before[key])


HUGE = 2**30
CLAIMS = {
    "linear": [Flatten(), Linear(2)],
    "conv": [Conv2d(2, 1, groups=1), Flatten()],
    "rbf": [Flatten(), EuclideanRBF(2)],
    "concat": [Concat(([Conv2d(2, 1)], [])), Flatten()],
    "table": [TableConv2d(((0,), (1,)), 1), Flatten()],
    "norm": [BatchNorm2d(), Flatten()],
    "subsample": [Subsample2d(1), Flatten()],
    "residual": [Residual([BatchNorm2d()]), Flatten()],
}


def enlarged(value):
    """The same description with a huge number of outputs in every layer."""
    if isinstance(value, list):
        return [enlarged(member) for member in value]
    if not isinstance(value, dict):
        return value
    return {
        key: HUGE if key in ("out_features", "out_channels") else enlarged(member)
        for key, member in value.items()
    }


@pytest.mark.parametrize(
    ("name", "part"), [*product(CLAIMS, ["input_shape"]), *product(list(CLAIMS)[:4], ["layers"])]
)
def test_what_a_file_claims_is_compared_before_anything_is_made(name, part, tmp_path, monkeypatch):
    net = Network(CLAIMS[name], (3, 2, 2))
    changed = [HUGE, 2, 2] if part == "input_shape" else enlarged(net.architecture()["layers"])
    edited(
        net,
        tmp_path / "a",
        lambda arrays, metadata: metadata["architecture"].update({part: changed}),
    )
    monkeypatch.setattr(Network, "__init__", None)
    with pytest.raises(FormatError, match=r"arrays do not fit it: .*expected \(.*\d{10}"):
        badak.load(tmp_path / "a")


@pytest.mark.parametrize("name", MODELS)
def test_every_model_saves_and_loads(name, tmp_path):
    net = MODELS[name](**SMALL.get(name, {}))
    net.save(tmp_path / "net.safetensors")
    assert badak.load(tmp_path / "net.safetensors").architecture() == net.architecture()


def edited(net, path, edit):
    """Save with a changed description and a correct checksum: only the content is wrong."""
    arrays, architecture = net.state(), json.loads(json.dumps(net.architecture()))
    metadata = {"format": "badak network", "version": 1, "architecture": architecture}
    edit(arrays, metadata)
    storage.save(path, arrays, metadata)


FORGED = {
    "missing tensor": (lambda a, m: a.pop("conv1.bias"), "conv1.bias.*missing"),
    "extra tensor": (lambda a, m: a.update(b=np.ones(1)), "b is unknown"),
    "misshapen tensor": (
        lambda a, m: a.update({"conv1.bias": np.ones(9, np.float32)}),
        r"conv1.bias.*\(9,\).*\(4,\)",
    ),
    "other format": (lambda a, m: m.update(format="cake"), "{'format': 'badak network'"),
    "newer version": (lambda a, m: m.update(version=2), "'version': 1"),
    "extra key": (lambda a, m: m.update(run="rm -rf /"), "metadata"),
    "no architecture": (lambda a, m: m.update(architecture=None), "architecture"),
    "extra in architecture": (lambda a, m: m["architecture"].update(x=1), "architecture.*exactly"),
    "unknown layer": (
        lambda a, m: m["architecture"]["layers"][0].update(type="os.system"),
        "'conv1'.*'os.system'.*Conv2d",
    ),
    "layer of odd type": (
        lambda a, m: m["architecture"]["layers"][0].update(type=[1]),
        r"\[1\]",
    ),
    "layers no list": (lambda a, m: m["architecture"].update(layers={}), "layers.*list"),
    "layer twice": (
        lambda a, m: m["architecture"]["layers"][1].update(name="conv1"),
        "names.*got 'conv1'",
    ),
    "unknown argument": (
        lambda a, m: m["architecture"]["layers"][0]["arguments"].update(code="x"),
        "Conv2d 'conv1'.*exactly",
    ),
    "wrong argument": (
        lambda a, m: m["architecture"]["layers"][0]["arguments"].update(stride=0),
        "Conv2d 'conv1': stride.*got 0",
    ),
    "wrong loss": (lambda a, m: m["architecture"].update(loss=3), "loss.*exactly"),
    "wrong dtype": (lambda a, m: m["architecture"].update(dtype="float16"), "dtype.*float32"),
    "wrong shape": (
        lambda a, m: m["architecture"].update(input_shape=[2, 1, 1]),
        "2x2 kernel",
    ),
    "shape no list": (lambda a, m: m["architecture"].update(input_shape=7), r"\(C, H, W\)"),
    "no layers": (lambda a, m: m["architecture"].update(layers=[]), "at least one layer"),
    "a giant": (
        lambda a, m: m["architecture"].update(input_shape=[2, 2**20, 2**20]),
        r"linear1.weight.*\(3, 48\).*\(3, 1099511627776\)",
    ),
}


@pytest.mark.parametrize("case", FORGED)
def test_file_with_wrong_content_is_refused(net, tmp_path, case):
    edit, words = FORGED[case]
    path = tmp_path / "net.safetensors"
    edited(net, path, edit)
    with pytest.raises(FormatError, match=rf"(?s)net\.safetensors.*{words}"):
        badak.load(path)


def test_the_unedited_file_loads(net, tmp_path):
    edited(net, tmp_path / "net.safetensors", lambda arrays, metadata: None)
    assert badak.load(tmp_path / "net.safetensors").architecture() == net.architecture()


def test_a_file_or_folder_of_another_kind_is_named(tmp_path):
    (tmp_path / "net.onnx").write_bytes(b"\x08\x08")
    for path, words in ((tmp_path / "net.onnx", r"net\.onnx is an ONNX file.*badak\.onnx\.load"),
                        (tmp_path, "is a folder.*model.safetensors")):  # fmt: skip
        with pytest.raises(FormatError, match=words):
            badak.load(path)
