"""precision: what a network loses when every operation's result is kept in few bits."""

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from badak import checks, terminal
from badak.arrays import Array, Images, InBlocks, Labels, as_images, as_labels, check_shape
from badak.errors import ArgumentTypeError, BadakError
from badak.inspect.checks.rounding import int8_scale, round_bfloat16, round_float16, round_int8
from badak.layers import (
    BatchNorm1d,
    BatchNorm2d,
    Block,
    Conv2d,
    Dropout,
    Flatten,
    FrozenBatchNorm2d,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
)
from badak.layers.walk import Visit, run, walk
from badak.network import LabelledImages, Network

if TYPE_CHECKING:
    from rich.console import Group

DTYPES = ("float32", "float16", "bfloat16", "int8")
BATCH = 256
# They only choose among the numbers they get, and those are rounded already.
CHOOSING = (ReLU, MaxPool2d, Flatten, Dropout)

# (name of what is rounded, its values) -> the rounded values
Keep = Callable[[str, Array], Array]


@dataclass(frozen=True)
class LayerError:
    """How far one layer's output is off.

    Attributes:
        name: of the layer.
        kind: its class.
        error: root of the mean square of the error, as a share of the output's own, over all data;
            infinite if an output is.
    """

    name: str
    kind: str
    error: float


@dataclass(frozen=True)
class Precision:
    """The result of `precision`; ``str()`` draws the table.

    Attributes:
        dtype: one of `DTYPES`.
        accuracy: share of images classified rightly.
        accuracy64: the same in float64 throughout.
        layers: each layer's error, with what it inherits from those before.
        scales: of int8: what is rounded -> the step between its values; else empty.
    """

    dtype: str
    accuracy: float
    accuracy64: float
    layers: tuple[LayerError, ...]
    scales: dict[str, float]

    def __rich__(self) -> "Group":
        return terminal.table(
            f"{self.dtype} after every operation: accuracy {self.accuracy:.2%}; "
            f"in float64 {self.accuracy64:.2%}",
            ["Layer", "Kind", "Error"],
            [[layer.name, layer.kind, f"{layer.error:.1e}"] for layer in self.layers],
            numbers=["Error"],
        )

    def __str__(self) -> str:
        return terminal.render(self)


def precision(net: Network, data: LabelledImages, dtype: str) -> Precision:
    """Run a network with every operation's result rounded, and compare with float64.

    Rounded are the images, the parameters and what comes of each operation: the products of a
    convolution or linear layer are summed in float32, as processors with half-precision units sum
    them, and rounded; the bias is added, and the sum rounded again. Batch norm is one
    multiplication and one addition, and so is a block's sum. Any other layer that computes is one
    operation.

    int8 is symmetric and has one scale per tensor: -127..127 spread over the largest size that the
    tensor reaches on this data, in float32. What lies beyond a dtype's range becomes infinite in
    float16; an image with an output that is not a number counts as classified wrongly.

    Args:
        net: the network, of float32 or float64; it stays as it is.
        data: images and labels, such as a `badak.data.Dataset`.
        dtype: "float32", "float16", "bfloat16" or "int8".

    Raises:
        ArgumentTypeError: no network, or data without images and labels.
        BadakError: another dtype, no images, or data that do not fit.

    Example:
        >>> from badak import data, models
        >>> _, test = data.load("digits")
        >>> net = models.SimpleConvNet(weight_init="he")
        >>> result = {dtype: precision(net, test[:20], dtype) for dtype in ("float16", "bfloat16")}
        >>> result["float16"].layers[-1].error < result["bfloat16"].layers[-1].error < 0.1
        True
    """
    checks.choice(dtype, "dtype", DTYPES)
    if not isinstance(net, Network):
        raise ArgumentTypeError(f"net must be a Network; got {type(net).__name__}")
    if not hasattr(data, "images") or not hasattr(data, "labels"):
        raise ArgumentTypeError(f"data must have images and labels; got {type(data).__name__}")
    images: Images | InBlocks
    if isinstance(data.images, InBlocks):
        check_shape(data.images, "images", (None, *net.input_shape))
        images = data.images
    else:
        images = as_images(data.images, net.input_shape, np.float32)
    labels = as_labels(data.labels, len(images), net.num_classes)
    if not len(images):
        raise BadakError("precision needs at least one image; the data set is empty")
    exact, rounded = net.astype(np.float64), net.astype(np.float32)
    scales: dict[str, float] = {}
    if dtype == "int8":
        scales = _scales(rounded, images)
    keeps: dict[str, Keep] = {
        "float32": lambda _, x: x,
        "float16": lambda _, x: round_float16(x),
        "bfloat16": lambda _, x: round_bfloat16(x),
        "int8": lambda name, x: round_int8(x, scales[name]),
    }
    keep = keeps[dtype]
    visits = list(walk(net.layers, net.input_shape))
    squares = {visit.name: np.zeros(2) for visit in visits}  # of the errors, of the outputs
    right = right64 = 0
    for start in range(0, len(images), BATCH):
        batch, known = images[start : start + BATCH], labels[start : start + BATCH]
        with np.errstate(all="ignore"):  # what is not finite is counted
            both = zip(
                _run(rounded, batch, keep), run(exact.layers, batch.astype(np.float64)), strict=True
            )
            for visit, visit64 in both:
                x, y = visit.output, visit64.output
                squares[visit.name] += np.square(x - y).sum(), np.square(y).sum()
            right += _right(x, known)
            right64 += _right(y, known)
    layers = tuple(
        LayerError(visit.name, type(visit.layer).__name__, _share(*squares[visit.name]))
        for visit in visits
    )
    return Precision(dtype, right / len(images), right64 / len(images), layers, scales)


