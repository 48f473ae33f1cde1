"""A graph of values as layers: a chain, in which paths that split and join again are blocks.

Two paths that are added are a Residual, paths that are multiplied a Product, and paths put side by
side a Concat. The paths of a join split at their nearest common ancestor: the last value that
everything after it, up to the join, is computed from (compilers call it the immediate dominator).
Some paths may split later than others: Concat(a(x), b(m(x)), c(m(x))) is Concat(a, [m, Concat(b,
c)]).
"""

from collections.abc import Mapping, Sequence
from functools import reduce

from badak.arrays import Array
from badak.errors import FormatError
from badak.formats.onnx.value import Loaded, Value
from badak.layers import Concat, Product, Residual
from badak.layers.block import DEEPEST

BRANCHED = {"Concat": Concat, "Mul": Product}


class Chain:
    """The values of a graph, in an order in which they can be computed; the first is the input."""

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

    def _common(self, first: str, second: str) -> str:
        """The nearest ancestor of both."""
        while first != second:
            if self._depth[first] < self._depth[second]:
                first, second = second, first
            first = self._parent[first]
        return first

    def layers(self, end: str, start: str, level: int = 0) -> list[Loaded]:
        """The layers that make the value `end` from the value `start`, in order."""
        if level > DEEPEST:
            raise FormatError(f"its paths are nested more than {DEEPEST} deep")
        backwards: list[Loaded] = []
        name = end
        while name != start:
            value = self._values[name]
            if name in self._taken:
                raise FormatError(
                    f"its paths share the value {name!r}: badak supports paths that split at one "
                    "value and join at another"
                )
            self._taken.add(name)
            if value.joins:
                fork = self._parent[name]
                backwards.append(self._join(value, value.sources, fork, level))
                name = fork
            else:
                backwards += reversed(value.layers)
                (name,) = value.sources
        return backwards[::-1]

    def _join(self, value: Value, sources: Sequence[str], fork: str, level: int) -> Loaded:
        """The block of the paths from `fork` that end in `sources`.

        Neighbours that split only after `fork` are a block of their own, in one path.
        """
        groups: list[tuple[str, list[str]]] = []  # where each splits, and its ends
        for source in sources:
            parts = self._common(groups[-1][0], source) if groups else fork
            if parts == fork:
                groups.append((source, [source]))
            else:
                groups[-1] = parts, [*groups[-1][1], source]
        paths = []
        for parts, ends in groups:
            path = self.layers(parts, fork, level + 1)
            if len(ends) > 1:
                path.append(self._join(value, ends, parts, level + 1))
            paths.append(path)
        return _block(value, paths)


def _block(value: Value, paths: list[list[Loaded]]) -> Loaded:
    """One layer for paths that join."""
    if value.joins in BRANCHED:
        layer = BRANCHED[value.joins]([[step.layer for step in path] for path in paths])
        return Loaded(layer, _arrays(paths))
    (block,) = reduce(lambda sums, path: [_sum(value, sums, path)], paths[1:], paths[0])
    return block


def _sum(value: Value, *paths: list[Loaded]) -> Loaded:
    """Two paths added; the longer one counts as the layers, the other as the way around them."""
    main, around = sorted(paths, key=lambda path: -sum(len(step.arrays) for step in path))
    if not main:
        raise FormatError(f"it adds a value to itself to make {value.name!r}, which no layer does")
    layer = Residual([step.layer for step in main], [step.layer for step in around])
    return Loaded(layer, _arrays([main, around]))


def _arrays(paths: list[list[Loaded]]) -> tuple[dict[str, Array], ...]:
    return tuple(arrays for path in paths for step in path for arrays in step.arrays)
