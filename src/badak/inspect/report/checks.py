"""The section on the time of a training step."""

import numpy as np

from badak.inspect import draw
from badak.inspect.checks.profile import profile as profile_of
from badak.inspect.report.section import Pictures, Section
from badak.inspect.report.trained import Trained

BATCH, ROUNDS = 100, 5


def profile(trained: Trained) -> Pictures:
    """The time of each layer in a training step."""
    shape = (BATCH, *trained.net.input_shape)
    x = np.random.default_rng(0).random(shape, np.float32)
    return {"profile": draw.profile(profile_of(trained.net, x, rounds=ROUNDS))}


SECTIONS = (
    Section(
        "Where the time goes",
        "One training step with a hundred images on this machine, layer by layer, forward and "
        "backward. The percentage is the share of the processor's peak speed. Winograd's algorithm "
        "needs fewer multiplications for a 3x3 convolution than are counted, so its share may "
        "exceed 100 %.",
        profile,
    ),
)
