"""How the weights of a state dict are paired with layers: by number, name and order."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from badak import Network, load_state_dict, storage
from badak.errors import FormatError
from badak.layers import Conv2d, Flatten, Linear, Residual
from formats.weights.test_torch import save_npz, vgg


def test_badaks_own_names_are_taken_as_they_are(tmp_path):
    first, second = vgg(), vgg()
    for number, array in enumerate(first.state().values()):
        array[...] = number
    np.savez(tmp_path / "w.npz", **dict(reversed(first.state().items())))
    load_state_dict(second, tmp_path / "w.npz")
    for name, array in first.state().items():
        np.testing.assert_array_equal(second.state()[name], array)


def test_the_networks_own_names_need_no_numbers(tmp_path):
    net = Network({"flat": Flatten(), "eye": Linear(4), "ear": Linear(4)}, (1, 2, 2))
    state = {f"{k}.{key}": torch.full(shape, float(k)) for k in (9, 10)
             for key, shape in (("weight", (4, 4)), ("bias", (4,)))}  # fmt: skip
    save_file(state, tmp_path / "w.safetensors")
    assert load_state_dict(net, tmp_path / "w.safetensors") == {"eye": "9", "ear": "10"}


def test_two_families_of_one_size_are_refused(tmp_path):
    net = Network({"flat": Flatten(), "eye": Linear(4), "ear": Linear(4)}, (1, 2, 2))
    state = {}
    for name in ("left", "right"):
        state |= {f"{name}.weight": torch.ones(4, 4), f"{name}.bias": torch.ones(4)}
    save_file(state, tmp_path / "w.safetensors")
    with pytest.raises(FormatError, match="fit eye and ear alike"):
        load_state_dict(net, tmp_path / "w.safetensors")


def test_names_without_an_order_are_refused_and_npz_keeps_one(tmp_path):
    """Sorted by name, `first` comes after `again`: pairing them in that order would be wrong."""
    net = Network([Conv2d(2, 3), Conv2d(2, 3), Flatten(), Linear(3)], (2, 6, 6))
    state = {
        "first.weight": torch.full((2, 2, 3, 3), 1.0), "first.bias": torch.ones(2),
        "again.weight": torch.full((2, 2, 3, 3), 2.0), "again.bias": torch.ones(2),
        "out.weight": torch.ones(3, 8), "out.bias": torch.ones(3),
    }  # fmt: skip
    save_file(state, tmp_path / "w.safetensors")
    with pytest.raises(FormatError, match=r"(again|first) and (again|first) fit conv1 and conv2"):
        load_state_dict(net, tmp_path / "w.safetensors")
    save_npz(state, tmp_path / "w.npz")
    words = "order.*conv1 .*first.*conv2 .*again"
    for source in (tmp_path / "w.npz", state):
        with pytest.warns(UserWarning, match=words):
            assert load_state_dict(net, source)["conv1"] == "first"
        assert net.parameters()["conv2.weight"].max() == 2


def alike(*names):
    """The state of equal 1x1 convolutions, each filled with its index, and of a Linear `fc`."""
    state = {"fc.weight": np.ones((3, 8), np.float32), "fc.bias": np.ones(3, np.float32)}
    for place, name in enumerate(names):
        state[f"{name}.weight"] = np.full((2, 2, 1, 1), place, np.float32)
        state[f"{name}.bias"] = np.full(2, place, np.float32)
    return state


@pytest.mark.parametrize("ending", ["safetensors", "npz", "dictionary"])
@pytest.mark.parametrize("names", [("conv3", "conv1", "conv2"), ("conv2", "conv3", "conv1")])
def test_equal_names_of_equal_shapes_win_over_any_order(names, ending, tmp_path):
    net = Network([Conv2d(2, 1), Conv2d(2, 1), Conv2d(2, 1), Flatten(), Linear(3)], (2, 2, 2))
    source = alike(*names)
    if ending != "dictionary":
        source = tmp_path / f"w.{ending}"
        {"npz": lambda: np.savez(source, **alike(*names)),
         "safetensors": lambda: storage.save(source, alike(*names), {})}[ending]()  # fmt: skip
    pairs = load_state_dict(net, source)
    assert pairs == {name: name for name in ("conv1", "conv2", "conv3")} | {"linear1": "fc"}
    for place, name in enumerate(names):
        assert (net.parameters()[f"{name}.weight"] == place).all()


@pytest.mark.parametrize(
    "names", [("conv0", "conv1", "conv2"), ("stem", "conv3", "conv2"), ("conv2", "more", "conv1")]
)
def test_equal_names_that_another_order_contradicts_are_refused(names, tmp_path):
    """In a file that counts from 0, conv1 is the second layer: neither rule may guess."""
    net = Network([Conv2d(2, 1), Conv2d(2, 1), Conv2d(2, 1), Flatten(), Linear(3)], (2, 2, 2))
    before = {name: array.copy() for name, array in net.state().items()}
    np.savez(tmp_path / "w.npz", **alike(*names))
    for source in (tmp_path / "w.npz", alike(*names)):
        with pytest.raises(FormatError, match="all of them"):
            load_state_dict(net, source)
    for name, array in before.items():
        np.testing.assert_array_equal(net.state()[name], array)


def test_the_order_alone_is_told_where_the_weights_were_asked_for():
    net = Network([Conv2d(2, 1), Conv2d(2, 1), Conv2d(2, 1), Flatten(), Linear(3)], (2, 2, 2))
    with pytest.warns(UserWarning, match="order of the file decided: conv1 is .*a") as told:
        load_state_dict(net, alike("a", "b", "c"))
    assert told[0].filename == __file__


def test_an_order_that_names_confirm_needs_no_word(tmp_path):
    """Numbers that increase in the order of the file, and equal names in equal places."""
    net = Network([Conv2d(2, 1), Conv2d(2, 1), Conv2d(2, 1), Flatten(), Linear(3)], (2, 2, 2))
    for names in (("a.8", "a.9", "a.10"), ("conv1", "conv2", "conv03")):
        pairs = load_state_dict(net, alike(*names))
        assert [pairs[f"conv{number}"] for number in (1, 2, 3)] == list(names)


@pytest.mark.parametrize("start", ["module.", "model.net."])
@pytest.mark.parametrize("names", [("conv3", "conv1", "conv2"), ("conv2", "conv3", "conv1")])
def test_what_all_names_begin_with_is_no_part_of_them(names, start, recwarn):
    """PyTorch's DataParallel writes module.conv1, Lightning model.conv1, in order of definition."""
    net = Network([Conv2d(2, 1), Conv2d(2, 1), Conv2d(2, 1), Flatten(), Linear(3)], (2, 2, 2))
    state = {f"{start}{name}": array for name, array in alike(*names).items()}
    pairs = load_state_dict(net, state)
    assert {name: pairs[name] for name in names} == {name: f"{start}{name}" for name in names}
    assert not recwarn


