"""Weights in a file of their own, which a C program loads or maps: for large networks."""

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.formats.c import text

# The file's first number, by which a machine finds that its bytes are in another order.
MARK = np.array([0x01020304], "<u4").tobytes()
# Of which every array's place in the file is a multiple, in bytes.
ALIGNMENT = 16


def packed(arrays: Mapping[str, NDArray[Any]]) -> tuple[bytes, dict[str, int]]:
    """Return the file's bytes, and each array's place in it.

    Example:
        >>> packed({"a": np.zeros(3, np.int8), "b": np.zeros(2, np.float32)})[1]
        {'a': 16, 'b': 32}
    """
    pieces, places, size = [MARK], {}, len(MARK)
    for name, array in arrays.items():
        pieces.append(bytes(-size % ALIGNMENT))
        places[name] = size = size + len(pieces[-1])
        pieces.append(array.astype(array.dtype.newbyteorder("<")).tobytes())
        size += len(pieces[-1])
    return b"".join(pieces), places


def declarations(prefix: str, name: str) -> str:
    """What the header says about loading."""
    upper = prefix.upper()
    return f"""
/* What {prefix}_load returns. */
enum {{
    {upper}_LOADED,
    {upper}_WRONG_SIZE,  /* another file, or a part of it */
    {upper}_NOT_ALIGNED, /* the address is no multiple of 4 */
    {upper}_WRONG_BYTES, /* damaged, or of another network */
    {upper}_WRONG_ORDER  /* this machine has the largest byte of a number first */
}};

/* Check the bytes of {text.comment(name)}.bin and predict with them from now on: they must stay
 * where they are. Until then logits are NaN. */
int {prefix}_load(const void *bytes, size_t size);
"""


def definitions(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> str:
    """The variable and macros that stand for the arrays."""
    upper = prefix.upper()
    content, places = packed(arrays)
    lines = [
        f"#define {upper}_WEIGHTS {len(content)}u",
        f"#define {upper}_CHECKSUM 0x{zlib.crc32(content):08x}",
        f"static const unsigned char *{prefix}_weights;",
        *(
            f"#define {name} ((const {text.TYPES[array.dtype.name]} *)"
            f"({prefix}_weights + {places[name]}))"
            for name, array in arrays.items()
        ),
    ]
    return "\n".join(lines)


def guard(prefix: str) -> str:
    """The first lines of the run function: what it does without weights."""
    upper = prefix.upper()
    return (
        f"    if (!{prefix}_weights) {{\n        for (int k = 0; k < {upper}_CLASSES; k++)\n"
        "            logits[k] = NAN;\n        return;\n    }\n"
    )
