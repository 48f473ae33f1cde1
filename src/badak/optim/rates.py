"""Rates: factors on the learning rate, by patterns of the parameters' names."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from badak import checks
from badak.errors import ArgumentTypeError, BadakError, nearest_words, shown

Rates = dict[str, float]


def checked_rates(rates: Any) -> Rates:
    """Return pattern -> factor, of a dictionary or of pairs.

    Example:
        >>> checked_rates({"conv1.*": 0.0})
        Traceback (most recent call last):
        badak.errors.BadakError: rates['conv1.*'] must be above 0; got 0.0: freeze the layer instead
    """
    try:
        pairs = dict(rates)
    except (TypeError, ValueError):
        pairs = {0: rates}
    if not all(isinstance(pattern, str) for pattern in pairs):
        raise ArgumentTypeError(
            "rates must be a dictionary of factors by pattern, such as {'block7.*': 0.1}; got "
            f"{shown(rates)}"
        )
    return {pattern: _factor(pattern, factor) for pattern, factor in pairs.items()}


def _factor(pattern: str, factor: Any) -> float:
    number = checks.real(factor, f"rates[{pattern!r}]", minimum=0)
    if not number:
        raise BadakError(
            f"rates[{pattern!r}] must be above 0; got {factor}: freeze the layer instead"
        )
    return number


def factor_of(rates: Mapping[str, float], name: str) -> float:
    """Return the factor of a parameter: the first pattern that matches decides; 1 if none does.

    Example:
        >>> factor_of({"head.*": 1.0, "*": 0.1}, "conv1.weight")
        0.1
    """
    return next((rates[pattern] for pattern in rates if fnmatchcase(name, pattern)), 1.0)


def check_matches(rates: Mapping[str, float], names: Iterable[str]) -> None:
    """Refuse a pattern that matches no parameter.

    Raises:
        BadakError: the message names the pattern and parameters that are near.
    """
    known = list(names)
    for pattern in rates:
        if not any(fnmatchcase(name, pattern) for name in known):
            near = nearest_words(pattern.rstrip("*"), known)
            raise BadakError(
                f"rates: {pattern!r} matches no parameter; "
                f"{'near are' if near else 'the first are'}: {', '.join(near or known[:5])}"
            )
