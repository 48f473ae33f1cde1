"""Names and literals in C."""

import hashlib
import re
from collections.abc import Collection, Iterable
from typing import Any

from numpy.typing import NDArray

TYPES = {"float32": "float", "int8": "int8_t", "int32": "int32_t", "uint8": "uint8_t"}
NUMBERS_PER_LINE = 8


def identifier(words: str) -> str:
    """Return a name that is legal in C and in C++; different texts give different names.

    A text stays as it is if it consists of lower-case letters and digits with single underscores
    between them, and begins with a letter. Any other is changed to this form and ends with six
    digits of its hash: so "a-b" and "a_b", or two names in Hangul, stay different.

    Example:
        >>> identifier("my_lenet"), identifier("my-lenet"), identifier("1998"), identifier("숫자")
        ('my_lenet', 'my_lenet_4d3a58', 'model_1998_d54123', 'model_dd5886')
    """
    name = letters(words)
    if not name[:1].isalpha():
        name = f"model_{name}".rstrip("_")
    if name == words:
        return name
    return f"{name}_{hashlib.sha256(words.encode(errors='surrogatepass')).hexdigest()[:6]}"


def letters(words: str) -> str:
    """Return the ASCII letters and digits, in lower case, joined by underscores; may be empty.

    Example:
        >>> letters("Block1.conv-2"), letters("숫자")
        ('block1_conv_2', '')
    """
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def unused(name: str, taken: Collection[str]) -> str:
    """The name, followed by a number if it is taken.

    Example:
        >>> unused("conv", {"conv", "conv_2"})
        'conv_3'
    """
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def text(words: str) -> str:
    r"""A string literal of the words in UTF-8, without trigraphs and control characters.

    Example:
        >>> print(text('a"b'), text("sky ☀"), text("??/"))
        "a\"b" "sky \342\230\200" "\?\?/"
    """
    return '"' + "".join(_character(byte) for byte in words.encode()) + '"'


def _character(byte: int) -> str:
    if chr(byte) in '"\\?':
        return "\\" + chr(byte)
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"


def comment(words: str) -> str:
    """The words for a comment, which they cannot end: ASCII, with question marks for the rest.

    Example:
        >>> comment("a */ b")
        'a * b'
    """
    plain = "".join(c if c.isascii() and c.isprintable() else "?" for c in words)
    return plain.replace("/", "").replace("\\", "").replace("??", "?")


def number(value: float) -> str:
    """A float literal that reads back to the same float32.

    Example:
        >>> number(1.0), number(-0.5), number(1e-20)
        ('1.0f', '-0.5f', '1e-20f')
    """
    digits = f"{value:.9g}"
    return digits + ("f" if "." in digits or "e" in digits else ".0f")


def array(name: str, values: NDArray[Any], where: str) -> str:
    """The definition of a constant array; `where` is a macro that says in which memory.

    Example:
        >>> import numpy as np
        >>> print(array("w", np.array([1, -2], np.int8), "FLASH"))
        static const int8_t w[2] FLASH = {
            1, -2,
        };
    """
    plain = values.ravel().tolist()
    literals = map(number, plain) if values.dtype.kind == "f" else plain
    kind = TYPES[values.dtype.name]
    return f"static const {kind} {name}[{values.size}] {where} = {{\n{_lines(literals)}}};"


def _lines(literals: Iterable[Any]) -> str:
    words = [str(literal) for literal in literals]
    rows = (words[i : i + NUMBERS_PER_LINE] for i in range(0, len(words), NUMBERS_PER_LINE))
    return "".join(f"    {', '.join(row)},\n" for row in rows)
