"""The picture of the training step's time."""

from typing import TYPE_CHECKING

import numpy as np

from badak.inspect import draw
from badak.inspect.checks.profile import profile as profile_of
from badak.inspect.report.trained import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BATCH, ROUNDS = 100, 5


def profile(trained: Trained) -> dict[str, "Figure"]:
    """The time of each layer in a training step."""
    shape = (BATCH, *trained.net.input_shape)
    x = np.random.default_rng(0).random(shape, np.float32)
    return {"profile": draw.profile(profile_of(trained.net, x, rounds=ROUNDS))}
