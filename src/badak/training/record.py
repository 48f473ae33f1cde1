"""Record: what training writes to its run directory, and reads there when it is resumed."""

from badak import storage
from badak.data import Dataset
from badak.network import Network
from badak.training import checkpoint
from badak.training.run import RunDirectory
from badak.training.settings import fingerprints, settings_of
from badak.training.setup import Setup


class Record:
    """The files of one training; the caller holds the lock of its run directory."""

    def __init__(
        self, run: RunDirectory, setup: Setup, train: Dataset, validation: Dataset | None
    ) -> None:
        self.run, self.snapshots = run, setup.snapshots
        self.net, self.optimizer = setup.net, setup.optimizer
        self._settings = settings_of(
            setup.optimizer,
            setup.epochs,
            setup.schedule,
            setup.augment,
            **setup.settings(),
        )
        self._fingerprints = fingerprints(train, validation)

    def settle(self) -> None:
        """Wait for the data's fingerprints: every step after this needs all processors."""
        self._settings |= self._fingerprints.result()

    def load(self, accept_other_bits: bool) -> checkpoint.Resumed:
        """Restore network, optimizer and snapshots from the checkpoint."""
        self.settle()
        resumed = checkpoint.load(
            self.run.checkpoint, self.net, self.optimizer, self._settings, accept_other_bits
        )
        if self.snapshots is not None:
            self.snapshots.resume(self.run.snapshots, resumed.history.position.step)
        return resumed

    def save(self, model: Network, state: checkpoint.Resumed) -> None:
        """Write everything, the checkpoint last: if it is complete, so are all other files.

        `model` is the network to use, which may hold averages of the one that learns.
        """
        run, history = self.run, state.history
        model.save(run.model)
        state.best.save(self.net, run.best)
        storage.write_atomically(run.history, history.epochs_csv().encode())
        storage.write_atomically(run.steps, history.steps_csv().encode())
        storage.write_atomically(run.log, history.log().encode())
        if self.snapshots is not None:
            self.snapshots.save(run.snapshots)
        checkpoint.save(run.checkpoint, self.net, self.optimizer, state, self._settings)
