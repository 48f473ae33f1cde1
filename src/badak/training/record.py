"""Record: what training writes to its run directory, and reads there when it is resumed."""

from concurrent.futures import Future
from typing import Any

from badak import storage
from badak.network import Network
from badak.optim import Optimizer
from badak.training import checkpoint
from badak.training.run import RunDirectory
from badak.training.snapshots import Snapshots


class Record:
    """The files of one training.

    Args:
        run: the directory; the caller holds its lock.
        net: the network in training.
        optimizer: what updates it.
        snapshots: what records it, if anything.
        settings: what must be the same for a resume to reach the same bits.
        fingerprints: will have the settings of the data.
    """

    def __init__(
        self,
        run: RunDirectory,
        net: Network,
        optimizer: Optimizer,
        snapshots: Snapshots | None,
        settings: dict[str, Any],
        fingerprints: "Future[dict[str, str | None]]",
    ) -> None:
        self.run, self.net, self.optimizer, self.snapshots = run, net, optimizer, snapshots
        self._settings, self._fingerprints = settings, fingerprints

    def settle(self) -> None:
        """Wait for the data's fingerprints: every step after this needs all processors."""
        self._settings |= self._fingerprints.result()

    def load(self, accept_other_bits: bool) -> checkpoint.Resumed:
        """Restore network, optimizer and snapshots from the checkpoint.

        Raises:
            BadakError: another run's files, or damaged ones; see `checkpoint.load`.
        """
        self.settle()
        resumed = checkpoint.load(
            self.run.checkpoint, self.net, self.optimizer, self._settings, accept_other_bits
        )
        if self.snapshots is not None:
            self.snapshots.resume(self.run.snapshots, resumed.history.position.step)
        return resumed

    def save(self, state: checkpoint.Resumed) -> None:
        """Write everything, the checkpoint last: if it is complete, so are all other files."""
        run, history = self.run, state.history
        self.net.save(run.model)
        state.best.save(self.net, run.best)
        storage.write_atomically(run.history, history.epochs_csv().encode())
        storage.write_atomically(run.steps, history.steps_csv().encode())
        storage.write_atomically(run.log, history.log().encode())
        if self.snapshots is not None:
            self.snapshots.save(run.snapshots)
        checkpoint.save(run.checkpoint, self.net, self.optimizer, state, self._settings)
