"""Plain values and NumPy arrays of a pickle; see `badak.pickles.machine`."""

import io
import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.errors import FormatError, shown
from badak.pickles.machine import BYTES, ENCODE, ORDERED, Call, Dialect, Known, follow, text

RECONSTRUCT = ("numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct")
FROM_BUFFER = ("numpy.core.numeric _frombuffer", "numpy._core.numeric _frombuffer")


def read_pickle(content: bytes, place: str) -> Any:
    """Read the numbers, text, lists, tuples, dictionaries and NumPy arrays of a pickle.

    Args:
        content: the file's bytes, of pickle protocol 2 or later.
        place: what messages call it.

    Returns:
        What was pickled; the arrays are read-only.

    Raises:
        FormatError: not a pickle, a damaged one, or one that names anything but NumPy's arrays; the
            message says what it names.

    Example:
        >>> import pickle
        >>> read_pickle(pickle.dumps({"W1": np.ones(2)}), "params.pkl")
        {'W1': array([1., 1.])}
        >>> read_pickle(pickle.dumps(print), "params.pkl")
        Traceback (most recent call last):
        badak.errors.FormatError: params.pkl names builtins.print; only NumPy arrays, and ...
    """
    if not content.startswith(b"\x80"):
        raise FormatError(f"{place} must be a pickle of protocol 2 or later; got {content[:8]!r}")
    return follow(io.BytesIO(content), ARRAYS, place)


def _array(call: Call, known: Known) -> NDArray[Any]:
    """Make the array that the pickle only described."""
    match call:
        # The arguments of numpy.ndarray.__setstate__: version, shape, dtype, order, the data.
        case Call(name=name, state=(1, tuple(shape), Call() as dtype, order, raw)) if (
            name in RECONSTRUCT
        ):
            return _from(raw, dtype, shape, "F" if order else "C", known)
        # Protocol 5: numpy.frombuffer(data, dtype).reshape(shape, order)
        case Call(
            name=name, arguments=(raw, Call() as dtype, tuple(shape), ("C" | "F") as order)
        ) if name in FROM_BUFFER:
            return _from(raw, dtype, shape, order, known)
    raise ValueError(f"{call.name} does not describe an array")


def _from(raw: Any, dtype: Call, shape: tuple[Any, ...], order: Any, known: Known) -> NDArray[Any]:
    """The array of these bytes, after its type, shape and length were checked."""
    code = dtype.arguments[0] if dtype.name == "numpy dtype" and dtype.arguments else None
    if not isinstance(code, (str, bytes)) or not re.fullmatch(r"b1|[iu][1248]|f[248]", text(code)):
        raise ValueError(f"an array holds {shown(code)}; only plain numbers are read")
    # Its state begins with a version and "<", ">", or "|" if a number has one byte.
    byte_order = text(dtype.state[1]) if dtype.state else "="
    if byte_order not in ("<", ">", "|", "="):
        raise ValueError(f"an array has the byte order {shown(byte_order)}")
    if not all(type(size) is int and size >= 0 for size in shape) or len(shape) > 32:
        raise ValueError(f"an array has the shape {shown(shape)}")
    kind = np.dtype(text(code)).newbyteorder(byte_order)  # type: ignore[arg-type]  # checked
    content = _bytes(raw, known)
    if math.prod(shape) * kind.itemsize != len(content):
        raise ValueError(f"an array of {shown(shape)} {kind} cannot have {len(content)} bytes")
    array: NDArray[Any] = np.ndarray(shape, kind, content, order=order)
    array.flags.writeable = False  # the content may serve several arrays
    return array


def _bytes(raw: Any, known: Known) -> bytes | bytearray:
    """An array's content; Python 2 wrote it as text, which is turned into bytes once (`known`)."""
    if isinstance(raw, str):
        if raw not in known:
            known[raw] = raw.encode("latin1")
        raw = known[raw]
    if not isinstance(raw, (bytes, bytearray)):
        raise TypeError(f"bytes expected, {type(raw).__name__} found")
    return raw


ARRAYS = Dialect(
    (*RECONSTRUCT, *FROM_BUFFER, "numpy ndarray", "numpy dtype", ORDERED, ENCODE, BYTES),
    "NumPy arrays",
    "only NumPy arrays, and nothing else that a pickle can name, are read",
    _array,
)
