"""profile: the time of a training step, layer by layer, compared with the machine's peak."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from badak import checks, ops, terminal
from badak.arrays import Shape, as_images
from badak.errors import BadakError
from badak.inspect.checks.parts import Key, Parts
from badak.layers import Conv2d, Layer
from badak.layers.walk import Tape, walk
from badak.network import Network
from badak.network.passes import planned
from badak.ops import edition

if TYPE_CHECKING:
    from rich.console import Group

# What a way of the core's saves.
SAVES = {"winograd": "Winograd", "strided": "Winograd", "sparse": "skipped zeros"}


@dataclass(frozen=True)
class Timed:
    """Seconds and floating-point operations of something that runs forward and back.

    Attributes:
        name: of the layer; "loss" of what follows the last one.
        kind: its class.
        forward: seconds of one batch's forward pass.
        backward: seconds of its backward pass.
        flops: operations of both, a multiply-add counted as two.
        saved_by: what may need fewer operations than are counted, "Winograd" or "skipped zeros":
            then more than the machine's peak may seem to be reached.
        ways: how the core computes its convolution, that one's gradient of x and that of weight, a
            name each or one for all; () without a convolution.
    """

    name: str
    kind: str
    forward: float
    backward: float
    flops: int
    saved_by: str = ""
    ways: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Forward and backward."""
        return self.forward + self.backward

    @property
    def speed(self) -> float:
        """FLOP/s; 0 if the clock is too coarse to tell."""
        return self.flops / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Profile:
    """The result of `profile`; ``str()`` draws the table.

    Attributes:
        rows: one per layer, each run by itself, and one for the loss. A block's row is its
            joining; the layers inside have their own rows before it.
        whole: the step as the network runs it, fused where it can be.
        batch_size: images in the step.
        rounds: of which the times are medians.
        parts: what the step consists of as it runs, each as many layers as one call can do, by the
            names of them all; the last one is what turns maps between them. Empty if the network
            runs layer by layer.
        peak: FLOP/s of this machine's multiply-adds in float32: the highest that was measured
            between the rounds, or that a layer reached; None without the native core, or for a
            float64 network.
    """

    rows: tuple[Timed, ...]
    whole: Timed
    batch_size: int
    rounds: int
    peak: float | None
    parts: tuple[Timed, ...] = ()

    @property
    def one_by_one(self) -> Timed:
        """The sum of the rows."""
        forward, backward = (
            sum(getattr(row, name) for row in self.rows) for name in ("forward", "backward")
        )
        saved_by = max(row.saved_by for row in self.rows)
        flops = sum(row.flops for row in self.rows)
        return Timed("one by one", "", forward, backward, flops, saved_by)

    def share_of_peak(self, timed: Timed) -> float | None:
        """The share of the peak that is reached; None if there is none, or nothing to compute."""
        return timed.speed / self.peak if self.peak and timed.flops else None

    @property
    def saved_by(self) -> str:
        """What lets a row exceed the peak; "" if none does."""
        shares = [(self.share_of_peak(row), row.saved_by) for row in (*self.rows, self.whole)]
        return max((by for share, by in shares if share is not None and share > 1), default="")

    def __rich__(self) -> "Group":
        total = self.one_by_one.seconds
        rows = [self._cells(row, total) for row in self.rows]
        sums = [self._cells(row, total) for row in (self.one_by_one, self.whole)]
        footer = ["\n".join(pair) for pair in zip(*sums, strict=True)]
        about = f"Milliseconds of a training step, batch {self.batch_size}"
        if self.peak is not None:
            about += f"; FMA peak {self.peak / 1e9:,.0f} GFLOP/s"
            about += f", over 100% by {self.saved_by}" if self.saved_by else ""
        one_by_one = self._table(
            f"{about}; medians of {self.rounds}", ["Layer", "Kind"], rows, footer
        )
        if not self.parts:
            return one_by_one
        total = sum(part.seconds for part in self.parts)
        rows = [self._cells(part, total) for part in self.parts]
        headings = ["Layers", "Convolution"]
        about = "As it runs; each convolution's way: forward, to its input, to its weight"
        return terminal.stacked(one_by_one, self._table(about, headings, rows))

    def _table(
        self,
        title: str,
        names: list[str],
        rows: list[list[str]],
        footer: list[str] | None = None,
    ) -> "Group":
        """A table of rows by `_cells`; without a peak the last column is left out."""
        headings = [*names, "Forward", "Backward", "Time", "FLOPs", "GFLOP/s", "Peak"]
        if self.peak is None:
            headings, rows = headings[:-1], [row[:-1] for row in rows]
            footer = footer and footer[:-1]
        return terminal.table(title, headings, rows, footer=footer, numbers=headings[2:])

    def __str__(self) -> str:
        return terminal.render(self)

    def _cells(self, row: Timed, total: float) -> list[str]:
        share = self.share_of_peak(row)
        return [
            row.name,
            ", ".join(row.ways if len(set(row.ways)) > 1 else row.ways[:1]) or row.kind,
            f"{1e3 * row.forward:.3f}",
            f"{1e3 * row.backward:.3f}",
            f"{row.seconds / total:.1%}" if total else "",
            terminal.short(row.flops) if row.flops else "",
            f"{row.speed / 1e9:,.1f}" if row.flops else "",
            "" if share is None else f"{share:.1%}",
        ]


