"""Ray Tune: runs trials side by side, and stops weak ones early.

Ray Tune decides what runs when. It draws nothing and stores nothing that is needed later: trials
are numbers to it, and their checkpoints are those of their run directories.
"""

import logging
import os
import queue
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ray
from ray import tune
from ray.tune.schedulers import ASHAScheduler, TrialScheduler

from badak.distributed.sweep.search import Search
from badak.distributed.sweep.trials import (
    FAILED,
    FINISHED,
    LOST,
    RUNNING,
    STOPPED,
    Trial,
    epochs_of,
)
from badak.distributed.sweep.watch import Job, Told, Training
from badak.ops.processor import set_num_threads
from badak.training import RunDirectory
from badak.training.interruption import BROKEN_PIPE, Interruption

BEAT = 0.5  # seconds: so soon a trial hears that it is to stop, however long its epochs are
RETRIES = 2  # of a trial whose process was lost
FREE_WITHIN = 30.0  # seconds in which the processes of a killed sweep end
SETTINGS = {
    "RAY_AIR_NEW_OUTPUT": "0",  # with verbose=0: no words of Ray Tune on the screen
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",  # no files beside ours
    "TUNE_DISABLE_STRICT_METRIC_CHECKING": "1",  # a beat has no score
    "TUNE_DISABLE_SIGINT_HANDLER": "1",  # `Interruption` notes signals
    "TUNE_WARN_EXCESSIVE_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "0",
}
Changed = Callable[[Trial], None]


class TrialActor(tune.Trainable):
    """Trains one trial after another, in a process of Ray."""

    def setup(
        self,
        config: dict[str, Any],
        job: Job | None = None,
        options: Mapping[int, dict[str, Any]] | None = None,
        place: Path | None = None,
        cpus: int = 1,
    ) -> None:
        """Make ready for the trial of the number in `config`."""
        if job is None or options is None or place is None:
            raise TypeError("a trial needs its job, its options and its place")
        os.environ["BADAK_NUM_THREADS"] = str(cpus)
        set_num_threads(cpus)
        self._job, self._options, self._place = job, options, place
        self._training: Training | None = None

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Make ready for another trial: a new process would take seconds to start."""
        self.cleanup()
        return True

    def step(self) -> dict[str, Any]:
        """Return the next epoch, or that the trial has ended, or after a while nothing.

        The trial begins at the first step, and not before: Ray Tune tries a trial again whose
        process is lost in a step, but not one whose process is lost while it is made ready.
        """
        if self._training is None:
            number = self.config["number"]
            place = self._place / Trial(number, {}).name
            wait_until_free(place)
            self._training = Training(self._job, self._options[number], place)
        try:
            told = self._training.next(BEAT)
        except queue.Empty:
            return {}
        if told is not None:
            return told._asdict()
        return {"done": True, "fault": self._training.fault}

    def cleanup(self) -> None:
        """Stop the trial; its checkpoint is written."""
        if self._training is not None:
            self._training.stop()
            self._training = None


def wait_until_free(place: Path, seconds: float = FREE_WITHIN) -> None:
    """Wait until the processes of a sweep that was killed have left a trial's directories."""
    until = time.monotonic() + seconds
    for path in (place, *place.glob("fold-*")):
        while (owner := RunDirectory(path).owner) and owner.alive and time.monotonic() < until:
            time.sleep(0.1)


class Following(tune.Callback):
    """Keeps the trials' states as Ray Tune's events tell them."""

    def __init__(
        self, trials: Mapping[int, Trial], changed: Changed, interruption: Interruption
    ) -> None:
        self._trials, self._tell, self._interruption = trials, changed, interruption

    def __getstate__(self) -> dict[str, Any]:
        return {}  # Ray Tune keeps a copy of itself on the disk, which is never read

    def on_trial_start(self, iteration: int, trials: Any, trial: Any, **info: Any) -> None:
        """A trial begins, or goes on after its process was lost."""
        own = self._trials[trial.config["number"]]
        own.state, own.reason = RUNNING, ""
        self._changed(own)

    def on_trial_result(
        self, iteration: int, trials: Any, trial: Any, result: dict[str, Any], **info: Any
    ) -> None:
        """An epoch has ended, or the trial; or nothing happened for a while."""
        own = self._trials[trial.config["number"]]
        if "epoch" in result:
            told = Told(*(result[name] for name in Told._fields))
            if told.epoch >= own.epoch:  # not those of before a resume, which are told again
                own.epoch, own.epochs, own.score, own.loss = told
                self._changed(own)
        elif "fault" in result:
            own.reason = result["fault"] or ""
            own.state = FAILED if own.reason else FINISHED
            self._changed(own)

    def on_trial_complete(self, iteration: int, trials: Any, trial: Any, **info: Any) -> None:
        """A trial has ended, or the scheduler stopped it."""
        own = self._trials[trial.config["number"]]
        if own.state == RUNNING and self._interruption.signal is None:
            own.state = FINISHED if own.epoch >= own.epochs else STOPPED
            self._changed(own)

    def on_trial_error(self, iteration: int, trials: Any, trial: Any, **info: Any) -> None:
        """Its process was lost too often."""
        own = self._trials[trial.config["number"]]
        if own.left:
            own.state, own.reason = LOST, "its process ended; perhaps it was out of memory"
            self._changed(own)

    def _changed(self, trial: Trial) -> None:
        try:
            self._tell(trial)
        except BrokenPipeError:  # nobody reads the lines any more
            self._interruption.signal = BROKEN_PIPE


