"""gradient_check: compare the backward passes with central differences in float64."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from badak import checks, terminal
from badak.arrays import as_images, as_labels
from badak.errors import BadakError
from badak.inspect.checks.differences import FLOOR_OF_ROUNDING, TOLERANCE, ArrayCheck, compare
from badak.inspect.checks.layer_check import LayerCheck, check_layers
from badak.languages import translated
from badak.network import Network

if TYPE_CHECKING:
    from rich.console import Group


@dataclass(frozen=True)
class GradientCheck:
    """The result of `gradient_check`; ``str()`` draws the tables.

    Attributes:
        rows: the network's gradients of its loss: one row per parameter, and one for the input.
        layers: one check per layer, by itself, and one for the loss.
    """

    rows: tuple[ArrayCheck, ...]
    layers: tuple[LayerCheck, ...]

    @property
    def worst(self) -> float:
        """The largest relative error of the network's gradients."""
        return max(row.worst for row in self.rows)

    @property
    def failing(self) -> tuple[str, ...]:
        """The layers whose backward does not match their forward, or that change their input."""
        return tuple(layer.name for layer in self.layers if layer.symptoms)

    ill = failing  # its former name

    def __rich_console__(self, *_: object) -> Iterator["Group | str"]:
        yield self._by_array()
        yield ""
        yield self._by_layer()

    def _by_array(self) -> "Group":
        cells = [
            [row.name, f"{row.entries:,}", f"{row.kinks:,}", f"{row.worst:.1e}"]
            for row in self.rows
        ]
        columns = ["Gradient of", "Compared", "At a kink", "Largest relative error"]
        return terminal.table(
            "Backward pass compared with central differences, in float64",
            columns,
            cells,
            footer=["all", "", "", f"{self.worst:.1e}"],
            numbers=columns[1:],
        )

    def _by_layer(self) -> "Group":
        cells = [
            [
                layer.name,
                layer.kind,
                f"{layer.entries:,}",
                f"{layer.kinks:,}",
                f"{layer.worst:.1e}",
                translated("; ".join(layer.symptoms) or "ok"),
            ]
            for layer in self.layers
        ]
        columns = ["Layer", "Kind", "Compared", "At a kink", "Largest relative error", "Finding"]
        return terminal.table(
            f"Each layer by itself; errors below {TOLERANCE:.0e} are fine",
            columns,
            cells,
            numbers=columns[2:5],
        )

    def __str__(self) -> str:
        return terminal.render(self)


def gradient_check(
    net: Network,
    x: ArrayLike,
    labels: ArrayLike,
    *,
    samples: int | None = 30,
    training: bool = True,
    seed: int = 0,
) -> GradientCheck:
    """Compare every gradient with central differences of the loss (the book's chapter 5.7).

    ``(loss(w + h) - loss(w - h)) / (2 h)`` on a float64 copy of the network, for entries of every
    parameter and of the input. An error is relative to the largest of these: the two gradients, a
    hundredth of the array's largest gradient, a thousandth of the largest of all, and 1e-4 of the
    loss (of 1 if it is smaller). Below these, rounding would dominate.

    One wrong layer spoils the gradients of all before it. So each layer is also checked by itself,
    and `failing` names the culprit. A backward pass may rightly differentiate a wrong forward pass:
    only a right layer beside it shows that (`badak.lessons.clinic`).

    Args:
        net: the network; it is not changed.
        x: a few images (N, C, H, W).
        labels: (N,) class indices.
        samples: entries compared in each array, drawn at random; all if None.
        training: whether dropout drops (the same values each time) and batch norm uses the batch.
        seed: for drawing the samples.

    Returns:
        The largest relative error for each array, below 1e-6 if the backward pass is right, and
        a finding for each layer.

    Raises:
        BadakError: no images, or images or labels that do not fit.

    Example:
        >>> from badak import data, models
        >>> train, _ = data.load("digits")
        >>> net = models.SimpleConvNet(weight_init="he")
        >>> gradient_check(net, train.images[:2], train.labels[:2], samples=5).failing
        ()
    """
    if samples is not None:
        checks.integer(samples, "samples", minimum=1)
    checks.integer(seed, "seed")
    double = net.astype(np.float64)
    double.unfreeze("*")  # all gradients are checked
    images = as_images(x, net.input_shape, np.float64).copy()
    indices = as_labels(labels, len(images), net.num_classes)
    if not len(images):
        raise BadakError("x must have at least one image; it is empty")
    generators = double.generators()
    states = {name: generator.bit_generator.state for name, generator in generators.items()}

    def rewind() -> None:
        for name, generator in generators.items():
            generator.bit_generator.state = states[name]

    def loss() -> float:
        rewind()
        return double.loss.forward(double.forward(images, training), indices)[0]

    rewind()
    generator = np.random.default_rng(seed)
    with np.errstate(all="ignore"):  # compare() finds what is not finite
        result = double.forward_backward(images, indices, need_grad_x=True, training=training)
        rows = compare(
            double.parameters() | {"input": images},
            result.gradients | {"input": np.asarray(result.grad_x)},
            loss,
            FLOOR_OF_ROUNDING * max(1.0, abs(result.loss)),
            samples,
            generator,
        )
        rewind()
        layers = check_layers(double, images, indices, samples, training, generator)
    return GradientCheck(rows, layers)
