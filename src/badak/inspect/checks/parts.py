"""parts: the seconds of a training step as it runs, native call by native call.

A plan groups layers into parts, each as long as one call can do (`badak.network.fusion`); here each
part's calls are recorded by themselves, and timed where they stand in the step.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from badak.arrays import Images
from badak.network import Network
from badak.network.fusion import Chain
from badak.ops import edition

# What turns maps between two parts, and covers no layer.
BETWEEN: tuple[str, ...] = ()

Key = tuple[tuple[str, ...], str]


class Parts:
    """A step's calls in order, those of each part by themselves.

    Attributes:
        ways: the layers of a part, by full name -> the ways of its convolution and of both
            gradients, () without one; `BETWEEN` last.
    """

    def __init__(self, net: Network, images: Images) -> None:
        self._calls: list[tuple[Key, Any]] = []
        self._chain = Chain(list(net.layers.items()), net.input_shape, training=True)
        parts = list(self._chain.parts())
        for part in parts:
            for direction in ("forward", "backward"):
                self._wrap(part, direction)
        self._record(images)
        self.ways: dict[tuple[str, ...], tuple[str, ...]] = {
            part.covers: part.ways() for part in parts if part.covers
        }
        self.ways[BETWEEN] = ()

    def seconds(self, clock: Callable[[], float]) -> dict[Key, float]:
        """Run the step once: (layers, "forward" or "backward") -> seconds."""
        self._refresh()
        found: dict[Key, float] = {}
        for key, calls in self._calls:
            start = clock()
            calls.run()
            found[key] = found.get(key, 0.0) + clock() - start
        return found

    def _record(self, images: Images) -> None:
        self._refresh()
        self._begin((BETWEEN, "forward"))
        try:
            out = self._chain.forward(images)
            self._begin((BETWEEN, "backward"))
            self._chain.backward(np.full_like(out, 1e-3), need_grad_x=False)
        finally:
            self._calls[-1][1].stop()
        self._calls = [(key, calls) for key, calls in self._calls if len(calls)]

    def _refresh(self) -> None:
        for stage in self._chain.refreshed():
            stage.refresh()

    def _begin(self, key: Key) -> None:
        """From now on calls are recorded under this key."""
        calls = edition.fused().Program()
        calls.record()
        self._calls.append((key, calls))

    def _wrap(self, part: Any, direction: str) -> None:
        """Have a part's calls recorded under its layers' names."""
        original = getattr(part, direction)

        def call(*arguments: Any) -> Any:
            self._begin((part.covers, direction))
            result = original(*arguments)
            self._begin((BETWEEN, direction))
            return result

        setattr(part, direction, call)
