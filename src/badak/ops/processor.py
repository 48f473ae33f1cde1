"""What the native core runs on: its threads, and the instruction set of its kernels.

`BADAK_NUM_THREADS` and `BADAK_ISA` decide both when badak is imported.
"""

import importlib
import os
from collections.abc import Mapping
from typing import Any

from badak import checks
from badak.errors import BadakError

MAXIMUM_THREADS = 1024


def core() -> Any:
    """Return the compiled module, or None if badak was installed without a compiler."""
    try:
        return importlib.import_module("badak._core")
    except ImportError:
        return None


def num_threads() -> int:
    """Return how many threads the kernels use: 1 if there is no native core.

    The default is BADAK_NUM_THREADS, or else the number of processors this process may use.

    Example:
        >>> num_threads() >= 1
        True
    """
    compiled = core()
    return 1 if compiled is None else int(compiled.num_threads())


def set_num_threads(count: int) -> None:
    """Let the kernels use `count` threads from now on. Results are the same, bit for bit.

    Without the native core this has no effect: NumPy chooses its threads itself.

    Args:
        count: at least 1.

    Example:
        >>> before = num_threads()
        >>> set_num_threads(1)
        >>> set_num_threads(before)
        >>> set_num_threads(0)
        Traceback (most recent call last):
        badak.errors.BadakError: num_threads must be at least 1; got 0
    """
    checks.integer(count, "num_threads", minimum=1, maximum=MAXIMUM_THREADS)
    compiled = core()
    if compiled is not None:
        compiled.set_num_threads(count)


def use_instruction_set(name: str) -> None:
    """Run the kernels that were compiled for this instruction set from now on.

    Args:
        name: one of those this processor has, such as "x86-64-v3"; `badak --version` lists them.

    Example:
        >>> use_instruction_set("z80")
        Traceback (most recent call last):
        badak.errors.BadakError: BADAK_ISA must be one of ...; got 'z80'
    """
    compiled = core()
    usable = [] if compiled is None else compiled.usable_sets()
    if name not in usable:
        listed = ", ".join(map(repr, usable)) or "none: the native core is not built"
        raise BadakError(f"BADAK_ISA must be one of {listed}; got {name!r}")
    compiled.use_set(name)


def configure(environment: Mapping[str, str]) -> None:
    """Apply BADAK_NUM_THREADS and BADAK_ISA.

    Example:
        >>> configure({"BADAK_NUM_THREADS": "two"})
        Traceback (most recent call last):
        badak.errors.BadakError: BADAK_NUM_THREADS must be a whole number from 1 to 1024; got 'two'
    """
    threads, name = environment.get("BADAK_NUM_THREADS"), environment.get("BADAK_ISA")
    if threads is not None:
        if not (threads.isascii() and threads.isdigit() and 1 <= int(threads) <= MAXIMUM_THREADS):
            raise BadakError(
                f"BADAK_NUM_THREADS must be a whole number from 1 to {MAXIMUM_THREADS}; "
                f"got {threads!r}"
            )
        set_num_threads(int(threads))
    if name is not None:
        use_instruction_set(name)


configure(os.environ)
