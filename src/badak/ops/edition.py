"""Which edition of the ops runs. Today there is one, the NumPy reference."""

import os
from types import ModuleType, TracebackType

from badak import checks
from badak.ops import reference

EDITIONS: dict[str, ModuleType] = {"reference": reference}

_active = checks.choice(os.environ.get("BADAK_OPS", "reference"), "BADAK_OPS", EDITIONS)


def active() -> str:
    """Return the name of the edition that runs.

    Example:
        >>> active()
        'reference'
    """
    return _active


def current() -> ModuleType:
    """Return the edition that runs: a module that holds every op's arithmetic."""
    return EDITIONS[_active]


class use:
    """Run the edition `name` from now on, or only inside a ``with`` block.

    Args:
        name: a key of `EDITIONS`.

    Raises:
        BadakError: no such edition.

    Example:
        >>> with use("reference"):
        ...     active()
        'reference'
    """

    def __init__(self, name: str) -> None:
        global _active
        self._before = _active
        _active = checks.choice(name, "edition", EDITIONS)

    def __enter__(self) -> None:
        """The edition runs already."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Bring back the edition from before."""
        global _active
        _active = self._before
