"""convolution_three_ways: equal results, different times and memory, on your own machine."""

import math
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from badak import terminal
from badak.arrays import Array, as_floats
from badak.errors import BadakError
from badak.lessons.convolution import by_fourier, by_loops, by_matrix, by_winograd
from badak.ops.window import Window

if TYPE_CHECKING:
    from rich.console import Group

WAYS: dict[str, Callable[[Array, Array], Array]] = {
    "direct loops": by_loops,
    "im2col and matrix product": by_matrix,
    "FFT": by_fourier,
    "Winograd": by_winograd,
}
# Each way is run at least this often and this long in all; its fastest run counts.
RUNS, SECONDS = 3, 0.02


@dataclass(frozen=True)
class Way:
    """One way, measured.

    Attributes:
        name: of the way, a key of `WAYS`.
        y: (N, F, OH, OW), what it computed.
        seconds: time of its fastest run.
        peak_bytes: its maximum memory at one time, including its output.
        difference: the largest difference from the output of the direct loops.
    """

    name: str
    y: Array
    seconds: float
    peak_bytes: int
    difference: float


@dataclass(frozen=True)
class ThreeWays:
    """The measurements of `convolution_three_ways`; ``str()`` draws the table.

    Attributes:
        x_shape: (N, C, H, W).
        w_shape: (F, C, KH, KW).
        dtype: float32 or float64.
        ways: direct loops first; Winograd only for 3x3 filters.
        bound: the largest difference that rounding may cause; see `bound`.
    """

    x_shape: tuple[int, ...]
    w_shape: tuple[int, ...]
    dtype: str
    ways: tuple[Way, ...]
    bound: float

    def __rich__(self) -> "Group":
        cells = [
            [way.name, f"{1e3 * way.seconds:,.3f}", f"{way.peak_bytes / 2**20:,.3f}",
             f"{way.difference:.1e}"]
            for way in self.ways
        ]  # fmt: skip
        columns = ["Way", "Time, ms", "Peak memory, MiB", "Largest difference"]
        return terminal.table(
            f"Convolution of {self.x_shape} with {self.w_shape}, {self.dtype}; "
            f"differences below {self.bound:.1e}",
            columns,
            cells,
            numbers=columns[1:],
        )

    def __str__(self) -> str:
        return terminal.render(self)


def convolution_three_ways(x: Array, w: Array) -> ThreeWays:
    """Compute one convolution by direct loops, by a matrix product and by FFT, and measure each.

    3x3 filters are also computed by Winograd's algorithm. Stride 1, no padding. The code of each
    way is in `badak.lessons.convolution`, written to be read.

    Args:
        x: images (N, C, H, W), float32 or float64; keep them small: the loops are in Python.
        w: filters (F, C, KH, KW) of the same dtype.

    Raises:
        ArgumentTypeError: dtypes that are not floats, or that differ.
        BadakError: an empty axis, channels that differ, or filters larger than the images.

    Example:
        >>> comparison = convolution_three_ways(np.ones((1, 1, 6, 6)), np.ones((2, 1, 3, 3)))
        >>> [way.name for way in comparison.ways]
        ['direct loops', 'im2col and matrix product', 'FFT', 'Winograd']
        >>> max(way.difference for way in comparison.ways) <= comparison.bound
        True
    """
    x = as_floats(x, "x", 4)
    w = as_floats(w, "w", 4, x.dtype)
    if not x.size or not w.size:
        raise BadakError(f"x and w must have no empty axis; got {x.shape} and {w.shape}")
    if x.shape[1] != w.shape[1]:
        raise BadakError(
            f"w {w.shape} takes images of {w.shape[1]} channels; x {x.shape} has {x.shape[1]}"
        )
    Window.of(w.shape[2:]).output_size(*x.shape[2:])  # raises if filters do not fit
    names = [name for name in WAYS if name != "Winograd" or w.shape[2:] == (3, 3)]
    ways: list[Way] = []
    for name in names:
        y, seconds, peak_bytes = _measure(WAYS[name], x, w)
        expected = ways[0].y if ways else y
        ways.append(Way(name, y, seconds, peak_bytes, float(np.abs(y - expected).max())))
    return ThreeWays(x.shape, w.shape, x.dtype.name, tuple(ways), bound(x, w))


def bound(x: Array, w: Array) -> float:
    """Return the largest difference that rounding may cause between two of the ways.

    ``4 eps (sqrt(K) * A + log2(H W) * B)``: a sum of K = C * KH * KW products is off by about
    sqrt(K) eps times A, the largest output if all numbers were positive. An FFT is off by about
    eps log2 of its length times B: the largest value of each channel times the root of the sum of
    squares of its filter, summed over the channels. Winograd's few sums stay within both.

    Source: Higham and Mary 2019, *A New Approach to Probabilistic Rounding Error Analysis*;
    Higham 2002, *Accuracy and Stability of Numerical Algorithms*, section 24.1.

    Example:
        >>> ones = np.ones((1, 1, 2, 2))
        >>> bound(ones, ones) / float(np.finfo(float).eps)  # 4 (2 * 4 + 2 * 2)
        48.0
    """
    products, places = math.prod(w.shape[1:]), math.prod(x.shape[2:])
    all_positive = float(by_matrix(np.abs(x), np.abs(w)).max())
    largest = np.abs(x).max(axis=(2, 3)).astype(np.float64)  # (N, C)
    filters = np.sqrt(np.square(w, dtype=np.float64).sum(axis=(2, 3)))  # (F, C)
    spread = float((largest @ filters.T).max())
    rounding = math.sqrt(products) * all_positive + math.log2(places) * spread
    return 4 * float(np.finfo(x.dtype).eps) * rounding


def _measure(way: Callable[[Array, Array], Array], x: Array, w: Array) -> tuple[Array, float, int]:
    """The output, the seconds of the fastest run, and the maximum memory in bytes."""
    y = way(x, w)  # the first call may load code, whose memory must not count
    traced = tracemalloc.is_tracing()
    if not traced:
        tracemalloc.start()  # it slows the run, so times are measured afterwards
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    way(x, w)
    peak_bytes = tracemalloc.get_traced_memory()[1] - before
    if not traced:
        tracemalloc.stop()
    times: list[float] = []
    while len(times) < RUNS or sum(times) < SECONDS:
        start = time.perf_counter()
        way(x, w)
        times.append(time.perf_counter() - start)
    return y, min(times), peak_bytes
