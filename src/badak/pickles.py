"""Plain values and NumPy arrays of a pickle, read without running what a pickle asks to run.

A pickle is a program for a small stack machine. The machine here follows only the few steps that
rebuild numbers, text, lists, tuples, dictionaries and NumPy arrays. A call becomes a note of what
the pickle asked for (`_Call`), and arrays are made afterwards, from numbers that were checked.
The standard library's `pickletools` decodes the steps; it runs nothing either.
"""

import math
import pickletools
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.errors import LONGEST_VALUE, FormatError, shown

RECONSTRUCT = ("numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct")
FROM_BUFFER = ("numpy.core.numeric _frombuffer", "numpy._core.numeric _frombuffer")
ORDERED = "collections OrderedDict"
# Python 3 writes bytes this way in the protocols of Python 2: b"" without arguments.
ENCODE, BYTES = "_codecs encode", "__builtin__ bytes"
ADMITTED = (*RECONSTRUCT, *FROM_BUFFER, "numpy ndarray", "numpy dtype", ORDERED, ENCODE, BYTES)
VALUES = {
    "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT",
    "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8",
    "BINUNICODE", "SHORT_BINUNICODE",
}  # fmt: skip
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
# Levels of nesting: far more than a file of weights has, far fewer than Python's stack allows.
DEEPEST = 20


class _Name(str):
    """A global that the pickle names: "module name"."""

    __slots__ = ()


class _Call:
    """A note of what the pickle asked to call, and of the state it would have set; not a call."""

    def __init__(self, name: str, arguments: tuple[Any, ...]) -> None:
        self.name, self.arguments, self.state = name, arguments, ()


def read_pickle(content: bytes, place: str) -> Any:
    """Read the numbers, text, lists, tuples, dictionaries and NumPy arrays of a pickle.

    The content is of pickle protocol 2 or later; the arrays are read-only.

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
    try:
        return _rebuilt(_run(content), {})
    except FormatError as fault:
        raise FormatError(f"{place} {fault}") from None
    except (ValueError, LookupError, TypeError, OverflowError) as fault:
        raise FormatError(f"{place} is a damaged pickle: {fault}") from None


def _run(content: bytes) -> Any:
    """Follow the pickle's steps and return the value that it leaves."""
    stack: list[Any] = []
    marks: list[int] = []
    memo: dict[Any, Any] = {}
    encoded: dict[str, bytes] = {}  # text -> bytes: a small file may ask a million times

    def taken(count: int | None = None) -> list[Any]:
        return _taken(stack, marks.pop() if count is None else len(stack) - count)

    for step, value, _ in pickletools.genops(content):
        match step.name:
            case "PROTO" | "FRAME":
                pass
            case "STOP":
                return stack.pop()
            case "MARK":
                marks.append(len(stack))
            case "EMPTY_DICT":
                stack.append({})
            case "EMPTY_LIST":
                stack.append([])
            case "EMPTY_TUPLE":
                stack.append(())
            case name if name in VALUES:
                stack.append(value)
            case name if name in CONSTANTS:
                stack.append(CONSTANTS[name])
            case "TUPLE":
                stack.append(tuple(taken()))
            case name if name in TUPLES:
                stack.append(tuple(taken(TUPLES[name])))
            case "BINPUT" | "LONG_BINPUT":
                memo[value] = stack[-1]
            case "MEMOIZE":
                memo[len(memo)] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(memo[value])
            case "APPEND" | "APPENDS":
                items = taken(1 if step.name == "APPEND" else None)
                _as(list, stack[-1]).extend(items)
            case "SETITEM" | "SETITEMS":
                items = taken(2 if step.name == "SETITEM" else None)
                keys = [_text(key) for key in items[::2]]
                _as(dict, stack[-1]).update(zip(keys, items[1::2], strict=True))
            case "GLOBAL":
                stack.append(_name(value))
            case "STACK_GLOBAL":
                stack.append(_name(" ".join(_text(part) for part in taken(2))))
            case "REDUCE":
                name, arguments = taken(2)
                stack.append(_called(_as(_Name, name), _as(tuple, arguments), encoded))
            case "BUILD":
                (state,) = taken(1)
                _as(_Call, stack[-1]).state = state
            case other:
                raise FormatError(
                    f"asks for {other}; plain values and NumPy arrays need no such step"
                )
    raise ValueError("it has no end")


def _taken(stack: list[Any], start: int) -> list[Any]:
    """Take the values from `start` on off the stack."""
    if start < 0:
        raise IndexError("its stack is empty")
    values = stack[start:]
    del stack[start:]
    return values


