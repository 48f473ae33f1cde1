"""Work ahead of a caller in threads: the results come in order, and none is made too early."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import current_thread
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(
    function: Callable[[Item], Result], items: Iterable[Item], threads: int, depth: int, name: str
) -> Iterator[Result]:
    """Apply a function to each item in threads, and yield the results in the order of the items.

    While the caller works, at most `depth` results are ready or being made. What the function
    raises is raised here, in its place. Leaving early waits for the threads.

    Example:
        >>> list(ahead(str, [1, 2, 3], threads=2, depth=2, name="example"))
        ['1', '2', '3']
    """
    pending: deque[Future[Result]] = deque()
    workers = ThreadPoolExecutor(threads, name)
    try:
        for item in items:
            pending.append(workers.submit(function, item))
            if len(pending) > depth:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()
        # The garbage collector may end this within one of the threads, which cannot await itself.
        workers.shutdown(wait=not current_thread().name.startswith(f"{name}_"))
