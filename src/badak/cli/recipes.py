"""How each model trains where no option says otherwise."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from badak.data.augment import Augmentation, Compose, Crop, Flip, Shift
from badak.data.emnist import FORMS

AUGMENTATIONS: dict[str, Augmentation] = {
    "shift": Shift(2),
    "flip": Flip(),
    "flip-crop": Compose(Flip(), Crop(4)),
}
# What leaves an image of each data set what it is: a mirrored 3 is none, a mirrored ship is one.
AUGMENTATION_OF = {
    "digits": "shift",
    "mnist": "shift",
    "fashion-mnist": "flip",
    "cifar10": "flip-crop",
    **dict.fromkeys(FORMS, "shift"),
    "folder": "shift",
}


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
    kind = options["dataset"].partition(":")[0]
    recipe["augment"] = AUGMENTATION_OF.get(kind) if recipe["augment"] else None
    if "optimizer" in given:
        recipe |= {"lr": None, "weight_decay": None}
    return {**options, **{name: recipe[name] for name in recipe if name not in given}}
