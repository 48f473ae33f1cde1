"""Subject: the network and image that a question is about; Answer: what comes back."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array
from badak.data import Dataset
from badak.errors import BadakError
from badak.network import Network

T = TypeVar("T")
Parts = tuple[Dataset, Dataset]  # training, test


@dataclass(frozen=True)
class Answer:
    """What a question returns: facts that JSON can hold, and named arrays."""

    facts: dict[str, Any]
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """What a question is about.

    Attributes:
        net: the network, with the page's edits of its weights.
        classes: K names.
        prepare: how the page makes an input of a drawing: "picture", "digit" or "filling".
        crop: for "picture", the share of an image that is kept.
        input: (C, H, W), the image looked at, or None.
        load: returns training and test images; None if there are none.
    """

    net: Network
    classes: tuple[str, ...]
    prepare: str = "picture"
    crop: float = 1.0
    input: Array | None = None
    load: Callable[[], Parts] | None = None
    # What took long to compute, by name, with what it was computed from: one of each.
    kept: dict[str, tuple[object, Any]] = field(default_factory=dict, repr=False, compare=False)

    def once(self, name: str, compute: Callable[[], T], source: object = None) -> T:
        """Return what `compute` gives, computed again only if its source changed.

        Args:
            name: of the result.
            compute: makes it.
            source: what tells that it must be made again; by default a digest of the weights, as a
                notebook may have trained the same network further.
        """
        now = _digest(self.net) if source is None else source
        known, result = self.kept.get(name, (None, None))
        if known != now:
            result = compute()
            self.kept[name] = now, result
        return result  # type: ignore[no-any-return]  # what compute gave

    @property
    def image(self) -> Array:
        """The image looked at.

        Raises:
            BadakError: the question came without one.
        """
        if self.input is None:
            raise BadakError("this question needs an image: pass input")
        return self.input

    @property
    def parts(self) -> Parts:
        """Training and test images.

        Raises:
            BadakError: the network came without any.
        """
        if self.load is None:
            raise BadakError("this network came without images: open a run instead of a file")
        return self.load()


def _digest(net: Network) -> bytes:
    total = hashlib.blake2b()
    for array in net.state().values():
        total.update(np.ascontiguousarray(array).data)
    return total.digest()
