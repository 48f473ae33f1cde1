"""The Trainer, its run directories and its checkpoints."""

import numpy as np

from badak import Network, data, optim
from badak.layers import Conv2d
from badak.training import RunDirectory, Trainer
from training.tasks import corners, plain_net, rich_net


def _trainer(**arguments):
    return lambda folder: Trainer(plain_net(), **arguments)


def _fit(train, *rest, net=plain_net, **arguments):
    settings = {"batch_size": 10, "epochs": 1, "progress": False} | arguments
    return lambda folder: Trainer(net(), **settings).fit(train, *rest)


def _run(folder, net=plain_net, **arguments):
    """Train into the folder's `run`."""
    settings = {"batch_size": 10, "epochs": 1, "progress": False} | arguments
    how = settings.pop("fit", {})
    return Trainer(net(), **settings).fit(corners(), run_dir=folder / "run", **how)


def _twice(**arguments):
    """Train, then resume with these other arguments."""

    def call(folder):
        _run(folder)
        _run(folder, **({"fit": {"resume": True}} | arguments))

    return call


def _damaged(folder):
    _run(folder)
    path = RunDirectory(folder / "run").checkpoint
    path.write_bytes(path.read_bytes()[:-1])
    _run(folder, fit={"resume": True})


GREY, RGB = (data.Dataset(np.zeros((4, c, 6, 6)), [0, 1, 2, 0]) for c in (1, 3))

CALLS = {
    "epochs 0": _trainer(epochs=0),
    "epochs 2.5": _trainer(epochs=2.5),
    "batch size 0": _trainer(batch_size=0),
    "batch size True": _trainer(batch_size=True),
    "seed -1": _trainer(seed=-1),
    "seed 2**70": _trainer(seed=2**70),
    "clip norm NaN": _trainer(clip_norm=float("nan")),
    "evaluate sample 0": _trainer(evaluate_sample=0),
    "early stopping 0": _trainer(early_stopping=0),
    "checkpoint every 0": _trainer(checkpoint_every=0),
    "max steps 0": _trainer(max_steps=0),
    "snapshots 0": _trainer(snapshots=0),
    "optimizer by name": _trainer(optimizer="adam"),
    "net is no network": lambda folder: Trainer(3),
    "no images": _fit(corners()[:0]),
    "colour images": _fit(RGB),
    "validation in colour": _fit(corners(), RGB),
    "larger images": _fit(corners(size=8)),
    "more classes": _fit(corners(classes=4)),
    "a list": _fit([1, 2]),
    "no row of outputs": _fit(corners(), net=lambda: Network([Conv2d(3, 3)], (1, 6, 6))),
    "augment loses images": _fit(corners(), augment=lambda x, g: x[:1]),
    "augment gives NaN": _fit(corners(), augment=lambda x, g: x * np.float32("nan")),
    "a schedule that gives NaN": _fit(corners(), schedule=lambda epoch, epochs: float("nan")),
    "learning diverges": _fit(corners(), optimizer=optim.SGD(lr=1e30), epochs=20),
    "the run exists": _twice(fit={}),
    "resume another seed": _twice(seed=1),
    "resume another batch size": _twice(batch_size=11),
    "resume another network": _twice(net=rich_net),
    "resume another optimizer": _twice(optimizer=optim.SGD()),
    "resume a damaged checkpoint": _damaged,
}
