"""The same ops computed in other ways: PyTorch in float64, and naive loops.

Every oracle takes NumPy arrays of any float dtype and plain geometry (pairs, and padding as
((top, bottom), (left, right))), and returns float64.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

Sides = tuple[tuple[int, int], tuple[int, int]]


def same_sides(size: Any, kernel: Any, stride: Any, dilation: Any) -> Sides:
    """Padding that gives ceil(size / stride) places; an odd cell goes to the end."""
    sides = []
    for s, k, step, d in zip(size, kernel, stride, dilation, strict=True):
        total = max((math.ceil(s / step) - 1) * step + d * (k - 1) + 1 - s, 0)
        sides.append((total // 2, total - total // 2))
    return sides[0], sides[1]


def positions(geometry: Any, size: Any, axis: int, ceil_mode: bool) -> list[list[int]]:
    """For each place of a window along one axis: its cells' coordinates in the map."""
    kernel, dilation = geometry["kernel"][axis], geometry["dilation"][axis]
    before, after = geometry["sides"][axis]
    last = dilation * (kernel - 1)
    places, start = [], -before
    while start + last < size[axis] + after:
        places.append([start + dilation * cell for cell in range(kernel)])
        start += geometry["stride"][axis]
    unfinished = places[-1][-1] < size[axis] + after - 1
    if ceil_mode and unfinished and start < size[axis]:
        places.append([start + dilation * cell for cell in range(kernel)])
    return places


def tensor(array: Any) -> torch.Tensor:
    """A float64 copy that requires a gradient."""
    return torch.tensor(np.asarray(array, np.float64), requires_grad=True)


def forward(function: Callable[..., torch.Tensor], *arrays: Any, **options: Any) -> np.ndarray:
    """Run a PyTorch function on float64 copies."""
    return function(*map(tensor, arrays), **options).detach().numpy()


def backward(
    function: Callable[..., torch.Tensor], grad_y: Any, *arrays: Any, **options: Any
) -> list[np.ndarray]:
    """PyTorch's gradients for every array, given the output's."""
    tensors = [tensor(array) for array in arrays]
    y = function(*tensors, **options)
    grads = torch.autograd.grad(y, tensors, torch.tensor(np.asarray(grad_y, np.float64)))
    return [grad.numpy() for grad in grads]


def forward_size(function: Callable[..., torch.Tensor], *arrays: Any, **options: Any) -> float:
    """The largest result of the arrays' absolute values: the size of what cancels in a sum."""
    return float(forward(function, *map(np.abs, arrays), **options).max(initial=0))


def backward_sizes(
    function: Callable[..., torch.Tensor], grad_y: Any, *arrays: Any, **options: Any
) -> list[float]:
    """The same for each gradient."""
    grads = backward(function, np.abs(grad_y), *map(np.abs, arrays), **options)
    return [float(grad.max(initial=0)) for grad in grads]


def _padded(x: torch.Tensor, sides: Sides, value: float = 0) -> torch.Tensor:
    return F.pad(x, (*sides[1], *sides[0]), value=value)


def conv2d(x: Any, weight: Any, bias: Any = None, **g: Any) -> torch.Tensor:
    return F.conv2d(
        _padded(x, g["sides"]), weight, bias, g["stride"], 0, g["dilation"], g["groups"]
    )


def im2col(x: Any, **g: Any) -> torch.Tensor:
    return F.unfold(_padded(x, g["sides"]), g["kernel"], g["dilation"], 0, g["stride"])


def naive_conv2d(x: Any, weight: Any, bias: Any = None, **g: Any) -> np.ndarray:
    """The definition, one multiplication at a time."""
    (n, _, *size), (f, per_group, _, _) = x.shape, weight.shape
    rows, columns = (positions(g, size, axis, ceil_mode=False) for axis in (0, 1))
    y = np.zeros((n, f, len(rows), len(columns)))
    for image, filter_, i, j in np.ndindex(*y.shape):
        first = filter_ // (f // g["groups"]) * per_group
        total = 0.0 if bias is None else float(bias[filter_])
        for channel, u, v in np.ndindex(*weight.shape[1:]):
            row, column = rows[i][u], columns[j][v]
            if 0 <= row < size[0] and 0 <= column < size[1]:
                pixel = float(x[image, first + channel, row, column])
                total += pixel * float(weight[filter_, channel, u, v])
        y[image, filter_, i, j] = total
    return y


def naive_max_pool2d(x: Any, **g: Any) -> tuple[np.ndarray, np.ndarray]:
    """The largest value under each window and its place; the first of equals."""
    return _naive_pool(x, g, lambda cells: max(cells, key=lambda cell: cell[0]))


def naive_avg_pool2d(x: Any, **g: Any) -> np.ndarray:
    """The mean under each window; with ceil_mode no cell beyond the padding is counted."""
    (top, bottom), (left, right) = g["sides"]
    size = x.shape[2:]

    def mean(cells: Any, rows: Any, columns: Any) -> tuple[float, int]:
        counted = len(cells)
        if g["count_include_pad"]:
            counted = sum(-top <= row < size[0] + bottom for row in rows)
            counted *= sum(-left <= column < size[1] + right for column in columns)
        return sum(value for value, _ in cells) / (g["divisor_override"] or counted), 0

    return _naive_pool(x, g, mean, places=True)[0]


def _naive_pool(
    x: Any, g: Any, reduce: Callable[..., tuple[float, int]], places: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    n, c, *size = x.shape
    rows, columns = (positions(g, size, axis, g["ceil_mode"]) for axis in (0, 1))
    y = np.zeros((n, c, len(rows), len(columns)))
    indices = np.zeros(y.shape, np.int64)
    for image, channel, i, j in np.ndindex(*y.shape):
        cells = [
            (float(x[image, channel, row, column]), row * size[1] + column)
            for row in rows[i]
            for column in columns[j]
            if 0 <= row < size[0] and 0 <= column < size[1]
        ]
        more = (rows[i], columns[j]) if places else ()
        y[image, channel, i, j], indices[image, channel, i, j] = reduce(cells, *more)
    return y, indices


def local_response_norm(x: Any, size: int, alpha: float, beta: float, k: float) -> torch.Tensor:
    return F.local_response_norm(x, size, alpha * size, beta, k)  # PyTorch divides alpha by size


def naive_local_response_norm(x: Any, size: int, alpha: float, beta: float, k: float) -> np.ndarray:
    """Krizhevsky et al. 2012, section 3.3, channel by channel."""
    x = np.asarray(x, np.float64)
    y = np.zeros_like(x)
    channels = x.shape[1]
    for i in range(channels):
        first, last = max(0, i - size // 2), min(channels - 1, i + (size - 1) // 2)
        squares = (x[:, first : last + 1] ** 2).sum(axis=1)
        y[:, i] = x[:, i] / (k + alpha * squares) ** beta
    return y


def cross_entropy(
    logits: torch.Tensor,
    labels: Any,
    label_smoothing: float = 0.0,
    sample_weight: Any = None,
    ignore_index: int | None = None,
) -> torch.Tensor:
    """The weighted mean over the rows that count."""
    labels = torch.tensor(np.asarray(labels))
    if labels.ndim == 2:
        labels = labels.double()
    weight = torch.ones(len(logits)) if sample_weight is None else torch.tensor(sample_weight)
    ignored = -100 if ignore_index is None else ignore_index
    losses = F.cross_entropy(
        logits, labels, reduction="none", label_smoothing=label_smoothing, ignore_index=ignored
    )
    if labels.ndim == 1:
        weight = weight * (labels != ignored)
    return (losses * weight).sum() / weight.sum()
