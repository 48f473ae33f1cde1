"""Divergence: a loss that stays far above that of guessing will not come back."""

import math

from badak.errors import BadakError
from badak.training.history import History

# So many steps in a row must have a loss above so many times the first one, or that of guessing.
STEPS, FACTOR = 100, 5.0


def check(history: History, num_classes: int, lr: float) -> None:
    """Stop a training that has diverged; `lr` is the optimizer's own learning rate.

    Raises:
        BadakError: each of the last 100 losses was more than five times the first one and the loss
            of guessing, log(K).
    """
    steps = history.steps
    if len(steps) <= STEPS:
        return
    reference = max(steps[0].loss, math.log(num_classes))
    lowest = min(record.loss for record in steps[-STEPS:])
    if lowest > FACTOR * reference:
        raise BadakError(
            f"the training has diverged: the loss began at {steps[0].loss:.4g}, and guessing would "
            f"give {math.log(num_classes):.4g}, but the last {STEPS} steps had {lowest:.4g} or "
            f"more; {lower(lr)}"
        )


def lower(lr: float) -> str:
    """Advise a learning rate.

    Example:
        >>> lower(0.05)
        'use a lower learning rate than 0.05, such as 0.005'
    """
    return f"use a lower learning rate than {lr:g}, such as {lr / 10:g}"
