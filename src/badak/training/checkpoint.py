"""Checkpoints: everything a resume needs, in one file, written as a whole or not at all."""

import hashlib
import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from badak import checks, storage
from badak.data import Dataset
from badak.errors import BadakError, FormatError, shown, where
from badak.network import Network
from badak.optim import Optimizer
from badak.training.arithmetic import arithmetic
from badak.training.best import Best
from badak.training.history import History, Position

FORMAT = {"format": "badak checkpoint", "version": 1}
# A setting on which the bits depend, as on the processor: a run may go on with another.
WORKERS = "workers"
HASHED = 2**22  # numbers of images hashed at a time


class Resumed(NamedTuple):
    """What a checkpoint brings back besides network and optimizer.

    Attributes:
        history: what was measured.
        best: the best epoch's weights.
        averages: those of the weights; empty if none are kept.
    """

    history: History
    best: Best
    averages: Mapping[str, Any]


def save(
    path: Path,
    net: Network,
    optimizer: Optimizer,
    state: Resumed,
    settings: Mapping[str, Any],
) -> None:
    """Write model, optimizer, generators, history and position to one file, atomically."""
    arrays = {f"model.{name}": array for name, array in net.state().items()}
    arrays |= {f"optimizer.{name}": array for name, array in optimizer.state.items()}
    arrays |= {f"history.{name}": array for name, array in state.history.arrays().items()}
    arrays |= {f"best.{name}": array for name, array in state.best.state.items()}
    arrays |= {f"average.{name}": array for name, array in state.averages.items()}
    metadata = {
        **FORMAT,
        "architecture": net.architecture(),
        "settings": dict(settings),
        "arithmetic": arithmetic(net),
        "position": state.history.position._asdict(),
        "optimizer_steps": optimizer.steps,
        "generators": {
            name: generator.bit_generator.state for name, generator in net.generators().items()
        },
    }
    storage.save(path, arrays, metadata)


def load(
    path: Path,
    net: Network,
    optimizer: Optimizer,
    settings: Mapping[str, Any],
    accept_other_bits: bool = False,
) -> Resumed:
    """Restore network and optimizer from a checkpoint.

    The settings must be the checkpoint's; other arithmetic may be only a warning.

    Raises:
        FormatError: no checkpoint, a damaged one, or one of a newer badak.
        BadakError: another network, other data, settings or arithmetic; the message lists what
            differs, and nothing has changed.
    """
    arrays, metadata = storage.load(path)
    if metadata.get("format") != FORMAT["format"] or metadata.get("version") != FORMAT["version"]:
        raise FormatError(
            f"{path} is not a checkpoint of this version of badak: expected {FORMAT}; got "
            f"format {shown(metadata.get('format'))}, version {shown(metadata.get('version'))}"
        )
    try:
        with where(str(path)):
            _check_run(metadata, net, settings)
            difference = _other_arithmetic(metadata, net, settings)
            if difference and not accept_other_bits:
                raise BadakError(
                    f"{difference}: the bits would differ from those of an uninterrupted run; "
                    "continue as it was begun, or pass accept_other_bits=True"
                )
            history = History.from_arrays(_part(arrays, "history"))
            _check_position(metadata, history)
            generators = {name: _generator(metadata, name) for name in net.generators()}
            _check_optimizer(arrays, metadata, net, optimizer)
            best = Best(_weights(arrays, "best", "best epoch's", net))
            averages = _weights(arrays, "average", "averaged", net)
            if settings["ema"] is not None and not averages:
                raise FormatError("it holds no averaged weights")
            net.load_state(_part(arrays, "model"))
    except (LookupError, TypeError, AttributeError, OverflowError) as fault:
        raise FormatError(f"{path} is not a usable checkpoint: {fault!r}") from None
    optimizer.load_state(metadata["optimizer_steps"], _part(arrays, "optimizer"))
    for name, generator in net.generators().items():
        generator.bit_generator.state = generators[name]
    if difference:
        warnings.warn(
            f"{path}: {difference}: from now on the bits differ from an uninterrupted run's",
            stacklevel=2,
        )
    return Resumed(history, best, averages)


def _check_run(metadata: Mapping[str, Any], net: Network, settings: Mapping[str, Any]) -> None:
    """Refuse another network and other settings, and list what differs."""
    if metadata["architecture"] != _as_json(net.architecture()):
        raise BadakError(f"it belongs to another network: {_difference(metadata, net)}")
    saved = metadata["settings"]
    differing = [
        f"the {name} images differ"
        if name in ("train", "validation")
        else f"{name} was {shown(saved.get(name))} and is now {shown(value)}"
        for name, value in _as_json(settings).items()
        if saved.get(name) != value and name != WORKERS
    ]
    if differing:
        raise BadakError(f"it belongs to another run: {'; '.join(differing)}")


