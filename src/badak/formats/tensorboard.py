"""TensorBoard: what a run measures as event files, for TensorBoard's own page."""

from pathlib import Path
from typing import Any

from badak.errors import needs
from badak.training import Callback, Running
from badak.training.history import EpochRecord, StepRecord


class TensorBoard(Callback):
    """Writes loss, accuracy and learning rate of each step, and each epoch's results.

    A run that continues after a kill writes on: what it had written beyond its checkpoint is marked
    as void. The library tensorboardX writes the files; ``pip install 'badak[tensorboard]'``.

    Args:
        folder: where the files go; ``tensorboard --logdir FOLDER`` shows them.

    Raises:
        MissingExtra: tensorboardX is not installed.

    Example:
        >>> import tempfile
        >>> from badak import Trainer, data, models
        >>> train, test = data.load("digits")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     trainer = Trainer(models.LeNet5(), epochs=1, progress=False,
        ...                       callbacks=[TensorBoard(folder)])
        ...     _ = trainer.fit(train[:200], validation=test[:50])
        ...     len(list(Path(folder).glob("events.out.tfevents.*")))
        1
    """

    def __init__(self, folder: str | Path) -> None:
        with needs("TensorBoard files need tensorboardX", extra="tensorboard"):
            from tensorboardX import SummaryWriter
        self.folder = Path(folder)
        self._open = SummaryWriter
        self._writer: Any = None

    def on_train_start(self, trainer: Running) -> None:
        """Open a file; of a resumed run, void the steps that will be made again."""
        done = len(trainer.history.steps)
        more = {"purge_step": done + 1} if done else {}
        # Files are named by the second: a run that continues within it must not overwrite its own.
        self._writer = self._open(str(self.folder), filename_suffix=f".{done}", **more)

    def on_step(self, trainer: Running, record: StepRecord) -> None:
        """Write the step's numbers."""
        for name in ("loss", "accuracy", "lr"):
            self._writer.add_scalar(f"step/{name}", getattr(record, name), record.step)

    def on_epoch_end(self, trainer: Running, record: EpochRecord) -> None:
        """Write the epoch's numbers over its last step, and let them be read."""
        for part in ("train", "validation"):
            for name in ("loss", "accuracy"):
                value = getattr(record, f"{part}_{name}")
                if value == value:  # NaN if there are no validation images
                    self._writer.add_scalar(f"epoch/{part}_{name}", value, record.step)
        self._writer.flush()

    def on_train_end(self, trainer: Running) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.close()
