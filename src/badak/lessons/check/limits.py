"""Limits of the process that runs the reader's code: memory, processes, files, and time.

Time is that of the processor, so that a slow or busy machine makes no right solution endless; what
only waits is stopped after `WAITING` times as long. Windows limits the time alone, by the clock.
The system does not hold root to the number of processes: check strangers' files in a container.
"""

import contextlib
import faulthandler
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import IO

MEMORY = 4 * 2**30  # bytes of addresses, most of which NumPy only reserves
FILE = 2**28  # bytes of a file that it writes
PROCESSES = 64  # and threads, beyond those that the user has
LIFE = 900  # seconds of the processor, for each process that it starts
WAITING = 6


def limit() -> None:
    """Let what grows for ever raise an exception here, instead of stopping the machine."""
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, LIFE),
        (resource.RLIMIT_FSIZE, FILE),
        # Linux does not apply this one to root, nor to who has CAP_SYS_RESOURCE.
        (resource.RLIMIT_NPROC, _threads() + PROCESSES),
    )
    for name, most in limits:
        hard = resource.getrlimit(name)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(name, (most, most))


def _threads() -> int:
    """The number of threads of this user, which the system counts; a guess if it does not tell."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.stat().st_uid == os.getuid():
                count += len(list((process / "task").iterdir()))
    return count or 2000


@contextlib.contextmanager
def timed(seconds: float, trace: IO[str]) -> Iterator[None]:
    """End the process, with its lines in `trace`, if what is inside takes too long."""
    by_processor = hasattr(signal, "setitimer") and hasattr(faulthandler, "register")
    wait = WAITING * seconds if by_processor else seconds
    faulthandler.dump_traceback_later(wait, exit=True, file=trace)
    if by_processor:
        faulthandler.register(signal.SIGPROF, file=trace, chain=True)
        signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        if by_processor:
            signal.setitimer(signal.ITIMER_PROF, 0)
            faulthandler.unregister(signal.SIGPROF)
