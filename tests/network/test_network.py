"""Network: what it computes, what it refuses, what its files hold."""

import copy
import json
import re
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import badak
from badak import BadakError, FormatError, Network, storage
from badak.layers import (
    BatchNorm2d,
    Concat,
    Conv2d,
    CrossEntropyLoss,
    Dropout,
    EuclideanRBF,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    Subsample2d,
    TableConv2d,
)
from badak.models import MODELS, SimpleConvNet
from badak.network.architecture import state_shapes

LAYERS = [
    Conv2d(4, 3, padding=1),
    BatchNorm2d(),
    ReLU(),
    MaxPool2d(2),
    Dropout(0.5),
    Flatten(),
    Linear(3),
]


@pytest.fixture
def net():
    return Network(LAYERS, (2, 6, 8), seed=1)


@pytest.fixture
def batch():
    generator = np.random.default_rng(0)
    return generator.random((5, 2, 6, 8), dtype=np.float32), np.array([0, 1, 2, 0, 1])


def test_simple_conv_net_is_the_books():
    net = SimpleConvNet()
    shapes = {name: array.shape for name, array in net.parameters().items()}
    assert shapes == {
        "conv1.weight": (30, 1, 5, 5),
        "conv1.bias": (30,),
        "linear1.weight": (100, 4320),
        "linear1.bias": (100,),
        "linear2.weight": (10, 100),
        "linear2.bias": (10,),
    }
    assert net.parameters()["linear1.weight"].std() == pytest.approx(0.01, rel=0.01)
    assert [type(layer).__name__ for layer in net.layers.values()] == (
        ["Conv2d", "ReLU", "MaxPool2d", "Flatten", "Linear", "ReLU", "Linear"]
    )


def test_every_size_of_simple_conv_net_is_an_argument():
    net = SimpleConvNet(
        (3, 20, 24),
        filters=7,
        kernel_size=(3, 5),
        stride=(1, 2),
        padding=1,
        pool_size=(2, 3),
        hidden_size=11,
        num_classes=4,
        weight_init="he",
        dtype=np.float64,
    )
    # (20 + 2 - 3) // 1 + 1 = 20, (24 + 2 - 5) // 2 + 1 = 11; pooled 10 x 3
    assert net.parameters()["linear1.weight"].shape == (11, 7 * 10 * 3)
    assert net(np.ones((2, 3, 20, 24))).shape == (2, 4)
    assert net.dtype == np.float64


@pytest.mark.parametrize("hidden_size", [0, -1, 2**40, 10**9])
def test_hidden_size_out_of_range_is_refused(hidden_size):
    with pytest.raises(BadakError, match=r"out_features|this process can have"):
        SimpleConvNet(hidden_size=hidden_size)


def test_simple_conv_net_equals_pytorchs():
    net = SimpleConvNet(dtype=np.float64, weight_init="he")
    p = {name: torch.from_numpy(a).requires_grad_() for name, a in net.parameters().items()}
    generator = np.random.default_rng(3)
    x, labels = generator.random((6, 1, 28, 28)), generator.integers(0, 10, 6)
    out = torch.conv2d(torch.from_numpy(x), p["conv1.weight"], p["conv1.bias"]).relu()
    out = torch.max_pool2d(out, 2).flatten(1)
    out = (out @ p["linear1.weight"].T + p["linear1.bias"]).relu()
    out = out @ p["linear2.weight"].T + p["linear2.bias"]
    expected = torch.nn.functional.cross_entropy(out, torch.from_numpy(labels))
    expected.backward()

    loss, gradients = net.loss_and_gradients(x, labels)
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    assert list(gradients) == list(net.parameters())
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, p[name].grad.numpy(), rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(net(x), out.detach().numpy(), rtol=1e-11)
    np.testing.assert_allclose(net.predict_proba(x).sum(axis=1), 1)


