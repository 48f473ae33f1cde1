"""ConvNet: a network of the book that is saved to a file and read from one (chapters 7 and 8)."""

import pickle
import sys
from pathlib import Path

import numpy as np

from badak import files, storage
from badak.arrays import not_finite
from badak.book.network import Net
from badak.errors import LONGEST_VALUE, FormatError
from badak.pickles import read_pickle


class ConvNet(Net):
    """A Net whose params are saved and loaded."""

    def save_params(self, file_name: str | Path = "params.pkl") -> None:
        """Write `params` as the book does: a pickled dictionary of arrays.

        Raises:
            BadakError: the file cannot be written; an old file is not changed.
        """
        storage.write_atomically(file_name, pickle.dumps(self.params))

    def load_params(self, file_name: str | Path = "params.pkl") -> None:
        """Read `params` from a file of the book or of `save_params`, without running its code.

        A relative name is looked for in the working directory, then beside the script that runs.

        Raises:
            FormatError: the file cannot be read, or is not a pickled dictionary of arrays; the
                message names what else it would load. Or some arrays do not fit, or hold NaN or
                infinity; the message lists them.
        """
        params = read_pickle(files.read(_found(file_name)), str(file_name))
        if not isinstance(params, dict):
            raise FormatError(f"{file_name} must hold a dictionary of arrays; got {type(params)}")
        faults = [f"{key[:LONGEST_VALUE]} is unknown" for key in params if key not in self.params]
        for key, array in self.params.items():
            value = params.get(key)
            if not isinstance(value, np.ndarray) or value.shape != array.shape:
                shape = value.shape if isinstance(value, np.ndarray) else "missing"
                faults.append(f"{key} is {shape}, expected {array.shape}")
        if not faults:
            with np.errstate(over="ignore"):  # values too large for float32 are listed below
                params = {key: params[key].astype(a.dtype) for key, a in self.params.items()}
            faults = [f"{key} holds NaN or infinity" for key in not_finite(params)]
        if faults:
            raise FormatError(f"{file_name} does not fit this network: {'; '.join(faults)}")
        for key, array in self.params.items():
            array[...] = params[key]  # in place: the layer holds this array


def _found(file_name: str | Path) -> str | Path:
    """Return the file of the working directory, or the one beside the running script."""
    path = files.as_path(file_name)
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    if path.exists() or script is None:
        return file_name
    beside = Path(script).parent / path
    return beside if beside.exists() else file_name
