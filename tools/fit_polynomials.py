"""Fit the polynomials of csrc/simd/vector_math.h and print them; needs mpmath (comes with torch).

Least squares at Chebyshev points, reweighted towards the largest error until all errors are alike.
"""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
from numpy.polynomial import Chebyshev, Polynomial, chebyshev

mpmath.mp.dps = 40
Function = Callable[[Any], Any]


def fit(function: Function, low: float, high: float, degree: int, weight: Function) -> Any:
    """Coefficients, lowest first, and the largest weighted error."""
    nodes = np.cos(np.pi * (np.arange(400) + 0.5) / 400)
    x = (low + high) / 2 + (high - low) / 2 * nodes
    y = np.array([float(function(mpmath.mpf(value))) for value in x])
    scale = np.array([float(weight(mpmath.mpf(value))) for value in x])
    terms, emphasis = chebyshev.chebvander(nodes, degree), np.ones(400)
    for _ in range(200):
        root = np.sqrt(emphasis) * scale
        coefficients = np.linalg.lstsq(terms * root[:, None], y * root, rcond=None)[0]
        error = np.abs(terms @ coefficients - y) * scale
        emphasis *= error / error.max() + 1e-12
        emphasis /= emphasis.sum()
    return Chebyshev(coefficients, domain=[low, high]).convert(kind=Polynomial).coef, error.max()


def erfcx_of(q: Any) -> Any:
    """exp(z^2) * erfc(z) * (1 + 2z), which hardly changes, with q = (z - 3) / (z + 3)."""
    z = 3 * (1 + q) / (1 - q)
    return mpmath.exp(z * z) * mpmath.erfc(z) * (1 + 2 * z)


FITS = {
    "(exp(r) - 1 - r) / r^2": fit(
        lambda r: (mpmath.expm1(r) - r) / r**2 if abs(r) > 1e-12 else 0.5,
        -0.35, 0.35, 4, weight=lambda r: max(r * r, 1e-6),
    ),
    "(log(1 + t) - t + t^2 / 2) / t^3": fit(
        lambda t: (mpmath.log1p(t) - t + t * t / 2) / t**3 if abs(t) > 1e-9 else mpmath.mpf(1) / 3,
        0.5**0.5 - 1, 2**0.5 - 1, 7, weight=lambda t: t * t + 1e-6,
    ),
    "erfcx": fit(erfcx_of, -1, 7.5 / 13.5, 10, weight=lambda q: 1 / erfcx_of(q)),
}  # fmt: skip

if __name__ == "__main__":
    for name, (coefficients, error) in FITS.items():
        print(name, *(f"{c:.9e}f" for c in coefficients), f"error {error:.1e}")
