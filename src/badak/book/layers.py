"""Layers as in the book: each keeps what its backward needs, and its gradients.

A layer holds the same arrays W and b that it is given, not copies, so that an optimizer that
changes ``params['W1']`` changes the layer (chapters 5 and 7).
"""

from typing import Any

import numpy as np

from badak import ops
from badak.arrays import Array
from badak.book.floats import floats


class Relu:
    """max(x, 0) (the book's chapter 5.5.1).

    Example:
        >>> Relu().forward(np.array([[1.0, -0.5], [-2.0, 3.0]]))
        array([[1., 0.],
               [0., 3.]])
    """

    def __init__(self) -> None:
        self.mask: Any = None

    def forward(self, x: Array) -> Array:
        """Return max(x, 0), and keep where x was not above 0."""
        (x,) = floats(x)
        self.mask = x <= 0
        return ops.relu(x)

    def backward(self, dout: Array) -> Array:
        """Return the gradient where x was above 0, and 0 elsewhere; dout is not changed."""
        return np.where(self.mask, 0, dout)


class Sigmoid:
    """1 / (1 + exp(-x)) (the book's chapter 5.5.2).

    Any shape.

    Example:
        >>> layer = Sigmoid()
        >>> layer.forward(np.array([0.0])), layer.backward(np.array([1.0]))
        (array([0.5]), array([0.25]))
    """

    def __init__(self) -> None:
        self.out: Any = None

    def forward(self, x: Array) -> Array:
        """Return the sigmoid, and keep it."""
        self.out = ops.sigmoid(*floats(x))
        return np.asarray(self.out)

    def backward(self, dout: Array) -> Array:
        """Return dout * y * (1 - y)."""
        return ops.sigmoid_backward(*floats(dout, self.out))


class Affine:
    """x @ W + b, for flat input or for images, which are flattened (the book's chapter 5.6).

    W is (D, M), b (M,) or one number for all. `backward` sets dW and db, their gradients.

    Example:
        >>> layer = Affine(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 20.0]))
        >>> layer.forward(np.array([[1.0, 1.0]]))
        array([[14., 26.]])
        >>> layer.backward(np.array([[1.0, 0.0]])), layer.db
        (array([[1., 3.]]), array([1., 0.]))
    """

    def __init__(self, W: Array, b: Any) -> None:
        self.W, self.b = W, b
        self.x: Any = None
        self.original_x_shape: Any = None
        self.dW: Any = None
        self.db: Any = None

    def forward(self, x: Array) -> Array:
        """(N, D) or (N, C, H, W) -> (N, M)."""
        self.original_x_shape = x.shape
        self.x = x.reshape(len(x), -1)
        flat, W, b = floats(self.x, self.W, self.b)
        return ops.linear(flat, W.T, _bias(b, W.shape[1]))

    def backward(self, dout: Array) -> Array:
        """Return the gradient of the input, in its shape; dW and db are kept."""
        dout, x, W = floats(dout, self.x, self.W)
        dx, grad, self.db = ops.linear_backward(dout, x, W.T)
        self.dW = grad.T
        return np.asarray(dx).reshape(self.original_x_shape)


class Convolution:
    """A convolution with filters W (the book's chapter 7.4.3).

    W is (FN, C, FH, FW), b (FN,) or one number for all; pad is zeros on every side. `backward` sets
    dW and db, their gradients.

    Example:
        >>> layer = Convolution(np.ones((30, 3, 5, 5)), np.zeros(30), stride=2, pad=1)
        >>> y = layer.forward(np.ones((10, 3, 7, 7)))
        >>> y.shape, layer.backward(y).shape, layer.dW.shape
        ((10, 30, 3, 3), (10, 3, 7, 7), (30, 3, 5, 5))
    """

    def __init__(self, W: Array, b: Any, stride: int = 1, pad: int = 0) -> None:
        self.W, self.b = W, b
        self.stride, self.pad = stride, pad
        self.x: Any = None
        self.dW: Any = None
        self.db: Any = None

    def forward(self, x: Array) -> Array:
        """(N, C, H, W) -> (N, FN, OH, OW)."""
        self.x = x
        x, W, b = floats(x, self.W, self.b)
        return ops.conv2d(x, W, _bias(b, len(W)), self.stride, self.pad)

    def backward(self, dout: Array) -> Array:
        """Return the gradient of the input; dW and db are kept."""
        dout, x, W = floats(dout, self.x, self.W)
        dx, self.dW, self.db = ops.conv2d_backward(dout, x, W, self.stride, self.pad)
        return np.asarray(dx)


class Pooling:
    """The largest value in each window (the book's chapter 7.4.4).

    pad is rows and columns around the input, never the maximum; at most half the window.

    Example:
        >>> layer = Pooling(pool_h=2, pool_w=2, stride=2)
        >>> layer.forward(np.array([[[[1.0, 2.0, 0.0, 1.0], [0.0, 1.0, 4.0, 2.0]]]]))
        array([[[[2., 4.]]]])
        >>> layer.backward(np.ones((1, 1, 1, 2)))
        array([[[[0., 1., 0., 0.],
                 [0., 0., 1., 0.]]]])
    """

    def __init__(self, pool_h: int, pool_w: int, stride: int = 2, pad: int = 0) -> None:
        self.pool_h, self.pool_w = pool_h, pool_w
        self.stride, self.pad = stride, pad
        self.x: Any = None
        self.arg_max: Any = None

    def forward(self, x: Array) -> Array:
        """(N, C, H, W) -> (N, C, OH, OW); the index of each window's maximum is kept."""
        (self.x,) = floats(x)
        window = (self.pool_h, self.pool_w)
        out, self.arg_max = ops.max_pool2d(self.x, window, self.stride, self.pad)
        return out

    def backward(self, dout: Array) -> Array:
        """Return the gradient of the input: each output's goes to its window's first maximum."""
        dout, x = floats(dout, self.x)
        return ops.max_pool2d_backward(dout, self.arg_max, x.shape)


def _bias(b: Array, count: int) -> Array:
    """Return `count` numbers: those of b, or its only number repeated."""
    return np.full(count, b.item(), b.dtype) if b.size == 1 else b
