"""profile: where the time of a training step goes, layer by layer, against what the machine can."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from badak import checks, terminal
from badak.arrays import as_images
from badak.errors import BadakError
from badak.inspect.features.filters import Convolution, filters_of
from badak.layers import Layer
from badak.network import Network
from badak.network.summary import Summary
from badak.ops import edition

if TYPE_CHECKING:
    from rich.console import Group

# Of each group: fewer do not repay Winograd's transforms.
WINOGRAD_CHANNELS = 8


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
    """

    name: str
    kind: str
    forward: float
    backward: float
    flops: int
    saved_by: str = ""

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
    """What `profile` measured; ``str()`` draws the table.

    Attributes:
        rows: one a layer, each run by itself, and one for the loss.
        whole: the step as the network runs it, fused where it can be.
        batch_size: images in the step.
        rounds: of which the times are medians.
        peak: FLOP/s of this machine's multiply-adds in float32: the highest that was measured
            between the rounds, or that a layer reached; None without the native core, or for a
            float64 network.
    """

    rows: tuple[Timed, ...]
    whole: Timed
    batch_size: int
    rounds: int
    peak: float | None

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
        """The share of the peak that is reached; None where there is none, or nothing to compute.

        Args:
            timed: one of the rows, or the whole.
        """
        return timed.speed / self.peak if self.peak and timed.flops else None

    @property
    def saved_by(self) -> str:
        """What lets a row exceed the peak; "" if none does."""
        shares = [(self.share_of_peak(row), row.saved_by) for row in (*self.rows, self.whole)]
        return max((by for share, by in shares if share is not None and share > 1), default="")

    def __rich__(self) -> "Group":
        headings = ["Layer", "Kind", "Forward", "Backward", "Time", "FLOPs", "GFLOP/s", "Peak"]
        total = self.one_by_one.seconds
        rows = [self._cells(row, total) for row in self.rows]
        sums = [self._cells(one, total) for one in (self.one_by_one, self.whole)]
        footer = ["\n".join(pair) for pair in zip(*sums, strict=True)]
        about = f"Milliseconds of a training step, batch {self.batch_size}"
        if self.peak is None:
            headings, footer = headings[:-1], footer[:-1]
            rows = [row[:-1] for row in rows]
        else:
            about += f"; FMA peak {self.peak / 1e9:,.0f} GFLOP/s"
            about += f", over 100% by {self.saved_by}" if self.saved_by else ""
        return terminal.table(
            f"{about}; medians of {self.rounds}",
            headings,
            rows,
            footer=footer,
            numbers=headings[2:],
        )

    def __str__(self) -> str:
        return terminal.render(self)

    def _cells(self, row: Timed, total: float) -> list[str]:
        share = self.share_of_peak(row)
        return [
            row.name,
            row.kind,
            f"{1e3 * row.forward:.3f}",
            f"{1e3 * row.backward:.3f}",
            f"{row.seconds / total:.1%}",
            terminal.short(row.flops) if row.flops else "",
            f"{row.speed / 1e9:,.1f}" if row.flops else "",
            "" if share is None else f"{share:.1%}",
        ]


