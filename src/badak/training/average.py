"""Average: a network's weights, averaged over the last steps (Polyak averaging)."""

import numpy as np

from badak.network import Network


class Average:
    """A second network whose arrays follow those of the one that learns.

    After update n, counted from 0, ``average += (1 - d) * (array - average)`` with
    ``d = min(decay, n / (n + 9))``: the initial weights are forgotten at once, and the average
    covers about the last tenth of the steps until it covers ``1 / (1 - decay)`` of them. Batch
    norm's running statistics are averaged alike, so that they fit the averaged weights.

    Args:
        net: the network that learns.
        decay: the share of the average that stays at each step, in (0, 1).

    Attributes:
        net: the network with the averages.

    Source: Polyak and Juditsky 1992; the warm-up is that of TensorFlow's
    `ExponentialMovingAverage`, begun one update later.

    Example:
        >>> from badak.layers import Flatten, Linear
        >>> live = Network([Flatten(), Linear(2)], (1, 1, 1))
        >>> average = Average(live, decay=0.9)
        >>> for n in range(2):
        ...     live.parameters()["linear1.bias"][...] = n
        ...     average.update(live, n)
        >>> average.net.parameters()["linear1.bias"].round(6)  # 0.1 * 0 + 0.9 * 1
        array([0.9, 0.9], dtype=float32)
    """

    def __init__(self, net: Network, decay: float) -> None:
        self.net, self.decay = net.astype(net.dtype), decay

    def update(self, net: Network, updates: int) -> None:
        """Move the averages towards the network's arrays; `updates` were made before this one."""
        own, share = self.net.state(), 1 - min(self.decay, updates / (updates + 9))
        for name, array in net.state().items():
            if np.issubdtype(array.dtype, np.floating):
                own[name] += array.dtype.type(share) * (array - own[name])
            else:
                own[name][...] = array
