"""Formulas whose names are replaced by numbers."""

import re
from collections.abc import Mapping

_NAME = re.compile(r"\b[a-z]\w*")


def used(formula: str, numbers: Mapping[str, float]) -> dict[str, float]:
    """The numbers that a formula names, in its order.

    Example:
        >>> used("exp(x) + bias", {"bias": 1.0, "x": 2.0, "eps": 3.0})
        {'x': 2.0, 'bias': 1.0}
    """
    names = dict.fromkeys(_NAME.findall(formula))
    return {name: numbers[name] for name in names if name in numbers}


def filled(formula: str, numbers: Mapping[str, float], digits: int = 4) -> str:
    """Write a formula with its numbers; one below 0 in parentheses where it needs them.

    Example:
        >>> filled("max(x, 0) + bias", {"x": -0.3125, "bias": -2.0})
        'max(-0.3125, 0) + (-2)'
    """

    def number(match: re.Match[str]) -> str:
        if match[0] not in numbers:
            return match[0]
        text = f"{numbers[match[0]]:.{digits}g}"
        before, after = formula[: match.start()].rstrip(), formula[match.end() :].lstrip()
        alone = (not before or before[-1] in "(,") and not after.startswith("**")
        return text if alone or not text.startswith("-") else f"({text})"

    return _NAME.sub(number, formula)
