"""What a training leaves for its user: the accuracies in words, and the first pictures."""

from badak import inspect, load
from badak.data import Dataset
from badak.data.augment import named
from badak.inspect.features.filters import convolutions
from badak.network import Network
from badak.training import History, RunDirectory, Trainer
from badak.training.best import best_epoch


def results(trainer: Trainer, test: Dataset, run: RunDirectory) -> list[str]:
    """Say what the last epoch reached on all test images, and the best epoch.

    The best was chosen on these same images, or a sample of them, and the line says so. Its weights
    are missing if an older version of badak, which did not keep them, trained that far.
    """
    epochs, best = trainer.history.epochs, best_epoch(trainer.history.epochs)
    count = f"on {len(test):,} images"
    measured = trainer.measured[-1] is test
    ended = bool(epochs) and epochs[-1].step == len(trainer.history.steps)
    if measured and ended:
        last = epochs[-1].validation_accuracy
    else:
        last = load(run.model).evaluate(test).accuracy
    if best is None or not trainer.best.state or (ended and best is epochs[-1]):
        return [f"test accuracy {last:.4f} {count}"]
    accuracy = best.validation_accuracy if measured else load(run.best).evaluate(test).accuracy
    return [
        f"test accuracy {last:.4f} {count} after the last step",
        f"test accuracy {accuracy:.4f} after epoch {best.epoch}, the best of {len(epochs)}: chosen "
        "on these same images, so expect less on new ones",
        f"{run.best.name} holds the weights of epoch {best.epoch}, which other commands use",
    ]


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
