"""A mark that is new after anything that may have changed a layer or its arrays.

What was computed from layers, such as a recorded plan, is good as long as the mark is the same and
nobody holds the arrays from before. The mark is one for all networks: looking again costs little.
"""


class _Mark:
    latest: object = object()


def note() -> None:
    """Note that something may change. A new object, since counts of two threads could meet."""
    _Mark.latest = object()


def mark() -> object:
    """The mark at this moment."""
    return _Mark.latest
