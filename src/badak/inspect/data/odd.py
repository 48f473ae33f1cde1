"""Images that differ from the rest: blank, dark, bright, blurred, tiny, long, or simply unlike.

Each function returns the indices of such images, the most extreme first. Letters: N images.
"""

import numpy as np

from badak.arrays import Array, Indices, Mask
from badak.inspect.data.survey import Survey

BLANK = 0.01  # contrast: about 2.5 of 255 grey levels
DARK, BRIGHT = 0.1, 0.93  # mean grey value
SPREADS = 3.0  # robust standard deviations from the median
LONG = 3.0  # longer side / shorter side: the centre crop shows less than a third
SMALL = 32  # pixels of the shorter side
NEAREST, DIRECTIONS, COMPARED = 5, 16, 4000
UNLIKE = 5.0  # robust standard deviations of the distance to the nearest images


def blank(seen: Survey) -> Indices:
    """Images of one grey value, or nearly so."""
    return _ranked(seen.contrast, seen.contrast < BLANK)


def dark(seen: Survey) -> Indices:
    """Very dark images, if the others are brighter."""
    low = (seen.brightness < DARK) & (deviation(seen.brightness) < -SPREADS)
    return _ranked(seen.brightness, low & (seen.contrast >= BLANK))


def bright(seen: Survey) -> Indices:
    """Very bright images, if the others are darker."""
    high = (seen.brightness > BRIGHT) & (deviation(seen.brightness) > SPREADS)
    return _ranked(-seen.brightness, high & (seen.contrast >= BLANK))


def blurred(seen: Survey) -> Indices:
    """Images whose Laplacian varies far less than is usual in the data set (Pech-Pacheco 2000)."""
    visible = (seen.contrast >= BLANK) & (seen.brightness >= DARK)
    sharp = np.log(np.maximum(seen.sharpness, 1e-3))
    return _ranked(sharp, (deviation(sharp, visible) < -SPREADS) & visible)


def elongated(seen: Survey) -> Indices:
    """Images far longer than wide, or wider than long."""
    ratio = seen.sizes.max(axis=1) / seen.sizes.min(axis=1)
    return _ranked(-ratio, ratio > LONG)


def small(seen: Survey) -> Indices:
    """Images of few pixels, if most of the others have more."""
    side = seen.sizes.min(axis=1)
    return _ranked(side, (side < SMALL) & (np.median(side) >= 2 * SMALL))


def unlike(seen: Survey) -> Indices:
    """Images whose features are far from those of all others.

    The distance is the mean of those to the nearest five, in the features' sixteen main directions;
    a large data set is compared with 4,000 images spread over it.
    """
    if len(seen) <= 4 * NEAREST:
        return np.empty(0, np.int64)
    x = seen.features.astype(np.float64) - seen.features.mean(axis=0)
    _, axes = np.linalg.eigh(x.T @ x)
    x = (x @ axes[:, -DIRECTIONS:]).astype(np.float32)
    others = x[np.unique(np.linspace(0, len(x) - 1, COMPARED).astype(np.int64))]
    lengths = np.einsum("nd,nd->n", others, others)
    far = np.empty(len(x))
    for start in range(0, len(x), 1000):
        rows = x[start : start + 1000]
        square = np.einsum("nd,nd->n", rows, rows)[:, None] + lengths - 2 * rows @ others.T
        nearest = np.partition(np.maximum(square, 0), NEAREST, axis=1)[:, : NEAREST + 1]
        far[start : start + 1000] = np.sqrt(nearest).mean(axis=1)  # the image itself among them
    return _ranked(-far, (deviation(far) > UNLIKE) & (seen.contrast >= BLANK))


def deviation(values: Array, usual: Mask | None = None) -> Array:
    """Return how many robust standard deviations each value lies from the median.

    Half of the usual values lie within 0.6745 of them; all are 0 if more than half are equal.

    Example:
        >>> deviation(np.array([1.0, 2.0, 3.0, 4.0, 90.0])).round(2)
        array([-1.35, -0.67,  0.  ,  0.67, 58.68])
    """
    chosen = values if usual is None or not usual.any() else values[usual]
    apart = values - np.median(chosen)
    spread = np.median(np.abs(chosen - np.median(chosen))) / 0.6745
    return apart / spread if spread > 0 else np.zeros_like(apart)


def _ranked(value: Array, chosen: Mask) -> Indices:
    """The chosen images, those of the smallest value first."""
    places = np.flatnonzero(chosen)
    ranked: Indices = places[np.argsort(value[places], kind="stable")]
    return ranked
