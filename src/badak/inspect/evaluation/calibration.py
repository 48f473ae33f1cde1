"""Calibration: a temperature that makes probabilities honest, and how sure an answer must be.

Letters: N images, K classes.
"""

from collections.abc import Sequence

import numpy as np

from badak import checks
from badak.arrays import Array, Mask
from badak.data import Dataset
from badak.errors import ArgumentTypeError, BadakError
from badak.inspect.evaluation.predictions import Predictions, predictions_of
from badak.layers import Scale
from badak.network import Network

# Of the temperature. Without a single wrong answer the best one is 0: certainty.
LOWEST, HIGHEST = 0.05, 20.0
STEPS = 100
# A probability that was rounded to 0 still has a logarithm.
SMALLEST = 1e-300


def temperature(net: Network | Predictions, data: Dataset | None = None) -> float:
    """Return the temperature T for which softmax(logits / T) fits the labels best.

    T minimises the mean cross-entropy, which is convex in 1 / T; a T above 1 says that the network
    is too sure of itself. The predicted classes stay the same. Use images that neither trained the
    network nor chose among epochs. Source: Guo et al. 2017, *On Calibration of Modern Neural
    Networks*, section 4.2.

    Args:
        net: the network, or its `Predictions`.
        data: labelled images; not needed with predictions.

    Returns:
        T, between 0.05 and 20.

    Raises:
        ArgumentTypeError, BadakError: as `predictions`.

    Example:
        >>> sure = Predictions([0, 1, 1, 0], [[0.99, 0.01]] * 4, ["cat", "dog"])
        >>> temperature(sure)  # half of the answers are right, whatever it says
        20.0
        >>> hedged = Predictions([0, 0, 0, 1], [[0.6, 0.4]] * 4, ["cat", "dog"])
        >>> round(temperature(hedged), 4)  # 0.4 / 0.6 becomes 0.25 / 0.75
        0.3691
    """
    found = predictions_of(net, data)
    logits = np.log(np.maximum(found.probabilities, SMALLEST))
    own = logits[np.arange(len(logits)), found.labels]
    low, high = 1 / HIGHEST, 1 / LOWEST
    # The slope of the mean loss grows with 1 / T: halve the interval that holds its zero.
    for _ in range(STEPS):
        middle = (low + high) / 2
        weights = np.exp(middle * (logits - logits.max(axis=1, keepdims=True)))
        expected = (weights * logits).sum(axis=1) / weights.sum(axis=1)
        if (expected - own).mean() > 0:
            high = middle
        else:
            low = middle
    return 2 / (low + high)


def with_temperature(net: Network, temperature: float) -> Network:
    """Return the network with its logits divided by a temperature, as a last layer.

    So the temperature is part of the model: files, exports and predictions have it.

    Raises:
        ArgumentTypeError, BadakError: not a network, or a temperature outside 0.05..20.

    Example:
        >>> from badak.models import LeNet5
        >>> calm = with_temperature(LeNet5(), 2.0)
        >>> list(calm.layers)[-1], calm.layers["temperature"].buffers["weight"]
        ('temperature', array([0.5], dtype=float32))
    """
    if not isinstance(net, Network):
        raise ArgumentTypeError(f"net must be a Network; got {type(net).__name__}")
    checks.real(temperature, "temperature", minimum=LOWEST, maximum=HIGHEST)
    name = "temperature"
    if name in net.layers:
        raise BadakError(f"net has a layer {name!r} already: calibrate the network without it")
    scale = Scale("number", init=1 / temperature, bias=False)
    state = {**net.state(), f"{name}.weight": np.array([1 / temperature], net.dtype)}
    calm = Network(
        {**net.layers, name: scale},
        net.input_shape,
        seed=net.seed,
        dtype=net.dtype,
        loss=net.loss,
        fuse=net.fuse,
        state=state,
    )
    if net.frozen:
        calm.freeze(*net.frozen)
    return calm


def thresholds(
    net: Network | Predictions, data: Dataset | None = None, precision: float = 0.95
) -> Array:
    """Return how probable each class must be for its answers to be right often enough.

    Args:
        net: the network, or its `Predictions`.
        data: labelled images; not needed with predictions.
        precision: of the answers "class k" with at least its threshold, the share that must be
            right.

    Returns:
        (K,): the lowest such probability that occurs among these images; infinity if no threshold
        reaches the precision.

    Raises:
        ArgumentTypeError, BadakError: as `predictions`, or a precision outside 0..1.

    Example:
        >>> guesses = Predictions([0, 0, 1, 1], [[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7]],
        ...                       ["cat", "dog"])
        >>> thresholds(guesses), thresholds(guesses, precision=0.6)
        (array([0.8, 0.7]), array([0.6, 0.7]))
    """
    found = predictions_of(net, data)
    checks.real(precision, "precision", minimum=0, maximum=1)
    lowest = np.full(len(found.class_names), np.inf)
    for label in range(len(lowest)):
        own = found.predicted == label
        sure = np.sort(found.confidence[own])[::-1]
        right = np.cumsum(~found.wrong[own][np.argsort(-found.confidence[own], kind="stable")])
        enough = right >= precision * np.arange(1, len(sure) + 1)
        # Answers of equal probability stand or fall together: the last of them counts.
        last = np.append(sure[1:] < sure[:-1], True)[: len(sure)]
        if (enough & last).any():
            lowest[label] = sure[enough & last].min()
    return lowest


def accepted(found: Predictions, limits: Sequence[float] | Array) -> Mask:
    """Return which answers are at least as probable as their class's threshold: (N,) booleans.

    Raises:
        BadakError: not one threshold per class.

    Example:
        >>> guesses = Predictions([0, 1], [[0.9, 0.1], [0.4, 0.6]], ["cat", "dog"])
        >>> accepted(guesses, [0.5, 0.7])
        array([ True, False])
    """
    chosen = np.asarray(limits, np.float64)
    if chosen.shape != (len(found.class_names),):
        raise BadakError(
            f"limits must be {len(found.class_names)}, one per class; got shape {chosen.shape}"
        )
    sure: Mask = found.confidence >= chosen[found.predicted]
    return sure
