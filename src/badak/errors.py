"""The errors badak raises, and how a message gains its place.

Every message says what was expected, what came, where, and what would do.
"""

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class BadakError(ValueError):
    """An argument, array or option that badak cannot use; the message says which and why."""


class ArgumentTypeError(BadakError, TypeError):
    """A value of the wrong type, such as a string where a number is due."""


class FormatError(BadakError):
    """A file that cannot be trusted or understood; nothing of it was used."""


@contextmanager
def where(place: str) -> Iterator[None]:
    """Put `place` in front of any BadakError raised inside the block.

    Args:
        place: where the fault lies, such as ``Conv2d 'conv2'``.

    Raises:
        BadakError: the same class as raised inside, with the longer message.

    Example:
        >>> with where("Conv2d 'conv2'"):
        ...     raise BadakError("stride must be at least 1; got 0")
        Traceback (most recent call last):
        badak.errors.BadakError: Conv2d 'conv2': stride must be at least 1; got 0
    """
    try:
        yield
    except BadakError as fault:
        raise type(fault)(f"{place}: {fault}") from None


def nearest_word(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that a misspelt one resembles most, in any case; None if none does."""
    lowered = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), lowered, 1)
    return lowered[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the question to put after a message about an unknown word.

    Args:
        word: as the user wrote it, in any case.
        known: the words that would do.

    Returns:
        The question with a colon before it, or nothing if no known word is near.

    Example:
        >>> did_you_mean("MINST", ["digits", "mnist"])
        ": did you mean 'mnist'?"
    """
    near = nearest_word(word, known)
    return f": did you mean {near!r}?" if near else ""
