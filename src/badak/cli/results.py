"""What a training leaves for its user: the accuracies in words, and the first pictures."""

from badak import inspect, load
from badak.cli.splits import Parts
from badak.data import Dataset
from badak.data.augment import named
from badak.inspect.features.filters import convolutions
from badak.network import Network
from badak.training import History, RunDirectory, Trainer
from badak.training.best import best_epoch


def results(trainer: Trainer, parts: Parts, run: RunDirectory) -> list[str]:
    """Say what the training reached, and on which images.

    With validation images, these chose the best epoch, and the test images are measured here for
    the first time. Without, the test images chose it, or a sample of them, and the line says so.
    The best weights are missing if an older version of badak, which did not keep them, trained that
    far.
    """
    if parts.validation is not None:
        return _validated(trainer, parts, run)
    test, what = parts.test, parts.tested
    epochs, best = trainer.history.epochs, best_epoch(trainer.history.epochs)
    count = f"on {len(test):,} images"
    measured = trainer.measured[-1] is test
    ended = _ended(trainer)
    if measured and ended:
        last = epochs[-1].validation_accuracy
    else:
        last = load(run.model).evaluate(test).accuracy
    if best is None or not trainer.best.state or (ended and best is epochs[-1]):
        return [f"{what} accuracy {last:.4f} {count}"]
    accuracy = best.validation_accuracy if measured else load(run.best).evaluate(test).accuracy
    return [
        f"{what} accuracy {last:.4f} {count} after the last step",
        f"{what} accuracy {accuracy:.4f} after epoch {best.epoch}, the best of {len(epochs)}: "
        "chosen on these same images, so expect less on new ones",
        f"{run.best.name} holds the weights of epoch {best.epoch}, which other commands use",
    ]


def _validated(trainer: Trainer, parts: Parts, run: RunDirectory) -> list[str]:
    """The test accuracy of the epoch that the validation images chose."""
    epochs, best = trainer.history.epochs, best_epoch(trainer.history.epochs)
    count = f"on {len(parts.test):,} images"
    if best is None or not trainer.best.state:
        accuracy = load(run.model).evaluate(parts.test).accuracy
        return [f"test accuracy {accuracy:.4f} {count} after the last step"]
    accuracy = load(run.best).evaluate(parts.test).accuracy
    return [
        f"test accuracy {accuracy:.4f} {count}, measured once, with the weights of epoch "
        f"{best.epoch}",
        f"that epoch is the best of {len(epochs)} on the validation images: "
        f"{best.validation_accuracy:.4f}; {run.best.name} holds its weights, which other commands "
        "use",
    ]


def _ended(trainer: Trainer) -> bool:
    """Whether the last epoch was trained to its end."""
    epochs = trainer.history.epochs
    return bool(epochs) and epochs[-1].step == len(trainer.history.steps)


def draw_filters(net: Network, run: RunDirectory, when: str) -> None:
    """Write plots/filters_WHEN.png: the first convolution's filters, if there is one."""
    if not convolutions(net):  # a perceptron has weights, but no filters
        return
    path = run.plots / f"filters_{when}.png"
    inspect.draw.save(inspect.draw.filters(inspect.filters(net)), path)


def draw_augmentation(augment: str, train: Dataset, run: RunDirectory) -> None:
    """Write plots/augmentation.png: some training images, and what training sees instead."""
    varied = inspect.augmentation(train, named(augment))
    inspect.draw.save(inspect.draw.augmentation(varied), run.plots / "augmentation.png")


def draw_history(history: History, run: RunDirectory) -> None:
    """Write plots/learning_curve.png, once an epoch has ended."""
    if history.epochs:
        figure = inspect.draw.learning_curve(inspect.learning_curve(history))
        inspect.draw.save(figure, run.plots / "learning_curve.png")
