"""Setup: a Trainer before its first step."""

from collections.abc import Sequence
from typing import Any, ClassVar

from badak import checks
from badak.data.loader import MAX_SEED, Augment
from badak.errors import ArgumentTypeError, BadakError
from badak.network import Network
from badak.optim import Adam, Optimizer, Schedule
from badak.optim.rates import check_matches
from badak.training import weights
from badak.training.average import Average
from badak.training.best import Best
from badak.training.callbacks import Callback
from badak.training.history import History
from badak.training.interruption import Interruption
from badak.training.progress import Progress
from badak.training.snapshots import Snapshots
from badak.training.weights import ClassWeight


class Setup:
    """A Trainer's arguments, checked, and an empty history; `Trainer` says what they mean."""

    _progress: ClassVar[type[Progress]] = Progress

    def __init__(
        self,
        net: Network,
        optimizer: Optimizer | None = None,
        *,
        epochs: int = 20,
        batch_size: int = 100,
        seed: int = 0,
        schedule: Schedule | None = None,
        clip_norm: float | None = None,
        augment: Augment | None = None,
        evaluate_sample: int | None = None,
        early_stopping: int | None = None,
        class_weight: ClassWeight | None = None,
        balance: bool = False,
        ema: float | None = None,
        checkpoint_every: int | None = None,
        max_steps: int | None = None,
        snapshots: int | None = None,
        callbacks: Sequence[Callback] = (),
        progress: bool = True,
    ) -> None:
        if not isinstance(net, Network):
            raise ArgumentTypeError(f"net must be a Network; got {type(net).__name__}")
        optimizer = Adam() if optimizer is None else optimizer
        if not isinstance(optimizer, Optimizer):
            raise ArgumentTypeError(
                f"optimizer must be an Optimizer, such as badak.optim.Adam(1e-3); got {optimizer!r}"
            )
        check_matches(optimizer.rates, net.parameters())
        self.net, self.optimizer = net, optimizer
        self.epochs = checks.integer(epochs, "epochs", minimum=1)
        self.batch_size = checks.integer(batch_size, "batch_size", minimum=1)
        self.seed = checks.integer(seed, "seed", maximum=MAX_SEED)
        for value, name in ((schedule, "schedule"), (augment, "augment")):
            if value is not None and not callable(value):
                raise ArgumentTypeError(f"{name} must be callable; got {value!r}")
        self.schedule, self.augment = schedule, augment
        self.clip_norm = None if clip_norm is None else checks.real(clip_norm, "clip_norm", above=0)
        self.evaluate_sample = _count(evaluate_sample, "evaluate_sample")
        self.early_stopping = _count(early_stopping, "early_stopping")
        self.class_weight = None if class_weight is None else weights.checked(class_weight)
        self.balance = checks.flag(balance, "balance")
        if self.balance and self.class_weight == weights.BALANCED:
            raise BadakError(
                "class_weight and balance are two ways to let rare classes count as much as "
                "frequent ones; got 'balanced' and True: choose one of them"
            )
        self.ema = None if ema is None else checks.real(ema, "ema", above=0, below=1)
        self.checkpoint_every = _count(checkpoint_every, "checkpoint_every")
        self.max_steps = _count(max_steps, "max_steps")
        self.snapshots = None if snapshots is None else Snapshots(snapshots)
        own = [self.snapshots] if self.snapshots else []
        self.callbacks: list[Callback] = [
            *own,
            *callbacks,
            *([self._progress()] if progress else []),
        ]
        self.history, self.best, self._interruption = History(), Best(), Interruption()
        self.average: Average | None = None

    def settings(self) -> dict[str, Any]:
        """Return the numbers that decide the bits, as JSON can hold them; None is the default."""
        weight = self.class_weight
        return {
            "batch_size": self.batch_size,
            "seed": self.seed,
            "clip_norm": self.clip_norm,
            "evaluate_sample": self.evaluate_sample,
            "early_stopping": self.early_stopping,
            # JSON has no integers as keys.
            "class_weight": list(weight.items()) if isinstance(weight, dict) else weight,
            "balance": self.balance or None,  # older checkpoints do not have it
            "ema": self.ema,
            "parallel": None,  # see badak.distributed.ParallelTrainer
            "workers": None,
        }


def _count(number: int | None, name: str) -> int | None:
    """A positive number as a plain int, which JSON can hold; or None."""
    return None if number is None else checks.integer(number, name, minimum=1)
