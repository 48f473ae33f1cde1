"""Task: what every peer is given to compute, in a folder; read without importing badak."""

import copy
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

# The arrays of a network's task that are no parameters of it.
BATCH = ("x", "labels")


@dataclass
class Task:
    """One problem, the same numbers for every peer.

    Attributes:
        kind: "train", "forward" or "gemm".
        architecture: as `badak.Network.architecture` describes a network, with kernel, stride and
            padding of each layer in full: pairs, and ((top, bottom), (left, right)).
        arrays: parameters by their names in badak, with "x" and "labels"; or "a" and "b".
        form: of a product: "nt" says that a is as it is and b is stored transposed.
    """

    kind: str
    architecture: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    form: str = "nn"

    @property
    def parameters(self):
        """Those by their names in badak, batch norm's running statistics included."""
        return {name: array for name, array in self.arrays.items() if name not in BATCH}

    @property
    def layers(self):
        """Name, type and arguments of each layer; a Residual's arguments hold such lists."""
        return self.architecture["layers"]

    @property
    def drops(self):
        """Whether steps depend on drawn numbers."""
        return self.kind == "train" and any(
            entry["type"] == "Dropout" for entry in every(self.layers)
        )

    def without_dropout(self):
        """The same task with p = 0: peers draw different numbers, so only this can be compared."""
        same = copy.copy(self)
        same.architecture = copy.deepcopy(self.architecture)
        for entry in every(same.layers):
            if entry["type"] == "Dropout":
                entry["arguments"]["p"] = 0
        return same

    def save(self, folder):
        """Write it to a folder that is there."""
        about = {"kind": self.kind, "architecture": self.architecture, "form": self.form}
        Path(folder, "task.json").write_text(json.dumps(about))
        np.savez(Path(folder, "arrays.npz"), **self.arrays)

    @classmethod
    def load(cls, folder):
        """Read what `save` wrote."""
        about = json.loads(Path(folder, "task.json").read_text())
        with np.load(Path(folder, "arrays.npz")) as arrays:
            return cls(arrays=dict(arrays), **about)


def every(entries):
    """The entries of all layers, those inside blocks too."""
    for entry in entries:
        yield entry
        for path in ("layers", "shortcut"):
            yield from every(entry["arguments"].get(path, ()))
