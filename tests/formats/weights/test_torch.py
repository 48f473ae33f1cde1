"""load_state_dict from PyTorch: names, order and what does not fit."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

import badak
from badak import Network, load_state_dict, models, storage
from badak.errors import ArgumentTypeError, BadakError, FormatError
from badak.formats.weights import torch as torch_weights
from badak.layers import BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU
from formats.weights.torch_models import BasicBlock, LeNet


def save_npz(state, path):
    np.savez(path, **{name: tensor.numpy() for name, tensor in state.items()})


SAVERS = {"safetensors": save_file, "npz": save_npz}


class Vgg(nn.Module):
    """Twelve convolutions, most of one shape: features.10 comes after features.8."""

    def __init__(self):
        super().__init__()
        steps = []
        for number in range(12):
            steps += [nn.Conv2d(4 if number else 3, 4, 3, padding=1), nn.ReLU()]
        self.features = nn.Sequential(*steps, nn.MaxPool2d(2))
        self.classifier = nn.Sequential(
            nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(),
            nn.Linear(64, 5),
        )  # fmt: skip

    def forward(self, x):
        return self.classifier(self.features(x))


def vgg():
    layers = []
    for _ in range(12):
        layers += [Conv2d(4, 3, padding=1), ReLU()]
    layers += [MaxPool2d(2), Flatten()]
    return Network([*layers, Linear(64), ReLU(), Linear(64), ReLU(), Linear(5)], (3, 8, 8), seed=5)


class ResNet(nn.Module):
    """Blocks with torchvision's names; sorted by name, bn1 comes before conv1 and downsample."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        sizes = (4, 4, 8, 16, 32)
        for number in range(1, 5):
            before, after = sizes[number - 1 : number + 1]
            stride = 1 if number == 1 else 2
            stage = nn.Sequential(BasicBlock(before, after, stride), BasicBlock(after, after, 1))
            setattr(self, f"layer{number}", stage)
        self.fc = nn.Linear(32, 5)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


CASES = {
    "lenet": (LeNet, models.LeNet5),
    "vgg": (Vgg, vgg),
    "resnet": (
        ResNet,
        lambda: models.ResNet18(5, input_shape=(3, 64, 64), filters=(4, 8, 16, 32)),
    ),
}


@pytest.mark.parametrize("ending", SAVERS)
@pytest.mark.parametrize("name", CASES)
def test_a_pytorch_models_weights_give_its_outputs(name, ending, tmp_path):
    torch.manual_seed(0)
    model, net = CASES[name][0](), CASES[name][1]()
    x = torch.rand(3, *net.input_shape)
    with torch.no_grad():
        for _ in range(3):
            model(x)  # updates batch norm's statistics
        expected = model.eval()(x).numpy()
    SAVERS[ending](model.state_dict(), tmp_path / f"w.{ending}")
    pairs = load_state_dict(net, tmp_path / f"w.{ending}")
    assert len(set(pairs.values())) == len(pairs)
    np.testing.assert_allclose(net(x), expected, atol=1e-5, rtol=1e-4)


def small():
    return Network([Conv2d(2, 3), BatchNorm2d(), Flatten(), Linear(3)], (2, 5, 4), seed=3)


def torch_state(**changes):
    """The weights of `small`, all 0.5, with the names that a Sequential gives."""
    shapes = {"0.weight": (2, 2, 3, 3), "0.bias": (2,), "3.weight": (3, 12), "3.bias": (3,)}
    shapes |= {f"1.{key}": (2,) for key in ("weight", "bias", "running_mean", "running_var")}
    state = {name: torch.full(shape, 0.5) for name, shape in shapes.items()}
    state["1.num_batches_tracked"] = torch.tensor(7)
    state |= changes
    return {name: tensor for name, tensor in state.items() if tensor is not None}


