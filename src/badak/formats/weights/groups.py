"""The arrays of a network or a file, one group per layer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from badak.arrays import Array, Shape
from badak.errors import LONGEST_VALUE
from badak.network.state_dict import UNUSED

Signature = tuple[tuple[str, Shape], ...]


class Shaped(Protocol):
    """An array, or what a file says of one."""

    @property
    def shape(self) -> Shape: ...  # noqa: D102


@dataclass(frozen=True)
class Stored:
    """An array in a file, of which the shape alone was read.

    Attributes:
        shape: in badak's layout.
        read: gives the array itself. Only what fits the network is read: a file of a few kB may
            claim gigabytes.
    """

    shape: Shape
    read: Callable[[], Array]


@dataclass(frozen=True)
class Group:
    """The arrays of one layer: ``weight``, ``bias`` and so on, in badak's layout."""

    name: str
    arrays: Mapping[str, Any]

    @property
    def signature(self) -> Signature:
        """What must agree: the names and shapes of the arrays."""
        return tuple(sorted((key, tuple(array.shape)) for key, array in self.arrays.items()))

    def __str__(self) -> str:
        shapes = ", ".join(f"{key} {array.shape}" for key, array in self.arrays.items())
        return f"{self.name[:LONGEST_VALUE] or 'top level'} ({shapes})"


def grouped(arrays: Mapping[str, Shaped]) -> list[Group]:
    """Put ``"conv1.weight"``, ``"conv1.bias"`` ... into one group per layer, in their order.

    Example:
        >>> import numpy as np
        >>> [str(group) for group in grouped({"a.weight": np.ones((3, 2)), "a.bias": np.ones(3)})]
        ['a (weight (3, 2), bias (3,))']
    """
    members: dict[str, dict[str, Shaped]] = {}
    for name, array in arrays.items():
        layer, _, key = name.rpartition(".")
        members.setdefault(layer, {})[key] = array
    return [Group(name, own) for name, own in members.items()]


@dataclass(frozen=True)
class Source:
    """What a file or a dictionary holds.

    Attributes:
        groups: its layers.
        in_order: whether it keeps them in their order.
        others: what stands among the layers and is no array, by name.
        skipped: what is no weight, by name.
        channels_last: whether its Linear layers read images laid flat as (H, W, C).
    """

    groups: Sequence[Group]
    in_order: bool = False
    others: Sequence[str] = ()
    skipped: Sequence[str] = ()
    channels_last: bool = False

    @classmethod
    def of(
        cls,
        arrays: Mapping[str, Shaped],
        *,
        in_order: bool,
        others: Sequence[str] = (),
        skipped: Sequence[str] = (),
    ) -> "Source":
        """Group a state dict's arrays by layer, without those that PyTorch only counts with."""
        used, counts = {}, []
        for name, array in arrays.items():
            if name.rpartition(".")[2] == UNUSED:
                counts.append(name)
            else:
                used[name] = array
        return cls(grouped(used), in_order, others, [*skipped, *counts])
