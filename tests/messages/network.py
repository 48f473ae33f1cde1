"""Networks: arguments, images, labels, states and files."""

import numpy as np

import badak
from badak import Network
from badak.layers import Conv2d, Flatten, Linear, ReLU
from network.conftest import LAYERS as SMALL
from network.test_files import FORGED, edited
from network.test_network import REFUSED, WRONG_LABELS


def _net():
    return Network(SMALL, (2, 6, 8), seed=1)


def _images(images):
    return lambda folder: _net()(images)


def _labels(labels):
    return lambda folder: _net().loss_and_gradients(np.zeros((5, 2, 6, 8), np.float32), labels)


def _forged(edit):
    def call(folder):
        edited(_net(), folder / "net.safetensors", edit)
        badak.load(folder / "net.safetensors")

    return call


def _load_state(folder):
    net = _net()
    state = dict(net.state())
    state["extra.weight"] = np.ones(2)
    state["conv1.bias"] = state["conv1.bias"].astype(np.float64)
    del state["linear1.weight"]
    net.load_state(state)


# NumPy's words follow in the message of "ragged".
CALLS = {
    **{
        f"images: {name}": _images(images)
        for name, (images, _) in REFUSED.items()
        if name != "ragged"
    },
    **{f"labels: {name}": _labels(labels) for name, (labels, _) in WRONG_LABELS.items()},
    **{f"file: {name}": _forged(edit) for name, (edit, _) in FORGED.items()},
    "a state that does not fit": _load_state,
    "dtype float16": lambda folder: Network([ReLU()], (1, 2, 2), dtype=np.float16),
    "loss by name": lambda folder: Network([ReLU()], (1, 2, 2), loss="mse"),
    "seed -1": lambda folder: Network([ReLU()], (1, 2, 2), seed=-1),
    "batch size 0": lambda folder: _net().predict(np.zeros((1, 2, 6, 8)), batch_size=0),
    "evaluate arrays": lambda folder: _net().evaluate(np.ones((1, 2, 6, 8))),
    "classify without rows": lambda folder: Network([Conv2d(2, 3)], (1, 5, 5)).predict(
        np.ones((1, 1, 5, 5), np.float32)
    ),
    "a missing file": lambda folder: badak.load(folder / "net.safetensors"),
    "a folder": lambda folder: badak.load(folder),
    "too large": lambda folder: Network([Flatten(), Linear(2**31 - 1)], (1, 999, 999)),
}
