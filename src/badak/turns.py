"""Turns: several threads may read at once, or one may write, in the order in which they came."""

import os
import threading
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from badak.errors import BadakError

Ticket = tuple[int, object]


class Turns:
    """Lets threads read a network's arrays together, and one thread alone change them.

    They take turns in the order in which they came. So a training loop, which asks again at once,
    does not keep predictions waiting, nor they the training. A thread that is inside does not wait
    for others: a writer may read and write again, as a user's own loss that calls the network does,
    and a reader may read again. The same holds for a signal handler, wherever it interrupts.

    Example:
        >>> turns = Turns()
        >>> with turns.writing(), turns.reading():
        ...     "alone"
        'alone'
        >>> with turns.reading(), turns.writing():
        ...     "changed under a reader"
        Traceback (most recent call last):
        badak.errors.BadakError: the network cannot be trained or changed while this thread ...
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._queue: deque[Ticket] = deque()
        self._readers: dict[int, int] = {}  # how deep each thread reads
        self._writer: int | None = None
        _all.add(self)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Within the block no other thread writes."""
        me = threading.get_ident()
        before = self._readers.get(me, 0)
        try:  # Ctrl-C may end what follows at any place
            with self._lock:
                if not before and self._writer != me:
                    self._wait(me)
                self._readers[me] = before + 1
            yield
        finally:
            with self._lock:
                if before:
                    self._readers[me] = before
                else:
                    self._readers.pop(me, None)
                self._tell()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Within the block no other thread reads or writes.

        Raises:
            BadakError: this thread is reading.
        """
        me = threading.get_ident()
        before = self._writer if self._writer == me else None
        if before is None and me in self._readers:
            raise BadakError(
                "the network cannot be trained or changed while this thread computes its output, "
                "as in a layer's forward or a signal handler: do it before or after"
            )
        try:
            with self._lock:
                if before is None:
                    self._wait(me, alone=True)
                self._writer = me
            yield
        finally:
            with self._lock:
                if self._writer == me:
                    self._writer = before
                self._tell()

    def _wait(self, me: int, alone: bool = False) -> None:
        """Wait until it is this thread's turn and no thread writes or, if `alone`, reads."""

        def open_to(ticket: Ticket) -> bool:
            first = not self._queue or self._queue[0] is ticket
            return first and self._writer is None and not (alone and self._readers)

        ticket = me, object()
        if open_to(ticket):
            return
        if any(waiting == me for waiting, _ in self._queue):  # which a signal handler interrupted
            self._queue.appendleft(ticket)
        else:
            self._queue.append(ticket)
        try:
            self._changed.wait_for(lambda: open_to(ticket))
        finally:  # also if Ctrl-C ends the wait
            self._queue.remove(ticket)
            self._tell()

    def _tell(self) -> None:
        """Wake the waiting threads."""
        if self._queue:
            self._changed.notify_all()

    def __reduce__(self) -> Any:
        """A copy starts with no thread inside."""
        return Turns, ()


_all: "weakref.WeakSet[Turns]" = weakref.WeakSet()


def _forked() -> None:
    """Start again in a forked child, which has none of its parent's other threads."""
    for turns in _all:
        turns.__init__()  # type: ignore[misc]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
