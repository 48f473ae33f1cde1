"""How a training ends: when it is complete, and why; and whether it made the network worse."""

import math

import numpy as np

from badak.training.best import best_epoch
from badak.training.running import Running

# Losses that differ by a smaller factor differ by noise.
MARGIN = 1.1
# A loss above the first step's by this factor has exploded.
EXPLODED = 2.0


def complete(trainer: Running) -> bool:
    """Whether all epochs are done, or early stopping ended the training."""
    return len(trainer.history.epochs) >= trainer.epochs or stopped_early(trainer) is not None


def stopped_early(trainer: Running) -> str | None:
    """Say why early stopping ended the training; None if it did not."""
    reached = [record.validation_accuracy for record in trainer.history.epochs]
    if trainer.early_stopping is None or not reached or len(reached) >= trainer.epochs:
        return None
    best = int(np.argmax(reached))
    if len(reached) - 1 - best < trainer.early_stopping:
        return None
    return (
        f"early stopping ended the training after epoch {len(reached)}: the validation accuracy "
        f"has not exceeded the {reached[best]:.4f} of epoch {best + 1} for "
        f"{trainer.early_stopping} epochs"
    )


def nothing_left(trainer: Running) -> str | None:
    """Say why a resumed run has no step left, and what to do; None if it has one."""
    early, epochs = stopped_early(trainer), len(trainer.history.epochs)
    if early:
        return f"{early}; to train longer, start another run with more patience, or without it"
    if epochs >= trainer.epochs:
        words = f"all {trainer.epochs} epochs are done"
        if trainer.schedule is not None:
            return (
                f"{words}, and the learning rate followed them; to train longer, start another run"
            )
        return f"{words}; to train longer, ask for more epochs"
    if trainer.max_steps is not None and len(trainer.history.steps) >= trainer.max_steps:
        return f"all {trainer.max_steps} steps of max_steps are done"
    return None


def worse_than_before(trainer: Running) -> str | None:
    """Say if training made the network worse, and what to try; None if it did not.

    It is worse if the training loss after the last epoch is above both the first step's and that
    of guessing; or, if the loss exploded in between, above that of guessing, with no more right
    answers than the most frequent class would give. With early stopping, the best epoch's loss
    counts, since the network has its weights.
    """
    history = trainer.history
    if not history.epochs:
        return None
    best = None if trainer.early_stopping is None else best_epoch(history.epochs)
    last, losses = best or history.epochs[-1], [record.loss for record in history.steps]
    guessing = math.log(trainer.net.num_classes)
    counts = np.bincount(trainer.measured[0].labels)
    majority = last.train_accuracy <= counts.max() / counts.sum()
    exploded = max(losses) > EXPLODED * max(losses[0], guessing)
    bar = MARGIN * (guessing if majority and exploded else max(losses[0], guessing))
    if last.train_loss <= bar:
        return None
    return (
        f"the training loss went from {losses[0]:.4g} to {last.train_loss:.4g}, and guessing "
        f"would give {guessing:.4g}: the network has learnt nothing useful; try a lower learning "
        f"rate than {trainer.optimizer.lr:g}{'' if exploded else ', or more steps'}"
    )
