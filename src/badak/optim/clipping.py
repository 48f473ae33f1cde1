"""Gradient clipping."""

import math
from collections.abc import Mapping

from badak import checks, ops
from badak.arrays import Array
from badak.errors import BadakError


def clip_gradients(
    gradients: Mapping[str, Array], max_norm: float
) -> tuple[dict[str, Array], float]:
    """Scale all gradients together so that their common norm is at most `max_norm`.

    Args:
        gradients: name -> array.
        max_norm: the largest allowed square root of the sum of all squares, above 0.

    Returns:
        The gradients, new arrays if they were scaled; and the norm before.

    Raises:
        BadakError: max_norm out of range, or a gradient with NaN or infinity, which is named.

    Source: Pascanu et al. 2013, algorithm 1.

    Example:
        >>> import numpy as np
        >>> clipped, norm = clip_gradients({"w": np.array([3.0, 4.0])}, max_norm=1)
        >>> clipped["w"].round(3), norm
        (array([0.6, 0.8]), 5.0)
    """
    max_norm = checks.real(max_norm, "max_norm", above=0)
    norm = ops.norm(list(gradients.values()))
    if not math.isfinite(norm):
        name = list(gradients)[ops.first_not_finite(list(gradients.values()))]
        raise BadakError(f"the gradient of {name} is not finite and cannot be clipped")
    if norm <= max_norm:
        return dict(gradients), norm
    return {name: array * (max_norm / norm) for name, array in gradients.items()}, norm
