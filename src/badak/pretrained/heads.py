"""transfer: a network that learnt elsewhere tells other classes apart, by a new head alone."""

from typing import NamedTuple

import numpy as np

from badak import checks
from badak.arrays import Array
from badak.data import Dataset
from badak.errors import ArgumentTypeError, BadakError
from badak.layers import Dropout, Flatten, GlobalAvgPool2d, Linear
from badak.network import Network, head
from badak.pretrained.cache import features
from badak.training import logistic


class Learnt(NamedTuple):
    """How a head learnt.

    Attributes:
        weight_decay: as `logistic.fit` takes it.
        steps: what was minimised and the share of right answers after each step.
    """

    weight_decay: float
    steps: list[tuple[float, float]]


def transfer(
    net: Network,
    train: Dataset,
    *,
    weight_decay: float | None = None,
    seed: int = 0,
    cache: bool = True,
    batch_size: int = 32,
) -> Network:
    """Return the network with a new head that tells the classes of `train` apart.

    All else stays as it is and is frozen. What it makes of the images is computed once, and kept in
    the user's cache. The head is a multinomial logistic regression on it, with the weight decay
    that is best in five-fold cross-validation.

    Args:
        net: a network that learnt elsewhere, such as `badak.pretrained.load` gives; it does not
            change.
        train: labelled images of the network's input shape.
        weight_decay: of the regression, see `badak.training.logistic`; chosen if None.
        seed: of the folds.
        cache: whether to use the cache on disk.
        batch_size: images at a time.

    Raises:
        ArgumentTypeError: no network or no Dataset.
        BadakError: images that do not fit, fewer than two per class, or a network whose head is not
            its end.

    Example:
        >>> from badak import data, models
        >>> train, test = data.load("digits")
        >>> body = models.SimpleConvNet(weight_init="he")  # learnt nothing so far
        >>> transfer(body, train, weight_decay=1.0, cache=False).evaluate(test).accuracy > 0.85
        True
    """
    if not isinstance(net, Network):
        raise ArgumentTypeError(f"net must be a Network; got {type(net).__name__}")
    if not isinstance(train, Dataset):
        raise ArgumentTypeError(f"train must be a badak.data.Dataset; got {type(train).__name__}")
    if weight_decay is not None:
        checks.real(weight_decay, "weight_decay", above=0)
    own = net.astype(net.dtype)
    begin(own, train.num_classes)
    learn(own, features(own, train, cache=cache, batch_size=batch_size), train,
          weight_decay, seed)  # fmt: skip
    return own


def begin(net: Network, num_classes: int) -> None:
    """Freeze a network but for its new head."""
    check_end(net)
    net.freeze("*")
    net.replace_head(num_classes)


def learn(
    net: Network,
    rows: Array,
    train: Dataset,
    weight_decay: float | None = None,
    seed: int = 0,
) -> Learnt:
    """Fit the network's head to features (N, F) of labelled images, and write it there.

    Raises:
        BadakError: a class with fewer than two images, or features that are not finite.
    """
    count, labels = net.num_classes, train.labels
    counts = np.bincount(labels, minlength=count)
    if counts.min() < 2:
        name = train.class_names[counts.argmin()]
        raise BadakError(f"each class needs at least two images; {name!r} has {counts.min()}")
    if not np.isfinite(rows).all():
        raise BadakError("the features are not finite: the network's weights or images are bad")
    if weight_decay is None:
        weight_decay = logistic.chosen_decay(rows, labels, count, seed)
    weight, bias, steps = logistic.fit(rows, labels, count, weight_decay)
    last = head.find(net)
    with net.step_alone():
        own = last.layer.parameters
        own["weight"][...] = weight.reshape(own["weight"].shape)
        own["bias"][...] = bias
    return Learnt(weight_decay, steps)


def check_end(net: Network) -> None:
    """Refuse a head whose output is not the network's, or that has no bias."""
    last = head.find(net)
    names = list(net.layers)
    after = [] if last.name not in names else names[names.index(last.name) + 1 :]
    kinds = [net.layers[name] for name in after]
    convolution = not isinstance(last.layer, Linear)
    allowed = (GlobalAvgPool2d, Flatten, Dropout) if convolution else (Dropout,)
    if last.name not in names or not all(isinstance(layer, allowed) for layer in kinds):
        raise BadakError(
            f"a head is fitted to features only if nothing but pooling comes after it; after "
            f"{last.name!r} comes {', '.join(after) or 'the rest of its block'}: train such a "
            "network with frozen layers by badak.Trainer"
        )
    if not last.layer.bias:
        raise BadakError(f"the head {last.name!r} has no bias, which it needs for this")
    if convolution and int(np.prod(last.layer.parameters["weight"].shape[2:])) > 1:
        raise BadakError(f"the head {last.name!r} must be a 1x1 convolution")
