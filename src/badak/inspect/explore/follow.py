"""What the view Follow a number asks: what a number sees, its steps, its gradient's way back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from numpy.typing import NDArray

from badak import checks
from badak.inspect.explore.subject import Answer, Subject
from badak.inspect.follow.boxes import receptive_boxes
from badak.inspect.follow.columns import explain_columns
from badak.inspect.follow.explain import Read, Worked, explain_number
from badak.inspect.follow.gradient import GradientShare, explain_gradient
from badak.inspect.follow.grid import Grid
from badak.inspect.follow.softmax import explain_softmax
from badak.inspect.follow.targets import Of, backward
from badak.inspect.follow.weight import explain_weight_gradient
from badak.layers.walk import INPUT, walk

Arrays = dict[str, NDArray[Any]]


def boxes(subject: Subject, *, layer: str, index: list[int]) -> Answer:
    """Return what a number sees in every layer before it; see `receptive_boxes`."""
    net = subject.net
    shapes = {INPUT: net.input_shape}
    shapes |= {visit.name: visit.output for visit in walk(net.layers, net.input_shape)}
    seen = receptive_boxes(net, layer, index)
    return Answer(
        {
            "boxes": [
                {"layer": name, "box": box, "shape": shapes[name]} for name, box in seen.items()
            ]
        }
    )


def explain(subject: Subject, *, layer: str, index: list[int]) -> Answer:
    """Return how one number is computed; see `explain_number`."""
    number = explain_number(subject.net, subject.image, layer, index)
    facts = _named(number, "layer", "kind", "index", "how", "total", "bias", "winner")
    alone = [read for read in number.reads if read.index is not None]
    facts |= _worked(number) | {"reads": [asdict(read) for read in number.reads]}
    source = alone[0] if len(alone) == 1 else Read("")
    facts |= {"source": source.index, "origin": source.layer if source.index else None}
    arrays = _named(number, "inputs", "inside", "weights", "products")
    return Answer(facts, _there(_grid(number.grid) | arrays))


def columns(subject: Subject, *, layer: str, index: list[int]) -> Answer:
    """Return the same number as im2col and a matrix product compute it; see `explain_columns`."""
    step = explain_columns(subject.net, subject.image, layer, index)
    facts = _named(step, "layer", "index", "value", "total", "bias", "group", "row", "column")
    facts |= _named(step, "places", "first_row", "first_column")
    facts |= {"matrix": step.matrix_shape, "filters": step.filters_shape}
    arrays = _named(step, "patch", "filter", "products", "pixels", "matrix", "filters", "product")
    return Answer(facts, arrays)


def softmax(subject: Subject, *, label: int) -> Answer:
    """Return how the logits become a class's probability; see `explain_softmax`."""
    end = explain_softmax(subject.net, subject.image, label)
    facts = _worked(end) | _named(end, "label", "largest", "total", "loss")
    return Answer(facts, _named(end, "logits", "exponentials", "probabilities"))


def gradients(
    subject: Subject, *, label: int, of: Of = "logit", layers: list[str] | None = None
) -> Answer:
    """Return the gradient of every layer's output, or of some; see `gradient_maps`."""
    seen = backward(subject.net, subject.image, label, of)
    names = [INPUT, *(step.name for step in seen.steps)] if layers is None else layers
    for name in names:
        checks.choice(name, "layer", seen.gradients)
    facts = {"label": label, "of": of, "value": seen.value}
    return Answer(facts, {name: seen.gradients[name] for name in names})


def back(subject: Subject, *, layer: str, index: list[int], label: int, of: Of = "logit") -> Answer:
    """Return one number's gradient as the sum of what comes back to it; see `explain_gradient`."""
    number = explain_gradient(subject.net, subject.image, layer, index, label, of)
    facts = _named(number, "layer", "index", "value", "gradient") | {"label": label, "of": of}
    facts["readers"] = [
        _worked(share) | _named(share, "layer", "kind", "how") | {"gradient": share.value}
        for share in number.readers
    ]
    arrays: Arrays = {}
    for count, share in enumerate(number.readers):
        arrays |= {f"{count}.{name}": array for name, array in _share(share).items()}
    return Answer(facts, arrays)


def weight_back(
    subject: Subject, *, parameter: str, index: list[int], label: int, of: Of = "loss"
) -> Answer:
    """Return a cell of a weight's gradient as a sum; see `explain_weight_gradient`."""
    cell = explain_weight_gradient(subject.net, subject.image, parameter, index, label, of)
    facts = _named(cell, "parameter", "index", "layer", "kind", "value", "gradient", "how")
    facts |= _named(cell, "channel", "filter") | {"label": label, "of": of}
    arrays = _named(cell, "inputs", "gradients", "products")
    return Answer(facts, _there(arrays | {"input_rows": cell.rows, "input_columns": cell.columns}))


def _share(share: GradientShare) -> Arrays:
    arrays = _grid(share.grid) | _named(share, "weights", "gradients", "products", "overlaps")
    return _there(arrays | _named(share, "matrix_rows", "matrix_columns"))


def _grid(grid: Grid | None) -> dict[str, Any]:
    if grid is None:
        return {}
    names = ("channels", "rows", "columns") if len(grid.axes) == 3 else ("units",)
    arrays = dict(zip(names, grid.axes, strict=True))
    kernel = ("kernel_rows", "kernel_columns")
    return arrays | dict(zip(kernel, grid.kernel or (), strict=False))


def _worked(result: Worked) -> dict[str, Any]:
    return _named(result, "formula", "worked", "numbers", "value")


def _named(result: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(result, name) for name in names}


def _there(arrays: Mapping[str, Any]) -> Arrays:
    return {name: array for name, array in arrays.items() if array is not None}