def profile(net: Network, x: ArrayLike, *, rounds: int = 10) -> Profile:
    """Time each layer of a training step forward and back, and the step as a whole.

    Each layer runs by itself, with the inputs and gradients it has in the step; then the network
    runs the step in its own way, where layers are fused. The optimizer's update is left out.

    Args:
        net: the network; it stays as it is.
        x: a batch of images (N, C, H, W).
        rounds: times over; the medians count, and a first round warms up.

    Returns:
        Seconds, FLOPs and share of the machine's peak for each layer;
        `badak.inspect.draw.profile` draws them.

    Raises:
        BadakError: no images, or images that do not fit.

    Example:
        >>> from badak.models import LeNet5
        >>> found = profile(LeNet5(), np.zeros((2, 1, 28, 28)), rounds=1)
        >>> [row.name for row in found.rows][:3], found.whole.flops
        (['conv1', 'relu1', 'pool1'], 4602484)
    """
    checks.integer(rounds, "rounds", minimum=1)
    images = as_images(x, net.input_shape, net.dtype)
    if not len(images):
        raise BadakError("x must have at least one image; it is empty")
    labels = np.arange(len(images)) % net.num_classes
    step = _Step(net.astype(net.dtype), images, labels)
    step.run()
    step.times.clear()
    peaks = []
    for _ in range(rounds):
        step.run()
        # Beside the layers: what slows both for a while must not make one look faster.
        peaks.append(edition.fma_peak() if net.dtype == np.float32 else None)
    seconds = {key: statistics.median(times) for key, times in step.times.items()}

    def timed(name: str, kind: str, flops: int, saved_by: str = "") -> Timed:
        forward, backward = seconds[name, "forward"], seconds[name, "backward"]
        return Timed(name, kind, forward, backward, flops, saved_by)

    summary = net.summary()
    rows = [
        timed(name, type(layer).__name__, len(images) * _flops(summary, name), _saved_by(layer))
        for name, layer in net.layers.items()
    ]
    loss = timed("loss", type(net.loss).__name__, 0)
    # Fused with max pooling, a convolution's gradients skip what is 0.
    saved_by = max((row.saved_by for row in rows), default="") or "skipped zeros"
    return Profile(
        rows=(*rows, loss),
        whole=timed("as it runs", "", len(images) * summary.training_flops, saved_by),
        batch_size=len(images),
        rounds=rounds,
        peak=_highest(peaks, rows),
    )


def _highest(measured: Sequence[float | None], rows: Sequence[Timed]) -> float | None:
    """The peak: the highest measured, or what a layer that saves no operations reached."""
    peaks = [peak for peak in measured if peak is not None]
    reached = [row.speed for row in rows if row.flops and not row.saved_by]
    return max(peaks + reached) if peaks else None


def _saved_by(layer: Layer) -> str:
    """Whether the native core computes it, or a layer inside, by Winograd's way.

    The condition is that of suits_winograd in csrc/conv2d/winograd.cpp.
    """
    for _, leaf in layer.leaves(""):
        if isinstance(leaf, Convolution):
            filters, channels, height, width = filters_of(leaf).shape
            window = leaf.window((channels, height, width))
            kind = window.kernel, window.stride, window.dilation
            few = min(filters // getattr(leaf, "groups", 1), channels) < WINOGRAD_CHANNELS
            if kind == ((3, 3), (1, 1), (1, 1)) and not few:
                return "Winograd"
    return ""


def _flops(summary: Summary, name: str) -> int:
    """Operations of a layer forward and back, of a block's with all that is inside."""
    own = [row for row in summary.rows if row.name == name or row.name.startswith(f"{name}.")]
    return sum(row.flops + row.backward_flops for row in own)


class _Step:
    """A training step in both ways, with every call's seconds by (name, direction)."""

    def __init__(self, net: Network, images: Any, labels: Any) -> None:
        self.net, self.images, self.labels = net, images, labels
        self.times: dict[tuple[str, str], list[float]] = {}

    def run(self) -> None:
        """Once layer by layer, once as a whole."""
        out, caches = self.images, []
        for name, layer in self.net.layers.items():
            out, cache = self._timed(name, "forward", layer.forward, out, True)
            caches.append(cache)
        _, cache = self._timed("loss", "forward", self.net.loss.forward, out, self.labels)
        grad = self._timed("loss", "backward", self.net.loss.backward, cache)
        first = next(iter(self.net.layers))
        for name, layer in reversed(self.net.layers.items()):
            grad, _ = self._timed(
                name, "backward", layer.backward, grad, caches.pop(), name != first
            )
        whole, clock = "as it runs", time.perf_counter
        self._timed(whole, "forward", self.net, self.images)
        start = clock()
        with self.net.step_pass(self.images, self.labels):
            step = clock() - start
        # What forward alone takes is measured beside it, and what is left is the way back.
        forward = self.times[whole, "forward"][-1]
        self.times.setdefault((whole, "backward"), []).append(max(step - forward, 0.0))

    def _timed(self, name: str, way: str, call: Callable[..., Any], *arguments: Any) -> Any:
        start = time.perf_counter()
        result = call(*arguments)
        self.times.setdefault((name, way), []).append(time.perf_counter() - start)
        return result
