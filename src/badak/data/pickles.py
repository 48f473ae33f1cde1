"""CIFAR-10's pickled batches, read without running what a pickle asks to run.

A pickle is a program for a small stack machine. This one knows the few steps that rebuild numbers,
text, lists, dictionaries and a NumPy array, and nothing else: a call becomes a note of what was
asked for (`_Call`), and the array is made afterwards, from numbers that were checked.
The steps are taken apart by the standard library's `pickletools`, which runs nothing either.
"""

import pickletools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.data.sniff import describe
from badak.errors import FormatError

ARRAY = ("numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct")
ADMITTED = (*ARRAY, "numpy ndarray", "numpy dtype")
VALUES = {
    "BININT", "BININT1", "BININT2", "LONG1",
    "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8",
    "BINUNICODE", "SHORT_BINUNICODE",
}  # fmt: skip
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class _Name(str):
    """A global that the pickle names: "module name"."""

    __slots__ = ()


class _Call:
    """What the pickle asked to call, and the state it would have set: a note, not a call."""

    def __init__(self, name: str, arguments: tuple[Any, ...]) -> None:
        self.name, self.arguments, self.state = name, arguments, ()


def read_batch(content: bytes, place: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Read one pickled batch of CIFAR-10.

    Args:
        content: the file's bytes: a pickled dictionary with `data`, an (N, 3072) uint8 array, and
            `labels`, a list of N integers.
        place: what messages call it.

    Returns:
        Pixels (N, 3072) uint8 and labels (N,) int64.

    Raises:
        FormatError: no pickle, one that names anything but NumPy's array, or one that holds
            something else.

    Example:
        >>> import pickle
        >>> rows = np.zeros((2, 3072), np.uint8)
        >>> content = pickle.dumps({"data": rows, "labels": [3, 5]}, protocol=4)
        >>> read_batch(content, "data_batch_1")[1]
        array([3, 5])
        >>> read_batch(pickle.dumps(print), "data_batch_1")
        Traceback (most recent call last):
        badak.errors.FormatError: data_batch_1 names builtins.print; a batch of images needs ...
    """
    if not content.startswith(b"\x80"):
        raise FormatError(f"{place} must be a pickled batch; got {describe(content[:64])}")
    try:
        batch = _run(content)
    except FormatError as fault:
        raise FormatError(f"{place} {fault}") from None
    except (ValueError, LookupError, TypeError, OverflowError) as fault:
        raise FormatError(f"{place} is a damaged pickle: {fault}") from None
    if not isinstance(batch, dict) or not {"data", "labels"} <= batch.keys():
        raise FormatError(f"{place} must hold a dictionary with data and labels")
    labels = batch["labels"]
    if not isinstance(labels, list) or not all(type(label) is int for label in labels):
        raise FormatError(f"{place}: labels must be a list of integers")
    outside = [label for label in labels if not 0 <= label <= 9]
    if outside:
        raise FormatError(f"{place}: labels must lie in 0..9; got {outside[0]}")
    return _pixels(batch["data"], place), np.array(labels, np.int64)


def _run(content: bytes) -> Any:
    """Follow the pickle's steps and return the value that it leaves."""
    stack: list[Any] = []
    marks: list[int] = []
    memo: dict[Any, Any] = {}

    def taken(count: int | None = None) -> list[Any]:
        """The last `count` values, or those since the mark, off the stack."""
        start = marks.pop() if count is None else len(stack) - count
        if start < 0:
            raise IndexError("its stack is empty")
        values = stack[start:]
        del stack[start:]
        return values

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
                stack.append(_Call(_as(_Name, name), _as(tuple, arguments)))
            case "BUILD":
                (state,) = taken(1)
                _as(_Call, stack[-1]).state = state
            case other:
                raise FormatError(f"asks for {other}; a batch of images needs no such step")
    raise ValueError("it has no end")


def _name(value: Any) -> _Name:
    if value not in ADMITTED:
        raise FormatError(
            f"names {str(value).replace(' ', '.')}; a batch of images needs NumPy arrays only, "
            "and nothing else is read from a pickle"
        )
    return _Name(value)


def _pixels(data: object, place: str) -> NDArray[np.uint8]:
    """Make the array that the pickle only described."""
    if isinstance(data, _Call) and data.name in ARRAY:
        match data.state:  # the tuple that numpy.ndarray.__setstate__ would be given
            case (
                1,
                (int(count), int(width)),
                _Call(name="numpy dtype", arguments=("u1", *_)),
                _,
                raw,
            ):
                content = raw.encode("latin1") if isinstance(raw, str) else _as(bytes, raw)
                in_c_order = data.state[3] in (False, 0)
                if in_c_order and min(count, width) > 0 and count * width == len(content):
                    return np.frombuffer(content, np.uint8).reshape(count, width)
    raise FormatError(f"{place}: data must be an array of uint8 with two axes, in C order")


def _as(kind: type[Any], value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{kind.__name__} expected, {type(value).__name__} found")
    return value


def _text(value: Any) -> str:
    """A dictionary's key or a name: text, or bytes from Python 2. Nothing else is ever hashed."""
    return str(value, "latin1") if isinstance(value, bytes) else str(_as(str, value))
