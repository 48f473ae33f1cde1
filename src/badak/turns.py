"""Turns: many may read at once, or one may write; whoever comes first is first."""

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Turns:
    """Lets threads read a network's arrays together, and one thread alone change them.

    They take turns in the order in which they came, so that a training loop, which asks again at
    once, never keeps those waiting who predict, nor they the training. A thread that writes may
    read and write within; one that reads must ask for nothing within.

    Example:
        >>> turns = Turns()
        >>> with turns.writing(), turns.reading():
        ...     "alone"
        'alone'
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._changed = threading.Condition(threading.Lock())
        self._queue: deque[object] = deque()
        self._readers = 0
        self._writer: int | None = None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Within the block nobody writes."""
        if self._mine():
            yield
            return
        with self._changed:
            self._wait()
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._tell()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Within the block nobody else reads or writes."""
        if self._mine():
            yield
            return
        with self._changed:
            self._wait(alone=True)
            self._writer = threading.get_ident()
        try:
            yield
        finally:
            with self._changed:
                self._writer = None
                self._tell()

    def _mine(self) -> bool:
        """Whether this thread writes; a forked child begins with nobody inside."""
        if self._process != os.getpid():
            self.__init__()  # type: ignore[misc]
        return self._writer == threading.get_ident()

    def _wait(self, alone: bool = False) -> None:
        """Wait until all who came before are served and nobody writes; `alone`: nor reads."""

        def open_to(ticket: object) -> bool:
            first = not self._queue or self._queue[0] is ticket
            return first and self._writer is None and not (alone and self._readers)

        ticket = object()
        if open_to(ticket):
            return
        self._queue.append(ticket)
        try:
            self._changed.wait_for(lambda: open_to(ticket))
        finally:  # also where Ctrl-C ends the waiting
            self._queue.remove(ticket)
            self._tell()

    def _tell(self) -> None:
        """Let those who wait look again."""
        if self._queue:
            self._changed.notify_all()

    def __reduce__(self) -> Any:
        """A copy begins with nobody inside."""
        return Turns, ()
