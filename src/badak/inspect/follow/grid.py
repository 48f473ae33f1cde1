"""Grid: some of a layer's numbers, those where certain channels, rows and columns cross."""

from typing import NamedTuple

import numpy as np

from badak.arrays import Array, Indices, Mask, Shape

# [first, stop) of each axis; it may reach beyond the maps, into padding.
Box = tuple[tuple[int, int], ...]


class Grid(NamedTuple):
    """Places of maps (C, H, W), or of a flat layer's (D,) numbers.

    Attributes:
        axes: channels, rows and columns, or units; rows and columns that lie off the map are
            padding.
        kernel: which row and column of a window's kernel lies on each row and column, if there is
            a window.
    """

    axes: tuple[Indices, ...]
    kernel: tuple[Indices, Indices] | None = None

    @classmethod
    def at(cls, index: Shape) -> "Grid":
        """One place.

        Example:
            >>> Grid.at((3, 0, 5)).shape
            (1, 1, 1)
        """
        return cls(tuple(np.array([place]) for place in index))

    @classmethod
    def whole(cls, shape: Shape) -> "Grid":
        """All places of an output of this shape."""
        return cls(tuple(np.arange(size) for size in shape))

    @property
    def shape(self) -> Shape:
        """How many channels, rows and columns, or units."""
        return tuple(len(axis) for axis in self.axes)

    def inside(self, shape: Shape) -> Mask:
        """Which places lie on maps of this shape."""
        inside = np.ones(self.shape, np.bool_)
        for number, (axis, size) in enumerate(zip(self.axes, shape, strict=True)):
            along = [-1 if each == number else 1 for each in range(len(shape))]
            inside &= ((axis >= 0) & (axis < size)).reshape(along)
        return inside

    def of(self, maps: Array) -> Array:
        """The numbers there, 0 off the map.

        Example:
            >>> Grid((np.array([0]), np.array([-1, 0]), np.array([1]))).of(np.ones((1, 2, 2)))
            array([[[0.],
                    [1.]]])
        """
        near = [axis.clip(0, size - 1) for axis, size in zip(self.axes, maps.shape, strict=True)]
        return np.where(self.inside(maps.shape), maps[np.ix_(*near)], maps.dtype.type(0))

    def place(self, index: Shape) -> Shape | None:
        """Where in the grid a place of the layer lies, or None."""
        found = [
            np.flatnonzero(axis == place) for axis, place in zip(self.axes, index, strict=True)
        ]
        return tuple(int(each[0]) for each in found) if all(map(len, found)) else None


def whole(shape: Shape) -> Box:
    """The box of all places."""
    return tuple((0, size) for size in shape)


def around(*boxes: Box) -> Box:
    """The smallest box that holds all of them.

    Example:
        >>> around(((0, 1), (2, 4)), ((0, 1), (-1, 3)))
        ((0, 1), (-1, 4))
    """
    return tuple(
        (min(first for first, _ in axis), max(stop for _, stop in axis))
        for axis in zip(*boxes, strict=True)
    )
