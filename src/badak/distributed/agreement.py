"""Agreement: all processes train the same, and all of them learn of a fault of one.

Facts are compared by their SHA-256, of which 56 bits travel.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from badak.distributed.communicator import Communicator, WorkersLost
from badak.errors import BadakError, listed

MOST, LONGEST = 3, 100  # lines of a fact in a message, and characters of a line


def agree(communicator: Communicator, facts: Mapping[str, str]) -> None:
    """Check that all processes state the same facts, such as the model and the seed.

    Args:
        communicator: to the others.
        facts: name -> text, a line for each value; the first process decides which names there
            are.

    Raises:
        BadakError: a fact that differs; all processes raise the same words.

    Example:
        >>> from badak.distributed import OneProcess
        >>> agree(OneProcess(), {"version": "0.1", "seed": "0"})
    """
    for name, text in facts.items():  # one after the other: other versions may have others
        every = communicator.gather(np.array([_digest(f"{name}: {text}")]))[:, 0]
        odd = np.flatnonzero(every != every[0])
        if not len(odd):
            continue
        theirs = communicator.broadcast_bytes(text.encode(), int(odd[0])).decode()
        first = communicator.broadcast_bytes(text.encode()).decode()
        raise BadakError(
            f"all workers must have the same {name}; worker {listed(list(map(str, odd)))} of "
            f"{communicator.size} has {_only(theirs, first)} and worker 0 has "
            f"{_only(first, theirs)}: start all of them with the same command, data and versions"
        )


def tell(communicator: Communicator, fault: BadakError | None) -> None:
    """Raise on every process what one of them has to tell; return if none has.

    Raises:
        BadakError: the fault; on the others with its words, and the process's number.
    """
    flags = communicator.gather(np.array([int(fault is not None)]))[:, 0]
    raise_first(communicator, np.flatnonzero(flags).tolist(), fault)


def raise_first(communicator: Communicator, failed: list[int], fault: BadakError | None) -> None:
    """Raise the fault of the first process that failed, on all; return if none did."""
    if not failed:
        return
    words = communicator.broadcast_bytes(str(fault or "").encode(), failed[0]).decode()
    if fault is not None:
        raise fault
    raise BadakError(f"worker {failed[0]}: {words}")


@contextmanager
def together(communicator: Communicator) -> Iterator[None]:
    """Raise what a process raises in the block on all of them, after the block."""
    fault = None
    try:
        yield
    except WorkersLost:
        raise
    except BadakError as caught:
        fault = caught
    tell(communicator, fault)


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")


def _only(text: str, other: str) -> str:
    """Return the lines of a text that another one has not, or that it lacks some."""
    lines = [line for line in text.splitlines() if line not in other.splitlines()]
    more = f", and {len(lines) - MOST} more" if len(lines) > MOST else ""
    return ", ".join(_cut(line, other) for line in lines[:MOST]) + more or "less than that"


def _cut(line: str, other: str) -> str:
    """Return a line, if it is long only where it differs from the line of its name in `other`."""
    if len(line) <= LONGEST:
        return line
    name, _, value = line.partition(" ")
    lines = (each.partition(" ") for each in other.splitlines())
    theirs = next((own for its_name, _, own in lines if its_name == name), "")
    pairs = enumerate(zip(value, theirs, strict=False))
    same = next((place for place, (own, its) in pairs if own != its), min(len(value), len(theirs)))
    start = max(0, same - LONGEST // 2)
    return f"{name} {'...' if start else ''}{value[start : start + LONGEST]}..."
