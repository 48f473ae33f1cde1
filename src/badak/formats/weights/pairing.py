"""Which layer of a file belongs to which of a network, when the two may name them differently.

A layer is known by its arrays: their names and shapes. Among alike ones an equal name decides, then
the numbers in the names, and last the file's order, which is told. Layers of shortcuts are paired
apart. What all names of one side begin with, as ``module.`` in PyTorch's DataParallel, is not part
of them.
"""

import re
import warnings
from collections.abc import Iterable, Sequence
from itertools import pairwise, takewhile
from typing import Any

from badak.errors import LONGEST_VALUE, FormatError
from badak.formats.weights.groups import Group, Signature

# What badak, torchvision's ResNet and RegNet, and others call the path around a residual block.
SHORTCUT = re.compile(r"(^|[._])(shortcut|downsample|proj|skip)([._]|$)")
Pairs = dict[str, Group]  # the network's name of a layer -> the file's group


def paired(
    own: Sequence[Group], stored: Sequence[Group], in_order: bool, strict: bool = True
) -> Pairs:
    """Find each layer's group in the file.

    Args:
        own: the network's, in its order.
        stored: the file's.
        in_order: whether the file keeps its layers in order.
        strict: whether each of both sides must be found. Else those that have no match are left
            out, but for arrays of equal names and shapes.

    Returns:
        The network's name of each layer -> the file's group, or the part of it that fits.

    Raises:
        FormatError: layers that fit nowhere, on either side, all of them listed; or alike layers
            whose names do not say which is which.

    Example:
        >>> import numpy as np
        >>> from badak.formats.weights.groups import grouped
        >>> own = grouped({"conv1.bias": np.ones(2), "conv2.bias": np.ones(2)})
        >>> stored = grouped({"net.10.bias": np.ones(2), "net.9.bias": np.ones(2)})
        >>> {name: group.name for name, group in paired(own, stored, in_order=False).items()}
        {'conv1': 'net.9', 'conv2': 'net.10'}
    """
    pairs: Pairs = {}
    faults: list[str] = []
    network, file = _by_signature(own), _by_signature(stored)
    starts = common_starts(own, stored)
    for signature in network | file:
        ours, theirs = network.get(signature, []), file.get(signature, [])
        if len(ours) != len(theirs):
            if strict:
                faults += [f"the network's {group} has no match" for group in ours[len(theirs) :]]
                faults += [f"the file's {group} has no match" for group in theirs[len(ours) :]]
            continue
        try:
            for alike in _apart(ours, theirs):
                pairs |= _matched(*alike, starts, in_order)
        except FormatError as fault:
            faults.append(str(fault))
    if faults:
        raise FormatError("; ".join(faults))
    return pairs if strict else pairs | _by_name(own, stored, starts, pairs)


def common_starts(own: Sequence[Group], stored: Sequence[Group]) -> tuple[str, str]:
    """Return what all names of either side begin with, up to a dot: ``"module."``, or nothing.

    Layers that the other side lacks do not count, such as the ``n_averaged`` of PyTorch's
    AveragedModel beside its ``module.``.
    """
    ours, theirs = _by_signature(own), _by_signature(stored)
    return (
        _start([group for kind, groups in ours.items() if kind in theirs for group in groups]),
        _start([group for kind, groups in theirs.items() if kind in ours for group in groups]),
    )


def _by_name(
    own: Sequence[Group], stored: Sequence[Group], starts: tuple[str, str], pairs: Pairs
) -> Pairs:
    """What is left of both sides and has equal names: the arrays of equal shapes."""
    used = {group.name for group in pairs.values()}
    left = {group.name.removeprefix(starts[1]): group for group in stored if group.name not in used}
    more: Pairs = {}
    for group in own:
        other = left.get(group.name.removeprefix(starts[0]))
        if group.name in pairs or other is None:
            continue
        fitting = {
            key: array
            for key, array in other.arrays.items()
            if key in group.arrays and group.arrays[key].shape == array.shape
        }
        if fitting:
            more[group.name] = Group(other.name, fitting)
    return more


def _by_signature(groups: Sequence[Group]) -> dict[Signature, list[Group]]:
    alike: dict[Signature, list[Group]] = {}
    for group in groups:
        alike.setdefault(group.signature, []).append(group)
    return alike


def _start(groups: list[Group]) -> str:
    columns = zip(*(group.name.split(".")[:-1] for group in groups), strict=False)
    return "".join(f"{words[0]}." for words in takewhile(lambda words: len({*words}) == 1, columns))


def _apart(ours: list[Group], theirs: list[Group]) -> list[tuple[list[Group], list[Group]]]:
    """Layers in shortcuts apart from others if both sides name as many: they may come first."""
    inside, around = (
        (
            [group for group in ours if _in_shortcut(group) is where],
            [group for group in theirs if _in_shortcut(group) is where],
        )
        for where in (False, True)
    )
    if len(around[0]) != len(around[1]):
        return [(ours, theirs)]
    return [part for part in (inside, around) if part[0]]


def _in_shortcut(group: Group) -> bool:
    return SHORTCUT.search(group.name) is not None


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
        stacklevel=6,
    )


def _by_number(ours: list[Group], theirs: list[Group]) -> Pairs:
    """Pair layers of the same shapes by the numbers in the file's names, if these decide.

    They do if the first difference of any two names is a number: ``features.2.conv.0`` comes
    before ``features.11``. Else among names that differ in nothing else: ``layer1.0.bn1`` and
    ``layer1.1.bn2``. Where there are several such families, as ``downsample.1`` beside them, the
    network must have families of the same sizes, and no two of one size.
    """
    numbered = sorted(theirs, key=lambda group: _words(group.name))
    if all(_number_decides(*pair) for pair in pairwise(numbered)):
        return {group.name: other for group, other in zip(ours, numbered, strict=True)}
    mine, others = _families(ours), _families(theirs)
    sizes = [len(family) for family in mine]
    if sorted(sizes) != sorted(map(len, others)) or len(set(sizes)) < len(sizes):
        return {}
    return {
        group.name: other
        for own, stored in zip(sorted(mine, key=len), sorted(others, key=len), strict=True)
        for group, other in zip(own, sorted(stored, key=_numbers), strict=True)
    }


def _number_decides(first: Group, second: Group) -> bool:
    differing = zip(_words(first.name), _words(second.name), strict=False)
    words = next((pair for pair in differing if pair[0] != pair[1]), None)
    return words is not None and all(word[0] == 0 for word in words)


def _words(name: str) -> list[tuple[int, Any]]:
    """A name as numbers, (0, its size), and what stands between, (1, text)."""
    parts = filter(None, re.split("([0-9]+)", name))
    return [(0, by_size(part)) if part[0] in "0123456789" else (1, part) for part in parts]


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
