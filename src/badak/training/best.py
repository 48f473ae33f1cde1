"""The best epoch: its number, and the network's weights at its end."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from badak.network import Network, files
from badak.training.history import EpochRecord


def best_epoch(epochs: Sequence[EpochRecord]) -> EpochRecord | None:
    """Return the epoch of the highest validation accuracy; None if none was measured.

    If accuracies are equal, the lower loss wins; if losses are equal, the earlier epoch.

    Example:
        >>> epochs = [EpochRecord(1, 5, 0.9, 0.7, 0.8, 0.75), EpochRecord(2, 10, 0.1, 1, 0.9, 0.75)]
        >>> best_epoch(epochs).epoch
        1
    """
    measured = [record for record in epochs if not math.isnan(record.validation_accuracy)]
    return max(measured, key=_merit, default=None)


def _merit(record: EpochRecord) -> tuple[float, float]:
    loss = record.validation_loss
    return record.validation_accuracy, -math.inf if math.isnan(loss) else -loss


class Best:
    """Keeps the weights of the best epoch so far, and writes them to a model file.

    The state is that of the network at the best epoch's end; empty if none was measured.
    """

    def __init__(self, state: dict[str, NDArray[Any]] | None = None) -> None:
        self.state = state or {}
        self._written = False

    def look(self, net: Network, epochs: Sequence[EpochRecord]) -> None:
        """Keep a copy of the weights if the epoch that just ended is the best."""
        if best_epoch(epochs) is epochs[-1]:
            self.state = {name: array.copy() for name, array in net.state().items()}
            self._written = False

    def save(self, net: Network, path: Path) -> None:
        """Write the weights in the form of a network's file, unless this was done.

        If there are none, an earlier run's file is removed.
        """
        if not self.state:
            path.unlink(missing_ok=True)
        elif not self._written:
            files.save(path, net, self.state)
            self._written = True
