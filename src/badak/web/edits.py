"""Edits: weights that a page changes, in a copy of the network."""

from dataclasses import dataclass

from badak import checks
from badak.errors import BadakError, where
from badak.network import Network
from badak.web.limits import LARGEST


@dataclass(frozen=True)
class Edit:
    """One weight, and what it shall be."""

    parameter: str
    index: tuple[int, ...]
    value: float


def edited(net: Network, edits: tuple[Edit, ...]) -> Network:
    """Return a copy of a network with some weights changed; the copy must not be changed.

    Raises:
        BadakError: no such parameter or place in it, or a value that is not finite.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> net = edited(SimpleConvNet(), (Edit("conv1.bias", (2,), 0.5),))
        >>> net.parameters()["conv1.bias"][:4].tolist()
        [0.0, 0.0, 0.5, 0.0]
    """
    copy = net.astype(net.dtype)
    parameters = copy.parameters()
    for edit in edits:
        array = parameters[checks.choice(edit.parameter, "parameter", parameters)]
        with where(edit.parameter):
            if len(edit.index) != array.ndim:
                raise BadakError(
                    f"index must be a place in {array.shape}; got {len(edit.index)} numbers"
                )
            for place, length in zip(edit.index, array.shape, strict=True):
                checks.integer(place, "index", maximum=length - 1)
            array[edit.index] = checks.real(edit.value, "value", minimum=-LARGEST, maximum=LARGEST)
    return copy