def _other_arithmetic(
    metadata: Mapping[str, Any], net: Network, settings: Mapping[str, Any]
) -> str:
    """Return what differs between the checkpoint's arithmetic and ours; empty if nothing does."""
    saved = metadata.get("arithmetic", {})  # the oldest checkpoints have none
    if not isinstance(saved, dict) or not all(isinstance(value, str) for value in saved.values()):
        raise FormatError("its arithmetic must be a mapping of names to strings")
    own = arithmetic(net)
    for facts, values in ((saved, metadata["settings"]), (own, settings)):
        facts[WORKERS] = str(values.get(WORKERS) or 1)
    return "; ".join(  # names that only one edition has do not count: the edition itself does
        f"{name} was {saved[name][:80]} and is now {value}"
        for name, value in own.items()
        if saved.get(name, value) != value
    )


def _weights(arrays: Mapping[str, Any], prefix: str, whose: str, net: Network) -> dict[str, Any]:
    """Return the weights of the best epoch, or the averages; empty if there are none."""
    state = _part(arrays, prefix)
    own = {name: (array.shape, array.dtype) for name, array in net.state().items()}
    if state and own != {name: (array.shape, array.dtype) for name, array in state.items()}:
        raise FormatError(f"the {whose} weights do not fit the network")
    return state


def _check_position(metadata: Mapping[str, Any], history: History) -> None:
    position, recorded = Position(**metadata["position"]), history.position
    begun = sum(record.epoch > recorded.epoch for record in history.steps)
    if position != recorded or begun != recorded.batch:
        raise FormatError(f"it stands at {position}, but its history ends at {recorded}")


def _generator(metadata: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a generator's saved state, after a generator has accepted it."""
    state: dict[str, Any] = metadata["generators"][name]
    try:
        np.random.PCG64().state = state  # type: ignore[assignment]  # it checks the value
    except ValueError as fault:
        raise FormatError(f"the state of generator {name!r} cannot be used: {fault}") from None
    return state


def _check_optimizer(
    arrays: Mapping[str, Any], metadata: Mapping[str, Any], net: Network, optimizer: Optimizer
) -> None:
    """Refuse a state that does not fit the network's parameters."""
    steps = checks.integer(metadata["optimizer_steps"], "optimizer_steps")
    slots = optimizer.slots if steps else ()
    expected = {
        f"{name}.{slot}": (array.shape, array.dtype)
        for name, array in net.trainable().items()
        for slot in slots
    }
    state = {name: (array.shape, array.dtype) for name, array in _part(arrays, "optimizer").items()}
    if state != expected:
        odd = sorted(dict(state.items() ^ expected.items()))
        raise FormatError(f"its optimizer's state does not fit the network: {', '.join(odd)}")


def read_history(path: Path) -> History:
    """Read the history alone; FormatError if there is no checkpoint, or a damaged one."""
    arrays, _ = storage.load(path)
    with where(str(path)):
        return History.from_arrays(_part(arrays, "history"))


def read_settings(path: Path) -> dict[str, Any]:
    """Read the settings alone, with the data's fingerprints as "train" and "validation"."""
    settings = storage.load(path)[1].get("settings")
    if not isinstance(settings, dict):
        raise FormatError(f"{path} is not a usable checkpoint: it holds no settings")
    return settings


def fingerprint(data: Dataset) -> str:
    """Return a SHA-256 of a data set's images and labels, to notice that they changed.

    Example:
        >>> fingerprint(Dataset(np.zeros((2, 1, 2, 2)), [0, 1]))[:12]
        '75a7f8ab518a'
    """
    total = hashlib.sha256(repr((data.images.shape, data.num_classes)).encode())
    block = max(1, HASHED // max(1, math.prod(data.image_shape)))
    for start in range(0, len(data), block):
        total.update(np.ascontiguousarray(data.images[start : start + block]).data)
    total.update(np.ascontiguousarray(data.labels).data)
    return total.hexdigest()


def _part(arrays: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(f"{prefix}."): array
        for name, array in arrays.items()
        if name.startswith(f"{prefix}.")
    }


def _as_json(value: Any) -> Any:
    """Turn tuples into lists, as the file does."""
    if isinstance(value, Mapping):
        return {key: _as_json(member) for key, member in value.items()}
    if isinstance(value, (tuple, list)):
        return [_as_json(member) for member in value]
    return value


def _difference(metadata: Mapping[str, Any], net: Network) -> str:
    """Name the first layer or the numbers that differ."""
    saved, own = metadata["architecture"], _as_json(net.architecture())
    for theirs, ours in zip(saved["layers"], own["layers"], strict=False):
        if theirs != ours:
            return f"{theirs} in the checkpoint, {ours} here"
    keys = [key for key in saved | own if saved.get(key) != own.get(key) and key != "layers"]
    return f"{', '.join(f'{key} {saved.get(key)}' for key in keys)}, {len(saved['layers'])} layers"
