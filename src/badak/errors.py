"""The errors badak raises, and how a message gains its place.

Every message says what was expected, what came, where, and what would do.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class BadakError(ValueError):
    """An argument, array or option that badak cannot use; the message says which and why."""


class ArgumentTypeError(BadakError, TypeError):
    """A value of the wrong type, such as a string where a number is due."""


class FormatError(BadakError):
    """A file that cannot be trusted or understood; nothing of it was used."""


def listed(words: Sequence[str], most: int = 5) -> str:
    """Join words by commas; of many, name the first and count the others.

    Args:
        words: what to list.
        most: how many are named.

    Returns:
        A text that stays short.

    Example:
        >>> listed(["ant", "bee", "cat"], most=2)
        'ant, bee and 1 more'
    """
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


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
