"""RunConfig: what `badak train` was told, kept in the run directory as TOML for later commands."""

from dataclasses import asdict, dataclass
from typing import Any

import tomli_w

from badak import data, models, optim
from badak.data import Dataset
from badak.errors import BadakError
from badak.network import Network
from badak.training import Trainer


@dataclass(frozen=True)
class RunConfig:
    """The options of a run; None where nothing was asked for.

    Attributes:
        dataset: as `badak.data.load` takes it.
        model: a name of `badak.models.MODELS`.
        optimizer: a name of `badak.optim.OPTIMIZERS`.
        lr: learning rate.
        weight_init: "he", "xavier" or a standard deviation, as text.
        class_names: of the data set; () until it is loaded.
        input_shape: (C, H, W) of its images; () until it is loaded.
        schedule: a name of `badak.optim.SCHEDULES`.
    """

    dataset: str
    model: str
    epochs: int
    batch_size: int
    optimizer: str
    lr: float
    weight_init: str
    seed: int
    class_names: tuple[str, ...] = ()
    input_shape: tuple[int, ...] = ()
    schedule: str | None = None
    early_stopping: int | None = None
    evaluate_sample: int | None = None
    limit_train: int | None = None
    limit_test: int | None = None
    data_dir: str | None = None
    image_size: int | None = None
    skip_corrupt: bool = False

    def as_toml(self) -> bytes:
        """The text of config.toml.

        Raises:
            BadakError: a path or class name that is no UTF-8, which TOML cannot hold.
        """
        known = {name: value for name, value in asdict(self).items() if value is not None}
        for name, value in known.items():
            for text in value if isinstance(value, tuple) else [value]:
                try:
                    str(text).encode()
                except UnicodeEncodeError:
                    raise BadakError(
                        f"{name} must be UTF-8 text; got {text!r}: rename the file or folder"
                    ) from None
        return tomli_w.dumps(known).encode()

    def load_data(self) -> tuple[Dataset, Dataset]:
        """Load the training and test images, limited as the options say.

        Raises:
            BadakError: no such data, or it is not what it was when the run began.
        """
        train, test = data.load(
            self.dataset,
            self.data_dir,
            image_size=self.image_size,
            skip_corrupt=self.skip_corrupt,
        )
        for name, was, now in (
            ("classes", self.class_names, train.class_names),
            ("image shape", self.input_shape, train.image_shape),
        ):
            if was and was != now:
                raise BadakError(
                    f"{self.dataset} has changed since the run began: its {name} were {was} and "
                    f"are {now}"
                )
        return train[: self.limit_train], test[: self.limit_test]

    def network(self) -> Network:
        """Build the model with the parameters it starts from."""
        return models.MODELS[self.model](
            self.input_shape,
            num_classes=len(self.class_names),
            weight_init=_weight_init(self.weight_init),
            seed=self.seed,
        )

    def trainer(self, net: Network, **more: Any) -> Trainer:
        """Build the trainer; `more` are arguments that change no bit of the result."""
        return Trainer(
            net,
            optim.OPTIMIZERS[self.optimizer](lr=self.lr),
            epochs=self.epochs,
            batch_size=self.batch_size,
            seed=self.seed,
            schedule=None if self.schedule is None else optim.SCHEDULES[self.schedule](),
            early_stopping=self.early_stopping,
            evaluate_sample=self.evaluate_sample,
            **more,
        )


def _weight_init(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text  # a word; the layers check it
