"""Which layer of a file belongs to which of a network, when both name them differently.

A layer is known by its arrays: their names and shapes. Where several are alike, they are taken in
order.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from badak.arrays import Array
from badak.errors import FormatError

Signature = tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Group:
    """The arrays of one layer: ``weight``, ``bias`` and so on, in badak's layout."""

    name: str
    arrays: Mapping[str, Array]

    @property
    def signature(self) -> Signature:
        """What must agree: the names and shapes of the arrays."""
        return tuple(sorted((key, array.shape) for key, array in self.arrays.items()))

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(f'{k} {a.shape}' for k, a in self.arrays.items())})"


def grouped(arrays: Mapping[str, Array]) -> list[Group]:
    """Put ``"conv1.weight"``, ``"conv1.bias"`` ... into one group a layer, in their order.

    Example:
        >>> import numpy as np
        >>> [str(one) for one in grouped({"a.weight": np.ones((3, 2)), "a.bias": np.ones(3)})]
        ['a (weight (3, 2), bias (3,))']
    """
    members: dict[str, dict[str, Array]] = {}
    for name, array in arrays.items():
        layer, _, key = name.rpartition(".")
        members.setdefault(layer, {})[key] = array
    return [Group(name, own) for name, own in members.items()]


def paired(own: list[Group], found: list[Group], in_order: bool) -> dict[str, Group]:
    """Find each layer's group in the file.

    Args:
        own: the network's, in its order.
        found: the file's.
        in_order: whether the file keeps its layers in order; else their numbers decide.

    Returns:
        The network's name of a layer -> the file's group.

    Raises:
        FormatError: layers that fit nowhere, on either side, all of them listed; or alike layers
            whose names do not say which comes first.

    Example:
        >>> import numpy as np
        >>> own = grouped({"conv1.bias": np.ones(2), "conv2.bias": np.ones(2)})
        >>> found = grouped({"net.10.bias": np.ones(2), "net.9.bias": np.ones(2)})
        >>> {name: group.name for name, group in paired(own, found, in_order=False).items()}
        {'conv1': 'net.9', 'conv2': 'net.10'}
    """
    if {(one.name, one.signature) for one in own} == {(one.name, one.signature) for one in found}:
        return {one.name: one for one in found}
    pairs: dict[str, Group] = {}
    faults: list[str] = []
    for signature in dict.fromkeys(one.signature for one in (*own, *found)):
        ours = [one for one in own if one.signature == signature]
        theirs = [one for one in found if one.signature == signature]
        faults += [f"the network's {one} has no match" for one in ours[len(theirs) :]]
        faults += [f"the file's {one} has no match" for one in theirs[len(ours) :]]
        if len(ours) != len(theirs):
            continue
        matches = list(zip(ours, theirs, strict=True)) if in_order else _by_number(ours, theirs)
        if not matches:
            faults.append(
                f"{_names(theirs)} fit {_names(ours)} alike, and their names do not say which "
                "comes first: number them, or save a state dict as .npz, which keeps the order"
            )
        pairs |= {one.name: other for one, other in matches}
    if faults:
        raise FormatError("; ".join(faults))
    return pairs


def _by_number(ours: list[Group], theirs: list[Group]) -> list[tuple[Group, Group]]:
    """Pair alike layers by the numbers in the file's names; nothing where these do not decide.

    They do among names that differ in nothing else: ``layer1.0.bn1`` and ``layer1.1.bn2``. Where
    there are several such families, as ``downsample.1`` beside them, the network must have
    families of the same sizes, and no two of one size.
    """
    families = [_families(ours), _families(theirs)]
    if len(families[1]) == 1:
        return list(zip(ours, sorted(theirs, key=_numbers), strict=True))
    sizes = [sorted(map(len, each)) for each in families]
    if sizes[0] != sizes[1] or len(set(sizes[0])) < len(sizes[0]):
        return []
    mine, others = (sorted(each, key=len) for each in families)
    return [
        pair
        for own, found in zip(mine, others, strict=True)
        for pair in zip(own, sorted(found, key=_numbers), strict=True)
    ]


def _families(groups: list[Group]) -> list[list[Group]]:
    """Groups whose names differ in their numbers alone, together."""
    found: dict[str, list[Group]] = {}
    for one in groups:
        found.setdefault(re.sub(r"\d+", "#", one.name), []).append(one)
    return list(found.values())


def _numbers(group: Group) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", group.name)]


def _names(groups: Iterable[Group]) -> str:
    return " and ".join(one.name for one in groups)
