"""Weights of other programs that do not fit."""

import pickle
import zipfile

import numpy as np

from badak import Network, load_state_dict
from badak.layers import BatchNorm2d, Conv2d, Flatten, Linear


def _net():
    return Network([Conv2d(2, 3), BatchNorm2d(), Flatten(), Linear(2)], (2, 4, 5), seed=1)


def _fitting():
    norm = {name: np.ones(2, np.float32) for name in ("weight", "bias", "running_mean")}
    return {
        "0.weight": np.ones((2, 2, 3, 3), np.float32),
        "0.bias": np.ones(2, np.float32),
        **{f"1.{name}": array for name, array in norm.items()},
        "1.running_var": np.ones(2, np.float32),
        "3.weight": np.ones((2, 12), np.float32),
        "3.bias": np.ones(2, np.float32),
    }


def _state(**changes):
    """Load a state that fits, but for these changes; None takes an array away."""
    state = {name: a for name, a in (_fitting() | changes).items() if a is not None}
    return lambda folder: load_state_dict(_net(), state)


def _file(name, content):
    def call(folder):
        (folder / name).write_bytes(content)
        load_state_dict(_net(), folder / name)

    return call


def _npz(**changes):
    def call(folder):
        np.savez(folder / "w.npz", **(_fitting() | changes))
        load_state_dict(_net(), folder / "w.npz")

    return call


def _zip(content):
    """An archive as torch.save writes it, of a pickle alone."""

    def call(folder):
        with zipfile.ZipFile(folder / "w.pt", "w") as file:
            file.writestr("w/data.pkl" if content else "w/other", content or b"")
        load_state_dict(_net(), folder / "w.pt")

    return call


def _tensor(storage=4, names=()):
    """The pickle of {"3.bias": a tensor of 4 elements}, or of such under each name."""
    steps = (
        b"X\x06\0\0\x003.biasctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\n"
        b"FloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK%ctQK\0K\x04\x85K\x01\x85\x89}tRs" % storage
    )
    inner = b"".join(b"X%c\0\0\0%b}%bs" % (len(n), n.encode(), steps) for n in names)
    return b"\x80\x02}" + (inner or steps) + b"."


CALLS = {
    "a bias is missing": _state(**{"3.bias": None}),
    "a layer more": _state(**{"7.weight": np.ones(2, np.float32)}),
    "another shape": _state(**{"0.weight": np.ones((2, 2, 5, 5), np.float32)}),
    "NaN": _state(**{"0.bias": np.array([np.nan, 0], np.float32)}),
    "too large for float32": _state(**{"0.weight": np.full((2, 2, 3, 3), 1e300)}),
    "no statistics": _state(**{"1.running_mean": None, "1.running_var": None}),
    "texts": _npz(**{"3.bias": np.array(["a", "b"])}),
    "objects": _npz(**{"3.bias": np.array([None, 3])}),
    "a damaged pickle": _file("w.pt", b"\x80\x04\x95" + bytes(20)),
    "a pickle that names a command": _file("w.pt", pickle.dumps(print)),
    "a whole model of PyTorch": _zip(b"\x80\x02ctorch.nn.modules.container\nSequential\n."),
    "a tensor beyond its storage": _zip(_tensor(storage=3)),
    "a bias of another length": _zip(_tensor(storage=4)),
    "several state dicts": _zip(_tensor(names=("student", "teacher"))),
    "another zip archive": _zip(None),
    "with strict=False, nothing that fits": lambda folder: load_state_dict(
        _net(), {"a.weight": np.ones(3)}, strict=False
    ),
    "a text": _file("w.safetensors", b"hello"),
    "an unknown ending": _file("w.txt", b"hello"),
    "a missing file": lambda folder: load_state_dict(_net(), folder / "w.npz"),
    "a layer for a network": lambda folder: load_state_dict(Linear(3), {}),
    "a list": lambda folder: load_state_dict(_net(), [1, 2]),
    "nothing": lambda folder: load_state_dict(_net(), {}),
}
