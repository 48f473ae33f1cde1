"""The steps of a pickle, followed without running what it asks to run.

A pickle is a program for a small stack machine. The machine here follows only the few steps that
rebuild numbers, text, lists, tuples and dictionaries. A call becomes a note of what the pickle
asked for (`Call`); a `Dialect` says which names may be called, and makes the value that such a note
describes, from numbers that it checked. The standard library's `pickletools` decodes the steps; it
runs nothing either.
"""

import pickletools
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import IO, Any

from badak.errors import LONGEST_VALUE, FormatError

ORDERED = "collections OrderedDict"
# Python 3 writes bytes this way in the protocols of Python 2: b"" without arguments.
ENCODE, BYTES = "_codecs encode", "__builtin__ bytes"
# What the program that wrote the pickle keeps elsewhere; the pickle only has a name for it.
PERSISTENT = "a persistent id"
VALUES = {
    "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT",
    "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8",
    "BINUNICODE", "SHORT_BINUNICODE",
}  # fmt: skip
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
# Levels of nesting: far more than a file of weights has, far fewer than Python's stack allows.
DEEPEST = 20
MOST_STEPS = 2**19  # 40 for a tensor

Known = dict[Any, Any]  # what was made already, so that what occurs twice is made once


class Name(str):
    """A global that the pickle names: "module name"."""

    __slots__ = ()


class Call:
    """A note of what the pickle asked to call, and of the state it would have set; not a call."""

    def __init__(self, name: str, arguments: tuple[Any, ...]) -> None:
        self.name, self.arguments, self.state = name, arguments, ()

    def __repr__(self) -> str:
        return self.name


def text(value: Any) -> str:
    """A dictionary's key or a name: text, or bytes from Python 2. Nothing else is ever hashed."""
    return str(value, "latin1") if isinstance(value, bytes) else str(_as(str, value))


@dataclass(frozen=True)
class Dialect:
    """What one kind of pickle may name, and what is made of it.

    Attributes:
        names: the globals, as "module name"; `PERSISTENT` among them admits persistent ids.
        holds: what such a pickle holds, for messages.
        refusal: the end of the message about any other name.
        made: gives the value that a note describes, or raises ValueError.
        key: gives a dictionary's key as it is, or raises TypeError.
    """

    names: Collection[str]
    holds: str
    refusal: str
    made: Callable[[Call, Known], Any]
    key: Callable[[Any], Any] = text


def follow(stream: IO[bytes], dialect: Dialect, place: str) -> Any:
    """Return the value that one pickle describes.

    Args:
        stream: at the pickle's first byte; afterwards it is after its last.
        dialect: of the pickle.
        place: what messages call it.

    Raises:
        FormatError: a damaged pickle, or one that needs more than the dialect admits.
    """
    try:
        return _rebuilt(_Machine(dialect).run(stream), dialect, {})
    except FormatError as fault:
        raise FormatError(f"{place} {fault}") from None
    except (ValueError, LookupError, TypeError, OverflowError) as fault:
        raise FormatError(f"{place} is a damaged pickle: {fault}") from None


