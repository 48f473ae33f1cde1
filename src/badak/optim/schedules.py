"""Learning-rate schedules: pure functions of how many epochs have passed, as a factor on lr.

An argument out of range raises BadakError.
"""

import math
from dataclasses import dataclass
from typing import Protocol, final

from badak import checks


class Schedule(Protocol):
    """A function that the trainer calls before each step."""

    def __call__(self, passed: float, epochs: int) -> float:
        """Return the factor on the learning rate.

        Args:
            passed: epochs passed before this step, with fractions: 1.5 is amid the second.
            epochs: how many there will be.
        """


@final
@dataclass(frozen=True)
class Step:
    """Multiply by gamma every few epochs.

    Args:
        step_size: epochs between two changes.
        gamma: the factor.

    Example:
        >>> Step(step_size=10, gamma=0.1)(passed=10.0, epochs=20)
        0.1
    """

    step_size: int = 10
    gamma: float = 0.1

    def __post_init__(self) -> None:
        checks.integer(self.step_size, "step_size", minimum=1)
        checks.real(self.gamma, "gamma", above=0)

    def __call__(self, passed: float, epochs: int) -> float:
        """Return the factor on the learning rate; see Schedule."""
        return self.gamma ** (math.floor(passed) // self.step_size)


@final
@dataclass(frozen=True)
class Cosine:
    """Half a cosine from 1 down to `minimum` (Loshchilov and Hutter 2017, equation 5).

    Args:
        minimum: the factor at the very end, in [0, 1].

    Example:
        >>> Cosine()(passed=10.0, epochs=20)
        0.5
    """

    minimum: float = 0.0

    def __post_init__(self) -> None:
        checks.real(self.minimum, "minimum", minimum=0, maximum=1)

    def __call__(self, passed: float, epochs: int) -> float:
        """Return the factor on the learning rate; see Schedule."""
        return _between(1.0, self.minimum, passed / epochs)


@final
@dataclass(frozen=True)
class WarmUp:
    """Rise in a straight line from `start` to 1, then stay (Goyal et al. 2017, section 2.2).

    Args:
        epochs: how long it rises, with fractions, above 0.
        start: the first factor, in [0, 1].

    Example:
        >>> WarmUp(epochs=2, start=0.5)(passed=1.0, epochs=20)
        0.75
    """

    epochs: float = 1.0
    start: float = 0.1

    def __post_init__(self) -> None:
        checks.real(self.epochs, "epochs", above=0)
        checks.real(self.start, "start", minimum=0, maximum=1)

    def __call__(self, passed: float, epochs: int) -> float:
        """Return the factor on the learning rate; see Schedule."""
        return self.start + (1 - self.start) * min(passed / self.epochs, 1.0)


@final
@dataclass(frozen=True)
class OneCycle:
    """Rise along a cosine from `start` to 1, then fall to `end` (Smith and Topin 2018).

    Args:
        rise: share of the training spent rising, in (0, 1).
        start: the first factor, in [0, 1].
        end: the last factor, in [0, 1].

    Example:
        >>> OneCycle(rise=0.25)(passed=5.0, epochs=20)
        1.0
    """

    rise: float = 0.3
    start: float = 0.04
    end: float = 4e-6

    def __post_init__(self) -> None:
        checks.real(self.rise, "rise", above=0, below=1)
        checks.real(self.start, "start", minimum=0, maximum=1)
        checks.real(self.end, "end", minimum=0, maximum=1)

    def __call__(self, passed: float, epochs: int) -> float:
        """Return the factor on the learning rate; see Schedule."""
        share = passed / epochs
        if share <= self.rise:
            return _between(self.start, 1.0, share / self.rise)
        return _between(1.0, self.end, (share - self.rise) / (1 - self.rise))


def _between(first: float, last: float, share: float) -> float:
    """Half a cosine from `first` at share 0 to `last` at share 1."""
    return last + (first - last) * (1 + math.cos(math.pi * share)) / 2


#: The schedules by name, as the command line names them.
SCHEDULES: dict[str, type[Step] | type[Cosine] | type[WarmUp] | type[OneCycle]] = {
    "step": Step,
    "cosine": Cosine,
    "warm-up": WarmUp,
    "one-cycle": OneCycle,
}
