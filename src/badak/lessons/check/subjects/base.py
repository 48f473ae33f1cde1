"""Subject: one exercise: how to call it, on which inputs, the right results, the known faults."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from badak.arrays import Array

Compute = Callable[["Trial"], Any]


@dataclass(frozen=True, eq=False)
class Trial:
    """One input, with everything that the call needs.

    Attributes:
        made: the constructor's arguments by meaning, or the function's other arguments.
        given: forward's arguments by meaning; a function's arrays.
        dout: what backward is given; None if it is called without, as a loss's.
        optional: whether a layer that cannot take it is right too.
    """

    made: Mapping[str, Any]
    given: Mapping[str, Any]
    dout: Any = None
    optional: bool = False

    def __getattr__(self, name: str) -> Any:
        for part in (self.given, self.made):
            if name in part:
                return part[name]
        raise AttributeError(name)

    def copy(self) -> "Trial":
        """Return a trial that shares no array with this one."""
        return Trial(
            _copied(self.made), _copied(self.given), _copied({"": self.dout})[""], self.optional
        )

    @property
    def words(self) -> str:
        """The input in a line: ``x (1, 1, 4, 4), W (1, 1, 2, 2), stride 2, pad 0``."""
        parts = []
        for name, value in {**self.given, **self.made}.items():
            if name == "size":
                continue
            if callable(value):
                parts.append(f"{name} {value.__name__}")
            elif isinstance(value, np.ndarray):
                small = value.size <= 4
                parts.append(f"{name} = {value.tolist()}" if small else f"{name} {value.shape}")
            else:
                parts.append(f"{name} {value}")
        return ", ".join(parts)


@dataclass(frozen=True, eq=False)
class Subject:
    """An exercise.

    Attributes:
        name: the book's.
        aliases: names in lower case without underscores.
        form: "function" or "layer".
        trials: inputs, the smallest first.
        right: the right results by the name of the output, in the order in which they are judged.
        wrong: output -> fault -> the result with that fault; a word after the fault tells apart
            forms of one fault.
        also: output -> other right forms.
        rtol: two right ways may differ by so much of the largest value.
    """

    name: str
    aliases: tuple[str, ...]
    form: str
    trials: tuple[Trial, ...]
    right: Mapping[str, Compute]
    wrong: Mapping[str, Mapping[str, Compute]] = field(default_factory=dict)
    rtol: float = 1e-6
    also: Mapping[str, tuple[Compute, ...]] = field(default_factory=dict)


def numbers(*shape: int, seed: int = 0) -> Array:
    """Return numbers that are all different, with few digits, of both signs.

    Example:
        >>> numbers(2, 2)
        array([[ 0.3, -1.1],
               [-0.4,  1. ]])
    """
    count = int(np.prod(shape))
    order = np.random.default_rng(seed).permutation(count)
    return (np.round((order - count // 2) * 0.7 + 0.3 + seed * 0.01, 2)).reshape(shape)


def _copied(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in values.items()}
