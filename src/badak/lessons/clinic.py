"""clinic: find the layers that compute something wrong, forward or backward."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from badak import terminal
from badak.arrays import Array, as_images
from badak.inspect import GradientCheck, gradient_check
from badak.inspect.checks.layer_check import repeatable
from badak.layers import Layer
from badak.lessons.check.badak_layers import faults_of
from badak.lessons.check.words import Words
from badak.network import Network

if TYPE_CHECKING:
    from rich.console import Group

# Two right ways to compute a layer in float64 differ by rounding, about a millionth of this.
SAME = 1e-9
NAMES = Words("en")


@dataclass(frozen=True)
class ForwardCheck:
    """One layer's forward compared with a right layer's, on the same input.

    Attributes:
        name: of the layer.
        training: the largest difference in training, relative to the largest right output.
        prediction: the same in prediction.
    """

    name: str
    training: float
    prediction: float

    @property
    def symptoms(self) -> tuple[str, ...]:
        """In which mode the forward is wrong, in words."""
        modes = {"training": self.training, "prediction": self.prediction}
        wrong = [mode for mode, difference in modes.items() if not difference < SAME]
        return (f"wrong forward in {' and '.join(wrong)}",) if wrong else ()


@dataclass(frozen=True)
class Diagnosis:
    """The result of `clinic`; ``str()`` draws the table.

    Attributes:
        gradients: the check of each layer's backward, by `badak.inspect.gradient_check`.
        forwards: layer name -> the check of its forward, for layers with a right one.
        faults: failing layer's name -> the likely faults, keys of `badak.lessons.check.faults`,
            where the exercise checker knows such a layer.
    """

    gradients: GradientCheck
    forwards: dict[str, ForwardCheck]
    faults: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def symptoms(self) -> dict[str, tuple[str, ...]]:
        """Layer name -> its faults, in words, for the failing layers and "loss"."""
        symptoms = {}
        for layer in self.gradients.layers:
            forward = self.forwards.get(layer.name)
            words = (*layer.symptoms, *(() if forward is None else forward.symptoms))
            if words:
                symptoms[layer.name] = words
        return symptoms

    @property
    def failing(self) -> tuple[str, ...]:
        """The names of the failing layers."""
        return tuple(self.symptoms)

    ill = failing  # its former name

    def __rich__(self) -> "Group":
        cells = []
        for layer in self.gradients.layers:
            forward = self.forwards.get(layer.name)
            differs = "" if forward is None else f"{max(forward.training, forward.prediction):.1e}"
            words = "; ".join(self.symptoms.get(layer.name, ("ok",)))
            if layer.name in self.faults:
                words += f" (likely: {'; '.join(map(NAMES.fault, self.faults[layer.name]))})"
            cells.append([layer.name, layer.kind, f"{layer.entries:,}", f"{layer.kinks:,}",
                          f"{layer.worst:.1e}", differs, words])  # fmt: skip
        columns = ["Layer", "Kind", "Compared", "At a kink", "Gradient error", "Forward error"]
        verdict = f"Failing: {', '.join(self.failing)}" if self.failing else "All layers pass"
        return terminal.table(verdict, [*columns, "Finding"], cells, numbers=columns[2:])

    def __str__(self) -> str:
        return terminal.render(self)


def clinic(net: Network, x: ArrayLike, labels: ArrayLike, *, samples: int | None = 30) -> Diagnosis:
    """Find the layers of a network that compute something wrong, by name.

    Each layer's backward is compared with central differences of its own forward. But a wrong
    forward, such as a max pool padded with zeros, can have a matching backward. So if a layer has
    an attribute `right`, as the layers of `badak.lessons.bugs` have, its forward is compared with
    that layer's, in training and in prediction. The likely fault of a failing layer is named by the
    trials of the exercise checker.

    Args:
        net: the network; it is not changed.
        x: a few images (N, C, H, W).
        labels: (N,) class indices.
        samples: entries compared in each array, drawn at random; all if None.

    Raises:
        BadakError: no images, or images or labels that do not fit.

    Example:
        >>> from badak.layers import Conv2d, Flatten, Linear
        >>> from badak.lessons.bugs import MaxPoolPadsWithZeros
        >>> net = Network([Conv2d(2, 3), MaxPoolPadsWithZeros(2, padding=1), Flatten(), Linear(3)],
        ...               input_shape=(1, 6, 6))
        >>> clinic(net, -np.ones((1, 1, 6, 6)), [2]).symptoms
        {'pool1': ('wrong forward in training and prediction',)}
    """
    gradients = gradient_check(net, x, labels, samples=samples)
    double = net.astype(np.float64)
    images: Array = as_images(x, net.input_shape, np.float64).copy()
    forwards = {}
    for name, layer in double.layers.items():
        right = getattr(layer, "right", None)
        if isinstance(right, Layer):
            differences = (_difference(layer, right, images, mode) for mode in (True, False))
            forwards[name] = ForwardCheck(name, *differences)
            layer = right  # so that the layers after it get the right input
        images = repeatable(layer, True)(images)[0]
    diagnosis = Diagnosis(gradients, forwards)
    failing = [name for name in diagnosis.failing if name in double.layers]
    faults = {name: faults_of(type(double.layers[name])) for name in failing}
    return replace(diagnosis, faults={name: named for name, named in faults.items() if named})


def _difference(layer: Layer, right: Layer, x: Array, training: bool) -> float:
    """The largest difference of the outputs, relative to the largest right value."""
    run, run_right = repeatable(layer, training), repeatable(right, training)  # one generator
    expected = run_right(x.copy())[0].copy()
    got = run(x.copy())[0]
    scale = float(np.abs(expected).max(initial=0.0)) or 1.0
    return float(np.abs(got - expected).max(initial=0.0)) / scale
