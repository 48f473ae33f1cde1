"""What a network takes of a state dict of the same names, and the report of what it leaves."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from badak.arrays import Array, Shape, as_array, not_finite
from badak.errors import ArgumentTypeError, BadakError, shown
from badak.network.architecture import misfits

# PyTorch's batch norm counts its batches; nothing is computed from it.
UNUSED = "num_batches_tracked"


class Loaded(dict[str, str]):
    """What `load_state_dict` took: the network's names -> the source's; and what it did not take.

    Attributes:
        missing_keys: arrays of the network that kept their values.
        unexpected_keys: what the source holds besides.
        mismatched: arrays of the network to which the source has one of the same name but another
            shape -> (the network's shape, the source's).
        skipped: what no network uses: batch norm's counters, optimizers in a checkpoint.

    Example:
        >>> from badak.layers import Flatten, Linear
        >>> from badak.network import Network
        >>> net = Network([Flatten(), Linear(2)], (1, 1, 3))
        >>> loaded = net.load_state_dict({"linear1.bias": [1, 2], "n_averaged": 3}, strict=False)
        >>> loaded, loaded.missing_keys, loaded.unexpected_keys
        ({'linear1.bias': 'linear1.bias'}, ['linear1.weight'], ['n_averaged'])
    """

    missing_keys: list[str]
    unexpected_keys: list[str]
    mismatched: dict[str, tuple[Shape, Shape]]
    skipped: list[str]

    def __init__(
        self,
        taken: Mapping[str, str],
        missing: Iterable[str] = (),
        unexpected: Iterable[str] = (),
        mismatched: Mapping[str, tuple[Shape, Shape]] | None = None,
        skipped: Iterable[str] = (),
    ) -> None:
        super().__init__(taken)
        self.missing_keys, self.unexpected_keys = list(missing), list(unexpected)
        self.mismatched, self.skipped = dict(mismatched or {}), list(skipped)


def chosen(
    own: Mapping[str, Array], state: Mapping[str, Any], strict: bool
) -> tuple[dict[str, Array], Loaded]:
    """Return what a network takes of a state dict whose names are its own, and what it does not.

    Raises:
        ArgumentTypeError: not a dictionary, a name that is no string, or a value that is no array.
        BadakError: with `strict`, names missing or unknown, or shapes that differ; and always NaN
            or infinity in what is taken; all are listed.
    """
    if not isinstance(state, Mapping):
        raise ArgumentTypeError(
            f"state must be a dictionary of arrays by name; got {shown(state)}: "
            "badak.load_state_dict reads files"
        )
    stored: dict[str, Array] = {}
    skipped = []
    for name, value in state.items():
        if not isinstance(name, str):
            raise ArgumentTypeError(f"a state dict's names must be strings; got {shown(name)}")
        if name.rpartition(".")[2] == UNUSED:
            skipped.append(name)
        else:
            stored[name] = as_array(value, shown(name))
    faults = misfits({name: array.shape for name, array in own.items()}, stored) if strict else []
    fitting = {name: stored[name] for name in own if name in stored}
    mismatched = {
        name: (own[name].shape, array.shape)
        for name, array in fitting.items()
        if own[name].shape != array.shape
    }
    with np.errstate(over="ignore"):  # too large for float32: refused below
        taken = {
            name: array.astype(own[name].dtype)
            for name, array in fitting.items()
            if name not in mismatched
        }
    faults += [f"{name} holds NaN or infinity" for name in not_finite(taken)]
    if faults:
        raise BadakError("the arrays do not fit this network: " + "; ".join(faults))
    missing = [name for name in own if name not in stored]
    unexpected = [name for name in stored if name not in own]
    return taken, Loaded({name: name for name in taken}, missing, unexpected, mismatched, skipped)
