"""Checks of scalar arguments, names and sizes, before anything is allocated."""

import math
import numbers
import operator
import os
from collections.abc import Collection, Sequence

from badak.errors import ArgumentTypeError, BadakError, shown

# Wide enough for any real window or batch, small enough that no product of four overflows.
LARGEST = 2**31 - 1


def integer(value: object, name: str, *, minimum: int = 0, maximum: int = LARGEST) -> int:
    """Return `value` as a Python int within [minimum, maximum].

    An int or NumPy integer serves; bool, float and str are refused. Messages call it `name`.

    Example:
        >>> integer(0, "stride", minimum=1)
        Traceback (most recent call last):
        badak.errors.BadakError: stride must be at least 1; got 0
    """
    if type(value).__name__ in ("bool", "bool_") or not hasattr(value, "__index__"):
        raise ArgumentTypeError(
            f"{name} must be an integer; got {shown(value)} of type {type(value).__name__}"
        )
    try:
        number = operator.index(value)
    except TypeError:  # an array of several numbers has __index__ and refuses it
        raise ArgumentTypeError(f"{name} must be one integer; got {shown(value)}") from None
    if number < minimum:
        raise BadakError(f"{name} must be at least {minimum}; got {shown(number)}")
    if number > maximum:
        raise BadakError(f"{name} must be at most {maximum}; got {shown(number)}")
    return number


def real(
    value: object,
    name: str,
    *,
    above: float | None = None,
    minimum: float | None = None,
    below: float | None = None,
    maximum: float | None = None,
) -> float:
    """Return `value` as a finite Python float within the given bounds.

    An int, float or NumPy number serves; bool and str are refused. Messages call it `name`.

    Example:
        >>> real(1.5, "p", minimum=0, below=1)
        Traceback (most recent call last):
        badak.errors.BadakError: p must be at least 0 and below 1; got 1.5
    """
    unreal = isinstance(value, numbers.Complex) and not isinstance(value, numbers.Real)
    if unreal or type(value).__name__ in ("bool", "bool_") or isinstance(value, (str, bytes)):
        raise ArgumentTypeError(
            f"{name} must be a number; got {shown(value)} of type {type(value).__name__}"
        )
    try:
        number = float(value)  # type: ignore[arg-type]  # what float() refuses is handled here
    except (TypeError, ValueError, OverflowError):
        raise ArgumentTypeError(
            f"{name} must be a number; got {shown(value)} of type {type(value).__name__}"
        ) from None
    bounds = [
        (above, "above", operator.gt),
        (minimum, "at least", operator.ge),
        (below, "below", operator.lt),
        (maximum, "at most", operator.le),
    ]
    limits = [(bound, words, holds) for bound, words, holds in bounds if bound is not None]
    if not math.isfinite(number) or not all(holds(number, bound) for bound, _, holds in limits):
        allowed = [f"{words} {bound:g}" for bound, words, _ in limits]
        if not math.isfinite(number):
            allowed.insert(0, "finite")
        raise BadakError(f"{name} must be {' and '.join(allowed)}; got {shown(number)}")
    return number


def flag(value: object, name: str) -> bool:
    """Return `value` if it is True or False; `name` is what the message calls it.

    Example:
        >>> flag(1, "bias")
        Traceback (most recent call last):
        badak.errors.ArgumentTypeError: bias must be True or False; got 1
    """
    if not isinstance(value, bool):
        raise ArgumentTypeError(f"{name} must be True or False; got {shown(value)}")
    return value


def choice(value: object, name: str, choices: Collection[str]) -> str:
    """Return `value` if it is one of `choices`; `name` is what the message calls it.

    Example:
        >>> choice("sme", "padding", ["same", "valid"])
        Traceback (most recent call last):
        badak.errors.BadakError: padding must be one of 'same', 'valid'; got 'sme'
    """
    if not isinstance(value, str) or value not in choices:
        allowed = ", ".join(repr(word) for word in choices)
        raise BadakError(f"{name} must be one of {allowed}; got {shown(value)}")
    return value


def text(value: str, name: str) -> str:
    r"""Return text that can be written in UTF-8.

    Python represents file names that are not UTF-8 by half characters, which cannot be written.

    Example:
        >>> text("caf\udce9", "class_names")
        Traceback (most recent call last):
        badak.errors.BadakError: class_names must be text in UTF-8; got 'caf\udce9': rename it
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadakError(f"{name} must be text in UTF-8; got {value!r}: rename it") from None
    return value


def class_names(names: Sequence[str] | None, count: int) -> list[str]:
    """Return `count` names for classes: those passed, or "0", "1", ... if None.

    Raises:
        BadakError: a different number of names, or one that is not text in UTF-8.

    Example:
        >>> class_names(None, 3)
        ['0', '1', '2']
    """
    if names is None:
        return [str(k) for k in range(count)]
    if len(names) != count:
        raise BadakError(f"class_names must be {count} names; got {len(names)}")
    return [text(name, "class_names") for name in names]


def memory(byte_count: int, what: str) -> None:
    """Refuse an array that this process could never hold, before it is allocated.

    The message begins with `what` the array is for, such as ``the columns of conv2d``.

    Example:
        >>> memory(2**62, "the output")
        Traceback (most recent call last):
        badak.errors.BadakError: the output would need 4294967296.0 GiB; this process can have ...
    """
    limit = memory_limit()
    if byte_count > limit:
        huge = byte_count >= 2**100  # may be too large for a float
        amount = "more than 2^70" if huge else f"{byte_count / 2**30:.1f}"
        raise BadakError(
            f"{what} would need {amount} GiB; this process can have "
            f"{limit / 2**30:.1f} GiB: use a smaller batch, image or padding"
        )


def array_memory(shape: Sequence[int], itemsize: int, what: str) -> None:
    """Refuse the shape of an array that this process could never hold.

    NumPy refuses (0, 2**62, 2**62) too, although it has no elements; so a length of 0 counts as 1
    here.

    Example:
        >>> array_memory((0, 2**62, 2**62), 4, "tensor 'w'")
        Traceback (most recent call last):
        badak.errors.BadakError: tensor 'w' would need more than 2^70 GiB; this process can have ...
    """
    memory(itemsize * math.prod(max(length, 1) for length in shape), what)


def memory_limit() -> int:
    """Bytes that this process may ever map: the machine's memory or RLIMIT_AS, the smaller."""
    try:
        limit = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # this system has no sysconf (Windows)
        limit = 2**40
    try:
        import resource
    except ImportError:
        return limit
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return limit if soft == resource.RLIM_INFINITY else min(limit, soft)
