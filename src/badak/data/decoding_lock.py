"""A lock for what is being decoded: several processes of a host decode the same images once.

It is a lock of the system on a file in the cache: one that is killed releases it. Where there is
none (Windows, a folder that cannot be written), each process decodes for itself.
"""

import contextlib
import os
from collections.abc import Iterator

from badak.data.scratch import LOCK, folder


@contextlib.contextmanager
def decoding_alone(key: str) -> Iterator[None]:
    """Wait until no other process, or thread, is in such a block for the same key.

    Who has waited looks into the cache first.

    Example:
        >>> with decoding_alone("example"):
        ...     "alone"
        'alone'
    """
    path = folder() / (key + LOCK)
    descriptor = -1
    try:
        import fcntl

        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except (ImportError, OSError):  # no such lock here: two may do the same work, and no harm
        pass
    try:
        yield
    finally:
        if descriptor >= 0:
            # Removed while it is held; one that waits for this very file still gets it.
            with contextlib.suppress(OSError):
                path.unlink()
            os.close(descriptor)
