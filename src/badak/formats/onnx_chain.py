"""A graph of values as layers: a chain, in which paths that part and join again are blocks.

Two paths that are added are a Residual, and paths put side by side a Concat. Where the paths of a
join part is its nearest common ancestor: the last value that everything behind it, up to the join,
is made from (in the words of compilers, its immediate dominator).
"""

from collections.abc import Mapping
from functools import reduce

from badak.arrays import Array
from badak.errors import FormatError
from badak.formats.onnx_call import Made, Value
from badak.layers import Concat, Residual
from badak.layers.block import DEEPEST


class Chain:
    """The values of a graph, in an order in which they can be made; the first is the input."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values
        self._taken: set[str] = set()
        self._parent: dict[str, str] = {}
        self._depth: dict[str, int] = {}
        for name, value in values.items():
            if not value.sources:
                self._parent[name], self._depth[name] = name, 0
                continue
            parent = reduce(self._common, value.sources)
            self._parent[name], self._depth[name] = parent, self._depth[parent] + 1

    def _common(self, one: str, other: str) -> str:
        """The nearest ancestor of both."""
        while one != other:
            if self._depth[one] < self._depth[other]:
                one, other = other, one
            one = self._parent[one]
        return one

    def layers(self, end: str, start: str, level: int = 0) -> list[Made]:
        """The layers that make the value `end` from the value `start`, in order.

        Raises:
            FormatError: paths that share a part, or are nested too deep, or add a value to itself.
        """
        if level > DEEPEST:
            raise FormatError(f"its paths part within paths more than {DEEPEST} deep")
        backwards: list[Made] = []
        name = end
        while name != start:
            value = self._values[name]
            if name in self._taken:
                raise FormatError(
                    f"its paths share the value {name!r}: badak reads chains, in which paths part "
                    "at one value and join at another"
                )
            self._taken.add(name)
            if value.joins:
                fork = self._parent[name]
                paths = [self.layers(source, fork, level + 1) for source in value.sources]
                backwards.append(_block(value, paths))
                name = fork
            else:
                backwards += reversed(value.made)
                (name,) = value.sources
        return backwards[::-1]


def _block(value: Value, paths: list[list[Made]]) -> Made:
    """One layer for paths that join."""
    if value.joins == "Concat":
        layer = Concat([[made.layer for made in path] for path in paths])
        return Made(layer, _arrays(paths))
    (block,) = reduce(lambda sums, path: [_sum(value, sums, path)], paths[1:], paths[0])
    return block


def _sum(value: Value, *paths: list[Made]) -> Made:
    """Two paths added; the longer one counts as the layers, the other as the way around them."""
    main, around = sorted(paths, key=lambda path: -sum(len(made.arrays) for made in path))
    if not main:
        raise FormatError(f"it adds a value to itself to make {value.name!r}, which no layer does")
    layer = Residual([made.layer for made in main], [made.layer for made in around])
    return Made(layer, _arrays([main, around]))


def _arrays(paths: list[list[Made]]) -> tuple[dict[str, Array], ...]:
    return tuple(arrays for path in paths for made in path for arrays in made.arrays)
