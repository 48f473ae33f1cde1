"""A network's file: its arrays, and its architecture in the metadata."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from badak import files, storage
from badak.errors import BadakError, FormatError, shown

if TYPE_CHECKING:
    from badak.network.network import Network

State = Mapping[str, NDArray[Any]]

FORMAT = {"format": "badak network", "version": 1}


def save(path: str | Path, net: "Network", state: State | None = None) -> None:
    """Write a network to one safetensors file, atomically.

    `state` are arrays that `net.state()` had; those that it has now if None.
    """
    arrays = net.state() if state is None else state
    storage.save(path, arrays, {**FORMAT, "architecture": net.architecture()})


def read(path: str | Path, build: "Callable[[Any, State], Network]") -> "Network":
    """Read what `save` wrote.

    Raises:
        FormatError: the file cannot be read or holds no usable network; the message says why.
    """
    place = files.as_path(path)
    if place.suffix == ".onnx":
        raise FormatError(f"{path} is an ONNX file: load it by badak.onnx.load")
    if place.is_dir():
        raise FormatError(
            f"{path} cannot be read: it is a folder, not a file; name the model in it, such as "
            f"{place / 'model.safetensors'}"
        )
    arrays, metadata = storage.load(place)
    try:
        if {key: metadata.get(key) for key in FORMAT} != FORMAT or len(metadata) != 3:
            raise FormatError(f"expected {FORMAT} in its metadata; got {shown(metadata)}")
        return build(metadata.get("architecture"), arrays)
    except BadakError as fault:
        raise FormatError(f"{path} is not a usable badak network: {fault}") from None
