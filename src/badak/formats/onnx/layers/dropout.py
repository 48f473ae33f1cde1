"""Dropout, both ways: prediction skips it, training uses it."""

from badak.arrays import Shape
from badak.errors import FormatError
from badak.formats.onnx.call import Call
from badak.formats.onnx.value import Loaded, Value
from badak.formats.onnx.writer import GraphWriter
from badak.layers import Dropout


def write_dropout(graph: GraphWriter, name: str, layer: Dropout, x: str, shape: Shape) -> str:
    """Prediction skips it; the ratio, which must be below 1, is for further training."""
    ratio = graph.array(f"{name}.ratio", min(layer.p, 1 - 2**-24))
    return graph.add("Dropout", [x, ratio], name)


def read_dropout(call: Call) -> Value:
    """Dropout, for further training."""
    x = call.value()
    ratio = call.scalar(1) if call.at(1) is not None else call.real("ratio", 0.5)
    call.integer("seed", 0)
    if call.at(2) is not None and call.array(2).any():
        raise FormatError("its training_mode must be false: prediction drops nothing")
    return call.gives(x, Loaded(Dropout(ratio)))


WRITERS = {Dropout: write_dropout}
READERS = {"Dropout": read_dropout}
