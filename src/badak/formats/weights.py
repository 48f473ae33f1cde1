"""load_state_dict: the weights of the same architecture from PyTorch, NumPy or Keras."""

from pathlib import Path

import numpy as np

from badak.errors import ArgumentTypeError, BadakError, FormatError
from badak.formats.keras_weights import as_channels_first, read_keras
from badak.formats.pairing import grouped, paired
from badak.formats.torch_weights import read_archive, read_safetensors
from badak.network import Network

READERS = {".safetensors": read_safetensors, ".npz": read_archive, ".h5": read_keras}
PICKLES = (".pt", ".pth", ".bin", ".ckpt")


def load_state_dict(net: Network, path: str | Path) -> dict[str, str]:
    """Give a network the weights of a model of the same architecture.

    Layers are found by the shapes of their arrays, and among alike ones by their order: that of
    the file where it keeps one (.npz), else that of the numbers in their names (``features.0``,
    ``conv2``). So names need not be badak's. Layouts are turned to badak's own.

    Args:
        net: what gets the weights; all of them, or none where anything is wrong.
        path: a PyTorch state dict as ``.safetensors`` (safetensors.torch.save_file) or ``.npz``
            (numpy.savez), or a Keras 3 model's ``.weights.h5`` (extra [keras]). Keras's images
            must be channels_last, and batch norm has eps=0.001 there.

    Returns:
        The network's name of each layer -> the file's.

    Raises:
        BadakError: the file cannot be read, or is of another kind.
        FormatError: it is damaged or does not fit; all layers that do not are listed.

    Example:
        >>> import tempfile
        >>> from badak.layers import Flatten, Linear
        >>> net = Network([Flatten(), Linear(2)], (1, 1, 3))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "state.npz")
        ...     np.savez(path, **{"fc.weight": np.ones((2, 3)), "fc.bias": np.zeros(2)})
        ...     load_state_dict(net, path)
        {'linear1': 'fc'}
    """
    if not isinstance(net, Network):
        raise ArgumentTypeError(f"net must be a Network; got {type(net).__name__}")
    path = Path(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        hint = ""
        if path.suffix.lower() in PICKLES:
            hint = (
                ": such files can run programs. Save the model by "
                "safetensors.torch.save_file(model.state_dict(), 'model.safetensors')"
            )
        raise BadakError(f"the file must be one of {', '.join(READERS)}; got {str(path)!r}{hint}")
    if not path.is_file():
        raise BadakError(f"cannot read {path}: no such file")
    found = reader(path)
    try:
        pairs = paired(grouped(net.state()), found, in_order=reader is read_archive)
    except FormatError as fault:
        raise FormatError(f"{path} does not fit this network: {fault}") from None
    state, faults = {}, []
    for name, group in pairs.items():
        for key, array in group.arrays.items():
            if reader is read_keras and key == "weight" and array.ndim == 2:
                array = as_channels_first(net, name, array)
            with np.errstate(over="ignore"):  # too large for float32: found below
                state[f"{name}.{key}"] = array.astype(net.dtype)
            if not np.isfinite(state[f"{name}.{key}"]).all():
                faults.append(f"{group.name}.{key}")
    if faults:
        raise FormatError(f"{path} holds NaN or infinity in {', '.join(faults)}")
    net.load_state(state)
    return {name: group.name for name, group in pairs.items()}