def test_numbers_in_names_decide_before_the_order(tmp_path):
    """From a file or a dict: safetensors' load_file sorts names as text, so 10 comes before 8."""
    net = Network([Conv2d(2, 1), Conv2d(2, 1), Conv2d(2, 1), Flatten(), Linear(3)], (2, 2, 2))
    expected = {"conv1": "a.8", "conv2": "a.9", "conv3": "a.10", "linear1": "fc"}
    storage.save(tmp_path / "w.safetensors", alike("a.8", "a.9", "a.10"), {})
    for source in (tmp_path / "w.safetensors", alike("a.10", "a.8", "a.9")):
        assert load_state_dict(net, source) == expected
    words = "numbers.*order.*conv1 .*a.8"
    with pytest.warns(UserWarning, match=words):
        assert load_state_dict(net, alike("a.10", "a.9", "a.8")) == expected


@pytest.mark.parametrize("digits", ["9" * 5000, "0" * 5000 + "1"])
def test_numbers_too_long_for_python_are_compared_all_the_same(digits, tmp_path):
    net = Network([Conv2d(2, 1), Conv2d(2, 1), Flatten(), Linear(3)], (2, 2, 2))
    storage.save(tmp_path / "w.safetensors", alike("c" + digits, "c7"), {})
    first = "c7" if digits.startswith("9") else "c" + digits
    assert load_state_dict(net, tmp_path / "w.safetensors")["conv1"] == first


@pytest.mark.parametrize("ending", ["safetensors", "npz"])
def test_numbers_decide_between_names_of_several_forms(ending, tmp_path, recwarn):
    """Whose numbers of alike layers would cross: two and three there, three and two here."""
    blocks = Residual([Conv2d(2, 1)]), Residual([Conv2d(2, 1)])
    layers = [Conv2d(2, 1), Conv2d(2, 1), Conv2d(2, 1), *blocks, Flatten(), Linear(3)]
    net = Network(layers, (2, 2, 2))
    names = ("f.2.conv.0", "f.2.conv.1", "f.11.conv", "f.12.conv", "f.13.conv")
    source = tmp_path / f"w.{ending}"
    if ending == "npz":
        np.savez(source, **alike(*names))
    else:
        storage.save(source, alike(*names), {})
    own = ("conv1", "conv2", "conv3", "block1.conv1", "block2.conv1")
    assert load_state_dict(net, source) == dict(zip(own, names, strict=True)) | {"linear1": "fc"}
    assert not recwarn


@pytest.mark.parametrize("names", [("b.f.a", "b.proj"), ("b.proj", "b.f.a")])
def test_a_shortcut_is_known_by_its_name(names, recwarn):
    """RegNet's comes before its block's other layers, ResNet's after them."""
    net = Network([Residual([Conv2d(2, 1)], [Conv2d(2, 1)]), Flatten(), Linear(3)], (2, 2, 2))
    pairs = load_state_dict(net, alike(*names))
    assert pairs == {"block1.conv1": "b.f.a", "block1.shortcut.conv1": "b.proj", "linear1": "fc"}
    assert not recwarn
