"""gradient_maps: the gradient of a logit or of the loss, at every layer's output."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from badak import checks
from badak.arrays import Array
from badak.inspect.follow.step import Step, steps
from badak.inspect.subject import finite, one_class, one_image
from badak.layers.walk import Tape
from badak.network import Network

Of = Literal["logit", "loss"]


class Backward(NamedTuple):
    """One image forward and back.

    Attributes:
        image: (C, H, W), as it entered.
        steps: of the forward pass, in order.
        gradients: of each layer's output, by name; of the image under ``""``.
        value: the logit, or the loss.
    """

    image: Array
    steps: list[Step]
    gradients: dict[str, Array]
    value: float


def gradient_maps(net: Network, image: ArrayLike, label: int, of: Of = "logit") -> dict[str, Array]:
    """Return the gradient of every layer's output for one image: the backward `feature_maps`.

    Args:
        net: the network; dropout is off and batch norm uses its running statistics.
        image: (C, H, W): float, or uint8 in 0..255.
        label: the class.
        of: "logit": the class's, before the softmax; "loss": the network's for this label.

    Returns:
        Layer name -> an array like its output, in the network's order; before all others ``""``,
        the image's.

    Raises:
        BadakError: an image or a label that does not fit, an unknown word, or an output that is
            not finite.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> maps = gradient_maps(SimpleConvNet(), np.ones((1, 28, 28)), label=3)
        >>> maps[""].shape, maps["pool1"].shape, maps["linear2"].tolist()[2:5]
        ((1, 28, 28), (30, 12, 12), [0.0, 1.0, 0.0])
    """
    result = backward(net, image, label, of)
    names = ["", *(step.name for step in result.steps)]
    return {name: result.gradients[name] for name in names}


def backward(net: Network, image: ArrayLike, label: int, of: Of) -> Backward:
    """Run an image forward and back; see `gradient_maps`."""
    images, label = one_image(net, image), one_class(net, label)
    checks.choice(of, "of", ("logit", "loss"))
    tape = Tape(net.layers)
    path = list(steps(images, tape.forward(images)))
    logits = finite(path[-1].output[None])
    if of == "loss":
        value, cache = net.loss.forward(logits, [label])
        grad_y = net.loss.backward(cache)
    else:
        value, grad_y = float(logits[0, label]), np.zeros_like(logits)
        grad_y[0, label] = 1
    # A layer may hand on what it was given, so each is copied.
    gradients = {name: np.array(grad[0]) for name, grad in tape.backward(grad_y)}
    return Backward(images[0], path, gradients, value)
