"""Which way of a convolution is fastest, for each geometry and direction: how the table was made.

    python tools/conv_ways.py                          # the geometries below
    python tools/conv_ways.py 64,32,28,28,48,3,1,1     # N,C,H,W, filters, kernel, stride, groups

prints milliseconds: `planes` is csrc/conv2d on (N, C, H, W) arrays; `direct`, `winograd` and
`depthwise` are the ways of csrc/pixels. Weights are packed in each call, as in training.
A star marks what csrc/pixels/conv.cpp chooses; `!` a choice that is a tenth slower than another of
csrc/pixels. The last column is the share of the FMA peak that the fastest reaches, by direct FLOPs.
"""

import sys
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from badak import _core
from badak.ops import edition
from badak.ops.native import pixels
from badak.ops.native.conv import conv2d
from badak.ops.native.window import conv_numbers
from badak.ops.window import Window

# The numbers of csrc/pixels/way.h.
WAYS = {"winograd": 2, "direct": 3}
TABLE = 0
DIRECTIONS = ("forward", "grad_x", "grad_weight")
# Seconds for each way of a geometry and a direction, and a choice that is so much slower is told.
SECONDS, TOLERATED = 0.15, 1.1


class Geometry(NamedTuple):
    """A convolution whose padding keeps the size but for the stride."""

    n: int
    c: int
    h: int
    w: int
    filters: int
    kernel: int
    stride: int = 1
    groups: int = 1

    @property
    def window(self) -> Window:
        """Its window."""
        return Window.of(self.kernel, self.stride, self.kernel // 2)

    @property
    def flops(self) -> int:
        """Of one direction, by the direct method."""
        oh, ow = self.window.output_size(self.h, self.w)
        cells = self.kernel**2 * self.c // self.groups
        return 2 * self.n * self.filters * oh * ow * cells

    def __str__(self) -> str:
        """Sizes in the order of a convolution's shapes."""
        more = f"/{self.stride}" if self.stride > 1 else ""
        groups = f" in {self.groups}" if self.groups > 1 else ""
        size = f"{self.n}x{self.c}x{self.h}x{self.w}"
        return f"{size} -> {self.filters}, {self.kernel}x{self.kernel}{more}{groups}"


def depthwise(n: int, c: int, size: int, kernel: int = 3, stride: int = 1) -> Geometry:
    """Each channel with a filter of its own."""
    return Geometry(n, c, size, size, c, kernel, stride, c)


GEOMETRIES = (
    *(Geometry(128, c, s, s, c, 3) for c, s in ((16, 32), (32, 16), (64, 8))),  # ResNet-20
    *(Geometry(1, c, s, s, c, 3) for c, s in ((16, 32), (32, 16), (64, 8))),
    *(Geometry(128, c, s, s, 2 * c, 3, 2) for c, s in ((16, 32), (32, 16))),
    *(Geometry(64, c, s, s, f, 3) for c, s, f in ((64, 16, 128), (128, 8, 256), (256, 4, 512))),
    *(Geometry(64, 512, s, s, 512, 3) for s in (4, 2)),  # VGG-11
    *(Geometry(1, 512, s, s, 512, 3) for s in (4, 2)),
    *(Geometry(16, c, s, s, c, 3) for c, s in ((64, 56), (128, 28), (256, 14), (512, 7))),
    *(Geometry(16, c, s, s, 2 * c, 1, 2) for c, s in ((64, 56), (128, 28))),  # ResNet-18
    *(Geometry(32, c, s, s, f, 1) for c, s, f in ((8, 48, 16), (32, 24, 32), (128, 6, 128))),
    *(depthwise(32, c, s, 3, t) for c, s, t in ((8, 48, 1), (16, 48, 2), (32, 24, 1), (128, 6, 1))),
    *(depthwise(16, c, s, 5, t) for c, s, t in ((240, 28, 1), (144, 56, 2), (672, 14, 1))),
    *(Geometry(32, c, s, s, f, 5) for c, s, f in ((16, 32, 32), (64, 16, 64), (128, 8, 128))),
    *(Geometry(32, c, s, s, f, 7) for c, s, f in ((16, 32, 32), (64, 16, 64))),
    *(Geometry(32, c, s, s, c, 3) for c, s in ((8, 64), (12, 48), (24, 40), (48, 28), (96, 14))),
    *(Geometry(8, c, 96, 96, c, 3) for c in (8, 24, 64)),
)


class Problem:
    """A geometry's arrays, as planes and as pixels."""

    def __init__(self, geometry: Geometry) -> None:
        n, c, h, w, filters, kernel, _, self.groups = geometry
        self.window, random = geometry.window, np.random.default_rng(0)
        oh, ow = self.window.output_size(h, w)
        self.numbers = conv_numbers((n, c, h, w), self.window)
        self.shape = (n, c, h, w)

        def draw(*shape: int) -> np.ndarray:
            return random.standard_normal(shape).astype(np.float32)

        self.x, self.grad_y = draw(n, c, h, w), draw(n, filters, oh, ow)
        self.weight = draw(filters, c // self.groups, kernel, kernel)
        self.grad_weight, self.grad_bias = np.empty_like(self.weight), np.empty_like(draw(filters))
        self.grad_x = np.empty_like(self.x)
        reading = pixels.reading_frame(self.window, h, w)
        around = pixels.gradient_frame(self.window, (h, w))
        self.pixels_x = pixels.new(n, h, w, c, reading)
        self.pixels_x.numbers[...] = self.x.transpose(0, 2, 3, 1)
        self.pixels_grad_y = pixels.new(n, oh, ow, filters, around)
        self.pixels_grad_y.numbers[...] = self.grad_y.transpose(0, 2, 3, 1)
        self.pixels_y = pixels.new(n, oh, ow, filters)
        self.pixels_grad_x = pixels.new(n, h, w, c)

    def planes(self, direction: str) -> None:
        """Compute by csrc/conv2d."""
        options = (self.numbers, self.groups, False, False)
        if direction == "forward":
            conv2d(self.x, self.weight, None, self.window, self.groups)
        elif direction == "grad_x":
            arrays = (self.grad_y, None, None, self.weight)
            _core.conv2d_grad_x(*arrays, options, self.grad_x)
        else:
            arrays = (self.grad_y, None, None, self.x)
            _core.conv2d_grad_weight(*arrays, options, self.grad_weight, self.grad_bias)

    def pixels(self, direction: str) -> None:
        """Compute by csrc/pixels."""
        options = (self.window, self.groups)
        if direction == "forward":
            pixels.conv(self.pixels_x, self.weight, *options, self.pixels_y)
        elif direction == "grad_x":
            pixels.conv_grad_x(self.pixels_grad_y, self.weight, *options, self.pixels_grad_x)
        else:
            arrays = (self.pixels_x, self.pixels_grad_y)
            pixels.conv_grad_weight(*arrays, *options, self.grad_weight, self.grad_bias)

    def way(self, direction: str) -> str:
        """The way of csrc/pixels, as things are set."""
        ways = _core.pixels_conv_ways(self.shape, len(self.weight), self.numbers, self.groups)
        return str(ways[DIRECTIONS.index(direction)])


def milliseconds(calls: dict[str, Callable[[], None]]) -> dict[str, float]:
    """The least time of each call, in turns."""
    best = dict.fromkeys(calls, np.inf)
    start = time.perf_counter()
    while time.perf_counter() - start < SECONDS * len(calls):
        for name, call in calls.items():
            before = time.perf_counter()
            call()
            best[name] = min(best[name], 1e3 * (time.perf_counter() - before))
    return best


def compare(problem: Problem, direction: str) -> tuple[str, dict[str, float]]:
    """The way of the table, and the milliseconds of each."""
    chosen = problem.way(direction)
    calls = {"planes": lambda: problem.planes(direction)}
    for number in (TABLE, *WAYS.values()):
        _core.want_way(number)
        calls[problem.way(direction)] = by_way(problem, direction, number)
    times = milliseconds(calls)
    _core.want_way(TABLE)
    return chosen, times


def by_way(problem: Problem, direction: str, number: int) -> Callable[[], None]:
    """A call that takes one way."""

    def call() -> None:
        _core.want_way(number)
        problem.pixels(direction)

    return call


def main(geometries: Iterable[Geometry]) -> None:
    """Print a line for each geometry and direction."""
    print(f"{'':42}{'':12}{'planes':>10}{'direct':>10}{'winograd':>10}{'depthwise':>10}")
    for geometry in geometries:
        problem, peak = Problem(geometry), edition.fma_peak()
        for direction in DIRECTIONS:
            chosen, times = compare(problem, direction)
            cells = [
                f"{times[way]:.3f}{'*' if way == chosen else ' '}" if way in times else ""
                for way in ("planes", "direct", "winograd", "depthwise")
            ]
            best = min(time for way, time in times.items() if way != "planes")
            late = "!" if times[chosen] > TOLERATED * best else " "
            share = geometry.flops / (min(times.values()) * 1e-3) / peak
            row = "".join(f"{cell:>10}" for cell in cells)
            print(f"{geometry!s:42}{direction:12}{row} {late}{share:6.0%}", flush=True)


if __name__ == "__main__":
    given = [Geometry(*map(int, word.split(","))) for word in sys.argv[1:]]
    main(given or GEOMETRIES)
