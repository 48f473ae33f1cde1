"""load: a network from its file."""

from pathlib import Path

from badak.network import files
from badak.network.network import Network


def load(path: str | Path) -> Network:
    """Read a network that `Network.save` wrote; nothing in the file is executed.

    Args:
        path: the safetensors file.

    Raises:
        FormatError: the file cannot be read, is damaged or not a badak network, or its tensors do
            not fit or hold NaN or infinity.

    Example:
        >>> import tempfile
        >>> from badak.layers import Flatten, Linear
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Network([Flatten(), Linear(3)], (1, 2, 2)).save(f"{folder}/net.safetensors")
        ...     load(f"{folder}/net.safetensors").output_shape
        (3,)
    """
    return files.read(path, Network.from_architecture)
