"""Training: the Trainer, its history, callbacks, checkpoints and run directory."""

from badak.training.callbacks import Callback, Progress
from badak.training.history import EpochRecord, History, StepRecord
from badak.training.interruption import Interrupted
from badak.training.run import RunDirectory
from badak.training.snapshots import Snapshots
from badak.training.trainer import Trainer
from badak.training.verify import verify_resume

__all__ = [
    "Callback",
    "EpochRecord",
    "History",
    "Interrupted",
    "Progress",
    "RunDirectory",
    "Snapshots",
    "StepRecord",
    "Trainer",
    "verify_resume",
]
