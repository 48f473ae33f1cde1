"""Small tasks for the tests of training; as a script it runs one in a separate process."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

import badak
from badak import data, optim
from badak.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU
from badak.network import Network
from badak.training import Callback, RunDirectory, Trainer


def corners(count: int = 44, seed: int = 0, classes: int = 3, size: int = 6) -> data.Dataset:
    """Noise with one bright corner; the corner is the class."""
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    images = generator.normal(0, 0.1, (count, 1, size, size)).astype(np.float32)
    half = size // 2
    for image, label in zip(images, labels, strict=True):
        row, column = divmod(int(label), 2)
        image[0, row * half : (row + 1) * half, column * half : (column + 1) * half] += 1
    return data.Dataset(images, labels, [f"corner {k}" for k in range(classes)])


def plain_net(seed: int = 0, dtype: Any = np.float32) -> Network:
    layers = [Conv2d(4, 3), ReLU(), MaxPool2d(2), Flatten(), Linear(3)]
    return Network(layers, (1, 6, 6), seed=seed, dtype=dtype)


def rich_net(seed: int = 0, dtype: Any = np.float32) -> Network:
    """Everything that a checkpoint must hold: running statistics, and a generator."""
    layers = [Conv2d(4, 3), BatchNorm2d(), ReLU(), MaxPool2d(2), Flatten(), Dropout(0.3), Linear(3)]
    return Network(layers, (1, 6, 6), seed=seed, dtype=dtype)


def bits(net: Network) -> bytes:
    """The bytes of every array of a network."""
    return b"".join(array.tobytes() for array in net.state().values())


def rich_trainer(net: Network, optimizer: str = "adam", **options: Any) -> Trainer:
    """Everything that a resume must bring back."""
    settings: dict[str, Any] = {
        "epochs": 3,
        "batch_size": 10,
        "seed": 5,
        "schedule": optim.OneCycle(),
        "clip_norm": 1.0,
        "augment": data.augment.Shift(1),
        "evaluate_sample": 12,
        "progress": False,
    }
    how = optim.OPTIMIZERS[optimizer](lr=0.01, weight_decay=0.01)
    return Trainer(net, how, **(settings | options))


# For a child process in any folder: the badak under test, and the helpers of these tests.
FOLDERS = [Path(badak.__file__).parents[1], Path(__file__).parents[1]]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, FOLDERS))}


def contents(run: Path) -> dict[str, bytes]:
    """Every file of a run directory, except the lock, which holds a process's number."""
    return {
        path.relative_to(run).as_posix(): path.read_bytes()
        for path in sorted(run.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


def state(net: Network) -> dict[str, np.ndarray]:
    return {name: array.copy() for name, array in net.state().items()}


def same_state(net: Network, before: dict[str, np.ndarray]) -> None:
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name], f"{name} changed")


class Says(Callback):
    """Tells the parent process which step is done; at one step it waits for a reply."""

    def __init__(self, wait_at: int | None) -> None:
        self.wait_at = wait_at

    def on_step(self, trainer: Trainer, record: Any) -> None:
        print(f"step {record.step}", flush=True)
        if record.step == self.wait_at:
            sys.stdin.readline()


def main(run_dir: str, text: str) -> None:
    """Train in RUN_DIR: `wait_at`, `resume`, `rich` and the Trainer's options come as JSON."""
    options = json.loads(text)
    wait_at, resume = options.pop("wait_at", None), options.pop("resume", False)
    trainer = rich_trainer(rich_net(), callbacks=[Says(wait_at)], **options)
    trainer.fit(corners(), corners(20, seed=1), run_dir, resume)
    print(f"finished {RunDirectory(Path(run_dir)).path}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
