"""Commands: what a page asks of a training while it runs."""

import json
import os
import select
import signal
import threading
from collections.abc import Callable
from typing import Any

from badak.training.interruption import HANG_UP

LONGEST = 2**26  # bytes of a line; an image of 3 x 1024 x 1024 takes 17 MB
BLOCK = 2**16


class Commands:
    """Commands of a pipe, read by a thread of their own: one JSON object on each line.

    ``{"do": "pause"}``, and ``"resume"``, ``"step"`` (one step, then pause) or ``"stop"``;
    ``{"watch": image}``: somebody looks at an image, base64 of float32 (C, H, W), or "" for one of
    the data set's; None: nobody looks. The end of the pipe means stop: whoever asked is gone. Lines
    that are none of these are passed over.

    Attributes:
        stop: the number of the signal that a stop is like; None until then.
        paused: whether the training must wait after this step, or waits.
        watched: what is looked at; None if nobody looks.
        watches: how many times that was set.
    """

    def __init__(self, descriptor: int) -> None:
        self.stop: int | None = None
        self.watched: str | None = None
        self.watches = 0
        self.paused, self._steps = False, 0
        self._changed, self._line = threading.Condition(), b""
        while _has_some(descriptor) and (block := _block(descriptor)):  # sent before: obeyed first
            self._take(block)
        threading.Thread(target=self._read, args=[descriptor], daemon=True).start()

    @property
    def holding(self) -> bool:
        """Whether the next step must wait."""
        return self.paused and not self._steps and self.stop is None

    def wait(self, seconds: float) -> None:
        """Wait for another command, at most so long."""
        with self._changed:
            self._changed.wait(seconds)

    def take_step(self) -> None:
        """Take note that a step begins."""
        with self._changed:
            self._steps = max(0, self._steps - 1)

    def _read(self, descriptor: int) -> None:
        # os.read: at the interpreter's end, a thread that waits in a file object would hold its
        # lock and fail.
        while block := _block(descriptor):
            self._take(block)
        self._change(lambda: self._stop(HANG_UP))

    def _take(self, block: bytes) -> None:
        *lines, self._line = (self._line + block).split(b"\n")
        for whole in lines:
            self._obey(_parsed(whole))
        if len(self._line) > LONGEST:
            self._line = b""

    def _obey(self, command: dict[str, Any]) -> None:
        acts = {"pause": self._pause, "resume": self._resume, "step": self._step}
        if command.get("do") == "stop":
            self._change(lambda: self._stop(signal.SIGTERM))
        elif isinstance(command.get("do"), str) and command["do"] in acts:
            self._change(acts[command["do"]])
        elif "watch" in command:
            self._change(lambda: self._watch(command["watch"]))

    def _change(self, act: Callable[[], None]) -> None:
        with self._changed:
            act()
            self._changed.notify_all()

    def _stop(self, number: int) -> None:
        self.stop = number if self.stop is None else self.stop

    def _pause(self) -> None:
        self.paused = True

    def _resume(self) -> None:
        self.paused, self._steps = False, 0

    def _step(self) -> None:
        """While it runs, the step that is being made is the one."""
        self._steps += self.paused
        self.paused = True

    def _watch(self, image: Any) -> None:
        self.watched = image if isinstance(image, str) else None
        self.watches += 1


def _has_some(descriptor: int) -> bool:
    """Whether something can be read now."""
    try:
        return bool(select.select([descriptor], [], [], 0)[0])
    except (OSError, ValueError):  # no pipe; on Windows, no pipe can be asked
        return False


def _block(descriptor: int) -> bytes:
    """Some bytes; none at the pipe's end, or if it is no pipe to read from."""
    try:
        return os.read(descriptor, BLOCK)
    except OSError:
        return b""


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        command = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return command if isinstance(command, dict) else {}
