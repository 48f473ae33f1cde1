"""Which edition of the ops runs: one rule.

The native one, if it is built, not forbidden, and the arrays are float32; else the reference.
"""

import importlib
import os
from types import ModuleType, TracebackType
from typing import Any

import numpy as np

from badak import checks
from badak.ops import processor, reference

EDITIONS: dict[str, ModuleType] = {"reference": reference}
if processor.core() is not None:  # else installed without a compiler: `badak --version` says so
    EDITIONS["native"] = importlib.import_module("badak.ops.native")

_BEST = "native" if "native" in EDITIONS else "reference"
_active = checks.choice(os.environ.get("BADAK_OPS", _BEST), "BADAK_OPS", EDITIONS)
_switches = 0


def active() -> str:
    """Return the name of the edition that runs for float32.

    Example:
        >>> with use("reference"):
        ...     active()
        'reference'
    """
    return _active


def switches() -> int:
    """Return how often an edition was chosen; if it changed, another one may have run meanwhile."""
    return _switches


def of(dtype: "np.dtype[Any]") -> ModuleType:
    """Return the edition for arrays of this dtype: a module that holds every op's arithmetic."""
    return reference if dtype != np.float32 else EDITIONS[_active]


def fused() -> ModuleType:
    """Return the native calls that join several ops; only if the native edition is active."""
    return importlib.import_module("badak.ops.native.fused")


def predict() -> ModuleType:
    """Return the native predictions; only if the native edition is active."""
    return importlib.import_module("badak.ops.native.predict")


def pixels() -> ModuleType:
    """Return the native convolutions of maps with the channels innermost; likewise."""
    return importlib.import_module("badak.ops.native.pixels")


def pixels_maps() -> ModuleType:
    """Return the native calls for all else that is done with such maps; likewise."""
    return importlib.import_module("badak.ops.native.pixels_maps")


def pixels_normed() -> ModuleType:
    """Return the native convolutions of such maps with the batch norms around them; likewise."""
    return importlib.import_module("badak.ops.native.pixels_normed")


def fma_peak() -> float | None:
    """Measure how many float32 operations per second this machine reaches, multiply-adds alone.

    Returns:
        FLOP/s of all threads together, a multiply-add counted as two; None if the native core
        is not built. It takes a tenth of a second or more.

    Example:
        >>> peak = fma_peak()
        >>> peak is None or peak > 1e8
        True
    """
    compiled = processor.core()
    return None if compiled is None else float(compiled.fma_peak())


class use:
    """Run the edition `name` from now on, or only inside a ``with`` block.

    Example:
        >>> with use("reference"):
        ...     active()
        'reference'
    """

    def __init__(self, name: str) -> None:
        self._before = _active
        _choose(checks.choice(name, "edition", EDITIONS))

    def __enter__(self) -> None:
        """The edition is already active."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Restore the previous edition."""
        _choose(self._before)


def _choose(name: str) -> None:
    global _active, _switches
    _active = name
    _switches += 1
