"""strict=False: what fits is taken, and the rest is reported."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from badak import BadakError, Network, load_state_dict
from badak.errors import ArgumentTypeError, FormatError
from badak.layers import Conv2d, Flatten, Linear
from formats.weights.test_torch import small, torch_state


def same(net, before, names):
    """Whether just the arrays of these names kept their values."""
    return {name for name, array in net.state().items() if (array == before[name]).all()} == names


def test_a_network_with_another_last_layer(tmp_path):
    """Weights of 1000 classes for a network of 3: all but the last layer."""
    net = small()
    before = {name: array.copy() for name, array in net.state().items()}
    changes = {"3.weight": torch.ones(1000, 12), "3.bias": torch.ones(1000)}
    torch.save(torch_state(**changes), tmp_path / "w.pth")
    with pytest.raises(FormatError, match=r"linear1 .* has no match.*strict=False takes what fits"):
        load_state_dict(net, tmp_path / "w.pth")
    loaded = load_state_dict(net, tmp_path / "w.pth", strict=False)
    assert loaded == {"conv1": "0", "norm1": "1"}
    assert loaded.missing_keys == ["linear1.weight", "linear1.bias"]
    assert loaded.unexpected_keys == ["3.weight", "3.bias"]
    assert loaded.mismatched == {}
    assert loaded.skipped == ["1.num_batches_tracked"]
    assert same(net, before, {"linear1.weight", "linear1.bias"})


@pytest.mark.parametrize("start", ["", "module."])
def test_equal_names_of_other_shapes_are_told_apart(start):
    net = small()
    names = {"0": "conv1", "1": "norm1", "3": "linear1"}
    state = {
        f"{start}{names[name[0]]}{name[1:]}": tensor
        for name, tensor in torch_state(**{"3.weight": torch.ones(3, 7)}).items()
    }
    state[f"{start}more.weight"] = torch.ones(5)
    del state[f"{start}conv1.bias"]
    loaded = load_state_dict(net, state, strict=False)
    assert loaded == {name: f"{start}{name}" for name in ("norm1", "conv1", "linear1")}
    assert loaded.mismatched == {"linear1.weight": ((3, 12), (3, 7))}
    assert loaded.missing_keys == ["conv1.bias"]
    assert loaded.unexpected_keys == [f"{start}more.weight"]
    assert (net.parameters()["conv1.weight"] == 0.5).all()
    assert (net.parameters()["linear1.bias"] == 0.5).all()


def test_fewer_alike_layers_are_found_by_name_alone():
    net = Network([Conv2d(2, 1), Conv2d(2, 1), Flatten(), Linear(3)], (2, 2, 2))
    state = {
        f"conv{k}.{key}": np.full(shape, float(k))
        for k in (2, 3, 4)
        for key, shape in (("weight", (2, 2, 1, 1)), ("bias", (2,)))
    }
    loaded = load_state_dict(net, state, strict=False)
    assert loaded == {"conv2": "conv2"}
    assert (net.parameters()["conv2.weight"] == 2).all()
    assert len(loaded.unexpected_keys) == 4
    assert loaded.missing_keys == ["conv1.weight", "conv1.bias", "linear1.weight", "linear1.bias"]


def test_where_nothing_fits_and_what_is_not_finite():
    net = small()
    with pytest.raises(FormatError, match="none of its layers has a match"):
        load_state_dict(net, {"a.weight": np.ones(7)}, strict=False)
    with pytest.raises(FormatError, match=r"NaN or infinity in 0\.bias"):
        load_state_dict(net, torch_state(**{"0.bias": torch.tensor([0, torch.nan])}), strict=False)
    with pytest.raises(ArgumentTypeError, match="strict must be True or False; got 1"):
        load_state_dict(net, {}, strict=1)


def test_numbers_and_texts_among_the_tensors(tmp_path):
    torch.save(torch_state() | {"epoch": 3, "note": "x"}, tmp_path / "w.pth")
    with pytest.raises(FormatError, match=r"epoch \(of type int\), note \(of type str\): not an"):
        load_state_dict(small(), tmp_path / "w.pth")
    loaded = load_state_dict(small(), tmp_path / "w.pth", strict=False)
    assert loaded.unexpected_keys == ["epoch (of type int)", "note (of type str)"]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_narrow_floats_of_safetensors_are_widened_exactly(dtype, tmp_path):
    net = Network([Flatten(), Linear(2)], (1, 1, 3))
    numbers = torch.tensor([1e-7, -3e-38, 1 / 3, -0.0, 65504.0, 2.0**-24]).to(dtype)
    save_file({"fc.weight": numbers.reshape(2, 3), "fc.bias": numbers[:2].clone()}, tmp_path / "w")
    load_state_dict(net, tmp_path / "w")
    wide = numbers.float().numpy()
    np.testing.assert_array_equal(net.parameters()["linear1.weight"], wide.reshape(2, 3))
    assert (np.signbit(net.parameters()["linear1.weight"]) == np.signbit(wide.reshape(2, 3))).all()
    np.testing.assert_array_equal(net.parameters()["linear1.bias"], wide[:2])


def twin():
    """PyTorch's layers under badak's names."""
    model = torch.nn.Module()
    model.conv1, model.norm1 = torch.nn.Conv2d(2, 2, 3), torch.nn.BatchNorm2d(2)
    model.linear1 = torch.nn.Linear(12, 3)
    return model


def test_network_load_state_dict_by_equal_names():
    net, model = small(), twin()
    loaded = net.load_state_dict(model.double().state_dict())
    assert loaded.skipped == ["norm1.num_batches_tracked"]
    assert list(loaded) == list(net.state())
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, model.state_dict()[name].float().numpy())


def test_network_load_state_dict_reports_what_pytorch_reports():
    net, model = small(), twin()
    state = model.state_dict() | {"more": torch.ones(2), "norm1.bias": torch.full((2,), 9.0)}
    del state["conv1.bias"]
    state["linear1.weight"] = torch.ones(3, 7)
    before = {name: array.copy() for name, array in net.state().items()}
    with pytest.raises(BadakError) as fault:
        net.load_state_dict(state)
    for words in ("conv1.bias is missing", "more is unknown", "is (3, 7), expected (3, 12)"):
        assert words in str(fault.value)
    assert same(net, before, set(before))
    loaded = net.load_state_dict(state, strict=False)
    shape = state.pop("linear1.weight").shape  # PyTorch refuses other shapes, strict or not
    theirs = model.load_state_dict(state | {"linear1.weight": torch.ones(3, 12)}, strict=False)
    assert loaded.missing_keys == theirs.missing_keys == ["conv1.bias"]
    assert loaded.unexpected_keys == theirs.unexpected_keys == ["more"]
    assert loaded.mismatched == {"linear1.weight": ((3, 12), tuple(shape))}
    assert (net.parameters()["norm1.bias"] == 9).all()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({3: np.ones(2)}, "names must be strings; got 3"),
        ({"conv1.bias": "ab"}, r"'conv1\.bias' must hold real numbers"),
        ({"conv1.bias": np.array([1, np.nan])}, r"conv1\.bias holds NaN or infinity"),
        ({"conv1.bias": np.array([1, 1e300])}, r"conv1\.bias holds NaN or infinity"),
    ],
)
def test_network_load_state_dict_refuses(state, words):
    net = small()
    with pytest.raises(BadakError, match=words):
        net.load_state_dict(state, strict=False)
