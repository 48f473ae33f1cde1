"""MLflow: what a run measures, sent to a tracking server beside other experiments."""

import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from badak import storage
from badak.errors import BadakError, needs
from badak.training import Callback, Running
from badak.training.history import EpochRecord, StepRecord

MOST = 1000  # metrics of one request, MLflow's own limit
STEP, EPOCH = ("loss", "accuracy", "lr"), ("loss", "accuracy")


class MLflow(Callback):
    """Sends loss, accuracy and learning rate of each step, and each epoch's results.

    The numbers go out at the end of each epoch, in one request or a few. If the server does not
    answer then, training goes on, with one warning. The library mlflow-skinny sends them;
    ``pip install 'badak[mlflow]'``. Where the server is, MLFLOW_TRACKING_URI says.

    Args:
        experiment: the experiment that the run belongs to; it is made if there is none.
        name: the run's name there.
        parameters: what to note about the run, such as its options.
        remember: a file that keeps the run's id, so that a training that is resumed goes on in it.

    Raises:
        MissingExtra: mlflow is not installed.
        BadakError: at the start of a training, if the server cannot be used.

    Example:
        >>> MLflow("pets", parameters={"lr": 0.1})
        MLflow('pets')
    """

    def __init__(
        self,
        experiment: str = "badak",
        name: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        remember: Path | None = None,
    ) -> None:
        with needs("MLflow's tracking needs mlflow-skinny", extra="mlflow"):
            import mlflow
        self.experiment, self.name, self.remember = experiment, name, remember
        self.parameters = dict(parameters or {})
        self._library, self._run = mlflow, ""
        self._client: Any = None
        self._waiting: list[Any] = []
        self._failed = False

    def __repr__(self) -> str:
        return f"MLflow({self.experiment!r})"

    def on_train_start(self, trainer: Running) -> None:
        """Begin a run on the server, or go on with the one that `remember` names."""
        try:
            self._client = client = self._library.MlflowClient()
            if self.remember is not None and self.remember.exists() and trainer.history.steps:
                self._run = client.get_run(self.remember.read_text().strip()).info.run_id
                client.update_run(self._run, "RUNNING")
                return
            known = client.get_experiment_by_name(self.experiment)
            place = known.experiment_id if known else client.create_experiment(self.experiment)
            self._run = client.create_run(place, run_name=self.name).info.run_id
            for key, value in self.parameters.items():
                client.log_param(self._run, key, value)
        except Exception as fault:
            where = self._library.get_tracking_uri()
            raise BadakError(
                f"MLflow's server at {where} cannot be used: {_first_line(fault)}; "
                "MLFLOW_TRACKING_URI names it"
            ) from None
        if self.remember is not None:
            storage.write_atomically(self.remember, f"{self._run}\n".encode())

    def on_step(self, trainer: Running, record: StepRecord) -> None:
        """Keep the step's numbers until the epoch ends."""
        for name in STEP:
            self._keep(f"step/{name}", getattr(record, name), record.step)
        if len(self._waiting) >= MOST:
            self._send()

    def on_epoch_end(self, trainer: Running, record: EpochRecord) -> None:
        """Send the epoch's numbers over its last step."""
        for part in ("train", "validation"):
            for name in EPOCH:
                value = getattr(record, f"{part}_{name}")
                if value == value:  # NaN if there are no validation images
                    self._keep(f"epoch/{part}_{name}", value, record.step)
        self._send()

    def on_train_end(self, trainer: Running) -> None:
        """Send what is left, and end the run."""
        if self._client is None or not self._run:
            return
        self._send()
        self._try(self._client.set_terminated, self._run)

    def _keep(self, key: str, value: float, step: int) -> None:
        now = int(time.time() * 1000)
        self._waiting.append(self._library.entities.Metric(key, float(value), now, step))

    def _send(self) -> None:
        while self._waiting and self._client is not None:
            some, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            self._try(self._client.log_batch, self._run, some)

    def _try(self, call: Any, *arguments: Any) -> None:
        try:
            call(*arguments)
        except Exception as fault:  # whatever the network does, the training is worth more
            if not self._failed:
                self._failed = True
                words = f"MLflow's server lost numbers: {_first_line(fault)}; training goes on"
                warnings.warn(words, stacklevel=2)


def _first_line(fault: Exception) -> str:
    return (str(fault).strip().splitlines() or [type(fault).__name__])[0]