def _scales(net: Network, images: Images | InBlocks) -> dict[str, float]:
    """The scale of each thing that is rounded, from the largest size it reaches in float32."""
    largest: dict[str, float] = {}

    def note(name: str, x: Array) -> Array:
        largest[name] = max(largest.get(name, 0.0), float(np.abs(x).max(initial=0.0)))
        return x

    for start in range(0, len(images), BATCH):
        for _ in _run(net, images[start : start + BATCH], note):
            pass
    return {name: int8_scale(np.array(size)) for name, size in largest.items()}


def _run(net: Network, images: Images, keep: Keep) -> Iterator[Visit[Array]]:
    """A network's prediction, layer by layer, with each operation's result handed to `keep`."""
    return run(net.layers, keep("images", images), partial(_output, keep))


def _output(keep: Keep, name: str, layer: Layer, values: list[Array]) -> Array:
    """A layer's prediction, one operation after the other."""
    if isinstance(layer, Block):
        return keep(f"{name} sums", layer.join(values)[0])
    (x,) = values
    if isinstance(layer, CHOOSING):
        return layer.forward(x, False)[0]
    if isinstance(layer, (Conv2d, Linear)):
        weight = keep(f"{name}.weight", layer.parameters["weight"])
        bare: Layer = type(layer)(**layer.config() | {"bias": False})
        bare.parameters = {"weight": weight}
        y = keep(f"{name} products", bare.forward(x, False)[0])
        if not layer.bias:
            return y
        bias = keep(f"{name}.bias", layer.parameters["bias"])
    elif isinstance(layer, (BatchNorm2d, BatchNorm1d, FrozenBatchNorm2d)):
        arrays = layer.parameters | layer.buffers
        gain = arrays["weight"] / np.sqrt(arrays["running_var"] + layer.eps)
        bias = arrays["bias"] - arrays["running_mean"] * gain
        gain, bias = keep(f"{name}.gain", gain), keep(f"{name}.offset", bias)
        y = keep(f"{name} products", x * _spread(gain, x))
    else:
        bare = copy(layer)
        bare.parameters = {
            key: keep(f"{name}.{key}", value) for key, value in layer.parameters.items()
        }
        return keep(f"{name} output", bare.forward(x, False)[0])
    return keep(f"{name} sums", y + _spread(bias, y))


def _right(outputs: Array, labels: Labels) -> int:
    """How many images are classified rightly; none whose output is not a number."""
    known = np.isfinite(outputs).all(axis=1)
    return int((known & (outputs.argmax(axis=1) == labels)).sum())


def _spread(channels: Array, x: Array) -> Array:
    """(C,) -> (C, 1, 1) to meet maps (N, C, H, W); (M,) meets rows (N, M) as it is."""
    return channels.reshape(-1, *[1] * (x.ndim - 2))


def _share(error: float, whole: float) -> float:
    """The root of their quotient; infinite if one is not finite."""
    if not np.isfinite(error):
        return float("inf")
    return float(np.sqrt(error / whole)) if whole else float(np.sqrt(error))
