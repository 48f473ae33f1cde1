"""L-BFGS: where a smooth convex function of a few numbers is lowest.

Liu and Nocedal 1989; Nocedal and Wright, *Numerical Optimization*, algorithm 7.4. A network's loss
is neither convex nor the same in two batches: for that there are the other optimizers.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
# Pairs of steps and gradients that are remembered, and steps after which it ends.
MEMORY, MAX_STEPS = 10, 300


def minimum(
    loss: Callable[[Numbers], tuple[float, Numbers]],
    start: Numbers,
    tolerance: float = 1e-6,
    each: Callable[[float], object] = lambda _: None,
) -> Numbers:
    """Return where a smooth convex function is lowest; `each` is called with its value per step.

    Args:
        loss: returns the value and the gradient.
        start: where to begin.
        tolerance: the largest number of a gradient that counts as 0.
        each: called after each step.

    Example:
        >>> minimum(lambda x: (float(((x - 3) ** 2).sum()), 2 * (x - 3)), np.zeros(2)).round(4)
        array([3., 3.])
    """
    x, (value, gradient) = start, loss(start)
    pairs: list[tuple[Numbers, Numbers]] = []
    for _ in range(MAX_STEPS):
        if np.abs(gradient).max() < tolerance:
            break
        direction = -_newton(gradient, pairs)
        slope, length = float((gradient * direction).sum()), 1.0
        if not pairs:
            length = 1 / max(1.0, float(np.sqrt((gradient**2).sum())))
        while True:  # Armijo's rule; the function is convex, so a short step lowers it
            step = length * direction
            lower, after = loss(x + step)
            if lower <= value + 1e-4 * length * slope or length < 1e-10:
                break
            length /= 2
        pairs = [*pairs, (step, after - gradient)][-MEMORY:]
        pairs = [(s, y) for s, y in pairs if float((s * y).sum()) > 1e-16]
        x, value, gradient = x + step, lower, after
        each(value)
    return x


def _newton(gradient: Numbers, pairs: Sequence[tuple[Numbers, Numbers]]) -> Numbers:
    """The gradient times an estimate of the inverse Hessian: L-BFGS's two loops."""
    q, shares = gradient.copy(), []
    for s, y in reversed(pairs):
        share = float((s * q).sum()) / float((s * y).sum())
        shares.append(share)
        q -= share * y
    if pairs:
        s, y = pairs[-1]
        q *= float((s * y).sum()) / float((y * y).sum())
    for (s, y), share in zip(pairs, reversed(shares), strict=True):
        q += s * (share - float((y * q).sum()) / float((s * y).sum()))
    return q