def _name(value: Any) -> _Name:
    if value not in ADMITTED:
        raise FormatError(
            f"names {str(value)[:LONGEST_VALUE].replace(' ', '.')}; only NumPy arrays, and nothing "
            "else that a pickle can name, are read"
        )
    return _Name(value)


def _called(name: str, arguments: tuple[Any, ...], encoded: dict[str, bytes]) -> Any:
    """An empty dictionary or bytes, which later steps may fill, at once; else a note."""
    match name, arguments:
        case (str(called), ()) if called == ORDERED:
            return {}
        case (str(called), ()) if called == BYTES:
            return b""
        case (str(called), (str(text), "latin1")) if called == ENCODE:
            if text not in encoded:
                encoded[text] = text.encode("latin1")
            return encoded[text]
    return _Call(name, arguments)


def _rebuilt(value: Any, known: dict[Any, Any], depth: int = 0) -> Any:
    """The value with arrays instead of notes; what occurs twice is made once (`known`)."""
    if depth > DEEPEST:
        raise ValueError(f"it is nested more than {DEEPEST} deep")
    if id(value) in known:
        return known[id(value)]
    match value:
        case dict():
            result: Any = {key: _rebuilt(member, known, depth + 1) for key, member in value.items()}
        case list() | tuple():
            result = type(value)([_rebuilt(member, known, depth + 1) for member in value])
        case _Call():
            result = _array(value, known)
        case _Name():
            raise FormatError(f"holds {value.replace(' ', '.')} itself, which is not a plain value")
        case _:
            return value
    known[id(value)] = result
    return result


def _array(call: _Call, known: dict[Any, Any]) -> NDArray[Any]:
    """Make the array that the pickle only described."""
    match call:
        # The arguments of numpy.ndarray.__setstate__: version, shape, dtype, order, the data.
        case _Call(name=name, state=(1, tuple(shape), _Call() as dtype, order, raw)) if (
            name in RECONSTRUCT
        ):
            return _from(raw, dtype, shape, "F" if order else "C", known)
        # Protocol 5: numpy.frombuffer(data, dtype).reshape(shape, order)
        case _Call(
            name=name, arguments=(raw, _Call() as dtype, tuple(shape), ("C" | "F") as order)
        ) if name in FROM_BUFFER:
            return _from(raw, dtype, shape, order, known)
    raise ValueError(f"{call.name} does not describe an array")


def _from(
    raw: Any, dtype: _Call, shape: tuple[Any, ...], order: Any, known: dict[Any, Any]
) -> NDArray[Any]:
    """The array of these bytes, after its type, shape and length were checked."""
    code = dtype.arguments[0] if dtype.name == "numpy dtype" and dtype.arguments else None
    if not isinstance(code, (str, bytes)) or not re.fullmatch(r"b1|[iu][1248]|f[248]", _text(code)):
        raise ValueError(f"an array holds {shown(code)}; only plain numbers are read")
    # Its state begins with a version and "<", ">", or "|" if a number has one byte.
    byte_order = _text(dtype.state[1]) if dtype.state else "="
    if byte_order not in ("<", ">", "|", "="):
        raise ValueError(f"an array has the byte order {shown(byte_order)}")
    if not all(type(size) is int and size >= 0 for size in shape) or len(shape) > 32:
        raise ValueError(f"an array has the shape {shown(shape)}")
    kind = np.dtype(_text(code)).newbyteorder(byte_order)  # type: ignore[arg-type]  # checked
    content = _bytes(raw, known)
    if math.prod(shape) * kind.itemsize != len(content):
        raise ValueError(f"an array of {shown(shape)} {kind} cannot have {len(content)} bytes")
    array: NDArray[Any] = np.ndarray(shape, kind, content, order=order)
    array.flags.writeable = False  # the content may serve several arrays
    return array


def _bytes(raw: Any, known: dict[Any, Any]) -> bytes | bytearray:
    """An array's content; Python 2 wrote it as text, which is turned into bytes once (`known`)."""
    if isinstance(raw, str):
        if raw not in known:
            known[raw] = raw.encode("latin1")
        raw = known[raw]
    if not isinstance(raw, (bytes, bytearray)):
        raise TypeError(f"bytes expected, {type(raw).__name__} found")
    return raw


def _as(kind: type[Any], value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{kind.__name__} expected, {type(value).__name__} found")
    return value


def _text(value: Any) -> str:
    """A dictionary's key or a name: text, or bytes from Python 2. Nothing else is ever hashed."""
    return str(value, "latin1") if isinstance(value, bytes) else str(_as(str, value))
