"""The numbers of one optimizer step, in the order in which the native core takes them."""

import math
from typing import NamedTuple


class StepNumbers(NamedTuple):
    """What an update rule needs besides its arrays; each default changes nothing.

    Attributes:
        rate: learning rate; for Adam divided by 1 - beta1^t.
        decay: this times the parameter is added to the gradient.
        shrink: what the parameter is multiplied by before the step.
        keep: share of the first slot that stays.
        keep2: share of the second slot that stays.
        unroot: what the root of the squares is multiplied by.
        eps: added to the root.
    """

    rate: float
    decay: float = 0.0
    shrink: float = 1.0
    keep: float = 0.0
    keep2: float = 0.0
    unroot: float = 1.0
    eps: float = 1.0

    @classmethod
    def adam(
        cls, t: int, lr: float, betas: tuple[float, float], eps: float, **rest: float
    ) -> "StepNumbers":
        """Adam's numbers at step t, from 1."""
        beta1, beta2 = betas
        unroot = 1 / math.sqrt(1 - beta2**t)
        return cls(lr / (1 - beta1**t), keep=beta1, keep2=beta2, unroot=unroot, eps=eps, **rest)
