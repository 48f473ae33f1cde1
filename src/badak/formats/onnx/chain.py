"""A graph of values as steps: a chain, in which paths that split and join again are one step.

The paths of a join split at their nearest common ancestor: the last value that everything after
it, up to the join, is computed from (compilers call it the immediate dominator). Some paths may
split later than others: Concat(a(x), b(m(x)), c(m(x))) is Concat(a, [m, Concat(b, c)]).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from badak.errors import FormatError
from badak.formats.onnx.value import Loaded, Value
from badak.layers.block import DEEPEST


@dataclass(frozen=True)
class Join:
    """Paths that join.

    Attributes:
        kind: the operator that joins them.
        paths: the steps of each.
        node: what the file calls the node that joins them.
    """

    kind: str
    paths: "tuple[list[Step], ...]"
    node: str


Step = Loaded | Join


class Chain:
    """The values of a graph, in an order in which they can be computed; the first is the input."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = _nested(values)
        self._taken: set[str] = set()
        self._parent: dict[str, str] = {}
        self._depth: dict[str, int] = {}
        for name, value in self._values.items():
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

    def steps(self, end: str, start: str, level: int = 0) -> list[Step]:
        """The steps that make the value `end` from the value `start`, in order.

        Raises:
            FormatError: paths that share a part, or are nested too deep.
        """
        if level > 4 * DEEPEST:
            raise FormatError(f"its paths are nested more than {4 * DEEPEST} deep")
        backwards: list[Step] = []
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

    def _join(self, value: Value, sources: Sequence[str], fork: str, level: int) -> Join:
        """The paths from `fork` that end in `sources`.

        Neighbours that split only after `fork` are a join of their own, in one path.
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
            path = self.steps(parts, fork, level + 1)
            if len(ends) > 1:
                path.append(self._join(value, ends, parts, level + 1))
            paths.append(path)
        return Join(value.joins, tuple(paths), value.node)


def _nested(values: Mapping[str, Value]) -> dict[str, Value]:
    """The values, of which a longer Concat takes a shorter one that it begins with.

    DenseNet puts together a list that grows: [a], [a, b], [a, b, c].
    """
    nested: dict[str, Value] = {}
    lists: dict[tuple[str, ...], str] = {}
    for name, value in values.items():
        if value.joins == "Concat":
            sources = value.sources
            lists.setdefault(sources, name)
            for count in range(len(sources) - 1, 1, -1):
                whole = lists.get(sources[:count])
                if whole:
                    value = replace(value, sources=(whole, *sources[count:]))
                    break
        nested[name] = value
    return nested
