"""Bounds on what a page may send: names of runs, images."""

import base64
import binascii

import numpy as np

from badak import checks
from badak.arrays import Array
from badak.errors import BadakError, FormatError, shown

NAME, BYTES = 200, 255  # characters of a name, and bytes: what a file system takes
LARGEST = 1e6  # of an image's numbers and of edited weights: their sums' squares stay finite


def name(words: str, what: str = "a run's name") -> str:
    r"""Return a name of a run or file if it can name an entry of a folder, and nothing outside it.

    Example:
        >>> name("first"), name("digits 2026-11-29")
        ('first', 'digits 2026-11-29')
        >>> name("../secret")
        Traceback (most recent call last):
        badak.errors.BadakError: a run's name must have 1 to 200 characters, no slash, ...
    """
    if not 0 < len(words) <= NAME or words.startswith(".") or set(words) & set("/\\:\0"):
        raise BadakError(
            f"{what} must have 1 to {NAME} characters, no slash, backslash, colon or NUL, and not "
            f"begin with a dot; got {shown(words, 60)}"
        )
    if len(checks.text(words, what).encode()) > BYTES or not words.isprintable():
        raise BadakError(
            f"{what} must have at most {BYTES} bytes in UTF-8, and no characters that cannot be "
            f"seen, such as a line's end; got {shown(words, 60)}"
        )
    return words


def image(text: str) -> Array:
    """Return the numbers of an image, (C*H*W,), from the base64 of little-endian float32.

    Raises:
        FormatError: it is not base64, not whole numbers of 4 bytes, or one is NaN or too large.

    Example:
        >>> image(base64.b64encode(np.float32([0, 0.5, 1])).decode()).tolist()
        [0.0, 0.5, 1.0]
    """
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise FormatError("input must be base64 of float32 numbers") from None
    if len(content) % 4:
        raise FormatError(f"input must be float32, 4 bytes a number; got {len(content)} bytes")
    numbers: Array = np.frombuffer(content, "<f4").astype(np.float32)
    if not (np.abs(numbers) <= LARGEST).all():  # false for NaN too
        raise FormatError(f"input must be numbers between {-LARGEST:g} and {LARGEST:g}")
    return numbers
