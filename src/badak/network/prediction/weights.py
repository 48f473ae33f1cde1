"""A network's weights as the native core takes them: packed once, and again when they change."""

import threading
from collections.abc import Callable
from typing import Any

from badak.layers import changes

Packed = list[Any]
AtOnce = tuple[int, ...]  # how many images at a time each filter gets


class Weights:
    """The packed weights, which are never older than the network's arrays.

    The arrays are the same as before if three things hold: nobody asked a layer for its arrays
    since; nobody had them, nor a weak reference to them, when we looked last; and nobody has them
    now, as the reference counts say. Else a hash of their content tells.

    Args:
        watch: knows the arrays, their reference counts and hashes.
        pack: packs the weights of one filter, by its number, for so many images at a time.
    """

    def __init__(self, watch: Any, pack: Callable[[int, int], Any]) -> None:
        self._watch, self._pack = watch, pack
        self._lock = threading.Lock()
        self._mark: object = None
        self._alone = False
        self._hashes: list[int] | None = None
        self._packed: dict[AtOnce, Packed] = {}
        self._filters: dict[tuple[int, int], Any] = {}  # what these lists share

    def current(self, at_once: AtOnce) -> Packed:
        """The weights of this moment; the same list as long as they are the same."""
        if self._alone and changes.mark() is self._mark and self._watch.alone():
            packed = self._packed.get(at_once)
            if packed is not None:
                return packed
        with self._lock:
            mark = changes.mark()  # before looking: who comes meanwhile makes a new one
            alone = self._watch.alone() and self._watch.unreferred()
            hashes = self._watch.hashes()
            if hashes != self._hashes:
                self._packed, self._filters = {}, {}
            packed = self._packed.get(at_once)
            if packed is None:
                packed = self._packed[at_once] = [self._filter(*one) for one in enumerate(at_once)]
            self._hashes, self._alone, self._mark = hashes, alone, mark
            return packed

    def _filter(self, number: int, images: int) -> Any:
        """One filter's weights, which batches of several sizes may share."""
        key = number, images
        if key not in self._filters:
            self._filters[key] = self._pack(*key)
        return self._filters[key]
