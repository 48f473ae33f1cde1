"""A network's weights as the native core takes them: packed once, and again when they change."""

import threading
from collections.abc import Callable
from typing import Any

from badak.layers import changes

Packed = list[Any]


class Weights:
    """The packed weights, which are never older than the network's arrays.

    The arrays are the same as before if three things hold: nobody asked a layer for its arrays
    since; nobody had them when we looked last; and nobody has them now, as the reference counts
    say. Else a hash of their content tells.

    Args:
        watch: knows the arrays, their reference counts and hashes.
        pack: packs all weights.
    """

    def __init__(self, watch: Any, pack: Callable[[], Packed]) -> None:
        self._watch, self._pack = watch, pack
        self._lock = threading.Lock()
        self._mark: object = None
        self._alone = False
        self._hashes: list[int] | None = None
        self._packed: Packed = []

    def current(self) -> Packed:
        """The weights of this moment; the same list as long as they are the same."""
        if self._alone and changes.mark() is self._mark and self._watch.alone():
            return self._packed
        with self._lock:
            mark = changes.mark()  # before looking: who comes meanwhile makes a new one
            alone, hashes = self._watch.alone(), self._watch.hashes()
            if hashes != self._hashes:
                self._packed, self._hashes = self._pack(), hashes
            self._alone, self._mark = alone, mark
            return self._packed
