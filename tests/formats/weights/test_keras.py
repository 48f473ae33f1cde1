"""load_state_dict from Keras: layouts, order, and files that hold more than weights."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from badak import Network, load_state_dict
from badak.errors import FormatError
from badak.layers import (
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    LayerNorm,
    Linear,
    MaxPool2d,
    PReLU,
    ReLU,
    Tanh,
)

SCRIPT = Path(__file__).with_name("keras_model.py")


@pytest.fixture(scope="module")
def keras_files(tmp_path_factory):
    """Files that Keras itself, running on PyTorch, wrote: weights, images, predictions."""
    folder = tmp_path_factory.mktemp("keras")
    environment = {**os.environ, "KERAS_BACKEND": "torch", "KERAS_HOME": str(folder / "home")}
    subprocess.run([sys.executable, str(SCRIPT), str(folder)], env=environment, check=True)
    return folder


def plain():
    return Network(
        [
            Conv2d(4, (3, 2)),
            BatchNorm2d(eps=1e-3),
            ReLU(),
            Conv2d(4, 3, padding=1, groups=4),
            MaxPool2d((2, 1)),
            Conv2d(4, 3, padding=1, bias=False),
            LayerNorm(eps=1e-3),
            ConvTranspose2d(3, (2, 3)),
            PReLU(3),
            Flatten(),
            Linear(6),
            ReLU(),
            Dropout(0.3),
            Linear(5),
        ],
        (2, 9, 7),
    )


def many():
    layers = [one for _ in range(12) for one in (Conv2d(3, 3, padding=1), Tanh())]
    return Network([*layers, GlobalAvgPool2d(), Flatten(), Linear(4)], (3, 5, 5))


@pytest.mark.parametrize("ending", ["weights.h5", "keras", "h5"])
@pytest.mark.parametrize(("name", "make"), [("plain", plain), ("many", many)])
def test_a_keras_models_weights_give_its_outputs(keras_files, name, make, ending):
    net = make()
    load_state_dict(net, keras_files / f"{name}.{ending}")
    with np.load(keras_files / f"{name}.npz") as file:
        x, y = file["x"].transpose(0, 3, 1, 2), file["y"]  # (N, H, W, C) -> (N, C, H, W)
    output = net.predict_proba if name == "plain" else net
    np.testing.assert_allclose(output(x), y, atol=1e-5)
    assert np.ptp(y, axis=0).max() > 1e-4  # the predictions depend on the images


def write(path, layers, **more):
    """A file in Keras 3's layout: layers/NAME/vars/0, 1, ..."""
    with h5py.File(path, "w") as file:
        for name, arrays in layers.items():
            group = file.create_group(f"layers/{name}/vars")
            for number, array in enumerate(arrays):
                group[str(number)] = array
        for name, array in more.items():
            file[name] = array


def small():
    return Network([Conv2d(3, (2, 1)), Flatten(), Linear(2)], (1, 3, 2))


KERNEL = np.arange(6.0).reshape(2, 1, 1, 3)
DENSE = np.arange(24.0).reshape(12, 2)
GOOD = {"conv2d": [KERNEL, np.ones(3)], "dense": [DENSE, np.zeros(2)]}


def test_a_kernel_and_a_dense_layer_are_turned_to_badaks_layout(tmp_path):
    net = small()
    write(tmp_path / "w.weights.h5", GOOD, **{"optimizer/vars/0": np.ones(3)})
    pairs = load_state_dict(net, tmp_path / "w.weights.h5")
    assert pairs == {"conv1": "conv2d_0", "linear1": "dense_0"}
    np.testing.assert_array_equal(
        net.parameters()["conv1.weight"][2, 0], [[KERNEL[0, 0, 0, 2]], [KERNEL[1, 0, 0, 2]]]
    )
    # In Keras's maps (2, 2, 3): the pixel in row 1, column 0 of channel 2.
    place = np.ravel_multi_index((1, 0, 2), (2, 2, 3))
    ours = np.ravel_multi_index((2, 1, 0), (3, 2, 2))
    np.testing.assert_array_equal(net.parameters()["linear1.weight"][:, ours], DENSE[place])


def test_all_that_does_not_fit_is_listed(tmp_path):
    net = small()
    before = net.parameters()["conv1.weight"].copy()
    odd = {"conv2d": [KERNEL.T, np.ones(3)], "dense": [DENSE, np.ones(2)], "odd": [np.ones(9)]}
    write(tmp_path / "w.h5", odd)
    with pytest.raises(FormatError) as caught:
        load_state_dict(net, tmp_path / "w.h5")
    for words in (
        r"network's conv1 \(weight \(3, 1, 2, 1\), bias \(3,\)\)",
        r"file's conv2d_0 \(weight \(2, 1, 3, 1\), bias \(3,\)\)",
        r"file's odd_0 \(0 \(9,\)\)",
    ):
        caught.match(words)
    np.testing.assert_array_equal(net.parameters()["conv1.weight"], before)


def external_link(file, folder):
    write(folder / "secret.h5", {}, secret=np.ones(3))
    del file["layers/dense/vars/1"]
    file["layers/dense/vars/1"] = h5py.ExternalLink("secret.h5", "secret")


def external_group(file, folder):
    file["layers/more"] = h5py.ExternalLink("secret.h5", "/")


def soft_link(file, folder):
    file["layers/more"] = h5py.SoftLink("/layers/dense")


def external_storage(file, folder):
    (folder / "secret.bin").write_bytes(bytes(16))
    del file["layers/dense/vars/1"]
    file.create_dataset(
        "layers/dense/vars/1", (2,), "f8", external=[(str(folder / "secret.bin"), 0, 16)]
    )


