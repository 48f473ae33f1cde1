"""Dropout and batch normalization as in the book (chapter 6)."""

from typing import Any

import numpy as np

from badak import ops
from badak.arrays import Array
from badak.book.floats import floats

# The book adds 10e-7 to the variance.
EPS = 1e-6


class Dropout:
    """In training, zero each value with a probability; else scale by the share kept.

    The book's chapter 6.4.3. Any shape. badak.layers.Dropout scales in training instead, as is
    usual today. The mask is drawn from
    NumPy's global generator, so np.random.seed determines it, as in the book.

    Args:
        dropout_ratio: share of values dropped.

    Example:
        >>> Dropout(0.25).forward(np.array([[4.0, 8.0]]), train_flg=False)
        array([[3., 6.]])
    """

    def __init__(self, dropout_ratio: float = 0.5) -> None:
        self.dropout_ratio = dropout_ratio
        self.mask: Any = None

    def forward(self, x: Array, train_flg: bool = True) -> Array:
        """Return x with values dropped or, outside training, with all values scaled."""
        if not train_flg:
            return x * (1.0 - self.dropout_ratio)
        self.mask = np.random.rand(*x.shape) > self.dropout_ratio
        return np.asarray(x * self.mask)

    def backward(self, dout: Array) -> Array:
        """Return the gradient where the value was kept."""
        return np.asarray(dout * self.mask)


class BatchNormalization:
    """Normalise every input over the batch (the book's chapter 6.3).

    Images are flattened: each pixel of each channel has its own mean, whereas
    badak.layers.BatchNorm2d has one per channel. D is the number of inputs.

    gamma, scale, and beta, shift, are (D,) or one number; momentum is the share of the running
    statistics that is kept; running_mean and running_var begin with 0 if None. `backward` sets
    dgamma and dbeta, the gradients (D,).

    Example:
        >>> layer = BatchNormalization(gamma=np.ones(1), beta=np.zeros(1))
        >>> layer.forward(np.array([[1.0], [3.0]])).round(4), layer.running_mean
        (array([[-1.], [ 1.]]), array([0.2]))
    """

    def __init__(
        self,
        gamma: Any,
        beta: Any,
        momentum: float = 0.9,
        running_mean: Any = None,
        running_var: Any = None,
    ) -> None:
        self.gamma, self.beta = gamma, beta
        self.momentum = momentum
        self.running_mean, self.running_var = running_mean, running_var
        self.input_shape: Any = None
        self.dgamma: Any = None
        self.dbeta: Any = None
        self._cache: Any = None

    def forward(self, x: Array, train_flg: bool = True) -> Array:
        """Normalise x (N, D) or (N, C, H, W); in training with the batch's own statistics."""
        self.input_shape = x.shape
        rows = x.reshape(len(x), -1)
        if self.running_mean is None:
            self.running_mean = np.zeros(rows.shape[1])
            self.running_var = np.zeros(rows.shape[1])
        mean, var = self.running_mean, self.running_var
        if train_flg:
            mean, var = rows.mean(axis=0), rows.var(axis=0)
            keep, move = self.momentum, 1 - self.momentum
            self.running_mean = keep * self.running_mean + move * mean
            self.running_var = keep * self.running_var + move * var
        numbers = floats(rows, self.gamma, self.beta, mean, var)
        maps = numbers[0][:, :, None, None]  # (N, D) -> (N, D, 1, 1)
        gamma, beta, mean, var = (np.broadcast_to(array, maps.shape[1]) for array in numbers[1:])
        # Not training=True: badak's own op would reject a batch of one image.
        result = ops.batch_norm2d(maps, gamma, beta, mean, var, training=False, eps=EPS)
        if train_flg:
            self._cache = maps, gamma, result.mean, result.inverse_std
        return result.y.reshape(self.input_shape)

    def backward(self, dout: Array) -> Array:
        """Return the gradient of the input, in its shape; dgamma and dbeta are kept."""
        maps, gamma, mean, inverse_std = self._cache
        grad = np.asarray(dout, maps.dtype).reshape(maps.shape)
        alone = len(maps) == 1
        dx, self.dgamma, self.dbeta = ops.batch_norm2d_backward(
            grad, maps, gamma, mean, inverse_std, not alone
        )
        if alone:  # a single image equals its own mean, so its output is always beta
            dx = np.zeros_like(dx)
        return dx.reshape(self.input_shape)
