"""Run a program's steps by badak's ops: what C and the page must equal, and int8's calibration."""

from collections.abc import Callable, Mapping
from typing import Any

from badak import ops
from badak.arrays import Array
from badak.formats.steps.program import Program, Step


def values(
    program: Program, images: Array, by: Mapping[str, Callable[..., Any]] | None = None
) -> dict[int, Array]:
    """Compute every value for a batch.

    Args:
        program: the steps.
        images: (N, C, H, W) float32.
        by: what computes each op; OPS where None.

    Returns:
        Value number -> array (N, *shape).

    Example:
        >>> import numpy as np
        >>> from badak.formats.steps.program import lowered
        >>> from badak.models import LeNet5
        >>> net, x = LeNet5(), np.ones((2, 1, 28, 28), np.float32)
        >>> program = lowered(net, "a test")
        >>> bool(np.allclose(values(program, x)[program.output], net(x), atol=1e-5))
        True
    """
    found = {0: images}
    for step in program.steps:
        inputs = [found[value] for value in step.inputs]
        found[step.output] = (by or OPS)[step.op](step, *inputs)
    return found


def window_of(step: Step) -> dict[str, tuple[int, ...] | tuple[tuple[int, int], ...]]:
    """Stride and padding as the ops take them."""
    n = {key: int(number) for key, number in step.numbers.items()}
    return {
        "stride": (n["sh"], n["sw"]),
        "padding": ((n["top"], n["bottom"]), (n["left"], n["right"])),
    }


def conv(step: Step, x: Array, weight: Array, bias: Array) -> Array:
    """The step's convolution with other weights, of the input's dtype."""
    n = step.numbers
    dilation, groups = (int(n["dh"]), int(n["dw"])), int(n["groups"])
    more = {**window_of(step), "dilation": dilation, "groups": groups}
    return ops.conv2d(x, weight, bias, **more)  # type: ignore[arg-type]


def max_pool(step: Step, x: Array) -> Array:
    """The step's largest values."""
    n = step.numbers
    kernel, dilation = (int(n["kh"]), int(n["kw"])), (int(n["dh"]), int(n["dw"]))
    more = {**window_of(step), "dilation": dilation, "ceil_mode": bool(n["ceil"])}
    return ops.max_pool2d(x, kernel, **more)[0]  # type: ignore[arg-type]


def avg_pool(step: Step, x: Array, divisor: int | None = None) -> Array:
    """The step's means, or the sums over another divisor."""
    n = step.numbers
    more = {**window_of(step), "ceil_mode": bool(n["ceil"]), "divisor_override": divisor}
    more["count_include_pad"] = bool(n["include_pad"])
    return ops.avg_pool2d(x, (int(n["kh"]), int(n["kw"])), **more)  # type: ignore[arg-type]


def lrn(step: Step, x: Array) -> Array:
    """The step's local response normalisation."""
    n = step.numbers
    return ops.local_response_norm(x, int(n["size"]), n["alpha"], n["beta"], n["k"])[0]


def _scaled_tanh(step: Step, x: Array) -> Array:
    return ops.scale(ops.tanh(ops.scale(x, step.numbers["slope"])), step.numbers["amplitude"])


def _flat(x: Array) -> Array:
    return x.reshape(len(x), -1)  # (N, C, H, W) -> (N, C * H * W)


OPS: dict[str, Callable[..., Array]] = {
    "conv": lambda step, x: conv(step, x, step.arrays["weight"], step.arrays["bias"]),
    "linear": lambda step, x: ops.linear(_flat(x), step.arrays["weight"], step.arrays["bias"]),
    "rbf": lambda step, x: -ops.squared_distance(_flat(x), step.arrays["weight"]),
    "max_pool": max_pool,
    "avg_pool": avg_pool,
    "lrn": lrn,
    "add": lambda step, x, other: ops.add(x.reshape(other.shape), other),
    "relu": lambda step, x: ops.relu(x),
    "leaky_relu": lambda step, x: ops.leaky_relu(x, step.numbers["negative_slope"]),
    "sigmoid": lambda step, x: ops.sigmoid(x),
    "tanh": lambda step, x: ops.tanh(x),
    "scaled_tanh": _scaled_tanh,
    "elu": lambda step, x: ops.elu(x, step.numbers["alpha"]),
    "gelu": lambda step, x: ops.gelu(x, "none"),
    "gelu_tanh": lambda step, x: ops.gelu(x, "tanh"),
}
