"""Which layer of a file belongs to which of a network, when the two may name them differently.

A layer is known by its arrays: their names and shapes. Among alike ones an equal name decides, then
the numbers in the names, and last the file's order, which is told. What all names of one side begin
with, as ``module.`` in PyTorch's DataParallel, is not part of them.
"""

import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Protocol

from badak.arrays import Array, Shape
from badak.errors import LONGEST_VALUE, FormatError

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
        return f"{self.name[:LONGEST_VALUE]} ({shapes})"


Pairs = dict[str, Group]  # the network's name of a layer -> the file's group


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


def paired(own: list[Group], stored: list[Group], in_order: bool) -> Pairs:
    """Find each layer's group in the file.

    `in_order` says whether the file keeps its layers in order.

    Returns:
        The network's name of each layer -> the file's group.

    Raises:
        FormatError: layers that fit nowhere, on either side, all of them listed; or alike layers
            whose names do not say which is which.

    Example:
        >>> import numpy as np
        >>> own = grouped({"conv1.bias": np.ones(2), "conv2.bias": np.ones(2)})
        >>> stored = grouped({"net.10.bias": np.ones(2), "net.9.bias": np.ones(2)})
        >>> {name: group.name for name, group in paired(own, stored, in_order=False).items()}
        {'conv1': 'net.9', 'conv2': 'net.10'}
    """
    pairs: Pairs = {}
    faults: list[str] = []
    network, file = _by_signature(own), _by_signature(stored)
    starts = _start(own), _start(stored)
    for signature in network | file:
        ours, theirs = network.get(signature, []), file.get(signature, [])
        faults += [f"the network's {group} has no match" for group in ours[len(theirs) :]]
        faults += [f"the file's {group} has no match" for group in theirs[len(ours) :]]
        if len(ours) != len(theirs):
            continue
        try:
            pairs |= _matched(ours, theirs, starts, in_order)
        except FormatError as fault:
            faults.append(str(fault))
    if faults:
        raise FormatError("; ".join(faults))
    return pairs


def _by_signature(groups: list[Group]) -> dict[Signature, list[Group]]:
    alike: dict[Signature, list[Group]] = {}
    for group in groups:
        alike.setdefault(group.signature, []).append(group)
    return alike


def _start(groups: list[Group]) -> str:
    """What all names begin with, up to a dot: ``"module."``, or nothing."""
    columns = zip(*(group.name.split(".")[:-1] for group in groups), strict=False)
    return "".join(f"{words[0]}." for words in takewhile(lambda words: len({*words}) == 1, columns))


def _matched(
    ours: list[Group], theirs: list[Group], starts: tuple[str, str], in_order: bool
) -> Pairs:
    """Pair layers of the same shapes: by name without the common prefix, by number, by order."""
    names = {group.name: group.name.removeprefix(starts[0]) for group in ours}
    by_name = {group.name.removeprefix(starts[1]): group for group in theirs}
    if by_name.keys() == set(names.values()):
        return {name: by_name[bare] for name, bare in names.items()}
    by_number = _by_number(ours, theirs)
    by_order = dict(zip(names, theirs, strict=True)) if in_order else {}
    pairs = by_number or by_order
    if not pairs:
        raise FormatError(
            f"{_names(theirs)} fit {_names(ours)} alike, and their names do not say which comes "
            "first: number them, give them the network's names, or save a state dict as .npz, "
            "which keeps the order"
        )
    # A file that counts from 0 has a conv1 too, which is the network's conv2.
    crossed = {name: group for name, group in pairs.items() if names[name] in by_name}
    if any(by_name[names[name]] is not group for name, group in crossed.items()):
        raise FormatError(
            f"{_names(theirs)} fit {_names(ours)} alike; in order {_told(crossed)}, although the "
            "file has layers of these names: give all of them the network's names"
        )
    _caution(theirs, by_number, by_order)
    return pairs


def _caution(theirs: list[Group], by_number: Pairs, by_order: Pairs) -> None:
    """Say how layers of the same shapes were paired, if another rule would differ."""
    if not by_order or _told(by_number) == _told(by_order):
        return
    decided = "order of the file decided"
    if by_number:
        names = [group.name for group in theirs]
        if names == sorted(names):  # as safetensors' load_file gives them: 10 comes before 9
            return
        decided = "numbers in their names decided against the file's order"
    warnings.warn(
        f"several layers are alike, so the {decided}: {_told(by_number or by_order)}; give them "
        "the network's names if this is wrong",
        stacklevel=5,
    )


def _by_number(ours: list[Group], theirs: list[Group]) -> Pairs:
    """Pair layers of the same shapes by the numbers in the file's names, if these decide.

    They do among names that differ in nothing else: ``layer1.0.bn1`` and ``layer1.1.bn2``. Where
    there are several such families, as ``downsample.1`` beside them, the network must have
    families of the same sizes, and no two of one size.
    """
    mine, others = [ours], _families(theirs)
    if len(others) > 1:
        mine = _families(ours)
        sizes = [len(family) for family in mine]
        if sorted(sizes) != sorted(map(len, others)) or len(set(sizes)) < len(sizes):
            return {}
    return {
        group.name: other
        for own, stored in zip(sorted(mine, key=len), sorted(others, key=len), strict=True)
        for group, other in zip(own, sorted(stored, key=_numbers), strict=True)
    }


def _families(groups: list[Group]) -> list[list[Group]]:
    """Groups whose names differ in their numbers alone, together."""
    families: dict[str, list[Group]] = {}
    for group in groups:
        families.setdefault(re.sub("[0-9]+", "#", group.name), []).append(group)
    return list(families.values())


def _numbers(group: Group) -> list[tuple[int, str]]:
    return [by_size(number) for number in re.findall("[0-9]+", group.name)]


def by_size(digits: str) -> tuple[int, str]:
    """What sorts decimal numbers as numbers, also those too long for Python to read.

    Example:
        >>> sorted(["10", "9", "08"], key=by_size)
        ['08', '9', '10']
    """
    number = digits.lstrip("0")
    return len(number), number


def _names(groups: Iterable[Group]) -> str:
    return " and ".join(group.name[:LONGEST_VALUE] for group in groups)


def _told(pairs: Pairs) -> str:
    """Which layer gets which, in the order of the network's names."""
    return ", ".join(
        f"{name} is the file's {pairs[name].name[:LONGEST_VALUE]}" for name in sorted(pairs)
    )
