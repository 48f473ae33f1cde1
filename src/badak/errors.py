"""The errors that badak raises, and how a message shows a value, a list and a place.

Every message says what is wrong and where, what was expected, and what to do.
"""

import reprlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

LONGEST_MESSAGE = 2000  # characters
LONGEST_VALUE = 200
# A file's name or a layer's must not steer the terminal that a message is printed on.
CONTROLS = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"
}


class BadakError(ValueError):
    """An argument, array, option or file that badak cannot use; the message says which and why.

    Example:
        >>> len(str(BadakError("no such layer: " + 60_000 * "a")))
        2000
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(_cut(message, LONGEST_MESSAGE).translate(CONTROLS))


class ArgumentTypeError(BadakError, TypeError):
    """A value of the wrong type, such as a string instead of a number."""


class FormatError(BadakError):
    """A file that badak cannot read or does not trust; nothing in it was used."""


class MissingExtra(BadakError, ImportError):
    """A package that one of badak's extras brings is not installed; also an ImportError."""


@contextmanager
def needs(what: str, extra: str) -> Iterator[None]:
    """Turn an ImportError inside the block into the command that installs what is missing.

    Example:
        >>> with needs("ONNX files need the onnx package", extra="onnx"):
        ...     import onnx_of_another_name
        Traceback (most recent call last):
        badak.errors.MissingExtra: ONNX files need the onnx package: pip install 'badak[onnx]'
    """
    try:
        yield
    except ImportError:
        raise MissingExtra(f"{what}: pip install 'badak[{extra}]'") from None


def listed(words: Sequence[str], maximum: int = 5) -> str:
    """Join words with commas; if there are more than `maximum`, name the first and count the rest.

    Example:
        >>> listed(["ant", "bee", "cat"], maximum=2)
        'ant, bee and 1 more'
    """
    more = f" and {len(words) - maximum} more" if len(words) > maximum else ""
    return ", ".join(words[:maximum]) + more


@contextmanager
def where(place: str) -> Iterator[None]:
    """Put `place` in front of any BadakError raised inside the block.

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


def shown(value: object, limit: int = LONGEST_VALUE) -> str:
    """Return a value as a message shows it: its repr, cut to `limit` characters.

    The full repr is never built: nested tuples of a few hundred bytes can stand for 9^9 elements,
    and Python refuses to print integers of more than 4,300 digits.

    Example:
        >>> shown((30, 24, 24)), shown("a" * 1000, 9), shown(10**5000)
        ('(30, 24, 24)', "'aa...aa'", 'an integer of more than 200 digits')
    """
    return _cut(_Values(limit).repr(value), limit)


class _Values(reprlib.Repr):
    """The standard library's bounded repr, extended to bytes and large integers."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.maxlevel = 4
        self.maxtuple = self.maxlist = self.maxdict = self.maxset = self.maxfrozenset = 10
        self.maxstring = self.maxlong = self.maxother = limit

    def repr_int(self, value: int, level: int) -> str:
        # 10 has between 3 and 4 bits.
        if value.bit_length() > 4 * self.maxlong:
            return f"an integer of more than {self.maxlong} digits"
        return super().repr_int(value, level)

    def repr_bytes(self, value: bytes, level: int) -> str:
        return repr(value) if len(value) <= self.maxstring else f"{value[: self.maxstring]!r}..."


def _cut(text: str, limit: int) -> str:
    """Cut the middle: a message begins with the place and ends in the reason."""
    if len(text) <= limit:
        return text
    head = (limit - 3) // 2
    return f"{text[:head]}...{text[head + 3 - limit :]}"


def nearest_word(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like a misspelt one, ignoring case; None if none is similar."""
    near = nearest_words(word, known, 1)
    return near[0] if near else None


def nearest_words(word: str, known: Iterable[str], maximum: int = 5) -> list[str]:
    """Return the known words most like a misspelt one, best first.

    Example:
        >>> nearest_words("blok1", ["conv1", "block1", "block2"])
        ['block1', 'block2']
    """
    import difflib  # slow to load, and rarely needed

    lowered = {name.lower(): name for name in known}
    return [lowered[near] for near in difflib.get_close_matches(word.lower(), lowered, maximum)]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the question to put after a message about an unknown word; nothing if none is similar.

    Example:
        >>> did_you_mean("MINST", ["digits", "mnist"])
        ": did you mean 'mnist'?"
    """
    near = nearest_word(word, known)
    return f": did you mean {near!r}?" if near else ""
