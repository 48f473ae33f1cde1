"""load_state_dict: the weights of the same architecture from PyTorch, NumPy or Keras."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from badak import checks
from badak.arrays import Array, Shape, not_finite
from badak.errors import ArgumentTypeError, FormatError
from badak.files import as_path
from badak.formats.weights.forms import in_the_networks_form
from badak.formats.weights.groups import Group, Source, grouped
from badak.formats.weights.keras import as_channels_first
from badak.formats.weights.kinds import opened_weights
from badak.formats.weights.pairing import Pairs, common_starts, paired
from badak.formats.weights.torch import read_arrays
from badak.network import Loaded, Network


def load_state_dict(
    net: Network, source: str | Path | Mapping[str, Any], strict: bool = True
) -> Loaded:
    """Give a network the weights of a model of the same architecture.

    Layers are found by the shapes of their arrays. Among alike ones an equal name decides, without
    what all names begin with (``module.``); else the numbers in their names do (``features.0``,
    ``conv2``); else the file's order if it keeps one, and a warning says which layers got which
    weights. So names need not be badak's. Layouts are turned to badak's own; a 1x1 convolution may
    be a Linear in the file, as in ConvNeXt.

    Args:
        net: what gets the weights; all of them, or none if anything is wrong.
        source: a PyTorch state dict in memory (``model.state_dict()``, or a dictionary of NumPy
            arrays), or a file, whose content tells its kind: what torch.save wrote of a state dict
            or a checkpoint (``.pt``, ``.pth``), read without running anything in it;
            ``.safetensors``; ``.npz`` (numpy.savez); or a Keras model's ``.keras``,
            ``.weights.h5`` or ``.h5`` (extra [keras]), whose images must be channels_last; batch
            norm has eps=0.001 there. bfloat16 and float16 are widened.
        strict: whether every layer of both must have a match. Else what fits is taken; layers whose
            shapes occur in other numbers on the two sides must have equal names.

    Returns:
        The network's name of each layer -> the file's; what was left out is in its attributes, see
        `badak.network.Loaded`.

    Raises:
        ArgumentTypeError: not a network, or a source that is neither a path nor a dictionary of
            arrays of real numbers.
        FormatError: the file is of another kind, cannot be read, is damaged or does not fit; all
            layers that do not are listed. Or weights that are NaN or infinite.

    Example:
        >>> from badak.layers import Flatten, Linear
        >>> net = Network([Flatten(), Linear(2)], (1, 1, 3))
        >>> load_state_dict(net, {"fc.weight": np.ones((2, 3)), "fc.bias": np.zeros(2)})
        {'linear1': 'fc'}
        >>> more = {"linear1.weight": np.ones((2, 3)), "n_averaged": 5}
        >>> loaded = load_state_dict(net, more, strict=False)
        >>> loaded.missing_keys, loaded.unexpected_keys
        (['linear1.bias'], ['n_averaged'])
    """
    if not isinstance(net, Network):
        raise ArgumentTypeError(f"net must be a Network; got {type(net).__name__}")
    checks.flag(strict, "strict")
    if hasattr(source, "state_dict"):
        raise ArgumentTypeError(
            f"source must be weights; got a model, {type(source).__name__}: pass its state_dict()"
        )
    with ExitStack() as stack:
        if isinstance(source, Mapping):
            found, place = read_arrays(source), "the state dict"
        else:
            path = as_path(source)
            found, place = stack.enter_context(opened_weights(path)), str(path)
        own = grouped(net.state())
        found = replace(found, groups=in_the_networks_form(own, found.groups))
        pairs = _paired(own, found, place, strict)
        arrays = _read(net, pairs, found, place)
    net.load_state_dict(arrays, strict=False)
    return _report(own, found, pairs)


def _paired(own: list[Group], found: Source, place: str, strict: bool) -> Pairs:
    try:
        if strict and found.others:
            raise FormatError(f"{', '.join(found.others)}: not an array")
        pairs = paired(own, found.groups, found.in_order, strict)
    except FormatError as fault:
        hint = "; strict=False takes what fits" if strict else ""
        raise FormatError(f"{place} does not fit this network: {fault}{hint}") from None
    if not pairs and not strict:
        raise FormatError(f"{place} does not fit this network: none of its layers has a match")
    return pairs


def _read(net: Network, pairs: Pairs, found: Source, place: str) -> dict[str, Array]:
    """The arrays under the network's names and in its layout and dtype."""
    arrays: dict[str, Array] = {}
    names = {}
    for layer, group in pairs.items():
        for key, stored in group.arrays.items():
            array = stored.read()
            if found.channels_last and key == "weight" and array.ndim == 2:
                array = as_channels_first(net, layer, array)
            with np.errstate(over="ignore"):  # too large for float32: refused below
                arrays[f"{layer}.{key}"] = array.astype(net.dtype)
            names[f"{layer}.{key}"] = f"{group.name}.{key}"
    faults = [names[name] for name in not_finite(arrays)]
    if faults:
        raise FormatError(f"{place} holds NaN or infinity in {', '.join(faults)}")
    return arrays


def _report(own: list[Group], found: Source, pairs: Pairs) -> Loaded:
    """What was taken and what not; arrays of equal names, but other shapes, apart."""
    starts = common_starts(own, found.groups)
    taken = {f"{layer}.{key}" for layer, group in pairs.items() for key in group.arrays}
    used = {f"{group.name}.{key}" for group in pairs.values() for key in group.arrays}
    missing = {name: shape for name, shape in _shapes(own).items() if name not in taken}
    unused = {name: shape for name, shape in _shapes(found.groups).items() if name not in used}
    bare = {name.removeprefix(starts[1]): name for name in unused}
    twins = {name: bare.get(name.removeprefix(starts[0])) for name in missing}
    paired_names = set(twins.values())
    return Loaded(
        {layer: group.name for layer, group in pairs.items()},
        [name for name in missing if twins[name] is None],
        [*(name for name in unused if name not in paired_names), *found.others],
        {name: (missing[name], unused[twin]) for name, twin in twins.items() if twin is not None},
        found.skipped,
    )


def _shapes(groups: Sequence[Group]) -> dict[str, Shape]:
    """The full name of each array -> its shape."""
    return {
        f"{group.name}.{key}" if group.name else key: tuple(array.shape)
        for group in groups
        for key, array in group.arrays.items()
    }
