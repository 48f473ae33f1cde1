"""Optimizers, schedules and gradient clipping."""

import numpy as np

from badak import optim


def _make(kind, **arguments):
    return lambda folder: kind(**arguments)


def _update(gradients, **options):
    return lambda folder: optim.SGD().update({"w": np.ones(2)}, gradients, **options)


CALLS = {
    "lr 0": _make(optim.SGD, lr=0),
    "lr NaN": _make(optim.Adam, lr=float("nan")),
    "lr text": _make(optim.Adam, lr="0.1"),
    "weight decay -1": _make(optim.AdamW, weight_decay=-1),
    "momentum 1": _make(optim.Momentum, momentum=1),
    "alpha 2": _make(optim.RMSProp, alpha=2),
    "one beta": _make(optim.Adam, betas=(0.9,)),
    "beta 1": _make(optim.Adam, betas=(0.9, 1)),
    "eps 0": _make(optim.Adam, eps=0),
    "step size 0": _make(optim.Step, step_size=0),
    "step size 2.5": _make(optim.Step, step_size=2.5),
    "gamma 0": _make(optim.Step, gamma=0),
    "minimum 1.5": _make(optim.Cosine, minimum=1.5),
    "warm-up of 0 epochs": _make(optim.WarmUp, epochs=0),
    "warm-up from 2": _make(optim.WarmUp, start=2),
    "rise 1": _make(optim.OneCycle, rise=1),
    "end NaN": _make(optim.OneCycle, end=float("nan")),
    "no gradients": _update({}),
    "a gradient of another name": _update({"v": np.ones(2)}),
    "a gradient of another shape": _update({"w": np.ones(3)}),
    "a gradient of another dtype": _update({"w": np.ones(2, np.float32)}),
    "lr -0.5 of one update": _update({"w": np.ones(2)}, lr=-0.5),
    "an update that is not finite": _update({"w": np.array([np.inf, 0])}),
    "state of another optimizer": lambda folder: optim.Momentum().load_state(
        3, {"w.mean": np.ones(3)}
    ),
    "steps -1": lambda folder: optim.Momentum().load_state(-1, {}),
    "largest norm 0": lambda folder: optim.clip_gradients({"w": np.ones(2)}, 0),
    "clip NaN": lambda folder: optim.clip_gradients({"w": np.array([np.nan])}, 1),
}
