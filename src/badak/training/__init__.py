"""Training: the Trainer, its history, callbacks, checkpoints and run directory."""

from badak.training.callbacks import Callback
from badak.training.history import EpochRecord, History, StepRecord
from badak.training.interruption import Interrupted
from badak.training.lr_find import LrFind, find_lr
from badak.training.progress import Progress
from badak.training.run import RunDirectory
from badak.training.running import Running
from badak.training.snapshots import Snapshots
from badak.training.trainer import Trainer
from badak.training.verify import verify_resume

__all__ = [
    "Callback",
    "EpochRecord",
    "History",
    "Interrupted",
    "LrFind",
    "Progress",
    "RunDirectory",
    "Running",
    "Snapshots",
    "StepRecord",
    "Trainer",
    "find_lr",
    "verify_resume",
]
