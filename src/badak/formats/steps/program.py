"""A network as a flat list of steps over numbered values: what the C and the page format write.

Blocks are unrolled, layers that compute nothing in prediction (Flatten, Dropout) leave no step, and
layers that are a kind of convolution become one: batch norm, subsampling, tables, widening.
Letters: C channels, H rows, W columns, F filters, KH x KW window.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from badak import layers as kinds
from badak.arrays import Shape
from badak.errors import BadakError
from badak.layers import Layer
from badak.network import Network
from badak.ops.window import Window


@dataclass(frozen=True)
class Step:
    """One operation.

    Attributes:
        op: conv, linear, max_pool, avg_pool, lrn, rbf, add, or an activation's name.
        name: of the layer it comes from, such as ``block1.conv2``.
        inputs: the numbers of the values it reads.
        output: the number of the value it writes.
        numbers: its geometry and constants by name.
        arrays: its weights by name, float32; whole numbers once quantised.
    """

    op: str
    name: str
    inputs: tuple[int, ...]
    output: int
    numbers: dict[str, float] = field(default_factory=dict)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


class Stage(NamedTuple):
    """A layer's output: the layer's name and kind, the value's number, and its shape there."""

    name: str
    kind: str
    value: int
    shape: Shape


@dataclass
class Program:
    """Steps in order; value 0 is the image.

    Attributes:
        shapes: of each value.
        steps: what computes the values.
        stages: every layer's output, in order.
        output: the number of the value that holds the logits.

    Example:
        >>> from badak.models import LeNet5
        >>> program = lowered(LeNet5(modern=False), "a test")
        >>> [step.op for step in program.steps][:4], program.shapes[program.output]
        (['conv', 'scaled_tanh', 'conv', 'scaled_tanh'], (10,))
    """

    shapes: list[Shape]
    steps: list[Step] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    output: int = 0

    def add(
        self,
        op: str,
        name: str,
        inputs: tuple[int, ...],
        shape: Shape,
        numbers: Mapping[str, float] | None = None,
        **arrays: NDArray[Any],
    ) -> int:
        """Append a step and return the number of the value it writes."""
        self.shapes.append(tuple(shape))
        output = len(self.shapes) - 1
        kept = {
            key: np.ascontiguousarray(a, np.float32 if a.dtype.kind == "f" else a.dtype)
            for key, a in arrays.items()
        }
        self.steps.append(Step(op, name, inputs, output, dict(numbers or {}), kept))
        return output

    def readers(self, value: int) -> list[Step]:
        """The steps that read a value."""
        return [step for step in self.steps if value in step.inputs]

    def weight_count(self) -> int:
        """How many numbers all steps hold."""
        return sum(array.size for step in self.steps for array in step.arrays.values())


def lowered(net: Network, what: str) -> Program:
    """Return the network's steps.

    Args:
        net: the network, as it predicts.
        what: the format, for the message.

    Raises:
        BadakError: layers that no step stands for; all are listed.
    """
    missing = list(_unknown("", net.layers))
    if missing:
        known = ", ".join(kind.__name__ for kind in STEPS)
        raise BadakError(f"{what} cannot hold {', '.join(missing)}; it knows {known}, Residual")
    program = Program([net.input_shape])
    program.output, _ = _path(program, "", net.layers, 0, net.input_shape)
    return program


def _unknown(prefix: str, path: Mapping[str, Layer]) -> Iterator[str]:
    """Name the layers that no step stands for."""
    for key, layer in path.items():
        name = prefix + key
        if isinstance(layer, kinds.Residual):
            for inner, layers in layer.paths:
                yield from _unknown(f"{name}.{inner}", layers)
        elif type(layer) not in STEPS:
            yield f"{type(layer).__name__} {name!r}"


def _path(
    program: Program, prefix: str, path: Mapping[str, Layer], value: int, shape: Shape
) -> tuple[int, Shape]:
    """Append the steps of layers in order; return the last one's value and shape."""
    for key, layer in path.items():
        name, before = prefix + key, shape
        shape = layer.output_shape(before)
        if isinstance(layer, kinds.Residual):
            ends = tuple(
                _path(program, f"{name}.{inner}", layers, value, before)[0]
                for inner, layers in layer.paths
            )
            value = program.add("add", name, ends, shape)
        else:
            value = STEPS[type(layer)](program, name, layer, value, before)
        program.stages.append(Stage(name, type(layer).__name__, value, shape))
    return value, shape


def _window(window: Window, shape: Shape) -> dict[str, float]:
    (top, bottom), (left, right) = window.sides(*shape[1:])
    names = ("kh", "kw", "sh", "sw", "dh", "dw", "top", "bottom", "left", "right")
    numbers = (*window.kernel, *window.stride, *window.dilation, top, bottom, left, right)
    return {**dict(zip(names, numbers, strict=True)), "ceil": int(window.ceil_mode)}


