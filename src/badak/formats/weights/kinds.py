"""Which kind of file holds the weights: its content decides, whatever its name ends in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from badak import files
from badak.data.sniff import describe
from badak.errors import FormatError
from badak.formats.weights.groups import Source
from badak.formats.weights.keras import ARCHIVED, read_keras, read_keras_archive
from badak.formats.weights.members import opened_members
from badak.formats.weights.torch import read_archive, read_safetensors
from badak.formats.weights.torch_checkpoint import weights_of
from badak.formats.weights.torch_stream import read_stream
from badak.formats.weights.torch_zip import pickles_in, read_zip

HDF5, ZIP, PICKLE = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04", b"\x80"
KINDS = "PyTorch's .pt and .pth, .safetensors, .npz, and Keras's .keras, .weights.h5 and .h5"


@contextmanager
def opened_weights(path: Path) -> Iterator[Source]:
    """Lend the weights of a file of any kind; they are read within the block.

    Raises:
        FormatError: the file cannot be read, is damaged, or of none of the kinds.
        MissingExtra: it is Keras's, and h5py is not installed.
    """
    head = files.head(path)
    if head.startswith(ZIP):
        with _archived(path) as source:
            yield source
    elif head.startswith(HDF5):
        with read_keras(path) as source:
            yield source
    # A safetensors file begins with its header's length, which may look like any other beginning.
    elif head[8:9] == b"{" or path.suffix == ".safetensors":
        yield read_safetensors(path)
    elif head.startswith(PICKLE):
        yield weights_of(read_stream(path), path)
    else:
        raise FormatError(f"{path} must be one of {KINDS}; got {describe(head)}")


@contextmanager
def _archived(path: Path) -> Iterator[Source]:
    with opened_members(path) as members:
        if pickles_in(members):
            yield weights_of(read_zip(members, path), path)
        elif ARCHIVED in members.sizes:
            with read_keras_archive(members, path) as source:
                yield source
        elif any(name.endswith(".npy") for name in members.sizes):
            yield read_archive(path)
        else:
            raise FormatError(f"{path} must be one of {KINDS}; got another zip archive")
