"""A graph of values as steps, one after the other; paths that split and join again are one step.

Series-parallel reduction: a value that one other takes becomes a part of it, and a join whose paths
all begin at one value a single step from there. What is left are values that cannot be so
combined; those between two values that everything passes are one step too, a `Web`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce

from badak.errors import FormatError
from badak.formats.onnx.value import Loaded, Value


@dataclass(frozen=True)
class Join:
    """Paths that join.

    Attributes:
        kind: the operator that joins them.
        paths: the steps of each.
        node: what the file calls the node that joins them.
        depth: how deep joins are nested here, 1 if this is the only one.
    """

    kind: str
    paths: "tuple[list[Step], ...]"
    node: str
    depth: int = 1


@dataclass(frozen=True)
class Strand:
    """One value of a web: the steps from the one value that it reads, or a join of several."""

    name: str
    reads: tuple[str, ...]
    steps: "tuple[Step, ...]"


@dataclass(frozen=True)
class Web:
    """Values of which some are taken several times, in an order in which they can be computed.

    Attributes:
        start: name of the one value that they begin with.
        strands: the values; a join of several is one step, a Join with empty paths.
        node: what the file calls the last node.
    """

    start: str
    strands: tuple[Strand, ...]
    node: str


Step = Loaded | Join | Web
DEEPEST = 32  # more than layers have, for some of these become one layer


def steps_between(values: Mapping[str, Value], start: str, end: str) -> list[Step]:
    """The steps that make the value `end` from the value `start`, in order.

    Args:
        values: in an order in which they can be computed.
        start: the value that takes nothing.
        end: what is wanted.
    """
    strands = _reduced(_needed(_nested(values), end))
    parent, depth = {start: start}, {start: 0}

    def common(first: str, second: str) -> str:
        """The nearest value that both are computed from, whatever way."""
        while first != second:
            if depth[first] < depth[second]:
                first, second = second, first
            first = parent[first]
        return first

    for name, strand in strands.items():
        parent[name] = reduce(common, strand.reads)
        depth[name] = depth[parent[name]] + 1
    cuts = [end]
    while cuts[-1] != start:
        cuts.append(parent[cuts[-1]])
    order = list(strands)
    steps: list[Step] = []
    for before, after in zip(cuts[:0:-1], cuts[-2::-1], strict=True):
        first = order.index(before) + 1 if before in strands else 0
        part = tuple(strands[name] for name in order[first : order.index(after) + 1])
        if len(part) == 1 and len(part[0].reads) == 1:
            steps += part[0].steps
        else:
            steps.append(Web(before, part, part[-1].steps[-1].node))
    return steps


def _needed(values: Mapping[str, Value], end: str) -> dict[str, Value]:
    """The values that `end` is computed from, and itself."""
    needed = {end}
    for name in reversed(list(values)):
        if name in needed:
            needed.update(values[name].sources)
    return {name: value for name, value in values.items() if name in needed}


def _reduced(values: Mapping[str, Value]) -> dict[str, Strand]:
    """What is left of values after each that can be has become a part of another."""
    uses = Counter(source for value in values.values() for source in value.sources)
    strands: dict[str, Strand] = {}

    def follow(path: Strand) -> Strand:
        """The path, begun earlier where nothing else takes the value that it begins with."""
        while len(path.reads) == 1 and uses[path.reads[0]] == 1 and path.reads[0] in strands:
            before = strands[path.reads[0]]
            if len(before.reads) > 1:
                break
            del strands[before.name]
            path = replace(path, reads=before.reads, steps=before.steps + path.steps)
        return path

    for name, value in values.items():
        if not value.sources:
            continue
        if not value.joins:
            strands[name] = follow(Strand(name, value.sources, value.layers))
            continue
        paths = [follow(Strand(name, (source,), ())) for source in value.sources]
        while len(paths) > 1:
            same = _neighbours(paths)
            if same is None:
                break
            first, last = same
            group = paths[first:last]
            (read,) = group[0].reads
            uses[read] -= len(group) - 1
            join = _join(value, group)
            paths[first:last] = [follow(Strand(name, (read,), (join,)))]
        if len(paths) == 1:
            strands[name] = paths[0]
            continue
        ends = []
        for number, path in enumerate(paths):
            (end,) = path.reads
            if path.steps:
                end, read = _another(f"{name} path {number}", values), end
                strands[end] = Strand(end, (read,), path.steps)
                uses[end] += 1
            ends.append(end)
        join = Join(value.joins, tuple([] for _ in ends), value.node)
        strands[name] = Strand(name, tuple(ends), (join,))
    return strands


def _join(value: Value, group: list[Strand]) -> Join:
    """Paths that begin at one value, as one step."""
    inside = [step.depth for path in group for step in path.steps if isinstance(step, Join)]
    depth = 1 + max(inside, default=0)
    if depth > DEEPEST:
        raise FormatError(f"{value.node}: its paths are nested more than {DEEPEST} deep")
    return Join(value.joins, tuple(list(path.steps) for path in group), value.node, depth)


def _another(name: str, values: Mapping[str, Value]) -> str:
    """A name like this one that no value has."""
    while name in values:
        name += "'"
    return name


def _neighbours(paths: list[Strand]) -> tuple[int, int] | None:
    """The borders of the first neighbours that begin at one value, the latest there is."""
    for first in range(len(paths) - 1):
        last = first + 1
        while last < len(paths) and paths[last].reads == paths[first].reads:
            last += 1
        if last - first > 1:
            return first, last
    return None


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