def test_one_forward_serves_loss_and_logits(net, batch, monkeypatch):
    """The book runs a second forward pass each step only to log the loss."""
    calls = []
    forward = Conv2d.forward
    monkeypatch.setattr(Conv2d, "forward", lambda *a: calls.append(1) or forward(*a))
    net.fuse = False  # a plan runs the layers once and then repeats the kernels
    net.forward_backward(*batch)
    assert len(calls) == 1


def test_the_images_gradient_comes_only_on_request(net, batch):
    assert net.forward_backward(*batch).grad_x is None
    assert net.forward_backward(*batch, need_grad_x=True).grad_x.shape == batch[0].shape


def test_sample_weights_weigh(net, batch):
    x, labels = batch
    weight = np.array([1.0, 0, 0, 0, 0], np.float32)
    alone = net.forward_backward(x[:1], labels[:1], training=False)
    weighted = net.forward_backward(x, labels, weight, training=False)
    assert weighted.loss == pytest.approx(alone.loss, rel=1e-5)
    np.testing.assert_allclose(
        weighted.gradients["conv1.weight"], alone.gradients["conv1.weight"], rtol=1e-4, atol=1e-7
    )


def test_one_hot_labels_and_indices_agree(net, batch):
    x, labels = batch
    by_index = net.forward_backward(x, labels, training=False)
    by_row = net.forward_backward(x, np.eye(3, dtype=np.float32)[labels], training=False)
    assert by_index.loss == by_row.loss


def test_uint8_images_are_scaled_once(net):
    images = np.random.default_rng(0).integers(0, 256, (3, 2, 6, 8), dtype=np.uint8)
    np.testing.assert_array_equal(net(images), net(np.divide(images, 255, dtype=np.float32)))
    np.testing.assert_array_equal(net.predict(images), net(images).argmax(axis=1))


def test_any_array_like_may_enter(net, batch):
    x, _ = batch
    expected = net(x)
    views = {
        "Fortran order": np.asfortranarray(x),
        "negative strides": x[:, :, ::-1, ::-1].copy()[:, :, ::-1, ::-1],
        "big-endian": x.astype(">f4"),
        "read-only": np.frombuffer(x.tobytes(), np.float32).reshape(x.shape),
        "unaligned": np.frombuffer(b"\0" + x.tobytes(), np.float32, offset=1).reshape(x.shape),
        "torch": torch.from_numpy(x),
        "list": x.tolist(),
    }
    for name, view in views.items():
        np.testing.assert_allclose(
            net(np.asarray(view, np.float32) if name == "list" else view), expected, err_msg=name
        )
    broadcast = np.broadcast_to(x[:1], x.shape)
    np.testing.assert_allclose(net(broadcast), net(broadcast.copy()))