def _conv(program: Program, name: str, layer: Any, value: int, shape: Shape) -> int:
    table = isinstance(layer, kinds.TableConv2d)
    weight = layer.connected_weight() if table else layer.parameters["weight"]
    groups = getattr(layer, "groups", 1)
    numbers = {**_window(layer.window(shape), shape), "groups": groups}
    bias = layer.parameters.get("bias", np.zeros(len(weight)))
    return program.add(
        "conv", name, (value,), layer.output_shape(shape), numbers, weight=weight, bias=bias
    )


def _each_map(
    program: Program, name: str, layer: Any, value: int, shape: Shape, factor: Any, bias: Any
) -> int:
    """A convolution of each map by itself, all cells of its window times one factor."""
    window = layer.window(shape) or Window.of(1)
    weight = np.broadcast_to(np.reshape(factor, (-1, 1, 1, 1)), (len(factor), 1, *window.kernel))
    numbers = {**_window(window, shape), "groups": shape[0]}
    return program.add(
        "conv", name, (value,), layer.output_shape(shape), numbers, weight=weight, bias=bias
    )


def _batch_norm(program: Program, name: str, layer: Any, value: int, shape: Shape) -> int:
    arrays = {**layer.parameters, **layer.buffers}
    weight, bias, mean, var = (
        arrays[key].astype(np.float64) for key in ("weight", "bias", "running_mean", "running_var")
    )
    factor = weight / np.sqrt(var + layer.eps)
    return _each_map(program, name, layer, value, shape, factor, bias - mean * factor)


def _subsample(program: Program, name: str, layer: Any, value: int, shape: Shape) -> int:
    weight, bias = layer.parameters["weight"], layer.parameters["bias"]
    return _each_map(program, name, layer, value, shape, weight, bias)


def _widen(program: Program, name: str, layer: Any, value: int, shape: Shape) -> int:
    filters = layer.out_channels
    weight = np.eye(filters, shape[0])[:, :, None, None]  # (F, C, 1, 1): copies a map, or none
    numbers = {**_window(layer.window(shape), shape), "groups": 1}
    output = layer.output_shape(shape)
    return program.add(
        "conv", name, (value,), output, numbers, weight=weight, bias=np.zeros(filters)
    )


def _linear(program: Program, name: str, layer: Any, value: int, shape: Shape) -> int:
    weight = layer.parameters["weight"]
    bias = layer.parameters.get("bias", np.zeros(len(weight)))
    return program.add("linear", name, (value,), (len(weight),), weight=weight, bias=bias)


def _rbf(program: Program, name: str, layer: Any, value: int, shape: Shape) -> int:
    codes = layer.buffers["codes"]
    return program.add("rbf", name, (value,), (len(codes),), weight=codes)


def _max_pool(program: Program, name: str, layer: Any, value: int, shape: Shape) -> int:
    numbers = _window(layer.window(shape), shape)
    return program.add("max_pool", name, (value,), layer.output_shape(shape), numbers)


def _avg_pool(program: Program, name: str, layer: Any, value: int, shape: Shape) -> int:
    numbers = _window(layer.window(shape), shape)
    numbers["include_pad"] = int(getattr(layer, "count_include_pad", True))
    return program.add("avg_pool", name, (value,), layer.output_shape(shape), numbers)


def _pointwise(op: str, *fields: str) -> Callable[..., int]:
    """The step of a layer whose constructor's arguments are its only numbers."""

    def step(program: Program, name: str, layer: Any, value: int, shape: Shape) -> int:
        numbers = {key: float(getattr(layer, key)) for key in fields}
        return program.add(op, name, (value,), shape, numbers)

    return step


def _gelu(program: Program, name: str, layer: Any, value: int, shape: Shape) -> int:
    op = "gelu_tanh" if layer.approximate == "tanh" else "gelu"
    return program.add(op, name, (value,), shape)


def _same(program: Program, name: str, layer: Any, value: int, shape: Shape) -> int:
    return value


STEPS: dict[type[Layer], Callable[..., int]] = {
    kinds.Conv2d: _conv,
    kinds.TableConv2d: _conv,
    kinds.Widen2d: _widen,
    kinds.BatchNorm2d: _batch_norm,
    kinds.Subsample2d: _subsample,
    kinds.Linear: _linear,
    kinds.EuclideanRBF: _rbf,
    kinds.MaxPool2d: _max_pool,
    kinds.AvgPool2d: _avg_pool,
    kinds.GlobalAvgPool2d: _avg_pool,
    kinds.LocalResponseNorm: _pointwise("lrn", "size", "alpha", "beta", "k"),
    kinds.ReLU: _pointwise("relu"),
    kinds.LeakyReLU: _pointwise("leaky_relu", "negative_slope"),
    kinds.Sigmoid: _pointwise("sigmoid"),
    kinds.Tanh: _pointwise("tanh"),
    kinds.ScaledTanh: _pointwise("scaled_tanh", "amplitude", "slope"),
    kinds.ELU: _pointwise("elu", "alpha"),
    kinds.GELU: _gelu,
    kinds.Dropout: _same,
    kinds.Flatten: _same,
}
