"""counterfactual: the small change of an image that turns it into another class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array, Images
from badak.inspect.attribution.backward import trace
from badak.inspect.attribution.descent import normed, pull
from badak.inspect.subject import finite, one_class, one_image
from badak.network import Network
from badak.ops import softmax


@dataclass(frozen=True)
class Counterfactual:
    """An image changed until the network takes it for another class.

    Attributes:
        label: the class it was changed into.
        image: (C, H, W) in [0, 1], the changed image.
        change: (C, H, W), what was added to the image.
        probabilities: (steps + 1,), of `label`: before the first step and after each.
        reached: whether the last is at least the goal.
    """

    label: int
    image: Images
    change: Images
    probabilities: Array
    reached: bool


def counterfactual(
    net: Network,
    image: ArrayLike,
    label: int,
    *,
    goal: float = 0.9,
    steps: int = 200,
    lr: float = 0.01,
    smooth: float = 2.0,
    sparse: float = 0.2,
) -> Counterfactual:
    """Change an image as little as turns it into a class (Wachter et al. 2017, section III).

    Each step adds the gradient of the class's log-probability, scaled to a root mean square of
    `lr`. Two pulls keep the change small and visible: neighbouring pixels change alike (total
    variation), and each pixel's change shrinks towards 0 (the L1 distance that Wachter et al.
    recommend). It ends when the probability is `goal`.

    Args:
        net: the network; it stays as it is.
        image: (C, H, W): float in [0, 1], or uint8 in 0..255.
        label: the class to turn it into.
        goal: the probability to reach, below 1.
        steps: at most so many.
        lr: how far a step goes.
        smooth: pull of each pixel's change towards its neighbours', beside the gradient's 1.
        sparse: how much each step shrinks each pixel's change, as a share of `lr`.

    Raises:
        BadakError: an image or label that does not fit, an argument out of range, or an output
            that is not finite.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> found = counterfactual(SimpleConvNet(), np.full((1, 28, 28), 0.5), 3, steps=5)
        >>> bool(found.probabilities[-1] > found.probabilities[0]), found.change.shape
        (True, (1, 28, 28))
    """
    start, label = one_image(net, image)[0], one_class(net, label)
    checks.real(goal, "goal", above=0, below=1)
    checks.integer(steps, "steps", minimum=1)
    checks.real(lr, "lr", above=0)
    checks.real(smooth, "smooth", minimum=0)
    checks.real(sparse, "sparse", minimum=0)
    changed, probabilities = start.copy(), []
    for step in range(steps + 1):
        seen = trace(net, changed[None])
        shares = softmax(finite(seen.output))
        probabilities.append(shares[0, label])
        if probabilities[-1] >= goal or step == steps:
            break
        upwards = -shares  # the gradient of log softmax by the logits
        upwards[0, label] += 1
        change = changed - start
        change += lr * (normed(seen.gradient(upwards)[0]) + smooth * pull(change))
        shrunk = np.sign(change) * np.maximum(np.abs(change) - sparse * lr, 0)
        changed = (start + shrunk).clip(0, 1)
    return Counterfactual(
        label, changed, changed - start, np.array(probabilities), bool(probabilities[-1] >= goal)
    )