class _Lines:
    """The stream, whose lines may not have escapes: to decode those, Python warns in public."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.read, self.tell, self._line = stream.read, stream.tell, stream.readline

    def readline(self) -> bytes:
        line = self._line()
        if b"\\" in line:
            raise ValueError("a name has an escape")
        return line


class _Machine:
    """A stack, the marks on it, and what the pickle asked to remember."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[Any, Any] = {}
        self.encoded: dict[str, bytes] = {}  # text -> bytes: a small file may ask a million times

    def run(self, stream: IO[bytes]) -> Any:
        """Follow the steps up to the last one, which leaves the value."""
        steps = pickletools.genops(_Lines(stream))  # type: ignore[arg-type]  # it needs no more
        for count, (step, value, _) in enumerate(steps):
            if count > MOST_STEPS:
                raise FormatError(f"takes more than {MOST_STEPS:,} steps")
            if step.name == "STOP":
                return self.stack.pop()
            self._step(step.name, value)
        raise ValueError("it has no end")

    def _step(self, step: str, value: Any) -> None:
        stack = self.stack
        match step:
            case "PROTO" | "FRAME":
                pass
            case "MARK":
                self.marks.append(len(stack))
            case "EMPTY_DICT":
                stack.append({})
            case "EMPTY_LIST":
                stack.append([])
            case "EMPTY_TUPLE":
                stack.append(())
            case _ if step in VALUES:
                stack.append(value)
            case _ if step in CONSTANTS:
                stack.append(CONSTANTS[step])
            case "TUPLE":
                stack.append(tuple(self._taken()))
            case _ if step in TUPLES:
                stack.append(tuple(self._taken(TUPLES[step])))
            case "BINPUT" | "LONG_BINPUT":
                self.memo[value] = stack[-1]
            case "MEMOIZE":
                self.memo[len(self.memo)] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(self.memo[value])
            case "APPEND" | "APPENDS":
                items = self._taken(1 if step == "APPEND" else None)
                _as(list, stack[-1]).extend(items)
            case "SETITEM" | "SETITEMS":
                items = self._taken(2 if step == "SETITEM" else None)
                keys = [self.dialect.key(key) for key in items[::2]]
                _as(dict, stack[-1]).update(zip(keys, items[1::2], strict=True))
            case _:
                self._named(step, value)

    def _named(self, step: str, value: Any) -> None:
        """The steps that name something outside the pickle, or call it."""
        match step:
            case "GLOBAL":
                self.stack.append(self._name(value))
            case "STACK_GLOBAL":
                self.stack.append(self._name(" ".join(text(part) for part in self._taken(2))))
            case "REDUCE":
                name, arguments = self._taken(2)
                self.stack.append(self._called(_as(Name, name), _as(tuple, arguments)))
            case "BINPERSID" if PERSISTENT in self.dialect.names:
                self.stack.append(Call(PERSISTENT, tuple(self._taken(1))))
            case "BUILD":
                (state,) = self._taken(1)
                _set(self.stack[-1], state)
            case other:
                raise FormatError(
                    f"asks for {other}; plain values and {self.dialect.holds} need no such step"
                )

    def _taken(self, count: int | None = None) -> list[Any]:
        """Take so many values off the stack, or all down to the last mark."""
        start = self.marks.pop() if count is None else len(self.stack) - count
        if start < 0:
            raise IndexError("its stack is empty")
        values = self.stack[start:]
        del self.stack[start:]
        return values

    def _name(self, value: Any) -> Name:
        if value not in self.dialect.names:
            name = str(value)[:LONGEST_VALUE].replace(" ", ".")
            raise FormatError(f"names {name}; {self.dialect.refusal}")
        return Name(value)

    def _called(self, name: Name, arguments: tuple[Any, ...]) -> Any:
        """An empty dictionary or bytes, which later steps may fill, at once; else a note."""
        match name, arguments:
            case (str(called), ()) if called == ORDERED:
                return {}
            case (str(called), ()) if called == BYTES:
                return b""
            case (str(called), (str(content), "latin1")) if called == ENCODE:
                if content not in self.encoded:
                    self.encoded[content] = content.encode("latin1")
                return self.encoded[content]
        return Call(name, arguments)


def _set(target: Any, state: Any) -> None:
    """Note the state; of a dictionary only PyTorch's remark on its versions, which is dropped."""
    if isinstance(target, dict) and isinstance(state, dict) and state.keys() <= {"_metadata"}:
        return
    _as(Call, target).state = state


def _rebuilt(value: Any, dialect: Dialect, known: Known, depth: int = 0) -> Any:
    """The value with what was described instead of notes; what occurs twice is made once."""
    if depth > DEEPEST:
        raise ValueError(f"it is nested more than {DEEPEST} deep")
    if id(value) in known:
        return known[id(value)]

    def inner(member: Any) -> Any:
        return _rebuilt(member, dialect, known, depth + 1)

    match value:
        case dict():
            result: Any = {key: inner(member) for key, member in value.items()}
        case list() | tuple():
            result = type(value)([inner(member) for member in value])
        case Call():
            result = dialect.made(value, known)
        case Name():
            raise FormatError(f"holds {value.replace(' ', '.')} itself, which is not a plain value")
        case _:
            return value
    known[id(value)] = result
    return result


def _as(kind: type[Any], value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{kind.__name__} expected, {type(value).__name__} found")
    return value
