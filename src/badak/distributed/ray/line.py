"""A line of calls: one thread makes them, one after the other, in the order in which they came."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class Line:
    """Its thread never keeps a process alive, whatever it waits for."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._work, name="badak-ray", daemon=True)
        self._thread.start()

    def put(self, call: Callable[[], Any]) -> "Future[Any]":
        """Return the call's result to come, or the error that it will raise."""
        future: Future[Any] = Future()
        self._calls.put((future, call))
        return future

    def close(self, timeout: float) -> None:
        """Make no more calls; wait for the one that is being made."""
        self._calls.put(None)
        self._thread.join(timeout)

    def _work(self) -> None:
        for future, call in iter(self._calls.get, None):
            try:
                future.set_result(call())
            except BaseException as fault:
                future.set_exception(fault)
            del future, call  # the arrays in them, until the next call comes