def test_half_floats_and_doubles_are_rounded_to_the_networks_dtype(tmp_path):
    for dtype in (torch.float16, torch.float64):
        net = small()
        state = {name: tensor.to(dtype) for name, tensor in torch_state().items()}
        save_file(state, tmp_path / "w.safetensors")
        assert load_state_dict(net, tmp_path / "w.safetensors") == {
            "conv1": "0", "norm1": "1", "linear1": "3",
        }  # fmt: skip
        for array in net.state().values():
            np.testing.assert_array_equal(array, np.full(array.shape, 0.5, np.float32))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"0.bias": None, "3.weight": torch.ones(4, 12), "7.weight": torch.ones(2)},
            [
                r"network's conv1 \(weight \(2, 2, 3, 3\), bias \(2,\)\) has no match",
                r"network's linear1 \(weight \(3, 12\), bias \(3,\)\) has no match",
                r"file's 0 \(weight \(2, 2, 3, 3\)\) has no match",
                r"file's 3 \(bias \(3,\), weight \(4, 12\)\) has no match",
                r"file's 7 \(weight \(2,\)\) has no match",
            ],
        ),
        (
            {"1.running_var": None},
            [r"network's norm1 .* has no match", r"file's 1 .* has no match"],
        ),
        ({"3.bias": torch.tensor([0.0, torch.nan, 0.0])}, [r"holds NaN or infinity in 3\.bias"]),
    ],
)
def test_all_that_does_not_fit_is_listed_and_nothing_changes(changes, words, tmp_path):
    net = small()
    before = {name: array.copy() for name, array in net.state().items()}
    save_file(torch_state(**changes), tmp_path / "w.safetensors")
    for word in words:
        with pytest.raises(FormatError, match=word):
            load_state_dict(net, tmp_path / "w.safetensors")
    for name, array in before.items():
        np.testing.assert_array_equal(net.state()[name], array)


def test_a_models_state_in_memory(tmp_path):
    torch.manual_seed(1)
    model, net = LeNet(), models.LeNet5()
    x = torch.rand(3, 1, 28, 28)
    assert load_state_dict(net, model.state_dict())["conv1"] == "conv1"
    with torch.no_grad():
        np.testing.assert_allclose(net(x), model(x).numpy(), atol=1e-5, rtol=1e-4)
    for tensor in model.state_dict().values():  # the network has copies
        tensor.zero_()
    assert all(array.any() for array in net.parameters().values())
    # Lists, doubles and integers of Python are numbers too.
    lists = {name: tensor.tolist() for name, tensor in torch_state().items()}
    assert load_state_dict(small(), lists)["norm1"] == "1"
    assert load_state_dict(small(), small().state())["norm1"] == "norm1"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"model": torch_state()}, "'model' is a dictionary itself"),
        ({3: np.ones(2)}, "names.*got 3"),
        (torch_state(**{"3.bias": torch.ones(3, dtype=torch.complex64)}), r"'3\.bias'.* complex64"),
        (torch_state(**{"3.bias": np.full(3, "a")}), r"'3\.bias' .*real numbers"),
        (torch_state(**{"3.bias": np.array(["2020"] * 3, "M8[D]")}), r"'3\.bias'.*datetime64"),
        (torch_state(**{"3.bias": None}) | {"3.bias": None}, r"'3\.bias'"),
        (nn.Linear(2, 2).named_parameters(), "path must be a string or a Path"),
        (dict(nn.Linear(2, 2).named_parameters()), "require gradients"),
        (torch_state(**{"3.bias": torch.ones(3).bfloat16()}), r"3\.bias.*bfloat16"),
        (nn.Linear(2, 2), r"source.*got a model, Linear: pass its state_dict\(\)"),
        (3, "path.*got 3"),
    ],
)
def test_what_is_no_state_dict_is_a_type_error_in_words(source, words):
    net = small()
    with pytest.raises(ArgumentTypeError, match=words):
        load_state_dict(net, source)


