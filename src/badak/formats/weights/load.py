"""load_state_dict: the weights of the same architecture from PyTorch, NumPy or Keras."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from badak.arrays import not_finite
from badak.errors import ArgumentTypeError, BadakError, FormatError
from badak.files import as_path
from badak.formats.weights.keras import as_channels_first, read_keras
from badak.formats.weights.pairing import Group, grouped, paired
from badak.formats.weights.torch import read_archive, read_arrays, read_safetensors
from badak.network import Network

READERS = {".safetensors": read_safetensors, ".npz": read_archive, ".h5": read_keras}
PICKLES = (".pt", ".pth", ".bin", ".ckpt")


def load_state_dict(net: Network, source: str | Path | Mapping[str, Any]) -> dict[str, str]:
    """Give a network the weights of a model of the same architecture.

    Layers are found by the shapes of their arrays. Among alike ones an equal name decides, without
    what all names begin with (``module.``); else the numbers in their names do (``features.0``,
    ``conv2``); else the file's order if it keeps one (.npz, a dictionary), and a warning says
    which layer got which weights. So names need not be badak's. Layouts are turned to badak's own.

    Args:
        net: what gets the weights; all of them, or none if anything is wrong.
        source: a PyTorch state dict in memory (``model.state_dict()``, or a dictionary of NumPy
            arrays), or a file: ``.safetensors`` (safetensors.torch.save_file), ``.npz``
            (numpy.savez), or a Keras 3 model's ``.weights.h5`` (extra [keras]). Keras's images
            must be channels_last, and batch norm has eps=0.001 there.

    Returns:
        The network's name of each layer -> the file's.

    Raises:
        ArgumentTypeError: not a network, or a source that is neither a path nor a dictionary of
            arrays of real numbers.
        BadakError: the file is of another kind.
        FormatError: it cannot be read, is damaged or does not fit; all layers that do not are
            listed. Or weights that are NaN or infinite.

    Example:
        >>> from badak.layers import Flatten, Linear
        >>> net = Network([Flatten(), Linear(2)], (1, 1, 3))
        >>> load_state_dict(net, {"fc.weight": np.ones((2, 3)), "fc.bias": np.zeros(2)})
        {'linear1': 'fc'}
    """
    if not isinstance(net, Network):
        raise ArgumentTypeError(f"net must be a Network; got {type(net).__name__}")
    if isinstance(source, Mapping):
        groups, place, in_order, turned = read_arrays(source), "the state dict", True, False
    else:
        path = as_path(source)
        reader = _reader(path)
        groups, place = reader(path), str(path)
        in_order, turned = reader is read_archive, reader is read_keras
    try:
        pairs = paired(grouped(net.state()), groups, in_order)
    except FormatError as fault:
        raise FormatError(f"{place} does not fit this network: {fault}") from None
    state: dict[str, Any] = {}
    names = {}
    for layer, group in pairs.items():
        for key, stored in group.arrays.items():
            array = stored.read()
            if turned and key == "weight" and array.ndim == 2:
                array = as_channels_first(net, layer, array)
            with np.errstate(over="ignore"):  # too large for float32: refused below
                state[f"{layer}.{key}"] = array.astype(net.dtype)
            names[f"{layer}.{key}"] = f"{group.name}.{key}"
    faults = [names[name] for name in not_finite(state)]
    if faults:
        raise FormatError(f"{place} holds NaN or infinity in {', '.join(faults)}")
    net.load_state(state)
    return {name: group.name for name, group in pairs.items()}


def _reader(path: Path) -> Callable[[Path], list[Group]]:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        hint = ""
        if path.suffix.lower() in PICKLES:
            hint = (
                ": such files can run any program. Pass model.state_dict() itself, or save it with "
                "safetensors.torch.save_file(model.state_dict(), 'model.safetensors')"
            )
        raise BadakError(f"the file must be one of {', '.join(READERS)}; got {str(path)!r}{hint}")
    return reader
