"""Ctrl-C, SIGTERM and SIGHUP: finish the step, write a checkpoint, then stop."""

import signal
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any

# SIGHUP comes when a terminal or a connection closes. Windows has neither signal; there the numbers
# are those of Linux.
HANG_UP, BROKEN_PIPE = (int(getattr(signal, *of)) for of in (("SIGHUP", 1), ("SIGPIPE", 13)))
CAUGHT = (signal.SIGINT, signal.SIGTERM, *([HANG_UP] if hasattr(signal, "SIGHUP") else []))


class Interrupted(KeyboardInterrupt):
    """Training was stopped by a signal after a whole step; a run directory has its checkpoint.

    Attributes:
        signal: the signal's number.
    """

    def __init__(self, number: int) -> None:
        if number == BROKEN_PIPE:
            words = "stopped, because nothing reads the output any more (broken pipe),"
        else:
            words = f"stopped by {signal.Signals(number).name}"
        super().__init__(words)
        self.signal = number


class Interruption:
    """Within the block, the first SIGINT or SIGTERM is only noted; a second one acts at once.

    SIGHUP is always only noted: a terminal that closes sends it twice, from its shell and from the
    kernel, and systemd sends SIGTERM before it; none of these may prevent the checkpoint. A signal
    that is ignored, as under `nohup`, stays ignored. Python handles signals in the main thread of
    the main interpreter; elsewhere nothing is caught.

    Attributes:
        signal: the number of the signal that came, or None.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Interruption":
        with suppress(ValueError):  # elsewhere Python refuses to set a handler
            for number in CAUGHT:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number in list(self._before):
            self._restore(number)

    def _note(self, number: int, frame: FrameType | None = None) -> None:
        self.signal = number
        if number != HANG_UP:
            self._restore(number)

    def _restore(self, number: int) -> None:
        if number in self._before:
            signal.signal(number, self._before.pop(number))