class Stopping(tune.Stopper):
    """Stops all trials once a signal came."""

    def __init__(self, interruption: Interruption) -> None:
        self._interruption = interruption

    def __getstate__(self) -> dict[str, Any]:
        return {}

    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        """No single trial is stopped here."""
        return False

    def stop_all(self) -> bool:
        """Whether a signal came."""
        return self._interruption.signal is not None


def run(
    trials: Sequence[Trial],
    options: Mapping[int, dict[str, Any]],
    job: Job,
    place: Path,
    search: Search,
    cpus: int,
    at_once: int | None,
    changed: Changed,
) -> int | None:
    """Train all trials that have not ended; Ray must have been started.

    Args:
        trials: all trials; their states are kept.
        options: all options of each, by its number.
        job: trains one.
        place: the directory of their run directories, the same on all machines.
        search: the settings of the search.
        cpus: of each trial.
        at_once: how many trials may run side by side; None if the CPUs decide.
        changed: called whenever a trial's state has changed.

    Returns:
        The number of the signal that ended it before its time, or None.
    """
    left = [trial for trial in trials if trial.left]
    if not left:
        return None
    storage = place / ".tune"
    shutil.rmtree(storage, ignore_errors=True)
    logging.getLogger("ray.tune").setLevel(logging.CRITICAL + 1)
    with _set(SETTINGS), _without_reports(), Interruption() as interruption:
        follow = Following({trial.number: trial for trial in left}, changed, interruption)
        actor = tune.with_resources(
            tune.with_parameters(
                TrialActor, job=job, options=dict(options), place=place, cpus=cpus
            ),
            {"cpu": cpus},
        )
        tuner = tune.Tuner(
            actor,
            param_space={"number": tune.grid_search([trial.number for trial in left])},
            tune_config=tune.TuneConfig(
                scheduler=scheduler(search, trials, place),
                max_concurrent_trials=at_once,
                reuse_actors=True,
                trial_name_creator=lambda trial: Trial(trial.config["number"], {}).name,
                trial_dirname_creator=lambda trial: Trial(trial.config["number"], {}).name,
            ),
            run_config=tune.RunConfig(
                name="trials",
                storage_path=str(storage),
                verbose=0,
                callbacks=[follow],
                stop=Stopping(interruption),
                checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
                failure_config=tune.FailureConfig(max_failures=RETRIES),
            ),
        )
        try:
            tuner.fit()
        finally:
            shutil.rmtree(storage, ignore_errors=True)
        return interruption.signal


def scheduler(search: Search, trials: Sequence[Trial], place: Path) -> TrialScheduler | None:
    """Return what stops weak trials early; ASHA is told first what ended trials have reached."""
    if search.method != "asha":
        return None  # first come, first served
    longest = max(trial.epochs for trial in trials)
    asha: TrialScheduler = ASHAScheduler(
        time_attr="epoch",
        metric="score",
        mode="max",
        max_t=longest + 1,  # it would stop a trial there that has ended by itself
        grace_period=min(search.grace or 1, longest),
        reduction_factor=search.reduction or 3,
    )
    for trial in trials:
        if trial.state in (FINISHED, STOPPED):
            nobody: Any = None  # a controller, which ASHA does not use
            known: Any = SimpleNamespace(trial_id=trial.name)
            asha.on_trial_add(nobody, known)
            for told in epochs_of(place / trial.name, trial.epochs):
                asha.on_trial_result(nobody, known, told._asdict())
    return asha


@contextmanager
def _without_reports() -> Iterator[None]:
    """Keep Ray from printing that a process was lost, in ten lines; `Following` says it in one."""
    worker: Any = ray._private.worker
    worker._worker_logs_enabled = False
    try:
        yield
    finally:
        worker._worker_logs_enabled = True


@contextmanager
def _set(settings: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment within the block."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
