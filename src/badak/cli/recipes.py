"""How each model trains unless an option says otherwise."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from badak.data.catalog import FOLDER, entry_of

# Images per step, to which the recipes' learning rates belong; and the minimum of steps per epoch.
# Measured on parts of the training images: 10 steps learn about as well, 3 clearly worse.
BATCH_SIZE, STEPS = 100, 15
# If few images make batches smaller, they have at least this size.
MIN_BATCH = 8


@dataclass(frozen=True)
class Recipe:
    """Defaults of `badak train` for one model, by option.

    Attributes:
        augment: names of augmentations; or whether to augment, as the data set allows.
        image_size: for folders.
    """

    optimizer: str
    lr: float | None
    weight_decay: float | None
    schedule: str | None
    epochs: int
    augment: bool | str
    label_smoothing: float | None = None
    ema: float | None = None
    image_size: int | None = None


PHOTO = "photo"
# Its epochs are for few photos; more photos are shown so often in all.
SHOWN, MIN_EPOCHS = 50_000, 30

# fmt: off
RECIPES = {
    # squeezenet has no batch norm; layers are typed by hand.
    #                            optimizer   lr    decay schedule     epochs augment
    "simple":             Recipe("adam",     None, None, None,        20,    False),
    "lenet":              Recipe("adam",     3e-3, None, "one-cycle", 15,    True),
    "lenet1998":          Recipe("adam",     1e-2, None, "one-cycle", 15,    True),
    "lenet1998-paper":    Recipe("adam",     3e-3, None, "one-cycle", 20,    "planar"),
    "deep":               Recipe("adam",     3e-3, None, "one-cycle", 15,    True),
    "alexnet":            Recipe("nesterov", 2e-2, 5e-4, "one-cycle", 30,    True),
    "vgg11":              Recipe("nesterov", 5e-2, 5e-4, "one-cycle", 30,    True),
    "vgg16":              Recipe("nesterov", 5e-2, 5e-4, "one-cycle", 30,    True),
    "googlenet":          Recipe("nesterov", 5e-2, 5e-4, "one-cycle", 30,    True),
    "resnet8":            Recipe("nesterov", 1e-1, 5e-4, "one-cycle", 30,    True),
    "resnet18":           Recipe("nesterov", 1e-1, 5e-4, "one-cycle", 30,    True),
    "resnet20":           Recipe("nesterov", 1e-1, 5e-4, "one-cycle", 30,    True),
    "resnet50":           Recipe("nesterov", 2e-2, 5e-4, "one-cycle", 30,    True),
    "wideresnet16":       Recipe("nesterov", 1e-1, 5e-4, "one-cycle", 30,    True),
    "squeezenet":         Recipe("adam",     1e-3, None, "one-cycle", 30,    True),
    "densenet121":        Recipe("nesterov", 1e-1, 1e-4, "one-cycle", 30,    True),
    "mobilenet-v1":       Recipe("nesterov", 5e-2, 4e-5, "one-cycle", 30,    True),
    "mobilenet-v2":       Recipe("nesterov", 5e-2, 4e-5, "one-cycle", 30,    True),
    "mobilenet-v3-small": Recipe("nesterov", 5e-2, 4e-5, "one-cycle", 30,    True),
    "shufflenet-v2":      Recipe("nesterov", 5e-2, 4e-5, "one-cycle", 30,    True),
    "efficientnet-b0":    Recipe("nesterov", 5e-2, 4e-5, "one-cycle", 30,    True),
    "efficientnet-lite0": Recipe("nesterov", 5e-2, 4e-5, "one-cycle", 30,    True),
    "efficientnet-lite2": Recipe("nesterov", 5e-2, 4e-5, "one-cycle", 30,    True),
    "regnety-400mf":      Recipe("nesterov", 2e-2, 5e-5, "one-cycle", 30,    True),
    "convnext-tiny":      Recipe("adamw",    1e-3, 5e-2, "one-cycle", 30,    True),
    "ds-cnn":             Recipe("adam",     3e-3, None, "one-cycle", 15,    True),
    "photo":              Recipe("nesterov", 1e-1, 5e-4, "one-cycle", 100,   PHOTO, 0.1, 0.99, 96),
    "layers":             Recipe("adam",     None, None, None,        20,    False),
}
# fmt: on


def completed(options: Mapping[str, Any], explicit: Collection[str]) -> dict[str, Any]:
    """Fill in from the model's recipe what the user did not write.

    Learning rate and weight decay belong to the optimizer: another optimizer has its own.

    Example:
        >>> options = {"model": "lenet", "dataset": "mnist", "lr": None, "epochs": 3}
        >>> options = completed(options, explicit={"model", "epochs"})
        >>> [options[name] for name in ("optimizer", "lr", "epochs", "augment")]
        ['adam', 0.003, 3, 'shift']
        >>> completed({**options, "optimizer": "sgd"}, explicit={"optimizer"})["lr"] is None
        True
    """
    recipe = asdict(RECIPES[options["model"]])
    entry = entry_of(options["dataset"])
    if isinstance(recipe["augment"], bool):
        recipe["augment"] = entry.augment if recipe["augment"] else None
    if entry is not FOLDER:
        del recipe["image_size"]  # it is fixed
    if "optimizer" in explicit:
        recipe |= {"lr": None, "weight_decay": None}
    return {**options, **{name: recipe[name] for name in recipe if name not in explicit}}


def sized(model: str, count: int, explicit: Collection[str]) -> dict[str, Any]:
    """Fit batch size and learning rate to the number of images, unless the user wrote them.

    A few large steps at a high rate diverge, so small data sets are trained in smaller batches, and
    with plain gradients the rate is proportional to the batch (Goyal et al. 2017, section 2.1). The
    book's run keeps its own.

    Example:
        >>> sized("resnet20", 50_000, explicit=set())
        {'batch_size': 100}
        >>> sized("resnet20", 300, explicit=set())
        {'batch_size': 20, 'lr': 0.02}
        >>> sized("resnet20", 300, explicit={"lr"}), sized("simple", 300, explicit=set())
        ({'batch_size': 20}, {'batch_size': 100})
    """
    recipe = RECIPES[model]
    batch = min(BATCH_SIZE, count)
    if recipe.schedule is not None:
        batch = min(batch, max(MIN_BATCH, count // STEPS))
    chosen: dict[str, Any] = {"batch_size": batch}
    if recipe.optimizer == "nesterov" and recipe.lr is not None and batch < BATCH_SIZE:
        chosen["lr"] = round(recipe.lr * batch / BATCH_SIZE, 6)
    if model == PHOTO:
        chosen["epochs"] = max(MIN_EPOCHS, min(recipe.epochs, SHOWN // count))
    kept = {"lr"} if "optimizer" in explicit else set()
    return {name: value for name, value in chosen.items() if name not in {*explicit, *kept}}


def why_small(model: str, count: int, explicit: Collection[str]) -> list[str]:
    """Say what `sized` changed because there are few images: one line, or none.

    Example:
        >>> why_small("resnet20", 300, explicit=set())
        ['batches of 20, not 100 and learning rate 0.02, not 0.1: there are only 300 images']
        >>> why_small("lenet", 300, explicit={"batch_size"})
        []
    """
    chosen, recipe = sized(model, count, explicit), RECIPES[model]
    words = []
    if recipe.schedule is not None and chosen.get("batch_size", BATCH_SIZE) < BATCH_SIZE:
        words.append(f"batches of {chosen['batch_size']}, not {BATCH_SIZE}")
    if "lr" in chosen:
        words.append(f"learning rate {chosen['lr']:g}, not {recipe.lr:g}")
    return [f"{' and '.join(words)}: there are only {count:,} images"] if words else []
