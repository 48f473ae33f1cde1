"""mpi4py and the MPI library: found, initialized, finalized, and how all processes are ended."""

import atexit
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from typing import Any, NoReturn

from badak.distributed.mpi import supervisor
from badak.errors import MissingExtra

# What happened and what to do is said by badak, in one line.
QUIET = {"MPIR_CVAR_SUPPRESS_ABORT_MESSAGE": "1", "UCX_LOG_LEVEL": "fatal"}
FILES = ("libmpi.so.12", "libmpi.12.dylib")
ENDING = 10.0  # seconds that finalizing may take, and aborting
_members: list[Any] = []  # the communicators that were made


def initialized(timeout: float) -> tuple[Any, Any]:
    """Return mpi4py's module, and a communicator of its own for whoever calls this.

    MPI is initialized the first time, and finalized at the exit.

    Args:
        timeout: seconds to wait for all processes to call it, too.
    """
    library = sys.modules.get("mpi4py.MPI")
    if library is None:
        for name, value in QUIET.items():
            os.environ.setdefault(name, value)
        library = _imported()
    with _alarm(timeout):  # each of the two waits for all processes
        if not library.Is_initialized():
            library.Init_thread(library.THREAD_SERIALIZED)
            supervisor.tell(supervisor.BEGUN)
            atexit.register(_finish, library)
        messages = library.COMM_WORLD.Dup()
    messages.Set_errhandler(library.ERRORS_RETURN)
    return library, messages


def register(member: Any) -> None:
    """Note a communicator; if it is not closed at the exit, all processes are ended."""
    _members.append(member)


def abort(words: str = "", code: int = 1) -> NoReturn:
    """End all processes that MPI's launcher started, at once.

    Args:
        words: one line, printed as the last one.
        code: the exit status.
    """
    supervisor.tell(supervisor.FINISHED)
    sys.stdout.flush()
    if words:
        print(words, file=sys.stderr, flush=True)
        time.sleep(0.1)  # until mpiexec has read it, for it ends everything
    library = sys.modules.get("mpi4py.MPI")
    with _limit(ENDING, code):
        if library is not None and library.Is_initialized() and not library.Is_finalized():
            _silence()
            library.COMM_WORLD.Abort(code)
    os._exit(code)


def _imported() -> Any:
    """Import mpi4py. It looks for the MPI library beside Python; else it is where pip put it."""
    try:
        import mpi4py

        mpi4py.rc.initialize = mpi4py.rc.finalize = False
        try:
            from mpi4py import MPI as library
        except RuntimeError:
            os.environ["MPI4PY_LIBMPI"] = _installed_library()
            from mpi4py import MPI as library
    except (ImportError, RuntimeError) as fault:
        raise MissingExtra(
            f"MPI needs mpi4py and an MPI library ({str(fault).splitlines()[0]}): "
            "pip install 'badak[mpi]'"
        ) from None
    return library


def _installed_library() -> str:
    """Return the path of the MPI library that the wheel mpich brought."""
    for file in metadata.files("mpich") or ():
        if file.name in FILES:
            return str(file.locate())
    raise ImportError("the package mpich has no MPI library")


def _finish(library: Any) -> None:
    """At the exit: finalize if all left, else end all processes."""
    if library.Is_finalized():
        return
    if not all(member.closed for member in _members):
        rank, size = library.COMM_WORLD.rank, library.COMM_WORLD.size
        words = f"MPI: process {rank} of {size} ended before the others; all processes end here"
        abort(words if size > 1 else "")
    with _limit(ENDING, 1):
        library.Finalize()
    supervisor.tell(supervisor.FINISHED)


@contextmanager
def _limit(seconds: float, code: int) -> Iterator[None]:
    """End this process if the block takes longer; for calls that may wait for a lost link."""
    guard = threading.Timer(seconds, os._exit, [code])
    guard.daemon = True
    guard.start()
    try:
        yield
    finally:
        guard.cancel()


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """End this process by SIGALRM if the block takes longer and holds Python's lock all the time.

    So does initializing: it waits for all processes, and one may have ended before.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _silence() -> None:
    """Leave the last word to badak: an MPI library prints one more line when it aborts."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