REFUSED = {
    "channels": (np.ones((1, 3, 6, 8), np.float32), r"images.*got \(1, 3, 6, 8\)"),
    "axes": (np.ones((2, 6, 8), np.float32), r"images.*got \(2, 6, 8\)"),
    "NaN": (np.full((2, 2, 6, 8), np.nan, np.float32), "image 0 .*NaN or infinity"),
    "overflow": (np.full((1, 2, 6, 8), 1e300), "image 0 .*NaN or infinity"),
    "integers": (np.ones((1, 2, 6, 8), np.int64), "images.*got int64"),
    "half": (np.ones((1, 2, 6, 8), np.float16), "images.*got float16"),
    "complex": (np.ones((1, 2, 6, 8), complex), "images.*got dtype complex128"),
    "text": ("image.png", "images.*got dtype <U9"),
    "None": (None, "images.*got dtype object"),
    "ragged": ([[1.0], [1.0, 2.0]], "images .* array"),
    "masked": (np.ma.masked_array(np.ones((1, 2, 6, 8))), "images .*masked"),
    "gradient": (
        torch.ones(1, 2, 6, 8, requires_grad=True),
        r"images.* gradients.*images\.detach\(\)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_images_are_refused_everywhere(net, case):
    images, words = REFUSED[case]
    before = copy.deepcopy(net.state())
    for use in (net, net.predict, net.predict_proba, lambda x: net.loss_and_gradients(x, [0])):
        with pytest.raises(BadakError, match=words):
            use(images)
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


WRONG_LABELS = {
    "too large": ([0, 1, 2, 0, 3], r"labels.*0\.\.2; label 4 is 3"),
    "negative": ([0, 1, -1, 0, 1], r"labels.*0\.\.2; label 2 is -1"),
    "too few": ([0, 1], r"labels.*got \(2,\)"),
    "floats": ([0.0, 1.5, 1, 1, 1], "labels.*got float64"),
    "names": (list("abcde"), "labels.*got dtype <U1"),
}


@pytest.mark.parametrize("case", WRONG_LABELS)
def test_wrong_labels_are_refused_before_anything_moves(net, batch, case):
    labels, words = WRONG_LABELS[case]
    before = copy.deepcopy(net.state())
    state = net.generators()["dropout1"].bit_generator.state
    with pytest.raises(BadakError, match=words):
        net.loss_and_gradients(batch[0], labels)
    assert net.generators()["dropout1"].bit_generator.state == state
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_evaluate_counts_the_last_partial_batch(net):
    """The book drops it and still divides by N: 99 right of 99 at batch 100 gave 0.0."""
    images = np.random.default_rng(0).random((99, 2, 6, 8), dtype=np.float32)
    right = badak.data.Dataset(images, net.predict(images), ["a", "b", "c"])
    assert net.evaluate(right, batch_size=100) == (pytest.approx(net.evaluate(right)[0]), 1.0, 99)
    assert net.evaluate(right, batch_size=98).accuracy == 1.0


@given(st.integers(1, 40))
def test_batch_size_changes_no_prediction(batch_size):
    net = Network(LAYERS, (2, 6, 8), seed=1)
    images = np.random.default_rng(0).random((37, 2, 6, 8), dtype=np.float32)
    np.testing.assert_allclose(
        net.predict_proba(images, batch_size=batch_size), net.predict_proba(images), atol=1e-6
    )


def test_an_empty_batch_is_legal_and_an_empty_evaluation_is_not(net):
    empty = np.empty((0, 2, 6, 8), np.float32)
    assert net(empty).shape == (0, 3)
    assert net.predict(empty).shape == (0,)
    assert net.predict_proba(empty).shape == (0, 3)
    with pytest.raises(BadakError, match="data set is empty"):
        net.evaluate(badak.data.Dataset(empty, np.empty(0, np.int64), ["a", "b", "c"]))


def test_evaluate_needs_images_and_labels(net):
    with pytest.raises(BadakError, match=r"data.* labels.*got ndarray"):
        net.evaluate(np.ones((1, 2, 6, 8)))


def test_evaluate_leaves_out_what_the_loss_ignores(net):
    net.loss = CrossEntropyLoss(ignore_index=1)
    images = np.random.default_rng(0).random((4, 2, 6, 8), dtype=np.float32)
    data = badak.data.Dataset(images, [0, 1, 2, 1], ["a", "b", "c"])
    alone = badak.data.Dataset(images[[0, 2]], [0, 2], ["a", "b", "c"])
    assert net.evaluate(data, batch_size=1) == net.evaluate(alone, batch_size=1)
    assert net.evaluate(data).images == 2


@pytest.mark.parametrize(
    ("labels", "weight"), [(np.ones((5, 3)), None), ([0, 1, 2, 0, 1], [-1, 0, 0, 0, 0])]
)
def test_a_refused_pass_moves_no_statistic_and_draws_nothing(net, batch, labels, weight):
    before = copy.deepcopy(net.state())
    drawn = net.generators()["dropout1"].bit_generator.state
    with pytest.raises(BadakError):
        net.loss_and_gradients(batch[0], labels, weight)
    assert net.generators()["dropout1"].bit_generator.state == drawn
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_network_without_a_row_of_outputs_cannot_classify():
    net = Network([Conv2d(2, 3)], (1, 5, 5))
    assert net(np.ones((1, 1, 5, 5), np.float32)).shape == (1, 2, 3, 3)
    with pytest.raises(BadakError, match=r"\(2, 3, 3\).* Flatten"):
        net.predict(np.ones((1, 1, 5, 5), np.float32))


def test_one_list_of_layers_serves_two_networks(batch):
    first, second = Network(LAYERS, (2, 6, 8), seed=1), Network(LAYERS, (2, 6, 8), seed=1)
    first.parameters()["conv1.weight"][...] = 0
    assert second.parameters()["conv1.weight"].any()
    assert not LAYERS[0].parameters


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
    """The book's batch norm keeps them, and does not save them."""
    net.forward(batch[0], training=True)
    net.save(tmp_path / "net.safetensors")
    saved, _ = storage.load(tmp_path / "net.safetensors")
    assert saved["norm1.running_mean"].any()


# Or their files have hundreds of megabytes.
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
    words = rf"{name} .*NaN or infinity"
    with pytest.raises(FormatError, match=words):
        badak.load(tmp_path / "net.safetensors")
    broken = copy.deepcopy(net.state())
    for key, array in net.state().items():
        array[...] = sound[key]
    with pytest.raises(BadakError, match=words):
        net.load_state(broken)
    for key, array in net.state().items():
        np.testing.assert_array_equal(array, before[key])


def test_a_network_that_diverged_can_be_looked_at_in_another_dtype(net):
    net.parameters()["conv1.bias"][0] = np.nan
    assert np.isnan(net.astype(np.float64).parameters()["conv1.bias"][0])


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
    """The same description with every layer's number of outputs huge."""
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
    with pytest.raises(FormatError, match=r"arrays.*\(.*\d{10}"):
        badak.load(tmp_path / "a")


@pytest.mark.parametrize("name", MODELS)
def test_every_model_saves_and_loads(name, tmp_path):
    net = MODELS[name](**SMALL.get(name, {}))
    net.save(tmp_path / "net.safetensors")
    assert badak.load(tmp_path / "net.safetensors").architecture() == net.architecture()


def test_astype_keeps_values_and_loss(net):
    net.loss = CrossEntropyLoss(label_smoothing=0.1)
    double = net.astype(np.float64)
    assert double.loss == net.loss
    for name, array in net.state().items():
        np.testing.assert_array_equal(double.state()[name], array.astype(np.float64))


def test_all_misfits_of_a_state_are_listed_and_nothing_is_loaded(net):
    before = copy.deepcopy(net.state())
    state = copy.deepcopy(before)
    del state["conv1.bias"]
    state["extra.weight"] = np.ones(2)
    state["linear1.weight"] = np.ones((9, 9), np.float32)
    state["norm1.bias"] = state["norm1.bias"].astype(np.float64)
    state["norm1.running_var"][1] = np.inf
    with pytest.raises(BadakError) as fault:
        net.load_state(state)
    for words in (
        "conv1.bias is missing",
        "extra.weight is unknown",
        "linear1.weight is (9, 9)",
        "norm1.bias is float64",
        "norm1.running_var holds NaN",
    ):
        assert words in str(fault.value)
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


def edited(net, path, edit):
    """Save with a changed description, the checksum right: only the content is wrong."""
    arrays, architecture = net.state(), json.loads(json.dumps(net.architecture()))
    metadata = {"format": "badak network", "version": 1, "architecture": architecture}
    edit(arrays, metadata)
    storage.save(path, arrays, metadata)


FORGED = {
    "missing tensor": (lambda a, m: a.pop("conv1.bias"), r"conv1\.bias is missing"),
    "extra tensor": (lambda a, m: a.update(b=np.ones(1)), "arrays.*: b is unknown"),
    "misshapen tensor": (
        lambda a, m: a.update({"conv1.bias": np.ones(9, np.float32)}),
        r"conv1\.bias is \(9,\).*\(4,\)",
    ),
    "other format": (
        lambda a, m: m.update(format="cake"),
        "'badak network', 'version': 1.*'format': 'cake'",
    ),
    "newer version": (lambda a, m: m.update(version=2), "'version': 1}.*'version': 2}"),
    "extra key": (lambda a, m: m.update(run="rm -rf /"), "metadata.*'run': 'rm"),
    "no architecture": (
        lambda a, m: m.update(architecture=None),
        "architecture.* exactly .*got None",
    ),
    "extra in architecture": (
        lambda a, m: m["architecture"].update(x=1),
        "architecture.* exactly .*'x'",
    ),
    "unknown layer": (
        lambda a, m: m["architecture"]["layers"][0].update(type="os.system"),
        "'conv1'.* 'os.system'.*Conv2d, ",
    ),
    "layer of odd type": (
        lambda a, m: m["architecture"]["layers"][0].update(type=[1]),
        r"'conv1'.* \[1\]",
    ),
    "layers no list": (lambda a, m: m["architecture"].update(layers={}), "layers.*list.*got {}"),
    "layer twice": (
        lambda a, m: m["architecture"]["layers"][1].update(name="conv1"),
        "names.*got 'conv1'",
    ),
    "unknown argument": (
        lambda a, m: m["architecture"]["layers"][0]["arguments"].update(code="x"),
        "Conv2d 'conv1'.* exactly .*'code'",
    ),
    "wrong argument": (
        lambda a, m: m["architecture"]["layers"][0]["arguments"].update(stride=0),
        "Conv2d 'conv1': stride.*got 0",
    ),
    "wrong loss": (lambda a, m: m["architecture"].update(loss=3), "loss.* exactly .*got 3"),
    "wrong dtype": (lambda a, m: m["architecture"].update(dtype="float16"), "dtype.*got 'float16'"),
    "wrong shape": (
        lambda a, m: m["architecture"].update(input_shape=[2, 1, 1]),
        "2x2.*1x1",
    ),
    "shape no list": (lambda a, m: m["architecture"].update(input_shape=7), "input_shape.*got 7"),
    "no layers": (lambda a, m: m["architecture"].update(layers=[]), "layers.* at least one"),
    "a giant": (
        lambda a, m: m["architecture"].update(input_shape=[2, 2**20, 2**20]),
        r"linear1\.weight is \(3, 48\).*\(3, 1099511627776\)",
    ),
}


@pytest.mark.parametrize("case", FORGED)
def test_file_with_wrong_content_is_refused(net, tmp_path, case):
    edit, words = FORGED[case]
    path = tmp_path / "net.safetensors"
    edited(net, path, edit)
    with pytest.raises(FormatError, match=r"net\.safetensors is no usable badak network") as fault:
        badak.load(path)
    assert re.search(words, str(fault.value))


def test_the_unedited_file_loads(net, tmp_path):
    edited(net, tmp_path / "net.safetensors", lambda arrays, metadata: None)
    assert badak.load(tmp_path / "net.safetensors").architecture() == net.architecture()


def test_wrong_network_arguments_are_named():
    with pytest.raises(BadakError, match=r"dtype.*got float16"):
        Network([ReLU()], (1, 2, 2), dtype=np.float16)
    with pytest.raises(BadakError, match=r"dtype.*got 'foo'"):
        Network([ReLU()], (1, 2, 2), dtype="foo")
    with pytest.raises(BadakError, match=r"loss.*got 'mse'"):
        Network([ReLU()], (1, 2, 2), loss="mse")
    with pytest.raises(BadakError, match=r"seed.*got -1"):
        Network([ReLU()], (1, 2, 2), seed=-1)
    with pytest.raises(BadakError, match=r"batch_size.*got 0"):
        Network([Flatten()], (1, 2, 2)).predict(np.ones((1, 1, 2, 2)), batch_size=0)


def test_a_file_or_folder_of_another_kind_is_named(tmp_path):
    (tmp_path / "net.onnx").write_bytes(b"\x08\x08")
    for path, words in ((tmp_path / "net.onnx", r"net\.onnx is an ONNX file.*badak\.onnx\.load"),
                        (tmp_path, "is a folder.*model.safetensors")):  # fmt: skip
        with pytest.raises(FormatError, match=words):
            badak.load(path)
