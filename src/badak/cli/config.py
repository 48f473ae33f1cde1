"""RunConfig: the options of `badak train`, kept in the run directory as TOML."""

import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tomli_w

from badak import checks, data, models, optim, storage
from badak.cli import learnt, pretrained, splits
from badak.cli.splits import Division, Parts
from badak.cli.words import Decoding
from badak.data import Dataset
from badak.data.augment import named
from badak.errors import BadakError, listed
from badak.network import Network
from badak.network.typed import parse_layers
from badak.pretrained import HeadTrainer, falling_rates
from badak.training import RunDirectory, Trainer

if TYPE_CHECKING:
    from badak.distributed import Communicator

FOLDER = "folder:"
TYPED = "layers"  # the model's name if its layers were typed


@dataclass(frozen=True)
class RunConfig:
    """The options of a run, which are those of `badak train`, and what is known of its data set.

    None means the default. The model is `TYPED` if layers are given, in the form that
    `badak.network.typed` reads. The data set is as `badak.data.load` takes it; weight_init is text;
    input_shape is (C, H, W) of the images. pretrained names published weights or a file, finetune
    the layers of it that learn besides the head; origin and licence are those of the weights.
    """

    dataset: str
    model: str
    epochs: int
    optimizer: str
    seed: int
    layers: str | None = None
    class_names: tuple[str, ...] = ()
    input_shape: tuple[int, ...] = ()
    train_images: int | None = None
    test_images: int | None = None
    weight_init: str | None = None
    batch_size: int | None = None
    lr: float | None = None
    weight_decay: float | None = None
    schedule: str | None = None
    augment: str | None = None
    label_smoothing: float | None = None
    class_weight: str | None = None
    balance: bool = False
    ema: float | None = None
    workers: int | None = None  # how many processes began it
    accumulate: int | None = None
    sync_every: int | None = None
    half_gradients: bool = False
    sync_batch_norm: bool = False
    early_stopping: int | None = None
    evaluate_sample: int | None = None
    snapshots: int | None = None
    limit_train: int | None = None
    limit_test: int | None = None
    data_dir: str | None = None
    image_size: int | None = None
    skip_corrupt: bool = False
    split: str | None = None
    group_by_prefix: str | None = None
    folds: int | None = None
    fold: int | None = None  # which of the folds is held out, from 1
    pretrained: str | None = None
    finetune: str | None = None
    crop: float | None = None
    origin: str | None = None
    licence: str | None = None

    def save(self, run: RunDirectory) -> None:
        """Write RUN/config.toml."""
        for name in ("dataset", "data_dir"):
            checks.text(getattr(self, name) or "", f"the path in {name}")
        known = {name: value for name, value in asdict(self).items() if value is not None}
        storage.write_atomically(run.config, tomli_w.dumps(known).encode())

    @property
    def data_name(self) -> str:
        """The data set's name for pages that others read: a folder's name without its path.

        Example:
            >>> RunConfig("folder:/home/me/photos", "lenet", 3, "adam", 0).data_name
            'photos'
        """
        kind, _, path = self.dataset.partition(":")
        return Path(path).name or kind

    @property
    def model_name(self) -> str:
        """The model's name before the word "network", for people."""
        return "hand-typed" if self.layers else self.model

    def moved_to(self, place: Path) -> "RunConfig":
        """Return the same run for a data set that was moved to another folder."""
        place = place.absolute()
        if self.dataset.startswith(FOLDER):
            return replace(self, dataset=f"{FOLDER}{place}")
        return replace(self, data_dir=str(place))

    def load_data(self, run: RunDirectory | None = None) -> tuple[Dataset, Dataset]:
        """Load the training and test images; see `fitted`."""
        return self.fitted(*self.read_data(), run)

    def load_parts(self, run: RunDirectory | None = None) -> Parts:
        """Load the images of all parts, as `load_data` does of two."""
        parts = self.read_parts()
        train, test = self.fitted(parts.train, parts.test, run)
        validation = parts.validation
        if validation is not None:
            validation = _mixed(_renumbered(validation, train.class_names))
        return parts._replace(train=train, validation=validation, test=test)

    def read_data(self) -> tuple[Dataset, Dataset]:
        """Read all training and test images that exist now."""
        parts = self.read_parts()
        return parts.train, parts.test

    def read_parts(self) -> Parts:
        """Read the images of all parts that exist now."""
        splits.check(self.division)
        color = None
        if self.input_shape and self.dataset.startswith(FOLDER):  # the run has begun
            color = self.input_shape[0] > 1  # even if images in colour were added since
            place = Path(self.dataset.removeprefix(FOLDER))
            if self.class_names and not place.is_dir():
                raise BadakError(
                    f"{place}, the folder of the run's images, does not exist; if it has moved, "
                    "name its new place by data_dir=FOLDER"
                )
        train, test = data.load(
            self.dataset,
            self.data_dir,
            image_size=self.image_size,
            color=color,
            skip_corrupt=self.skip_corrupt,
            crop=self.crop,
            progress=Decoding(),
        )
        return splits.divided(self.division, train, test)

    @property
    def division(self) -> Division:
        """How the images are divided into parts."""
        return Division(self.dataset, self.split, self.group_by_prefix, self.folds, self.fold)

    @property
    def choosing(self) -> str:
        """What the images are called that choose the best epoch.

        Example:
            >>> RunConfig("digits", "lenet", 3, "adam", 0, split="70:15:15").choosing
            'validation images'
        """
        if self.split is not None:
            return "validation images"
        return "test images" if self.fold is None else "held-out images"

    def fitted(
        self, train: Dataset, test: Dataset, run: RunDirectory | None = None
    ) -> tuple[Dataset, Dataset]:
        """Give images the run's labels, by class name, and apply its limits.

        `run` is its directory, if its network will be measured or trained further.
        """
        if self.class_names:  # a run that begins has none yet
            train, test = (_renumbered(part, self.class_names) for part in (train, test))
        if run is not None:
            learnt.check(run, train, test, self.test_images or self.limit_test)
        # A folder's images are sorted by class: the first N would be of one class.
        train, test = _mixed(train), _mixed(test)
        return train[: self.limit_train], test[: self.limit_test]

    def network(self) -> Network:
        """Build the model with the parameters it starts from."""
        if self.pretrained is not None:
            return pretrained.network(self)
        if self.layers is not None:
            return self._typed(self.layers)
        more: dict[str, Any] = {}
        if self.weight_init is not None:
            more["weight_init"] = initial_weights(self.weight_init)
        return models.MODELS[self.model](
            input_shape=self.input_shape, num_classes=len(self.class_names), seed=self.seed, **more
        )

    def _typed(self, layers: str) -> Network:
        if self.weight_init is not None:
            raise BadakError(
                "weight_init is for models; type it at a layer, as in linear 10 weight_init=he"
            )
        net = Network(parse_layers(layers), self.input_shape, seed=self.seed)
        if net.output_shape != (len(self.class_names),):
            raise BadakError(
                f"the last layer gives {net.output_shape}, and {self.data_name} has "
                f"{len(self.class_names)} classes: end in linear {len(self.class_names)}"
            )
        return net

    def trainer(
        self, net: Network, communicator: "Communicator | None" = None, **more: Any
    ) -> Trainer:
        """Build the trainer; `more` are arguments that change no bit of the result.

        The network gets the loss that it is trained with.
        """
        if self.label_smoothing is not None:
            net.loss = replace(net.loss, label_smoothing=self.label_smoothing)
        if self.batch_size is not None:
            more["batch_size"] = self.batch_size
        kind: Callable[..., Trainer] = HeadTrainer if self.head_alone else Trainer
        if self.parallel:
            if self.head_alone:
                raise BadakError(
                    "the head of a pretrained network is fitted by one process: add --finetune to "
                    "train by several, or leave them out"
                )
            from badak.distributed import ParallelTrainer  # few commands need it

            kind = partial(
                ParallelTrainer,
                communicator=communicator,
                accumulate=self.accumulate or 1,
                sync_every=self.sync_every or 1,
                half_gradients=self.half_gradients,
                sync_batch_norm=self.sync_batch_norm,
            )
        return kind(
            net,
            self._optimizer(net),
            epochs=self.epochs,
            seed=self.seed,
            schedule=None if self.schedule is None else optim.SCHEDULES[self.schedule](),
            augment=None if self.augment is None else named(self.augment),
            class_weight=self.class_weight,
            balance=self.balance,
            ema=self.ema,
            early_stopping=self.early_stopping,
            evaluate_sample=self.evaluate_sample,
            snapshots=self.snapshots,
            **more,
        )

    @property
    def parallel(self) -> bool:
        """Whether it trains as one of several processes, or as they would."""
        options = self.workers, self.accumulate, self.sync_every
        return any(options) or self.half_gradients or self.sync_batch_norm

    @property
    def head_alone(self) -> bool:
        """Whether only a new head learns."""
        return self.pretrained is not None and self.finetune is None

    def _optimizer(self, net: Network | None = None) -> optim.Optimizer:
        numbers = {"lr": self.lr, "weight_decay": self.weight_decay}
        chosen: dict[str, Any] = {name: one for name, one in numbers.items() if one is not None}
        if net is not None and self.finetune is not None:
            chosen["rates"] = falling_rates(net)
        return optim.OPTIMIZERS[self.optimizer](**chosen)

    def about(self) -> str:
        """Say in one line how it trains.

        Example:
            >>> RunConfig("mnist", "lenet", epochs=3, optimizer="adam", seed=0, lr=0.5).about()
            '3 epochs of Adam(lr=0.5, weight_decay=0.0, ...), constant rate, images as they are'
        """
        if self.head_alone:
            return pretrained.about(self)
        schedule = self.schedule or "constant rate"
        augment = f"images varied by {self.augment}" if self.augment else "images as they are"
        epochs = f"{self.epochs} epoch{'s'[: self.epochs != 1]}"
        words = [f"{epochs} of {self._optimizer()}", schedule, augment]
        if self.label_smoothing:
            words.append(f"labels smoothed by {self.label_smoothing:g}")
        if self.class_weight:
            words.append("each class with the same weight")
        if self.balance:
            words.append("each class drawn equally often")
        if self.ema is not None:
            words.append(f"weights averaged ({self.ema:g})")
        if self.workers:
            words.append(f"{self.workers:d} workers")
        if self.accumulate:
            words.append(f"gradients of {self.accumulate} batches added")
        if self.sync_every:
            words.append(f"weights averaged every {self.sync_every} steps")
        if self.half_gradients:
            words.append("gradients sent half as wide")
        if self.sync_batch_norm:
            words.append("batch norm over all workers")
        if self.finetune is not None:
            words.insert(0, pretrained.about(self))
        return ", ".join(words)


def _mixed(part: Dataset) -> Dataset:
    """Sort images from files by their digests: added files do not change this order."""
    return part if part.digests is None else part[np.argsort(part.digests, kind="stable")]


def _renumbered(part: Dataset, names: tuple[str, ...]) -> Dataset:
    """Return the same images, with label k for class names[k]."""
    if part.class_names == names:
        return part
    # Runs of older versions may have decomposed names (NFD), as macOS writes them.
    numbers = {unicodedata.normalize("NFC", name): number for number, name in enumerate(names)}
    if numbers.keys() != set(part.class_names):
        missing = sorted(numbers.keys() - set(part.class_names))
        new = sorted(set(part.class_names) - numbers.keys())
        raise BadakError(
            f"the classes of {part.name} are not those of the run: missing {listed(missing) or '-'}"
            f", new {listed(new) or '-'}; give the classes their old names, or train a new run"
        )
    places = np.array([numbers[name] for name in part.class_names])
    return Dataset(part.images, places[part.labels], names, part.name, part.digests)


def initial_weights(text: str) -> str | float:
    """Return --weight-init as the models take it."""
    try:
        return float(text)
    except ValueError:
        return text  # a word; the layers check it
