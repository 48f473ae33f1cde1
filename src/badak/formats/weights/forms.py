"""Layers that a file writes in another form than the network: the same numbers, other shapes.

A 1x1 convolution may be a Linear over channels, and a factor per channel, alone in its layer, may
have any name and size-1 axes: ConvNeXt's in torchvision are both.
"""

from collections.abc import Sequence
from functools import partial

from badak.arrays import Array, Shape
from badak.formats.weights.groups import Group, Signature, Stored


def in_the_networks_form(own: Sequence[Group], stored: Sequence[Group]) -> list[Group]:
    """Return the file's layers; those that fit nowhere in the shapes they have in the network.

    Example:
        >>> import numpy as np
        >>> from badak.formats.weights.groups import grouped
        >>> own = grouped({"conv1.weight": np.ones((4, 2, 1, 1)), "scale1.weight": np.ones(4)})
        >>> file = {"fc.weight": (4, 2), "block.gamma": (4, 1, 1)}
        >>> stored = {name: Stored(shape, partial(np.ones, shape)) for name, shape in file.items()}
        >>> [str(group) for group in in_the_networks_form(own, grouped(stored))]
        ['fc (weight (4, 2, 1, 1))', 'block (weight (4,))']
    """
    known = {group.signature for group in own}
    forms = {_bare(group): group for group in own}
    return [
        _turned(group, forms[_bare(group)])
        if group.signature not in known and _bare(group) in forms
        else group
        for group in stored
    ]


def _bare(group: Group) -> Signature:
    """Shapes without size-1 axes at their ends; a lone array's name does not count."""
    alone = len(group.arrays) == 1
    return tuple(
        sorted(("" if alone else key, _short(array.shape)) for key, array in group.arrays.items())
    )


def _short(shape: Shape) -> Shape:
    while shape and shape[-1] == 1:
        shape = shape[:-1]
    return shape


def _turned(group: Group, form: Group) -> Group:
    """The group's arrays under the names and in the shapes of another of the same bare form."""
    pairs = zip(sorted(group.arrays), sorted(form.arrays), strict=True)
    arrays = {}
    for key, name in pairs:
        shape = tuple(form.arrays[name].shape)
        arrays[name] = Stored(shape, partial(_reshaped, group.arrays[key], shape))
    return Group(group.name, arrays)


def _reshaped(stored: Stored, shape: Shape) -> Array:
    return stored.read().reshape(shape)
