"""Arrays of an untrusted HDF5 file, which may link to other files, and to itself.

Letters: H rows, W columns, I and O channels in and out, D features in, M out.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import IO, Any

import numpy as np

from badak import checks
from badak.arrays import REAL, Array, Shape
from badak.errors import BadakError, FormatError, needs
from badak.formats.weights.groups import Stored

Turn = Callable[[Array], Array]

FAULTS = (OSError, RuntimeError, LookupError, ValueError, TypeError, OverflowError)


@contextmanager
def opened_hdf5(content: IO[bytes], place: str) -> Iterator[Any]:
    """Lend an h5py.File within the block.

    Raises:
        MissingExtra: h5py is not installed.
        FormatError: it is no HDF5 file.
    """
    with needs("Keras's weights need h5py", extra="keras"):
        import h5py
    with faults_of(place):
        file = h5py.File(content, "r")
    with file:
        yield file


@contextmanager
def faults_of(place: str) -> Iterator[None]:
    """Turn any fault of the file inside the block into a FormatError that begins with `place`."""
    try:
        yield
    except BadakError as fault:
        raise FormatError(f"{place} {fault}") from None
    except FAULTS as fault:
        raise FormatError(f"{place} cannot be read as HDF5: {fault}") from None


def is_own(group: Any, key: str) -> bool:
    """Whether a member is in this very file, in this place: to follow a link may open another."""
    import h5py

    return isinstance(group.get(key, getlink=True), h5py.HardLink)


def dataset(group: Any, key: str, place: str) -> Any:
    """Return one dataset, if it is of numbers that are in this very file."""
    import h5py

    found = group[key] if is_own(group, key) else None
    if not isinstance(found, h5py.Dataset) or found.shape is None:
        raise FormatError(f"must hold an array at {place}/{key}")
    if found.external or found.is_virtual:
        raise FormatError(f"keeps {place}/{key} in another file")
    if found.dtype.kind not in REAL:  # a seed generator's state is of integers
        raise FormatError(f"holds {found.dtype} at {place}/{key}; expected floats")
    checks.array_memory(found.shape, found.dtype.itemsize, f"{place}/{key}")
    return found


def stored(place: str, found: Any, turn: Turn = np.asarray) -> Stored:
    """Return what the dataset will be once it is turned; a view of one number has its shape."""
    shape = turn(np.broadcast_to(np.float32(0), found.shape)).shape
    return Stored(shape, partial(_read, place, found, turn))


def _read(place: str, found: Any, turn: Turn) -> Array:
    with faults_of(place):
        return turn(found[()])


def weight_turn(shape: Shape, depthwise: bool) -> Turn | None:
    """How a kernel, or PReLU's slopes, of this shape get badak's layout; None if it is neither."""
    turns: dict[int, Turn] = {4: _depthwise if depthwise else _kernel, 2: np.transpose}
    if len(shape) == 3 and shape[:2] == (1, 1):  # (1, 1, C) -> (C,)
        return np.ravel
    return turns.get(len(shape))  # flat: (D, M) -> (M, D)


def _depthwise(kernel: Array) -> Array:
    """(H, W, C, M) -> (C * M, 1, H, W): M filters for each channel."""
    height, width, channels, count = kernel.shape
    return kernel.transpose(2, 3, 0, 1).reshape(channels * count, 1, height, width)


def _kernel(kernel: Array) -> Array:
    """(H, W, I, O) -> (O, I, H, W)."""
    return kernel.transpose(3, 2, 0, 1)
