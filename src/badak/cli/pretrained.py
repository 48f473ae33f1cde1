"""`badak train --pretrained`: a network that learnt elsewhere, a new head, and fine-tuning."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from badak.data import Dataset
from badak.errors import BadakError
from badak.network import Network
from badak.pretrained import PUBLISHED, Pretrained, features, heads, opened, unfreeze
from badak.pretrained.published import named

if TYPE_CHECKING:
    from badak.cli.config import RunConfig

# The model's name if a file holds a whole network.
FROM_FILE = "pretrained"
FOLDER = "folder:"
# What decides how layers learn; a head alone learns from all images at once.
LEARNING = (
    *("epochs", "batch_size", "optimizer", "lr", "schedule", "augment", "early_stopping", "ema"),
    *("label_smoothing", "class_weight", "balance", "snapshots"),
)
# What decides how a network begins.
BEGINNING = ("layers", "weight_init")
HEAD = {"optimizer": "sgd", "lr": 1.0, "epochs": 1, "schedule": None, "augment": None}
# By cross-validation on 244 photos of ants and bees; smooth labels keep the head from growing.
FINETUNE = {
    "optimizer": "adamw",
    "lr": 1e-4,
    "weight_decay": 1e-2,
    "epochs": 8,
    "schedule": "cosine",
    "augment": "photo",
    "label_smoothing": 0.1,
    "ema": 0.98,
    "batch_size": 16,
}


def completed(options: Mapping[str, Any], explicit: Collection[str]) -> dict[str, Any]:
    """Fill in what the network decides, and how it learns unless the user wrote it.

    Raises:
        BadakError: options that do not go together, or weights that cannot be used.
    """
    if not options["dataset"].startswith(FOLDER):
        raise BadakError(
            f"--pretrained is for folder:PATH, whose images it resizes; got {options['dataset']!r}"
        )
    allowed = {"finetune"} if options["finetune"] else set()
    odd = [name for name in explicit if name in BEGINNING]
    if not allowed:
        odd += [name for name in explicit if name in LEARNING]
    if odd:
        option = f"--{odd[0].replace('_', '-')}"
        hint = "" if odd[0] in BEGINNING else " without --finetune: only a new head is fitted"
        raise BadakError(f"{option} is not for --pretrained{hint}; omit it")
    source = source_of(options["pretrained"])
    model = options["model"] if "model" in explicit else None
    if source in PUBLISHED and model not in (None, source):
        raise BadakError(f"--pretrained {source} is that model; got --model {model} as well")
    known = _opened(source, model, options["image_size"])
    recipe = FINETUNE if options["finetune"] else HEAD
    return {
        **options,
        **{name: recipe[name] for name in recipe if name not in explicit},
        "pretrained": source,
        "model": model or (source if source in PUBLISHED else FROM_FILE),
        "input_shape": known.net.input_shape,
        "image_size": known.net.input_shape[1],
        "crop": known.crop,
        "origin": known.origin,
        "licence": known.licence or None,
    }


def source_of(words: str) -> str:
    """The path of a file, from the root on, or the name of published weights as badak writes it."""
    return str(Path(words).absolute()) if Path(words).is_file() else named(words)


def network(config: "RunConfig") -> Network:
    """Return the network with a new head and the layers frozen that do not learn."""
    net = _of(config).net
    net = net.astype(net.dtype)
    heads.begin(net, len(config.class_names))
    if config.finetune is not None:
        unfreeze(net, config.finetune)
    return net


def fitted_head(config: "RunConfig", net: Network, train: Dataset) -> None:
    """Begin fine-tuning with a head that fits the features as they are."""
    heads.learn(net, features(net, train), train, seed=config.seed)


def notes(config: "RunConfig") -> list[str]:
    """What to say of the weights before training."""
    licence = f", licence {config.licence}" if config.licence else ""
    return [f"weights: {config.origin}{licence}", *_of(config).notes]


def facts(config: "RunConfig") -> dict[str, str]:
    """What a model card says of the weights; nothing if the network learnt here alone."""
    if config.origin is None:
        return {}
    licence = config.licence or "not known to badak: ask who published them"
    return {"Pretrained weights": config.origin, "Licence of these weights": licence}


def about(config: "RunConfig") -> str:
    """Say in a few words what learns."""
    if config.finetune is None:
        decay = "chosen by cross-validation" if config.weight_decay is None else config.weight_decay
        return f"a new head on the features of {config.model}, weight decay {decay}"
    which = {"last": "its last layers", "all": "all layers"}.get(config.finetune, config.finetune)
    return f"{config.model} with a new head, fine-tuned: {which}"


def _of(config: "RunConfig") -> Pretrained:
    model = None if config.model in (FROM_FILE, config.pretrained) else config.model
    return _opened(config.pretrained or "", model, config.image_size)


def _opened(source: str, model: str | None, image_size: int | None) -> Pretrained:
    """The network, which the callers copy: it is read once in a process, for it takes a second."""
    known = _KNOWN.get((source, model, image_size))
    if known is None:
        path = Path(source)
        known = opened(path if path.is_file() else source, model, image_size)
        for size in (image_size, known.net.input_shape[1]):
            _KNOWN[source, model, size] = known
    return known


_KNOWN: dict[tuple[str, str | None, int | None], Pretrained] = {}
