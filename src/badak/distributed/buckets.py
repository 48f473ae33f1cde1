"""Buckets: all gradients in one flat buffer, sent piece by piece while the backward still runs.

Source: Li et al. 2020, "PyTorch Distributed", section 3.2.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from badak.arrays import Array
from badak.distributed.communicator import Communicator, Pending

BUCKET = 2**18  # bytes: larger ones leave too late, a sum of each takes 2 ms at 1 Gbit/s


class Buckets:
    """The sum of all processes' gradients, each times its process's weight.

    Args:
        shapes: of the parameters, by name, in the network's order.
        dtype: of the gradients.
        communicator: what sums them.
        half: send float32 gradients as bfloat16.
        bucket: how many bytes are sent together, at least.

    Attributes:
        gradients: ``"conv1.weight"`` -> its place in the buffer, in the network's order.

    Example:
        >>> from badak.distributed import OneProcess
        >>> buckets = Buckets({"w": (2,), "b": ()}, np.dtype(np.float32), OneProcess())
        >>> buckets.begin(weight=10, last=True)
        >>> buckets.add({"b": np.float32(1)})
        >>> buckets.add({"w": np.ones(2, np.float32)})
        >>> buckets.finish()
        >>> buckets.gradients
        {'w': array([10., 10.], dtype=float32), 'b': array(10., dtype=float32)}
    """

    def __init__(
        self,
        shapes: dict[str, tuple[int, ...]],
        dtype: np.dtype[Any],
        communicator: Communicator,
        half: bool = False,
        bucket: int = BUCKET,
    ) -> None:
        self.communicator, self.half = communicator, half
        sizes = {name: int(np.prod(shape)) for name, shape in shapes.items()}
        self.flat = np.zeros(sum(sizes.values()), dtype)
        # The way back reaches the last parameters first.
        places: dict[str, Array] = {}
        self._cuts, self._bucket_of, start = [0], {}, 0
        for name in reversed(shapes):
            end = start + sizes[name]
            places[name] = self.flat[start:end].reshape(shapes[name])
            self._bucket_of[name] = len(self._cuts) - 1
            if (end - self._cuts[-1]) * dtype.itemsize >= bucket:
                self._cuts.append(end)
            start = end
        if start > self._cuts[-1]:
            self._cuts.append(start)
        self.gradients = {name: places[name] for name in shapes}
        self._pending: list[Pending] = []

    def begin(self, weight: float, first: bool = True, last: bool = True) -> None:
        """Expect the gradients of a pass: the `first` and perhaps the `last` one of a step."""
        self._weight, self._first, self._last = self.flat.dtype.type(weight), first, last
        self._left = [0] * (len(self._cuts) - 1)
        for name in self.gradients:
            self._left[self._bucket_of[name]] += 1
        if first:
            self._pending = []

    def add(self, gradients: Mapping[str, Array]) -> None:
        """Take gradients that are final, and send what is complete."""
        for name, gradient in gradients.items():
            if name not in self.gradients:  # of a frozen layer
                continue
            place = self.gradients[name]
            if self._first:
                np.multiply(gradient, self._weight, out=place)
            else:
                place += self._weight * gradient
            self._left[self._bucket_of[name]] -= 1
        if self._last:
            while len(self._pending) < len(self._left) and not self._left[len(self._pending)]:
                self._send()
            self.communicator.advance()

    def send_all(self) -> None:
        """Send what has not been sent: other processes wait for it, even if a pass has failed."""
        while len(self._pending) < len(self._cuts) - 1:
            self._send()

    def finish(self) -> None:
        """Wait until `gradients` hold the sums."""
        self.send_all()
        for pending in self._pending:
            pending.wait()

    def _send(self) -> None:
        place = len(self._pending)
        start, end = self._cuts[place : place + 2]
        self._pending.append(self.communicator.start_allreduce_(self.flat[start:end], self.half))
