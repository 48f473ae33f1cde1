"""Communicator: what processes that train together say to each other, whatever carries it.

Every process calls the same methods in the same order, with arrays of the same shape and dtype. A
sum adds the processes' arrays in a fixed order, so it has the same bits on all of them and each
time.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.errors import ArgumentTypeError, BadakError

TIMEOUT = 60.0  # seconds
SUMMED = (np.float32, np.float64, np.int64)


class WorkersLost(BadakError):
    """Other processes ended, or did not answer in time.

    Attributes:
        ranks: the processes, as far as they are known.
    """

    def __init__(self, words: str, ranks: Sequence[int] = ()) -> None:
        super().__init__(words)
        self.ranks = tuple(ranks)


class Pending(ABC):
    """A sum on its way; the array is not to be touched until `wait` returns."""

    @abstractmethod
    def wait(self) -> None:
        """Return when the array holds the sum.

        Raises:
            WorkersLost: another process ended, or did not answer in time.
        """


class Communicator(ABC):
    """One of `size` processes that train together.

    Args:
        timeout: seconds that it waits for the others.

    Attributes:
        rank: its number, from 0; the first one writes and prints.
        size: how many there are.
        engine: the name of what carries the messages.
        elastic: whether the others go on when one is lost; see `regroup`.
        joining: whether it comes to a job that the others have begun: it loads what it needs, and
            calls `regroup` before anything else.
        waited: seconds spent so far waiting for the others and the wire.

    Example:
        >>> with OneProcess() as communicator:
        ...     numbers = np.array([1.0, 2.0])
        ...     communicator.allreduce_(numbers)
        ...     numbers, communicator.rank, communicator.size
        (array([1., 2.]), 0, 1)
    """

    engine: ClassVar[str]
    elastic: ClassVar[bool] = False
    joining: bool = False
    rank: int
    size: int

    def __init__(self, timeout: float = TIMEOUT) -> None:
        self.timeout = checks.real(timeout, "timeout", above=0)
        self.waited = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def allreduce_(self, array: NDArray[Any]) -> None:
        """Replace an array by the sum of all processes' arrays.

        Args:
            array: float32, float64 or int64; contiguous and writable.

        Raises:
            WorkersLost: another process ended, or did not answer in time.
            BadakError: an array that cannot be summed in place.
        """
        self.start_allreduce_(array).wait()

    def start_allreduce_(self, array: NDArray[Any], half: bool = False) -> Pending:
        """Begin `allreduce_`, and go on; several sums end in the order in which they began.

        Args:
            array: as in `allreduce_`.
            half: send float32 numbers as bfloat16, half as wide: see `badak.distributed.half`.
        """
        _check(array, SUMMED)
        if half and array.dtype != np.float32:
            raise BadakError(f"half=True needs an array of float32; got {array.dtype}")
        return self._start(array, half)

    def broadcast_(self, array: NDArray[Any], root: int = 0) -> None:
        """Replace an array by that of the process `root`.

        Args:
            array: of any dtype of numbers; contiguous and writable.
            root: its rank.

        Raises:
            WorkersLost: another process ended, or did not answer in time.
        """
        _check(array)
        checks.integer(root, "root", maximum=self.size - 1)
        self._broadcast(array, root)

    def broadcast_bytes(self, content: bytes = b"", root: int = 0) -> bytes:
        """Return what the process `root` gives, on all of them."""
        length = np.array([len(content)])
        self.broadcast_(length, root)
        array = np.zeros(length[0], np.uint8)
        if self.rank == root:
            array[:] = np.frombuffer(content, np.uint8)
        if len(array):
            self.broadcast_(array, root)
        return array.tobytes()

    def gather(self, numbers: NDArray[Any]) -> NDArray[Any]:
        """Return the numbers of all processes, ``(size, *shape)``, on all of them."""
        every = np.zeros((self.size, *numbers.shape), numbers.dtype)
        every[self.rank] = numbers
        self.allreduce_(every)
        return every

    def advance(self) -> None:  # noqa: B027  # some need no help
        """Let sums on their way advance; called now and then while something else is computed."""

    def regroup(self) -> "Communicator":
        """Return a communicator of those that are left and those that came, after `WorkersLost`.

        Raises:
            BadakError: this engine cannot.
        """
        raise BadakError(f"{self.engine} cannot go on without the processes that were lost")

    @property
    def waiting(self) -> int:
        """How many new processes wait to be taken in, by `regroup`; known to rank 0 alone."""
        return 0

    @abstractmethod
    def barrier(self) -> None:
        """Return when all processes have called it.

        Raises:
            WorkersLost: another process ended, or did not answer in time.
        """

    @abstractmethod
    def close(self) -> None:
        """Leave; a second call does nothing."""

    @abstractmethod
    def _start(self, array: NDArray[Any], half: bool) -> Pending: ...

    @abstractmethod
    def _broadcast(self, array: NDArray[Any], root: int) -> None: ...


class _Done(Pending):
    def wait(self) -> None:
        """Nothing is on its way."""


class OneProcess(Communicator):
    """A process that trains alone."""

    engine = "one process"
    rank = 0
    size = 1

    def barrier(self) -> None:
        """Nobody else is there."""

    def close(self) -> None:
        """Nothing is open."""

    def _start(self, array: NDArray[Any], half: bool) -> Pending:
        return _Done()

    def _broadcast(self, array: NDArray[Any], root: int) -> None:
        pass


class Stopwatch:
    """Adds the seconds of its blocks to a communicator's `waited`."""

    def __init__(self, communicator: Communicator) -> None:
        self._communicator = communicator

    def __enter__(self) -> None:
        self._since = time.perf_counter()

    def __exit__(self, *fault: object) -> None:
        self._communicator.waited += time.perf_counter() - self._since


def _check(array: Any, dtypes: Sequence[Any] = ()) -> None:
    """Refuse what cannot be sent and overwritten where it is."""
    if not isinstance(array, np.ndarray):
        raise ArgumentTypeError(f"array must be a NumPy array; got {type(array).__name__}")
    if array.dtype.hasobject or (dtypes and array.dtype not in [np.dtype(one) for one in dtypes]):
        names = ", ".join(np.dtype(one).name for one in dtypes) or "numbers"
        raise BadakError(f"array must be of {names}; got {array.dtype}")
    if not array.flags.c_contiguous or not array.flags.writeable:
        raise BadakError(
            "array must be contiguous and writable, for it is overwritten; got strides "
            f"{array.strides}, {'writable' if array.flags.writeable else 'read-only'}"
        )