def virtual(file, folder):
    layout = h5py.VirtualLayout((2,), "f8")
    layout[:] = h5py.VirtualSource("secret.h5", "secret", (2,))
    del file["layers/dense/vars/1"]
    file.create_virtual_dataset("layers/dense/vars/1", layout)


def cycle(file, folder):
    file["layers/dense/inner"] = file["layers"]


def twice(file, folder):
    file["layers/dense_1"] = file["layers/dense"]


def deep(file, folder):
    file.create_group("/".join(["layers"] * 30 + ["vars"]))


def text(file, folder):
    file["layers/text/vars/0"] = np.array([b"abc"])


def group_for_array(file, folder):
    file.create_group("layers/odd/vars/0")


def huge(file, folder):
    file.create_dataset("layers/odd/vars/0", (2**45,), "f8", chunks=(1024,))


def never_stored(file, folder):
    """4 GB in a file of a few kB, which would fit in memory: refused for its shape, not read."""
    file.create_dataset("layers/odd/vars/0", (2**30,), "f4", chunks=(2**20,))


def empty(file, folder):
    file["layers/odd/vars/0"] = h5py.Empty("f4")


def link_to_a_pipe(file, folder):
    os.mkfifo(folder / "pipe")
    file["layers/odd/vars/0"] = h5py.ExternalLink(str(folder / "pipe"), "/x")


def long_number(file, folder):
    file["layers/odd/vars/" + "1" * 5000] = np.ones(3)


@pytest.mark.parametrize(
    ("forge", "words"),
    [
        (external_link, "array.* layers/dense/vars/1"),
        (external_group, "link.* layers/more"),
        (soft_link, "link.* layers/more"),
        (external_storage, "layers/dense/vars/1 .*another file"),
        (virtual, "layers/dense/vars/1 .*another file"),
        (cycle, "within itself"),
        (twice, "within itself"),
        (deep, "too deep"),
        (text, r"holds \|S3 at layers/text/vars/0"),
        (group_for_array, "array.* layers/odd/vars/0"),
        (huge, "GiB"),
        (never_stored, r"file's odd_0 \(0 \(1073741824,\)\) has no match"),
        (empty, "array.* layers/odd/vars/0"),
        (link_to_a_pipe, "array.* layers/odd/vars/0"),
        (long_number, r"file's odd_0 \(0 \(3,\)\) has no match"),
    ],
)
def test_a_forged_file_is_refused(forge, words, tmp_path):
    write(tmp_path / "w.h5", GOOD)
    with h5py.File(tmp_path / "w.h5", "a") as file:
        forge(file, tmp_path)
    with pytest.raises(FormatError, match=words):
        load_state_dict(small(), tmp_path / "w.h5")


def test_a_cut_file_and_one_of_keras_2_are_refused(tmp_path):
    write(tmp_path / "w.h5", GOOD)
    content = (tmp_path / "w.h5").read_bytes()
    (tmp_path / "cut.h5").write_bytes(content[: len(content) // 2])
    with pytest.raises(FormatError, match="cannot be read as HDF5"):
        load_state_dict(small(), tmp_path / "cut.h5")
    with h5py.File(tmp_path / "old.h5", "w") as file:
        file["conv2d/conv2d/kernel:0"] = KERNEL
    with pytest.raises(FormatError, match=r"no layers of Keras: .*model\.save_weights"):
        load_state_dict(small(), tmp_path / "old.h5")


def test_a_keras_archive_that_is_damaged(tmp_path):
    write(tmp_path / "w.weights.h5", GOOD)
    content = (tmp_path / "w.weights.h5").read_bytes()
    for inner, words in ((content, None), (content[:900], "w.keras: model.weights.h5 cannot be")):
        with zipfile.ZipFile(tmp_path / "w.keras", "w") as file:
            file.writestr("config.json", "{}")
            file.writestr("model.weights.h5", inner)
        if words is None:
            assert load_state_dict(small(), tmp_path / "w.keras")["conv1"] == "conv2d_0"
        else:
            with pytest.raises(FormatError, match=words):
                load_state_dict(small(), tmp_path / "w.keras")


def test_without_h5py_the_error_names_the_extra(tmp_path):
    write(tmp_path / "w.h5", GOOD)
    script = (
        "import sys; sys.modules['h5py'] = None; import badak\n"
        "from badak.layers import Flatten, Linear\n"
        "net = badak.Network([Flatten(), Linear(2)], (1, 1, 1))\n"
        f"badak.load_state_dict(net, {str(tmp_path / 'w.h5')!r})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "pip install 'badak[keras]'" in done.stderr.strip().splitlines()[-1]


def test_two_arrays_of_a_batch_norm_are_not_taken_for_weight_and_bias(tmp_path):
    net = Network([LayerNorm(), Flatten(), Linear(2)], (3, 1, 1))
    rows = [np.ones((3, 2)), np.zeros(2)]
    pair = [np.full(3, 7.0), np.full(3, 8.0)]
    write(tmp_path / "w.weights.h5", {"layer_normalization": pair, "dense": rows})
    load_state_dict(net, tmp_path / "w.weights.h5")
    assert net.parameters()["norm1.weight"].tolist() == [7, 7, 7]
    write(tmp_path / "w.weights.h5", {"batch_normalization": pair, "dense": rows})
    with pytest.raises(FormatError, match=r"the file.s batch_normalization_0 .* has no match"):
        load_state_dict(net, tmp_path / "w.weights.h5")
