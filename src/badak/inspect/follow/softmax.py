"""explain_softmax: how the logits become one class's probability."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from badak.arrays import Array
from badak.inspect.follow.explain import Worked
from badak.inspect.subject import finite, one_class, one_image
from badak.network import Network
from badak.ops import softmax


@dataclass(frozen=True)
class ExplainedSoftmax(Worked):
    """One class's probability, taken apart: ``exponentials[label] / total == value``.

    Attributes:
        label: the class.
        logits: (K,) the network's output.
        exponentials: (K,) exp(logit - largest), so that none is too large for a float.
        probabilities: (K,).
        largest: of the logits.
        total: the sum of the exponentials.
        loss: -log(value), the cross-entropy if the class is the right one.
    """

    label: int
    logits: Array = field(repr=False)
    exponentials: Array = field(repr=False)
    probabilities: Array = field(repr=False)
    largest: float
    total: float
    loss: float


def explain_softmax(net: Network, image: ArrayLike, label: int) -> ExplainedSoftmax:
    """Take the probability of one class apart (the book's chapter 3.5).

    Args:
        net: the network.
        image: (C, H, W): float, or uint8 in 0..255.
        label: the class.

    Raises:
        BadakError: an image or a label that does not fit, or an output that is not finite.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> result = explain_softmax(SimpleConvNet(), np.ones((1, 28, 28)), label=3)
        >>> bool(np.isclose(result.exponentials[3] / result.total, result.value))
        True
    """
    images, label = one_image(net, image), one_class(net, label)
    logits = finite(net(images))
    largest = float(logits[0].max())
    exponentials = np.exp(logits[0] - logits[0].max())
    total = float(exponentials.sum(dtype=np.float64))
    # From the logarithm, so that a probability too small for a float still has a loss.
    loss = largest - float(logits[0, label]) + float(np.log(total))
    return ExplainedSoftmax(
        formula="exp(logit - largest) / total",
        numbers={"logit": float(logits[0, label]), "largest": largest, "total": total},
        value=float(softmax(logits)[0, label]),
        label=label,
        logits=logits[0],
        exponentials=exponentials,
        probabilities=softmax(logits)[0],
        largest=largest,
        total=total,
        loss=loss,
    )
