"""check_layers: compare each layer's backward with its own forward, to name the failing ones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from badak.arrays import Array, Images, Labels
from badak.inspect.checks.differences import (
    FLOOR_OF_ROUNDING,
    TOLERANCE,
    ArrayCheck,
    compare,
    largest,
)
from badak.layers import Layer
from badak.network import Network


@dataclass(frozen=True)
class LayerCheck:
    """The check of one layer by itself, with the input it has in the network.

    Attributes:
        name: of the layer; "loss" for the loss.
        kind: its class.
        rows: one for its input and one per parameter.
        faults: what else is wrong, in words: an output that is not finite, an input that changes,
            or a gradient of another shape.
    """

    name: str
    kind: str
    rows: tuple[ArrayCheck, ...]
    faults: tuple[str, ...] = ()

    @property
    def entries(self) -> int:
        """The number of gradients compared."""
        return sum(row.entries for row in self.rows)

    @property
    def kinks(self) -> int:
        """The number of gradients skipped because the output has a kink there."""
        return sum(row.kinks for row in self.rows)

    @property
    def worst(self) -> float:
        """The largest relative error."""
        return max(row.worst for row in self.rows)

    @property
    def symptoms(self) -> tuple[str, ...]:
        """The layer's faults, in words; empty if there are none."""
        wrong = [row.name for row in self.rows if not row.worst < TOLERANCE]
        shapes = [fault for fault in self.faults if fault.startswith("the gradient of")]
        told = [name for name in wrong if not any(f" {name} is" in fault for fault in shapes)]
        return (*(f"wrong gradient of {name}" for name in told), *self.faults)


def check_layers(
    net: Network,
    images: Images,
    labels: Labels,
    samples: int | None,
    training: bool,
    generator: np.random.Generator,
) -> tuple[LayerCheck, ...]:
    """Check every layer by itself, in the network's order, and the loss.

    A random weighted sum of the layer's output takes the place of the loss: `backward` gets its
    gradient, and must return what its central differences give.

    The net is of float64 and may be changed. Of each array `samples` entries are compared; all if
    None.

    Example:
        >>> from badak.layers import Flatten, Linear
        >>> net = Network([Flatten(), Linear(2)], (1, 1, 2), dtype=np.float64)
        >>> draw = np.random.default_rng(0)
        >>> layer_checks = check_layers(net, np.ones((1, 1, 1, 2)), np.array([0]), None, True, draw)
        >>> [(layer.name, layer.symptoms) for layer in layer_checks]
        [('flatten1', ()), ('linear1', ()), ('loss', ())]
    """
    x, layer_checks = images, []
    for name, layer in net.layers.items():
        check, x = _check(name, layer, x, samples, training, generator)
        layer_checks.append(check)

    def loss() -> float:
        return net.loss.forward(x, labels)[0]

    value, cache = net.loss.forward(x, labels)
    gradient = np.asarray(net.loss.backward(cache))
    minimum = FLOOR_OF_ROUNDING * max(1.0, abs(value))
    rows = compare({"input": x}, {"input": gradient}, loss, minimum, samples, generator)
    return (*layer_checks, LayerCheck("loss", type(net.loss).__name__, rows))


def _check(
    name: str,
    layer: Layer,
    x: Array,
    samples: int | None,
    training: bool,
    generator: np.random.Generator,
) -> tuple[LayerCheck, Array]:
    """The layer's check, and its output for the next layer, with 0 for NaN and infinity."""
    run = repeatable(layer, training)
    copy = x.copy()
    y, cache = run(copy)
    y = y.copy()  # the layer must not change it later
    faults = [] if np.isfinite(y).all() else ["forward gives NaN or infinity"]
    if not _same(copy, x):
        faults.append("forward changes its input")
    weights = generator.standard_normal(y.shape)
    grad_y = weights.copy()
    grad_x, grads = layer.backward(grad_y, cache)
    if not _same(grad_y, weights):
        faults.append("backward changes the gradient it is given")
    moved = x.copy()
    arrays = {"input": moved} | layer.parameters
    gradients = {"input": np.asarray(grad_x)} | {key: grads[key] for key in layer.parameters}
    for key, gradient in gradients.items():
        if gradient.shape != arrays[key].shape:
            faults.append(
                f"the gradient of {key} is {gradient.shape}, expected {arrays[key].shape}"
            )
    minimum = FLOOR_OF_ROUNDING * max(1.0, largest(weights * y))
    rows = compare(
        arrays, gradients, lambda: weights * run(moved.copy())[0], minimum, samples, generator
    )
    finite = np.where(np.isfinite(y), y, 0)  # not a fault of the layers after it
    return LayerCheck(name, type(layer).__name__, rows, tuple(faults)), finite


def repeatable(layer: Layer, training: bool) -> Callable[[Array], tuple[Array, Any]]:
    """Return a forward of the layer that draws the same numbers each time, within blocks too.

    Example:
        >>> from badak.layers import Dropout
        >>> net = Network([Dropout()], (1, 2, 2))
        >>> run = repeatable(net.layers["dropout1"], training=True)
        >>> x = np.ones((1, 1, 2, 2))
        >>> bool((run(x)[0] == run(x)[0]).all())
        True
    """
    generators = [leaf.generator for _, leaf in layer.leaves("") if leaf.generator is not None]
    states = [generator.bit_generator.state for generator in generators]

    def run(x: Array) -> tuple[Array, Any]:
        for generator, state in zip(generators, states, strict=True):
            generator.bit_generator.state = state
        return layer.forward(x, training)

    return run


def _same(x: Array, y: Array) -> bool:
    return np.array_equal(x, y, equal_nan=True)
