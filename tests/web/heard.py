"""A page in a test: it joins a training's channel and waits for what it tells."""

import threading
import time
from typing import Any

from badak.page import unpack
from badak.web.channel import Mailbox

PATIENCE = 60

TINY = {
    "layers": "flatten, linear 10",
    "lr": 0.1,
    "limit_train": 200,
    "limit_test": 50,
    "batch_size": 20,
    "epochs": 2,
}


class Heard:
    """All packets that a channel told, in order."""

    def __init__(self, session: Any, run: Any = None) -> None:
        self._some = threading.Event()
        self.packets: list[tuple[Any, Any]] = []
        self._new: list[tuple[Any, Any]] = []
        self._trainings = session.trainings
        self.page = Mailbox(self._some.set, follows=run is None)
        self._trainings.join(self.page, run)

    def until(self, **wanted: Any) -> tuple[Any, Any]:
        """Wait for the next packet with these facts."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            while self._new:
                facts, arrays = self._new.pop(0)
                if all(facts.get(name) == value for name, value in wanted.items()):
                    return facts, arrays
            self._some.wait(1)
            self._some.clear()
            self._new += map(unpack, self.page.take())
            self.packets += self._new
        raise AssertionError(f"{wanted} was not told; last: {[f for f, _ in self.packets[-3:]]}")

    def leave(self) -> None:
        self._trainings.leave(self.page)
