"""ConvNet: what the book's convolutional networks share: parameters, passes and files."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np

from badak import files, storage
from badak.arrays import Array, as_labels, not_finite
from badak.book.layers import Affine, Convolution
from badak.book.loss import SoftmaxWithLoss
from badak.book.regularization import Dropout
from badak.errors import LONGEST_VALUE, FormatError
from badak.pickles import read_pickle


class ConvNet:
    """Layers in order with their weights in `params`, named W1, b1, W2 ... in order.

    Attributes:
        params: ``"W1"`` -> the array that the layer holds too.
        layers: the layers; a list, or a dictionary by name.
        last_layer: the loss.
    """

    params: dict[str, Array]
    layers: Any
    last_layer: SoftmaxWithLoss

    def _in_order(self) -> list[Any]:
        return list(self.layers.values() if isinstance(self.layers, dict) else self.layers)

    def _weighted(self) -> list[tuple[str, Any]]:
        """The layers that have weights, each with its number as text."""
        weighted = [layer for layer in self._in_order() if isinstance(layer, (Convolution, Affine))]
        return [(str(number), layer) for number, layer in enumerate(weighted, 1)]

    def predict(self, x: Array, train_flg: bool = False) -> Array:
        """Return the scores (N, K) of images (N, C, H, W)."""
        for layer in self._in_order():
            x = layer.forward(x, train_flg) if isinstance(layer, Dropout) else layer.forward(x)
        return x

    def loss(self, x: Array, t: Any) -> Any:
        """Return the mean loss of images and labels, class indices or one-hot rows."""
        return self.last_layer.forward(self.predict(x, train_flg=True), t)

    def accuracy(self, x: Array, t: Any, batch_size: int = 100) -> Any:
        """Return the share of images classified correctly; the last, smaller batch counts too."""
        labels = as_labels(t, len(x))
        starts = range(0, len(x), batch_size)
        classes = [self.predict(x[start : start + batch_size]).argmax(axis=1) for start in starts]
        return np.mean(np.concatenate(classes) == labels)

    def gradient(self, x: Array, t: Any) -> dict[str, Array]:
        """Return the gradient of the loss for every array of `params`, by backpropagation."""
        self.loss(x, t)
        dout = self.last_layer.backward()
        for layer in reversed(self._in_order()):
            dout = layer.backward(dout)
        grads: dict[str, Array] = {}
        for number, layer in self._weighted():
            grads |= {f"W{number}": layer.dW, f"b{number}": layer.db}
        return grads

    def save_params(self, file_name: str | Path = "params.pkl") -> None:
        """Write `params` as the book does: a pickled dictionary of arrays.

        Raises:
            BadakError: the file cannot be written; an old file is not changed.
        """
        storage.write_atomically(file_name, pickle.dumps(self.params))

    def load_params(self, file_name: str | Path = "params.pkl") -> None:
        """Read `params` from a file of the book or of `save_params`, without running its code.

        Raises:
            FormatError: the file cannot be read, or is not a pickled dictionary of arrays; the
                message names what else it would load. Or some arrays do not fit, or hold NaN or
                infinity; the message lists them.
        """
        params = read_pickle(files.read(file_name), str(file_name))
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
