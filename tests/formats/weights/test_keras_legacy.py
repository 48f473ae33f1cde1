"""load_state_dict from Keras's older files, whose attributes name the arrays."""

import h5py
import numpy as np
import pytest

from badak import Network, load_state_dict
from badak.errors import FormatError
from badak.layers import Flatten, Linear
from formats.weights.test_keras import DENSE, GOOD, KERNEL, small, write


def old(path, layers, **attributes):
    """A file as Keras 2 wrote it: names in attributes, arrays at layer/layer/kernel:0."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name in layers]
        for layer, arrays in layers.items():
            group = file.create_group(layer)
            group.attrs["weight_names"] = [f"{key}:0".encode() for key in arrays]
            for key, array in arrays.items():
                group[f"{key}:0"] = array
        for name, value in attributes.items():
            file.attrs[name] = value


OLD = {
    "stem": {"stem/kernel": KERNEL, "stem/bias": np.ones(3)},
    "flatten": {},
    "head": {"model/head/kernel": DENSE, "model/head/bias": np.zeros(2)},
}


def test_a_file_of_keras_2(tmp_path):
    net, twin = small(), small()
    old(tmp_path / "w.h5", OLD)
    write(tmp_path / "w.weights.h5", GOOD)
    assert load_state_dict(net, tmp_path / "w.h5") == {"conv1": "stem", "linear1": "head"}
    load_state_dict(twin, tmp_path / "w.weights.h5")
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, twin.state()[name])


def test_a_model_within_a_model_of_keras_2_and_names_in_two_attributes(tmp_path):
    inner = {f"{layer}/{key}": array for layer in ("a", "b") for key, array in
             (("kernel", np.full((3, 3), ord(layer))), ("bias", np.zeros(3)))}  # fmt: skip
    old(tmp_path / "w.h5", {"inner": inner})
    with h5py.File(tmp_path / "w.h5", "a") as file:
        del file["inner"].attrs["weight_names"]
        file["inner"].attrs["weight_names0"] = [b"a/kernel:0", b"a/bias:0", b"b/kernel:0"]
        file["inner"].attrs["weight_names1"] = [b"b/bias:0"]
    net = Network([Flatten(), Linear(3), Linear(3)], (1, 1, 3))
    with pytest.warns(UserWarning, match="order of the file"):
        pairs = load_state_dict(net, tmp_path / "w.h5")
    assert pairs == {"linear1": "inner.a", "linear2": "inner.b"}
    assert (net.parameters()["linear2.weight"] == ord("b")).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"layer_names": [b"stem", b"none"]}, "must hold a group 'none' in /"),
        ({"layer_names": [b"../stem"]}, "must hold a group"),
        ({"layer_names": [3]}, "must hold a group '3'"),
        ({"layer_names": [b"\xff"]}, "cannot be read as HDF5"),
        ({"model_config": "{"}, "has a damaged model_config"),
        ({"model_config": "[" * 10**5}, "has a damaged model_config"),
    ],
)
def test_a_damaged_file_of_keras_2(changes, words, tmp_path):
    old(tmp_path / "w.h5", OLD, **changes)
    with pytest.raises(FormatError, match=words):
        load_state_dict(small(), tmp_path / "w.h5")


@pytest.mark.parametrize(
    ("place", "words"),
    [("head/model", "must hold a group 'model' in /head"), ("stem/stem/bias:0", "must hold an ar")],
)
def test_a_link_in_a_file_of_keras_2(place, words, tmp_path):
    old(tmp_path / "w.h5", OLD)
    old(tmp_path / "secret.h5", OLD)
    with h5py.File(tmp_path / "w.h5", "a") as file:
        del file[place]
        file[place] = h5py.ExternalLink("secret.h5", place)
    with pytest.raises(FormatError, match=words):
        load_state_dict(small(), tmp_path / "w.h5")
