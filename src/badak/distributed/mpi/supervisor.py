"""The last words of a process that was killed, under mpiexec.

When a process is killed, mpiexec kills all others at once and prints a banner that does not say
what to do. So the process that mpiexec started stays behind as a small parent, and the training
runs in its child. If the child is killed, the parent says so and asks mpiexec to end all; if
mpiexec is killed, the parent and the child end, and no process is left behind.
"""

import ctypes
import os
import signal
import socket
import sys
import time
from typing import NoReturn

from badak import launcher

ADVICE = "Start it again with resume=True: it goes on from the last checkpoint"
DEATHS: dict[int, str] = {
    signal.SIGKILL: " (perhaps for want of memory)",
    signal.SIGALRM: ": it waited too long for the other processes to start",
}
PR_SET_PDEATHSIG = 1  # Linux: the signal to get when the parent ends
FIRST_WORDS = 2.0  # seconds in which rank 0 says what is wrong with the command
PAUSE = 0.1  # seconds, until mpiexec has read the last words
BEGUN, FINISHED = b"b", b"f"  # what the child tells the parent
_parent: int | None = None  # where it does


def supervise(advice: str = ADVICE) -> None:
    """Go on in a child of this process, so that somebody can say what killed it.

    Call it first, before any thread is started; it returns in the child. Does nothing if the
    process was not started by MPICH's mpiexec, for others end and speak in their own ways.

    Args:
        advice: the last sentence, which says how to go on.
    """
    if not {"PMI_FD", "PMI_RANK", "PMI_HOSTNAME"} <= set(os.environ):
        return
    sys.stdout.flush()
    sys.stderr.flush()
    global _parent
    starter = os.getppid()
    reading, _parent = os.pipe()
    child = os.fork()
    if child:
        os.close(_parent)
        _watch(child, starter, reading, advice)
    os.close(reading)
    _end_with_parent()


def is_there() -> bool:
    """Return whether this process has such a parent."""
    return _parent is not None


def tell(state: bytes) -> None:
    """Tell the parent, if there is one, that MPI has begun or has finished."""
    if _parent is not None:
        os.write(_parent, state)


def _watch(child: int, starter: int, reading: int, advice: str) -> NoReturn:
    # Signals go to parent and child alike; it is the child that answers them.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    _end_with_parent()
    if os.getppid() != starter:  # it ended a moment ago
        os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.set_blocking(reading, False)
    try:
        told = os.read(reading, 2)
    except BlockingIOError:  # another child holds the other end
        told = b""
    if status < 0 and -status != signal.SIGINT:
        how = signal.strsignal(-status) or "unknown"
        _speak(f"was ended by signal {-status}, {how}{DEATHS.get(-status, '')}", advice)
    elif status > 0 and not told and launcher.rank() > 0:
        time.sleep(FIRST_WORDS)  # mpiexec may end all when this process ends
    elif status > 0 and told == BEGUN:
        _speak(f"ended with status {status} before the others", advice)
    code = status if status >= 0 else 128 - status
    if code and FINISHED not in told:
        _end_all(code)
    os._exit(code)


def _speak(how: str, advice: str) -> None:
    words = (
        f"MPI: process {launcher.rank()} of {launcher.world_size()}, on {socket.gethostname()}, "
        f"{how}; all processes end here. {advice}\n"
    )
    os.write(2, words.encode())


def _end_all(code: int) -> None:
    """Ask mpiexec, as the child's MPI library would: one line of PMI, its protocol."""
    time.sleep(PAUSE)
    try:
        os.write(int(os.environ["PMI_FD"]), f"cmd=abort exitcode={code}\n".encode())
        time.sleep(5)  # it kills this process now
    except (OSError, ValueError):
        pass  # it is gone already


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
