"""Gradient clipping."""

import math
from collections.abc import Mapping

import numpy as np

from badak import checks
from badak.arrays import Array


def clip_gradients(
    gradients: Mapping[str, Array], max_norm: float
) -> tuple[dict[str, Array], float]:
    """Scale all gradients together so that their common norm is at most `max_norm`.

    Args:
        gradients: name -> array.
        max_norm: the largest allowed square root of the sum of all squares, above 0.

    Returns:
        The gradients, new arrays where they were scaled; and the norm before.

    Raises:
        BadakError: max_norm out of range.

    Source: Pascanu et al. 2013, algorithm 1.

    Example:
        >>> clipped, norm = clip_gradients({"w": np.array([3.0, 4.0])}, max_norm=1)
        >>> clipped["w"].round(3), norm
        (array([0.6, 0.8]), 5.0)
    """
    checks.real(max_norm, "max_norm", above=0)
    norm = math.sqrt(sum(float(np.vdot(array, array)) for array in gradients.values()))
    if norm <= max_norm:
        return dict(gradients), norm
    return {name: array * (max_norm / norm) for name, array in gradients.items()}, norm
