"""Record: what a training writes to its run directory, and what a resumed one reads there."""

from typing import TYPE_CHECKING

from badak import storage
from badak.data import Dataset
from badak.training import checkpoint
from badak.training.run import RunDirectory
from badak.training.settings import fingerprints, settings_of

if TYPE_CHECKING:
    from badak.training.trainer import Trainer


class Record:
    """The files of one training.

    Args:
        run: the directory; the caller holds its lock.
        trainer: the trainer whose state is written.
        train: what is learnt from.
        validation: what is measured on.
    """

    def __init__(
        self, run: RunDirectory, trainer: "Trainer", train: Dataset, validation: Dataset | None
    ) -> None:
        self.run, self.trainer = run, trainer
        self._settings = settings_of(trainer)
        self._fingerprints = fingerprints(train, validation)

    def settle(self) -> None:
        """Wait for the data's fingerprints: every step after this needs all processors."""
        self._settings |= self._fingerprints.result()

    def load(self, accept_other_bits: bool) -> checkpoint.Resumed:
        """Bring network, optimizer and snapshots to where the run stopped.

        Raises:
            BadakError: another run's files, or damaged ones; see `checkpoint.load`.
        """
        self.settle()
        trainer = self.trainer
        resumed = checkpoint.load(
            self.run.checkpoint, trainer.net, trainer.optimizer, self._settings, accept_other_bits
        )
        if trainer.snapshots is not None:
            trainer.snapshots.resume(self.run.snapshots, resumed.position.step)
        return resumed

    def save(self, position: checkpoint.Position) -> None:
        """Write everything, the checkpoint last: where it says finished, all the rest is there."""
        run, trainer = self.run, self.trainer
        trainer.net.save(run.model)
        trainer.best.save(trainer.net, run.best)
        storage.write_atomically(run.history, trainer.history.epochs_csv().encode())
        storage.write_atomically(run.steps, trainer.history.steps_csv().encode())
        storage.write_atomically(run.log, trainer.history.log().encode())
        if trainer.snapshots is not None:
            trainer.snapshots.save(run.snapshots)
        state = checkpoint.Resumed(trainer.history, position, trainer.best)
        checkpoint.save(run.checkpoint, trainer.net, trainer.optimizer, state, self._settings)
