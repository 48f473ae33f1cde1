"""activation_switch: losses by activation, and the gradients that reach each layer."""

import math
from typing import TYPE_CHECKING

from badak.inspect.draw.text import plain
from badak.lessons.activation_switch import ActivationSwitch
from badak.lessons.draw.panels import BLUE, GREEN, LARGE, ORANGE, WORDS, losses, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = {"sigmoid": ORANGE, "tanh": GREEN, "relu": BLUE}
MARKERS = {"sigmoid": "o", "tanh": "s", "relu": "D"}


def activation_switch(found: ActivationSwitch) -> "Figure":
    """Draw the losses (left), and the size of each layer's gradient at the first step (right).

    Example:
        >>> from badak import data, lessons
        >>> train, test = data.load("digits")
        >>> found = lessons.activation_switch(train[:100], test[:50], epochs=1)
        >>> len(activation_switch(found).axes[1].get_lines())
        3
    """
    from badak.inspect.draw.figure import Figure

    figure = Figure(figsize=(11, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    named = {f"{name}: {each.words}": each for name, each in found.trainings.items()}
    starts = [float(each.losses[0]) for each in named.values() if len(each.losses)]
    colours = [COLOURS[name] for name in found.trainings]
    losses(left, named, colours, 1.2 * max([math.log(2), *starts]))
    left.legend(title="accuracy on new images", frameon=False, fontsize=WORDS)
    left.set_title("One network, three activations", size=LARGE)
    for name, sizes in found.gradients.items():
        look = {"color": COLOURS[name], "marker": MARKERS[name], "lw": 2.2, "label": name}
        right.plot(range(len(sizes)), sizes, **look)
    right.set_yscale("log")
    right.set_xticks(range(len(found.layers)), [plain(layer) for layer in found.layers], size=WORDS)
    right.set_ylabel("gradient of the weights\n(root mean square)", size=WORDS)
    right.set_title("What arrives at the first step; it travels to the left", size=LARGE)
    right.legend(frameon=False, fontsize=WORDS)
    tidy(right)
    return figure
