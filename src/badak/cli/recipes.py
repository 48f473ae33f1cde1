"""How each model trains unless an option says otherwise."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from badak.data.catalog import entry_of

# Images in a step, for which the recipes' rates are; and how many steps an epoch has at least.
# Measured on parts of the training images: 10 steps learn about as well, 3 clearly worse.
BATCH_SIZE, STEPS = 100, 15
# Where fewer images than that many steps need make batches smaller, no smaller than this.
SMALLEST_BATCH = 8


@dataclass(frozen=True)
class Recipe:
    """Defaults of `badak train` for one model.

    Attributes:
        optimizer: a name of `badak.optim.OPTIMIZERS`.
        lr: its learning rate; its own where None.
        weight_decay: likewise.
        schedule: a name of `badak.optim.SCHEDULES`; a constant rate where None.
        epochs: times over all images.
        augment: whether images are varied, as their data set bears.
    """

    optimizer: str
    lr: float | None
    weight_decay: float | None
    schedule: str | None
    epochs: int
    augment: bool


# fmt: off
RECIPES = {
    #                   optimizer  lr    decay schedule     epochs augment
    "simple":    Recipe("adam",     None, None, None,        20,    False),  # the book's run
    "lenet":     Recipe("adam",     3e-3, None, "one-cycle", 15,    True),
    "lenet1998": Recipe("adam",     1e-2, None, "one-cycle", 15,    True),
    "deep":      Recipe("adam",     3e-3, None, "one-cycle", 15,    True),
    "alexnet":   Recipe("nesterov", 2e-2, 5e-4, "one-cycle", 30,    True),
    "vgg11":     Recipe("nesterov", 5e-2, 5e-4, "one-cycle", 30,    True),
    "vgg16":     Recipe("nesterov", 5e-2, 5e-4, "one-cycle", 30,    True),
    "resnet20":  Recipe("nesterov", 1e-1, 5e-4, "one-cycle", 30,    True),
    "resnet18":  Recipe("nesterov", 1e-1, 5e-4, "one-cycle", 30,    True),
}
# fmt: on


def completed(options: Mapping[str, Any], given: Collection[str]) -> dict[str, Any]:
    """Fill in from the model's recipe what was not given.

    Learning rate and weight decay go with the optimizer: one that was asked for brings its own.

    Args:
        options: of `badak train`, all of them.
        given: the names of those that the user wrote.

    Returns:
        The options to train with.

    Example:
        >>> options = {"model": "lenet", "dataset": "mnist", "lr": None, "epochs": 3}
        >>> found = completed(options, given={"model", "epochs"})
        >>> found["optimizer"], found["lr"], found["epochs"], found["augment"]
        ('adam', 0.003, 3, 'shift')
        >>> completed({**options, "optimizer": "sgd"}, given={"optimizer"})["lr"] is None
        True
    """
    recipe = asdict(RECIPES[options["model"]])
    augment = entry_of(options["dataset"]).augment
    recipe["augment"] = augment if recipe["augment"] else None
    if "optimizer" in given:
        recipe |= {"lr": None, "weight_decay": None}
    return {**options, **{name: recipe[name] for name in recipe if name not in given}}


def sized(model: str, count: int, given: Collection[str]) -> dict[str, Any]:
    """Fit batch size and learning rate to the number of images, unless the user wrote them.

    A few large steps at a high rate diverge, so few images are learnt from in smaller batches, and
    with plain gradients the rate goes with the batch (Goyal et al. 2017, section 2.1). The book's
    run keeps its own.

    Args:
        model: a name of `RECIPES`.
        count: training images.
        given: the names of the options that the user wrote.

    Returns:
        The options that change.

    Example:
        >>> sized("resnet20", 50_000, given=set())
        {'batch_size': 100}
        >>> sized("resnet20", 300, given=set())
        {'batch_size': 20, 'lr': 0.02}
        >>> sized("resnet20", 300, given={"lr"}), sized("simple", 300, given=set())
        ({'batch_size': 20}, {'batch_size': 100})
    """
    recipe = RECIPES[model]
    batch = min(BATCH_SIZE, count)
    if recipe.schedule is not None:
        batch = min(batch, max(SMALLEST_BATCH, count // STEPS))
    chosen: dict[str, Any] = {"batch_size": batch}
    if recipe.optimizer == "nesterov" and recipe.lr is not None and batch < BATCH_SIZE:
        chosen["lr"] = round(recipe.lr * batch / BATCH_SIZE, 6)
    kept = {"lr"} if "optimizer" in given else set()
    return {name: value for name, value in chosen.items() if name not in {*given, *kept}}


def why_small(model: str, count: int, given: Collection[str]) -> list[str]:
    """Say what `sized` changed for want of images, in a line; in none if it changed nothing.

    Example:
        >>> why_small("resnet20", 300, given=set())
        ['batches of 20, not 100 and learning rate 0.02, not 0.1: there are only 300 images']
        >>> why_small("lenet", 300, given={"batch_size"}), why_small("lenet", 1500, given=set())
        ([], [])
    """
    chosen, recipe = sized(model, count, given), RECIPES[model]
    words = []
    if recipe.schedule is not None and chosen.get("batch_size", BATCH_SIZE) < BATCH_SIZE:
        words.append(f"batches of {chosen['batch_size']}, not {BATCH_SIZE}")
    if "lr" in chosen:
        words.append(f"learning rate {chosen['lr']:g}, not {recipe.lr:g}")
    return [f"{' and '.join(words)}: there are only {count:,} images"] if words else []
