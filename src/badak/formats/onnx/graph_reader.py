"""The nodes of a graph, read one after the other: what each gives, as layers after a value."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from numpy.typing import NDArray

from badak.arrays import Shape
from badak.errors import BadakError, FormatError
from badak.formats.onnx.call import Call
from badak.formats.onnx.constants import FOLDED, Folder
from badak.formats.onnx.file import Graph
from badak.formats.onnx.layers import READERS
from badak.formats.onnx.layout import Layout
from badak.formats.onnx.own import check_output
from badak.formats.onnx.value import CHANNELS_LAST, Value

KNOWN = READERS.keys() | FOLDED.keys()
MOST_NAMED = 20  # faults that a message lists


class Images(NamedTuple):
    """The one input: how many images the file declares, None if any number, and their sizes.

    Attributes:
        name: of the input.
        batch: how many images.
        shapes: (C, H, W) if the file has the channels first, and if it has them last; None if it
            cannot.
    """

    name: str
    batch: int | None
    shapes: tuple[Shape | None, Shape | None]


@dataclass
class Reading:
    """What the nodes of a graph give.

    Attributes:
        start: the images.
        values: by name, in order; without those that could not be read.
        faults: what could not be read, and why.
        complete: whether everything was read.
    """

    start: Value
    values: dict[str, Value]
    faults: list[str]
    complete: bool = True

    @property
    def moved(self) -> bool:
        """Whether maps have their channels first somewhere."""
        return any(
            len(x.shape) == 3 and x.layout == Layout.of(x.shape) for x in self.values.values()
        )


def read_graph(graph: Graph, images: Images) -> Reading:
    """The images and every value, with the images' channels first or, if that cannot be, last.

    A file does not say which axis has the channels. They are last if it moves them to the front.

    Raises:
        FormatError: nodes that no layers fit, all of them listed.
    """
    first, last = images.shapes
    faults: list[str] = []
    if first:
        reading = _read(graph, images, Value(images.name, first, Layout.of(first)))
        faults = reading.faults
        if reading.complete:
            return reading
    if last:
        layout = Layout.of(last).transposed(CHANNELS_LAST)
        reading = _read(graph, images, Value(images.name, last, layout))
        if reading.moved or not first:
            faults = reading.faults
            if reading.complete:
                return reading
    raise FormatError(_unread(graph, faults))


def _unread(graph: Graph, faults: list[str]) -> str:
    """All that could not be read: the operators that no layer does, then what else."""
    missing = Counter(node.op for node in graph.nodes if node.op not in KNOWN)
    words = []
    if missing:
        listed = ", ".join(f"{op} ({count})" for op, count in sorted(missing.items()))
        nodes = [str(node) for node in graph.nodes if node.op in missing]
        words = [f"badak has no layers for these operators: {listed}, at {_first(nodes, ', ')}"]
    if faults:
        words.append(_first(faults, "; "))
    return "; ".join(words)


def _first(words: list[str], between: str) -> str:
    more = len(words) - MOST_NAMED
    return between.join([*words[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])


def _read(graph: Graph, images: Images, start: Value) -> Reading:
    """What every node gives, in order; constants are worked out on the way."""
    uses = Counter(name for node in graph.nodes for name in node.inputs)
    uses.update(graph.outputs)
    names = {start.name, *(name for node in graph.nodes for name in node.outputs)}
    known: dict[str, Any] = {**graph.arrays, start.name: replace(start, uses=uses[start.name])}
    reading = Reading(start, {start.name: known[start.name]}, [])
    folder = Folder(sum(array.size for array in graph.arrays.values()))
    for node in graph.nodes:
        if node.op not in KNOWN or any(name and name not in known for name in node.inputs):
            reading.complete = False
            continue  # what it takes could not be read
        node = replace(node)  # no attribute of it has been read yet
        call = Call(node, [known[name] if name else None for name in node.inputs], images.batch)
        try:
            results = _outputs(call, folder)
            for name, result in zip(node.outputs, results, strict=False):
                if isinstance(result, Value):
                    result = replace(result, name=name, uses=uses[name])
                known[name] = result
            for name in node.outputs[len(results) :]:
                if uses[name]:
                    raise FormatError(f"it gives {name!r} besides, which no layer does")
            values = [known[name] for name in node.outputs if isinstance(known.get(name), Value)]
            for value in (*call.before, *values):
                check_output(value.shape)
                if value.name in names and value.name not in node.outputs:
                    raise FormatError(f"it has two values of the name {value.name!r}")
                reading.values[value.name] = value
            node.check_all_read()
        except BadakError as fault:
            reading.faults.append(f"{node}: {fault}")
            reading.complete = False
            for name in node.outputs:
                known.pop(name, None)
    return reading


def _outputs(call: Call, folder: Folder) -> "tuple[Value | NDArray[Any], ...]":
    """By the table of layers, or as constants if nothing else comes in."""
    op = call.node.op
    if op in FOLDED and not any(isinstance(x, Value) for x in call.inputs):
        return folder.fold(call.node, call.inputs)
    if op not in READERS:
        raise FormatError("it must take constants alone")
    result = READERS[op](call)
    return result if isinstance(result, tuple) else (result,)
