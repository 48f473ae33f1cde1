"""Rebuild tests/golden/simple_conv_net.json: the first losses of SimpleConvNet on digits.

    python tools/golden.py

Run it only after a change that is meant to alter the numbers, and say so in the commit.
"""

import json
from pathlib import Path

import numpy as np

from badak import data, models, optim
from badak.training import Trainer

PATH = Path(__file__).parents[1] / "tests/golden/simple_conv_net.json"
STEPS = 10


def losses(dtype: type) -> list[float]:
    """The losses of ten steps of Adam on the first thousand digits, a hundred at a time."""
    train, _ = data.load("digits")
    net = models.SimpleConvNet(weight_init="he", dtype=dtype)
    trainer = Trainer(net, optim.Adam(1e-3))
    batches = [train[100 * step : 100 * (step + 1)] for step in range(STEPS)]
    return [trainer.step(batch.images, batch.labels) for batch in batches]


if __name__ == "__main__":
    golden = {np.dtype(kind).name: losses(kind) for kind in (np.float64, np.float32)}
    PATH.write_text(json.dumps(golden, indent=1) + "\n")