def profile(net: Network, x: ArrayLike, *, rounds: int = 10) -> Profile:
    """Time each layer of a training step forward and back, and the step as a whole.

    Each layer runs by itself, with the inputs and gradients it has in the step; then the network
    runs the step in its own way, where layers are fused: as a whole, and call by call. The
    optimizer's update is left out.

    Args:
        net: the network; it stays as it is.
        x: a batch of images (N, C, H, W).
        rounds: times over; the medians count, and a first round warms up.

    Raises:
        BadakError: no images, or images that do not fit.

    Example:
        >>> from badak.models import LeNet5
        >>> result = profile(LeNet5(), np.zeros((2, 1, 28, 28)), rounds=1)
        >>> [row.name for row in result.rows][:3], result.whole.flops
        (['conv1', 'relu1', 'pool1'], 4602484)
    """
    checks.integer(rounds, "rounds", minimum=1)
    images = as_images(x, net.input_shape, net.dtype)
    if not len(images):
        raise BadakError("x must have at least one image; it is empty")
    labels = np.arange(len(images)) % net.num_classes
    step = _Step(net.astype(net.dtype), images, labels)
    step.run()
    step.rounds.clear()
    step.part_rounds.clear()
    peaks = []
    for _ in range(rounds):
        step.run()
        # Beside the layers: what slows both for a while must not make one look faster.
        peaks.append(edition.fma_peak() if net.dtype == np.float32 else None)
    seconds = _medians(step.rounds)

    def timed(name: str, kind: str, flops: int, saved_by: str = "") -> Timed:
        forward, backward = seconds[name, "forward"], seconds[name, "backward"]
        return Timed(name, kind, forward, backward, flops, saved_by)

    summary = net.summary()
    rows = [
        timed(
            row.name,
            row.kind,
            len(images) * (row.flops + row.backward_flops),
            _saved_by(visit.layer, (len(images), *visit.input)),
        )
        for row, visit in zip(summary.rows, walk(net.layers, net.input_shape), strict=True)
    ]
    loss = timed("loss", type(net.loss).__name__, 0)
    # Fused with max pooling, a convolution's gradients skip what is 0.
    saved_by = max((row.saved_by for row in rows), default="") or "skipped zeros"
    parts = _parts(step, {row.name: row.flops for row in rows})
    return Profile(
        rows=(*rows, loss),
        whole=timed("as it runs", "", len(images) * summary.training_flops, saved_by),
        batch_size=len(images),
        rounds=rounds,
        peak=_highest(peaks, [*rows, *parts]),
        parts=tuple(parts),
    )


def _medians(rounds: Sequence[dict[Any, float]]) -> dict[Any, float]:
    """The median seconds of each key."""
    return {key: statistics.median(times[key] for times in rounds) for key in rounds[0]}


def _parts(step: "_Step", flops: Mapping[str, int]) -> list[Timed]:
    """A row for each part of the step as it runs; `flops` are those of each layer."""
    if step.parts is None:
        return []
    seconds = _medians(step.part_rounds)
    rows = []
    for names, ways in step.parts.ways.items():
        forward, backward = (seconds.get((names, way), 0.0) for way in ("forward", "backward"))
        saved_by = max((SAVES[way] for way in ways if way in SAVES), default="")
        count, name = sum(flops[one] for one in names), " ".join(names) or "between"
        rows.append(Timed(name, "", forward, backward, count, saved_by, ways))
    return rows


def _highest(measured: Sequence[float | None], rows: Sequence[Timed]) -> float | None:
    """The peak: the highest measured, or what a layer that saves no operations reached."""
    peaks = [peak for peak in measured if peak is not None]
    reached = [row.speed for row in rows if row.flops and not row.saved_by]
    return max(peaks + reached) if peaks else None


def _saved_by(layer: Layer, shape: Shape) -> str:
    """What the way saves that a convolution takes by itself, forward or back."""
    if not isinstance(layer, Conv2d) or ops.active() != "native":
        return ""
    arguments = (shape, layer.out_channels, layer.window(shape[1:]), layer.groups)
    ways = edition.fused().conv_ways(*arguments)
    return max((SAVES[way] for way in ways if way in SAVES), default="")


class _Step:
    """A training step in both ways, with every round's seconds by (name, direction)."""

    def __init__(self, net: Network, images: Any, labels: Any) -> None:
        self.net, self.images, self.labels = net, images, labels
        self.parts = Parts(net, images) if planned(net, training=True) else None
        self.rounds: list[dict[tuple[str, str], float]] = []
        self.part_rounds: list[dict[Key, float]] = []

    def run(self) -> None:
        """Once layer by layer, once as a whole, once part by part."""
        self.rounds.append({})
        tape = Tape(self.net.layers, training=True, call=self._timed)
        for visit in tape.forward(self.images):
            out = visit.output
        _, cache = self._timed("loss", "forward", self.net.loss.forward, out, self.labels)
        grad = self._timed("loss", "backward", self.net.loss.backward, cache)
        for _ in tape.backward(grad, need_grad_x=False):
            pass
        whole, clock = "as it runs", time.perf_counter
        self._timed(whole, "forward", self.net, self.images)
        start = clock()
        with self.net.step_pass(self.images, self.labels):
            step = clock() - start
        # What forward alone takes is measured beside it, and what is left is the way back.
        forward = self.rounds[-1][whole, "forward"]
        self.rounds[-1][whole, "backward"] = max(step - forward, 0.0)
        if self.parts is not None:
            self.part_rounds.append(self.parts.seconds(clock))

    def _timed(self, name: str, way: str, call: Callable[..., Any], *arguments: Any) -> Any:
        start = time.perf_counter()
        result = call(*arguments)
        times, seconds = self.rounds[-1], time.perf_counter() - start
        times[name, way] = times.get((name, way), 0.0) + seconds  # a block makes several calls
        return result
