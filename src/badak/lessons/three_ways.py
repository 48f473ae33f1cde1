"""convolution_three_ways: equal results, unequal times and memory, on the reader's own machine."""

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
# Each way is run three times and for so many seconds; its fastest run counts.
RUNS, SECONDS = 3, 0.02


@dataclass(frozen=True)
class Way:
    """One way, measured.

    Attributes:
        name: of the way, a key of `WAYS`.
        y: (N, F, OH, OW), what it computed.
        seconds: of its fastest run.
        peak_bytes: the most memory that it held at once, its output included.
        difference: the largest from the direct loops' output.
    """

    name: str
    y: Array
    seconds: float
    peak_bytes: int
    difference: float


@dataclass(frozen=True)
class ThreeWays:
    """What `convolution_three_ways` measured; ``str()`` draws the table.

    Attributes:
        x_shape: (N, C, H, W).
        w_shape: (F, C, KH, KW).
        dtype: float32 or float64.
        ways: direct loops first; Winograd only for 3x3 filters.
        bound: no difference may be larger; see `bound`.
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

    3x3 filters also go Winograd's way. Stride 1, no padding. The code of each way stands in
    `badak.lessons.convolution`, to be read.

    Args:
        x: images (N, C, H, W), float32 or float64; keep them small: the loops are Python's.
        w: filters (F, C, KH, KW) of the same dtype.

    Returns:
        Output, time and peak memory of each way, and how far they differ.

    Raises:
        ArgumentTypeError: dtypes that are no floats, or that differ.
        BadakError: an empty axis, other channels, or filters larger than the images.

    Example:
        >>> found = convolution_three_ways(np.ones((1, 1, 6, 6)), np.ones((2, 1, 3, 3)))
        >>> [way.name for way in found.ways]
        ['direct loops', 'im2col and matrix product', 'FFT', 'Winograd']
        >>> max(way.difference for way in found.ways) <= found.bound
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
    Window.of(w.shape[2:]).output_size(*x.shape[2:])  # refuses filters that do not fit
    names = [name for name in WAYS if name != "Winograd" or w.shape[2:] == (3, 3)]
    ways: list[Way] = []
    for name in names:
        y, seconds, peak_bytes = _measure(WAYS[name], x, w)
        expected = ways[0].y if ways else y
        ways.append(Way(name, y, seconds, peak_bytes, float(np.abs(y - expected).max())))
    return ThreeWays(x.shape, w.shape, x.dtype.name, tuple(ways), bound(x, w))


def bound(x: Array, w: Array) -> float:
    """Return the largest difference that rounding may make between two of the ways.

    ``4 eps (sqrt(K) * A + log2(H W) * B)``: a sum of K = C * KH * KW products is off by about
    sqrt(K) eps times A, the largest output there would be if all numbers were positive; an FFT,
    by about eps log2 of its length times B, the largest value of each channel times its filter's
    root of the sum of squares, added over the channels. Winograd's few sums lie within either.

    Args:
        x: images (N, C, H, W).
        w: filters (F, C, KH, KW).

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
    """The output, the seconds of the fastest run, and the most bytes held at once."""
    y = way(x, w)  # the first call may load code, which is no memory of the way's own
    traced = tracemalloc.is_tracing()
    if not traced:
        tracemalloc.start()  # NumPy tells it of each array; it slows the run, so times come after
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
