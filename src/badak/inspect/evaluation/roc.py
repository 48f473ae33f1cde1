"""ROC curves: how well a class's probability separates its images from all others.

Letters: N images, K classes, T thresholds.
"""

from dataclasses import dataclass

import numpy as np

from badak.arrays import Array, Mask
from badak.data import Dataset
from badak.errors import BadakError
from badak.inspect.evaluation.predictions import Predictions, predictions_of
from badak.network import Network


@dataclass(frozen=True, eq=False)
class RocCurve:
    """Rates at each threshold, from "no image is of this class" to "every image is".

    Attributes:
        false_positive_rate: (T,) share of the other classes' images at or above the threshold.
        true_positive_rate: (T,) share of this class's images at or above the threshold.
        thresholds: (T,) decreasing, the first infinite. Points on a straight line are left out.
        auc: area under the curve: how often an image of the class gets a higher probability than
            one of another class; a tie counts half.
    """

    false_positive_rate: Array
    true_positive_rate: Array
    thresholds: Array
    auc: float


@dataclass(frozen=True, eq=False)
class Roc:
    """A curve for each class against the rest, and their average.

    Attributes:
        class_names: K names.
        curves: K curves; None for a class without images, whose true-positive rate is 0 / 0.
        macro_false_positive_rate: (M,) false-positive rates at which the average curve bends.
        macro_true_positive_rate: (M,) mean true-positive rate of the curves. A vertical step has
            two points, one above the other.
    """

    class_names: tuple[str, ...]
    curves: tuple[RocCurve | None, ...]
    macro_false_positive_rate: Array
    macro_true_positive_rate: Array

    @property
    def auc(self) -> Array:
        """(K,) area under each curve; NaN for a class without images."""
        return np.array([np.nan if curve is None else curve.auc for curve in self.curves])

    @property
    def macro_auc(self) -> float:
        """Mean area under the curves; each class counts the same."""
        return float(np.nanmean(self.auc))

    @property
    def absent(self) -> tuple[str, ...]:
        """Names of the classes without images, which have no curve."""
        pairs = zip(self.class_names, self.curves, strict=True)
        return tuple(name for name, curve in pairs if curve is None)


def roc(net: Network | Predictions, data: Dataset | None = None) -> Roc:
    """Return each class's curve against the rest, the areas under them, and the macro average.

    A class without images has no curve: its curve is None, its area NaN, and its name is in
    `absent`. The average leaves it out, and the picture lists it as such.

    Args:
        net: the network, or its `Predictions`.
        data: labelled images; not needed with predictions.

    Raises:
        ArgumentTypeError: net or data of another type.
        BadakError: no images, images of one class only, or images or classes that do not fit the
            network.

    Source: Fawcett 2006, *An introduction to ROC analysis*.

    Example:
        >>> guesses = Predictions([0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]], ["cat", "dog"])
        >>> roc(guesses).auc
        array([1., 1.])
    """
    predictions = predictions_of(net, data)
    present = np.unique(predictions.labels)
    if len(present) < 2:
        raise BadakError(
            f"a ROC curve needs images of at least two classes; all {len(predictions)} are "
            f"{predictions.class_names[present[0]]!r}"
        )
    curves = [
        _curve(predictions.labels == k, predictions.probabilities[:, k]) if k in present else None
        for k in range(len(predictions.class_names))
    ]
    return Roc(predictions.class_names, tuple(curves), *_mean(curves))


def _curve(positive: Mask, score: Array) -> RocCurve:
    order = np.argsort(-score)
    falling = score[order]
    # Images of equal score pass the threshold together: one point, at the last of them.
    last = np.flatnonzero(np.diff(falling, append=-np.inf))
    hits = np.cumsum(positive[order])[last]
    hits, alarms = np.append(0, hits), np.append(0, last + 1 - hits)
    thresholds = np.append(np.inf, falling[last])
    up, along = np.diff(hits), np.diff(alarms)
    bends = np.ones(len(hits), bool)
    bends[1:-1] = up[:-1] * along[1:] != up[1:] * along[:-1]
    true_rate, false_rate = hits[bends] / hits[-1], alarms[bends] / alarms[-1]
    area = float(np.trapezoid(true_rate, false_rate))
    return RocCurve(false_rate, true_rate, thresholds[bends], area)


def _mean(curves: list[RocCurve | None]) -> tuple[Array, Array]:
    """The exact mean of the curves: its area is the mean of their areas."""
    present = [curve for curve in curves if curve is not None]
    places = np.unique(np.concatenate([curve.false_positive_rate for curve in present]))
    feet, tops = np.zeros(len(places)), np.zeros(len(places))
    for curve in present:
        x, y = curve.false_positive_rate, curve.true_positive_rate
        # At a vertical step, np.interp takes the last point, the top of the step; in reversed
        # order the last point is its foot.
        tops += np.interp(places, x, y)
        feet += np.interp(-places[::-1], -x[::-1], y[::-1])[::-1]
    steps = np.stack([feet, tops], axis=1).ravel() / len(present)
    return np.repeat(places, 2), steps
