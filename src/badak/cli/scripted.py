"""The lines of Python that train as `badak train` does."""

from typing import Any

from badak.cli.config import TYPED, RunConfig, initial_weights

# Options that are arguments of a Trainer as they are.
SAME = (
    "epochs", "batch_size", "seed", "class_weight", "balance", "ema", "early_stopping",
    "evaluate_sample", "snapshots", "accumulate", "sync_every", "half_gradients", "sync_batch_norm",
)  # fmt: skip
TRIED: list[str] = ["batch_size", "seed", "augment"]  # those of `find_lr`


def script(config: RunConfig, run_dir: str, checkpoint_every: int | None = None) -> list[str]:
    """Return a program that trains what `config` describes, to the same bits.

    Example:
        >>> config = RunConfig("digits", "lenet", 3, "adam", seed=0, lr=0.003, batch_size=50)
        >>> for line in script(config, "runs/a"):
        ...     print(line)
        import badak
        from badak import models, optim
        train, test = badak.data.load('digits')
        net = models.MODELS['lenet'](
            input_shape=train.image_shape,
            num_classes=train.num_classes,
            seed=0,
        )
        optimizer = optim.OPTIMIZERS['adam'](lr=0.003)
        trainer = badak.Trainer(
            net,
            optimizer,
            epochs=3,
            batch_size=50,
            seed=0,
        )
        history = trainer.fit(train, test, run_dir='runs/a')
    """
    options = {name: repr(value) for name in SAME if (value := getattr(config, name))}
    options["seed"] = repr(config.seed)
    if config.schedule is not None:
        options["schedule"] = f"optim.SCHEDULES[{config.schedule!r}]()"
    if config.augment is not None:
        options["augment"] = f"badak.data.augment.named({config.augment!r})"
    if checkpoint_every is not None:
        options["checkpoint_every"] = repr(checkpoint_every)
    trainer = "distributed.ParallelTrainer" if config.parallel else "Trainer"
    return [
        *_images(config),
        *_network(config),
        *_optimizer(config, options),
        *_call(f"trainer = badak.{trainer}", ["net", "optimizer"], options),
        f"history = trainer.fit(train, test, run_dir={run_dir!r})",
    ]


def _images(config: RunConfig) -> list[str]:
    names = "optim" if config.model == TYPED else "models, optim"
    size = "" if config.image_size is None else f", image_size={config.image_size}"
    lines = [
        "import badak",
        f"from badak import {names}",
        f"train, test = badak.data.load({config.dataset!r}{size})",
    ]
    for name, limit in (("train", config.limit_train), ("test", config.limit_test)):
        if limit is not None:
            lines.append(f"{name} = {name}[:{limit}]")
    return lines


def _network(config: RunConfig) -> list[str]:
    seed = {"seed": repr(config.seed)}
    if config.layers is not None:
        lines = [
            "from badak.network.typed import parse_layers",
            f"layers = parse_layers({config.layers!r})",
            f"net = badak.Network(layers, train.image_shape, seed={config.seed})",
        ]
    else:
        facts = {"input_shape": "train.image_shape", "num_classes": "train.num_classes"} | seed
        if config.weight_init is not None:
            facts["weight_init"] = repr(initial_weights(config.weight_init))
        lines = _call(f"net = models.MODELS[{config.model!r}]", [], facts)
    if config.label_smoothing is not None:
        smoothed = f"label_smoothing={config.label_smoothing}"
        lines.append(f"net.loss = badak.layers.CrossEntropyLoss({smoothed})")
    return lines


def _optimizer(config: RunConfig, options: dict[str, str]) -> list[str]:
    """The optimizer; layers typed without a rate get the one that `badak lr-find` suggests."""
    numbers = [
        f"{name}={value!r}"
        for name, value in (("lr", config.lr), ("weight_decay", config.weight_decay))
        if value is not None
    ]
    make = f"optimizer = optim.OPTIMIZERS[{config.optimizer!r}]({{}})".format
    if config.model != TYPED or config.lr is not None:
        return [make(", ".join(numbers))]
    tried = {name: options[name] for name in TRIED if name in options}
    return [
        "from badak.training import find_lr",
        make(", ".join(numbers)),
        *_call("found = find_lr", ["net", "train", "optimizer"], tried),
        make(", ".join(["lr=found.suggestion or optimizer.lr", *numbers])),
    ]


def _call(begin: str, first: list[str], named: dict[str, Any]) -> list[str]:
    arguments = [*first, *(f"{name}={value}" for name, value in named.items())]
    return [f"{begin}(", *(f"    {argument}," for argument in arguments), ")"]
