"""Layout: where each number of badak's array lies in the file's.

Reshape, Transpose, Squeeze and Unsqueeze compute nothing. They are followed here as NumPy follows
strides, so that channels last, flattened, grouped or shuffled maps are all one notion.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Shape

Atom = tuple[int, int]  # how many steps, and how far each goes in badak's array
Axis = tuple[Atom, ...]


@dataclass(frozen=True)
class Layout:
    """The axes of a file's array of one image, each as steps through badak's array, outer first.

    An axis of size 1 has no steps.

    Example:
        >>> maps = Layout.of((4, 2, 3))
        >>> maps.axes
        (((4, 6),), ((2, 3),), ((3, 1),))
        >>> maps.transposed([1, 2, 0]).reshaped([24])
        Layout(axes=(((6, 1), (4, 6)),))
    """

    axes: tuple[Axis, ...]

    @classmethod
    def of(cls, shape: Shape) -> "Layout":
        """The layout of an array that the file holds as badak does."""
        return cls(
            tuple(
                ((size, stride),) if size > 1 else ()
                for size, stride in zip(shape, _strides(shape), strict=True)
            )
        )

    @property
    def shape(self) -> Shape:
        """The sizes of the file's axes."""
        return tuple(math.prod(size for size, _ in axis) for axis in self.axes)

    @property
    def plain(self) -> bool:
        """Whether the file has the numbers in badak's order."""
        return len(_merged(atom for axis in self.axes for atom in axis)) <= 1

    def indices(self) -> NDArray[np.int64]:
        """For each number of the file's array, its place in badak's."""
        places = np.zeros(1, np.int64)
        for axis in self.axes:
            for size, stride in axis:
                places = (places[:, None] + np.arange(size) * stride).reshape(-1)
        return places

    def placed(self, array: NDArray[Any]) -> NDArray[Any]:
        """The numbers of a file's array, as many as badak's has, in badak's order."""
        own = np.empty(array.size, array.dtype)
        own[self.indices()] = array.reshape(-1)
        return own

    def transposed(self, order: Sequence[int]) -> "Layout":
        """The same numbers with the axes in another order."""
        return Layout(tuple(self.axes[place] for place in order))

    def reshaped(self, sizes: Sequence[int]) -> "Layout | None":
        """The same numbers in the same order on axes of these sizes; None if steps would break."""
        atoms = list(_merged(atom for axis in self.axes for atom in axis))[::-1]
        axes = []
        for size in sizes:
            axis: list[Atom] = []
            while size > 1:
                if not atoms:
                    return None
                count, stride = atoms.pop()
                if size % count and count % size == 0:
                    atoms.append((count // size, stride))
                    count, stride = size, stride * (count // size)
                if size % count:
                    return None
                axis.append((count, stride))
                size //= count
            axes.append(_merged(axis))
        return None if atoms else Layout(tuple(axes))

    def dims(self, shape: Shape) -> "list[list[tuple[int, Atom]]] | None":
        """Each axis' steps, by which of badak's axes they go along; None if one goes along two."""
        own = [(dim, stride) for dim, stride in enumerate(_strides(shape)) if shape[dim] > 1]
        axes = []
        for axis in self.axes:
            steps = []
            for count, stride in axis:
                dim, unit = next((dim, unit) for dim, unit in own if unit <= stride)
                if count * stride > shape[dim] * unit:
                    return None
                steps.append((dim, (count, stride // unit)))
            axes.append(steps)
        return axes

    def moved(self, old: Shape, new: Shape, place: int = -1) -> "Layout | None":
        """The layout after a layer has made `new` of badak's shape `old`, axis by axis.

        Args:
            old: badak's shape that this layout is of.
            new: the shape after it.
            place: the file's axis that takes the channels if there was only one.

        Returns:
            The layout; None if one of the file's axes is not simply one of badak's.
        """
        axes = self.dims(old)
        if len(old) != len(new) or axes is None:
            return None
        strides, moved = _strides(new), []
        for number, axis in enumerate(axes):
            steps: list[Atom] = []
            for dim, (count, stride) in axis:
                if new[dim] == old[dim]:
                    steps.append((count, stride * strides[dim]))
                elif count != old[dim]:
                    return None
                elif new[dim] > 1:
                    steps.append((new[dim], strides[dim]))
            if number == place and not axis and old[0] == 1 < new[0]:
                steps.append((new[0], strides[0]))
            moved.append(_merged(steps))
        result = Layout(tuple(moved))
        return result if math.prod(result.shape) == math.prod(new) else None

    def order(self, shape: Shape) -> list[int]:
        """Which of badak's axes each of the file's is; [] if they are not the same, turned."""
        axes = self.dims(shape)
        if len(self.axes) != len(shape) or axes is None:
            return []
        narrow = [dim for dim, size in enumerate(shape) if size == 1]
        order = [axis[0][0] if axis else narrow.pop(0) for axis in axes]
        return order if self == Layout.of(shape).transposed(order) else []

    def without(
        self, places: Sequence[int], shape: Shape, keep: bool
    ) -> "tuple[set[int] | None, Layout]":
        """What is left if the file's array is reduced along some of its axes.

        Args:
            places: of these axes.
            shape: badak's.
            keep: whether they stay, with size 1.

        Returns:
            Which of badak's axes go, all of each; None if only a part of one goes. And the layout.
        """
        axes = self.dims(shape)
        if axes is None:
            return None, self
        gone = {dim for place in places for dim, _ in axes[place]}
        left = [axis if place not in places else [] for place, axis in enumerate(axes)]
        if any(dim in gone for axis in left for dim, _ in axis):
            return None, self
        strides = _strides(tuple(1 if dim in gone else n for dim, n in enumerate(shape)))
        moved = tuple(
            _merged((count, stride * strides[dim]) for dim, (count, stride) in axis)
            for place, axis in enumerate(left)
            if keep or place not in places
        )
        return gone, Layout(moved)

    def shuffled(self, shape: Shape) -> "tuple[int, Layout] | None":
        """In how many groups channels were shuffled, and the layout if they had not been.

        None if they were not shuffled, or in no such way.
        """
        apart = _strides(shape)[0]
        for place, axis in enumerate(self.axes):
            if len(axis) != 2:
                continue
            (size, stride), (groups, far) = axis
            if stride == apart and far == size * stride and size * groups == shape[0]:
                axes = [*self.axes[:place], ((shape[0], apart),), *self.axes[place + 1 :]]
                return groups, Layout(tuple(axes))
        return None

    def goes_along(self, place: int, shape: Shape) -> bool:
        """Whether the file's axis `place` is that of badak's channels, the first of `shape`."""
        channels = shape[0]
        return self.axes[place] == (((channels, _strides(shape)[0]),) if channels > 1 else ())


def _strides(shape: Shape) -> list[int]:
    return [math.prod(shape[dim + 1 :]) for dim in range(len(shape))]


def _merged(atoms: Iterable[Atom]) -> Axis:
    """The same steps, those joined that together are one."""
    merged: list[Atom] = []
    for size, stride in atoms:
        if merged and merged[-1][1] == size * stride:
            size *= merged.pop()[0]
        merged.append((size, stride))
    return tuple(merged)