def test_in_memory_too_what_does_not_fit_is_named():
    with pytest.raises(FormatError, match=r"fit.*file's 7"):
        load_state_dict(small(), torch_state(**{"7.weight": torch.ones(2)}))
    with pytest.raises(FormatError, match=r"NaN or infinity.* 0\.weight"):
        load_state_dict(small(), torch_state(**{"0.weight": np.full((2, 2, 3, 3), 1e300)}))


@pytest.mark.parametrize(
    "bias",
    [
        np.full(3, b"abc"), np.full(3, "abc"), np.zeros(3, "V8"), np.zeros(3, "c16"),
        np.zeros(3, "m8[s]"), np.zeros(3, "M8[s]"), np.zeros(3, [("a", "f4"), ("b", "f4")]),
    ],
    ids=lambda bias: bias.dtype.name,
)  # fmt: skip
def test_an_archive_of_anything_but_real_numbers(bias, tmp_path):
    state = {name: tensor.numpy() for name, tensor in torch_state().items()}
    np.savez(tmp_path / "w.npz", **state | {"3.bias": bias})
    with pytest.raises(FormatError, match=r"'3\.bias' .*real numbers"):
        load_state_dict(small(), tmp_path / "w.npz")


def test_of_an_archive_only_what_fits_is_unpacked(tmp_path, monkeypatch):
    """An array of another shape is refused for its header, before anything is unpacked."""
    state = {name: tensor.numpy() for name, tensor in torch_state().items()}
    np.savez_compressed(tmp_path / "w.npz", **state | {"more.weight": np.zeros(2**20, np.uint8)})
    monkeypatch.setattr(torch_weights, "read_npz", None)
    with pytest.raises(FormatError, match=r"file's more \(weight \(1048576,\)\) has no match"):
        load_state_dict(small(), tmp_path / "w.npz")


def test_twenty_thousand_layers_of_a_file_are_refused_at_once(tmp_path):
    """All of different shapes: comparing every pair would take an hour."""
    state = {f"{number}.weight": np.zeros((0, number), np.uint8) for number in range(20_000)}
    with pytest.raises(FormatError, match=r"the network's conv1 .* has no match"):
        load_state_dict(small(), state)


def test_a_long_name_is_cut_in_the_message(tmp_path):
    storage.save(tmp_path / "w.safetensors", {60_000 * "a" + ".weight": np.ones(2)}, {})
    with pytest.raises(FormatError, match=r"the file's aaa.* has no match") as fault:
        load_state_dict(small(), tmp_path / "w.safetensors")
    assert len(str(fault.value)) < 2001


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("w.pt", b"PK", r"must be one of .*\.npz.*got bytes 50 4b"),
        ("w.txt", b"", r"must be one of PyTorch's \.pt and \.pth, .*; got an empty file"),
        ("w.safetensors", b"\x80\x04.", "not a usable safetensors file"),
        ("w.safetensors", bytes(8), "header claims 0 bytes"),
        ("w.npz", b"<html>", "must be one of .*; got an HTML"),
        ("w.h5", b"\x89HDF\r\n\x1a\n" + bytes(50), "cannot be read as HDF5"),
    ],
)
def test_another_file_is_refused(name, content, words, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadakError, match=words):
        load_state_dict(small(), tmp_path / name)


def test_a_missing_file_and_another_net_are_named(tmp_path):
    with pytest.raises(BadakError, match="cannot be read: No such file"):
        load_state_dict(small(), tmp_path / "w.npz")
    with pytest.raises(ArgumentTypeError, match=r"net.*got Linear"):
        badak.load_state_dict(Linear(3), tmp_path / "w.npz")


def test_objects_in_an_archive_are_not_unpickled(tmp_path):
    np.savez(tmp_path / "w.npz", **{"0.weight": np.array([None])})
    with pytest.raises(FormatError, match="holds Python objects"):
        load_state_dict(small(), tmp_path / "w.npz")
