"""What images that are changed step by step share: their step's length, a pull to smoothness."""

import numpy as np

from badak.arrays import Array, Images


def normed(gradient: Array) -> Array:
    """Return the gradient with a root mean square of 1; 0 where it is 0 everywhere.

    Example:
        >>> normed(np.array([3.0, 0.0, 0.0, 0.0]))
        array([2., 0., 0., 0.])
    """
    largest = np.abs(gradient).max()
    if largest == 0:
        return gradient
    gradient = gradient / largest  # or the squares of a small one would all be 0
    return np.asarray(gradient / np.sqrt(np.mean(np.square(gradient))))


def pull(image: Images) -> Images:
    """Return the sum of neighbours' differences: minus half the squared total variation's gradient.

    Example:
        >>> pull(np.array([[[0.0, 1.0, 0.0]]]))
        array([[[ 1., -2.,  1.]]])
    """
    pull = np.zeros_like(image)
    down, right = np.diff(image, axis=1), np.diff(image, axis=2)
    pull[:, :-1] += down
    pull[:, 1:] -= down
    pull[:, :, :-1] += right
    pull[:, :, 1:] -= right
    return pull
