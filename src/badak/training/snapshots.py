"""Snapshots: a network's filters, maps and results every few steps, from before the first.

The file is bounded: if there are too many snapshots, every second one is dropped and the rest of
the training is recorded half as often.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import checks, storage
from badak.arrays import Array
from badak.data import Dataset
from badak.errors import BadakError, FormatError
from badak.layers.walk import run
from badak.network import Network
from badak.training import measures
from badak.training.callbacks import Callback
from badak.training.history import StepRecord
from badak.training.running import Running

FORMAT = {"format": "badak snapshots", "version": 1}
MAX_COUNT = 100
MAX_BYTES = 64 * 2**20
EVALUATED = 1000  # images of the confusion matrix
IMAGES = 3

Arrays = dict[str, NDArray[Any]]


class Snapshots(Callback):
    """Records a network while it learns; `Trainer(snapshots=K)` makes one.

    Each snapshot holds, by name: ``filters.LAYER`` (F, C, KH, KW) of each convolution, the first 64
    filters and 4 channels; ``maps.LAYER`` (3, 8, OH, OW), what it makes of three images;
    ``confusion`` (K, K), rows the true classes; ``dead.LAYER``, the share of a ReLU's units that
    are 0 at every place of 100 images; ``ratio.PARAMETER``, the length of the weight's last update
    by the weight's own, NaN before the first.

    Args:
        every: steps between snapshots.

    Raises:
        ArgumentTypeError: no integer.
        BadakError: below 1.
    """

    def __init__(self, every: int) -> None:
        self.every = checks.integer(every, "snapshots", minimum=1)
        self.clear()

    def clear(self) -> None:
        """Forget everything, for a training that begins."""
        self.spacing = self.every
        self._steps: list[int] = []
        self._taken: list[Arrays] = []
        self._fixed: Arrays = {}
        self._before: dict[str, Array] = {}

    def on_train_start(self, trainer: Running) -> None:
        """Record step 0, unless the training is resumed."""
        data = trainer.measured[-1]
        self._evaluated = data[:EVALUATED]
        _, first = np.unique(data.labels, return_index=True)  # one image of each class
        shown = data[np.sort(first[:IMAGES])]
        self._fixed = {"images": shown.images[:], "labels": shown.labels}
        step = len(trainer.history.steps)
        if not step:
            self._take(trainer.net, step)
        self._prepare(trainer.net, step)

    def on_step(self, trainer: Running, record: StepRecord) -> None:
        """Record every `spacing` steps."""
        if record.step % self.spacing == 0:
            self._take(trainer.net, record.step)
        self._prepare(trainer.net, record.step)

    def arrays(self) -> Arrays:
        """Return all snapshots as arrays with an axis T in front.

        Besides those named above there are ``steps`` (T,), and, without T, the ``images`` and
        ``labels`` that the maps are of.
        """
        stacked = {
            name: np.stack([taken[name] for taken in self._taken]) for name in self._taken[0]
        }
        return {"steps": np.array(self._steps), **self._fixed, **stacked}

    def save(self, path: Path) -> None:
        """Write them to one file, atomically."""
        storage.save(path, self.arrays(), {**FORMAT, "spacing": self.spacing})

    def resume(self, path: Path, step: int) -> None:
        """Load what a run has recorded up to a step."""
        if not path.exists():
            raise BadakError(
                f"{path.parent} was begun without snapshots; omit snapshots={self.every} to "
                "continue, or choose another run_dir"
            )
        arrays, spacing = read(path)
        # Each time snapshots were dropped, the spacing doubled.
        if spacing % self.every or (spacing // self.every).bit_count() != 1:
            raise BadakError(
                f"{path.parent} has snapshots every {spacing} steps; got snapshots={self.every}: "
                "use the same, or choose another run_dir"
            )
        self.spacing = spacing
        count = int((arrays["steps"] <= step).sum())
        self._steps = arrays["steps"][:count].tolist()
        names = [name for name in arrays if name not in ("steps", "images", "labels")]
        self._taken = [{name: arrays[name][t] for name in names} for t in range(count)]

    def _prepare(self, net: Network, step: int) -> None:
        """Keep the weights before a step whose update will be measured."""
        if (step + 1) % self.spacing == 0:
            self._before = measures.copied(measures.weights(net))

    def _take(self, net: Network, step: int) -> None:
        taken = _outputs(net, self._fixed["images"], self._evaluated)
        for name, weight in measures.weights(net).items():
            taken[f"ratio.{name}"] = measures.update_ratio(weight, self._before.get(name))
        taken["confusion"] = _confusion(net, self._evaluated)
        self._before = {}
        self._steps.append(step)
        self._taken.append({name: np.asarray(array) for name, array in taken.items()})
        size = sum(array.nbytes for array in self._taken[0].values())
        if len(self._taken) > 2 and len(self._taken) > min(MAX_COUNT, MAX_BYTES // size):
            self.spacing *= 2
            kept = [t for t, step in enumerate(self._steps) if step % self.spacing == 0]
            self._steps = [self._steps[t] for t in kept]
            self._taken = [self._taken[t] for t in kept]


def read(path: Path) -> tuple[Arrays, int]:
    """Read a file of snapshots: the arrays, and the steps between the last of them."""
    arrays, metadata = storage.load(path)
    if {key: metadata.get(key) for key in FORMAT} != FORMAT:
        raise FormatError(f"{path} holds no snapshots that this version of badak can read")
    steps, spacing = arrays.get("steps"), metadata.get("spacing")
    lengths = {len(array) for name, array in arrays.items() if name not in ("images", "labels")}
    ordered = steps is not None and steps.ndim == 1 and bool((np.diff(steps) > 0).all())
    missing = {"confusion", "images", "labels"} - set(arrays)
    if not ordered or len(lengths) != 1 or missing or type(spacing) is not int or spacing < 1:
        raise FormatError(
            f"{path} is not a usable file of snapshots: its parts do not fit together"
        )
    return arrays, spacing


def _outputs(net: Network, shown: Array, evaluated: Dataset) -> dict[str, Any]:
    """Return filters, their maps and the dead units, layer by layer."""
    outputs: dict[str, Any] = {}
    probed = evaluated.images[: measures.PROBED]
    inputs = np.concatenate([shown, probed]).astype(net.dtype, copy=False)
    for visit in run(net.layers, inputs):
        name, x = visit.name, visit.output
        filters, dead = measures.filters(visit.layer), measures.dead(visit.layer, x[len(shown) :])
        if filters is not None:
            outputs[f"filters.{name}"] = filters
            outputs[f"maps.{name}"] = x[: len(shown), : measures.MAPS].copy()
        if dead is not None:
            outputs[f"dead.{name}"] = dead
    return outputs


def _confusion(net: Network, evaluated: Dataset) -> NDArray[np.int32]:
    k = net.num_classes
    pairs = evaluated.labels * k + net.predict(evaluated.images)
    return np.bincount(pairs, minlength=k * k).reshape(k, k).astype(np.int32)
