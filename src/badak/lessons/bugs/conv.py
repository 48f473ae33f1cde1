"""Convolutions with a planted bug: each backward is the textbook's, except for one line.

N images, C channels, H x W input, F filters of KH x KW, OH x OW places = P.
"""

import itertools
from dataclasses import dataclass
from typing import final

import numpy as np

from badak import ops
from badak.arrays import Array
from badak.layers.base import Gradients
from badak.lessons.bugs.base import PlantedConv
from badak.ops.window import pair


@final
@dataclass
class ConvOverwritesGradient(PlantedConv):
    """A convolution whose weight gradient forgets all images but the last.

    Wrong: the loop over the images assigns the gradient instead of adding to it.

    Shows: hardly. The layer learns from one image per batch, with gradients N times too small. The
    layers after it make up for that, and a small network ends as well as it should.

    Right: ``grad_weight += grad[i] @ columns[i].T``

    Example:
        >>> ConvOverwritesGradient(8, 3).output_shape((1, 28, 28))
        (8, 26, 26)
    """

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """Right, except for the weight's gradient."""
        grad_x, grads = self.right.backward(grad_y, cache, need_grad_x)
        weight = self.parameters["weight"]
        columns = ops.im2col(cache, weight.shape[2:], self.stride, self.padding)  # (N, C*KH*KW, P)
        grad = grad_y.reshape(len(cache), len(weight), -1)  # (N, F, OH, OW) -> (N, F, P)
        grad_weight = np.zeros((len(weight), columns.shape[1]), weight.dtype)
        for i in range(len(cache)):
            grad_weight = grad[i] @ columns[i].T  # BUG: = should be +=
        return grad_x, grads | {"weight": grad_weight.reshape(weight.shape)}


@final
@dataclass
class ConvScatterOverwrites(PlantedConv):
    """A convolution whose col2im assigns instead of adding.

    Wrong: a pixel that several windows share keeps only the gradient of the last one.

    Shows: hardly. The layers before it get a gradient that still points roughly downhill, and the
    loss ends a little higher. In a first layer nothing shows: its input's gradient is not used.

    Right: ``padded[:, :, rows, columns] += by_cell[:, :, k]``

    Example:
        >>> ConvScatterOverwrites(8, 3).output_shape((1, 28, 28))
        (8, 26, 26)
    """

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """Right, except for the input's gradient."""
        _, grads = self.right.backward(grad_y, cache, need_grad_x=False)
        (n, c, h, w), (oh, ow) = cache.shape, grad_y.shape[2:]
        kh, kw = pair(self.kernel_size, "kernel_size", 1)
        (sh, sw), (top, left) = pair(self.stride, "stride", 1), pair(self.padding, "padding", 0)
        by_cell = column_gradients(grad_y, self.parameters["weight"])  # (N, C, KH*KW, OH, OW)
        padded = np.zeros((n, c, h + 2 * top, w + 2 * left), cache.dtype)
        for k, (i, j) in enumerate(itertools.product(range(kh), range(kw))):
            rows = slice(i, i + sh * (oh - 1) + 1, sh)
            columns = slice(j, j + sw * (ow - 1) + 1, sw)
            padded[:, :, rows, columns] = by_cell[:, :, k]  # BUG: = should be +=
        return padded[:, :, top : top + h, left : left + w], grads


@final
@dataclass
class ConvForgetsStride(PlantedConv):
    """A convolution whose backward uses stride 1, whatever its stride is.

    Wrong: the windows' gradients are placed one pixel apart, in the upper left corner of the input.

    Shows: with stride 1 nothing. With stride 2 the layers before it learn from the wrong pixels:
    the loss falls more slowly (to 0.26 instead of 0.13, in one trial), and nothing crashes.

    Right: ``rows = slice(i, i + sh * (oh - 1) + 1, sh)``, and the columns alike.

    Example:
        >>> ConvForgetsStride(8, 3, stride=2).output_shape((1, 28, 28))
        (8, 13, 13)
    """

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """Right, except for the input's gradient."""
        _, grads = self.right.backward(grad_y, cache, need_grad_x=False)
        (n, c, h, w), (oh, ow) = cache.shape, grad_y.shape[2:]
        kh, kw = pair(self.kernel_size, "kernel_size", 1)
        top, left = pair(self.padding, "padding", 0)
        by_cell = column_gradients(grad_y, self.parameters["weight"])  # (N, C, KH*KW, OH, OW)
        padded = np.zeros((n, c, h + 2 * top, w + 2 * left), cache.dtype)
        for k, (i, j) in enumerate(itertools.product(range(kh), range(kw))):
            rows, columns = slice(i, i + oh), slice(j, j + ow)  # BUG: no stride
            padded[:, :, rows, columns] += by_cell[:, :, k]
        return padded[:, :, top : top + h, left : left + w], grads


@final
@dataclass
class ConvTransposesKernel(PlantedConv):
    """A convolution whose backward swaps the rows and columns of its kernels.

    Wrong: one transpose too many on the way to the matrix of filters.

    Shows: kernels that are not square fail at once, which is why tests should use such kernels.
    Square ones train, and the loss ends a little higher.

    Right: ``column_gradients(grad_y, weight)``, the kernel as it is.

    Example:
        >>> ConvTransposesKernel(8, 3).output_shape((1, 28, 28))
        (8, 26, 26)
    """

    def backward(
        self, grad_y: Array, cache: Array, need_grad_x: bool = True
    ) -> tuple[Array | None, Gradients]:
        """Right, except for the input's gradient."""
        _, grads = self.right.backward(grad_y, cache, need_grad_x=False)
        weight = self.parameters["weight"]
        by_cell = column_gradients(grad_y, weight.swapaxes(2, 3))  # BUG: no swapaxes
        n, c, cells = by_cell.shape[:3]
        columns = by_cell.reshape(n, c * cells, -1)  # (N, C, KH*KW, OH, OW) -> (N, C*KH*KW, P)
        grad_x = ops.col2im(columns, cache.shape, self.kernel_size, self.stride, self.padding)
        return grad_x, grads


def column_gradients(grad_y: Array, weight: Array) -> Array:
    """Return what each cell of each window adds to the input's gradient, (N, C, KH * KW, OH, OW).

    Example:
        >>> column_gradients(np.ones((1, 2, 3, 3)), np.ones((2, 1, 2, 2)))[0, 0, 0, 0]
        array([2., 2., 2.])
    """
    (n, f, oh, ow), (c, kh, kw) = grad_y.shape, weight.shape[1:]
    rows = weight.reshape(f, c * kh * kw)  # (F, C, KH, KW) -> (F, C*KH*KW)
    columns = rows.T @ grad_y.reshape(n, f, oh * ow)  # -> (N, C*KH*KW, P)
    return np.asarray(columns.reshape(n, c, kh * kw, oh, ow))
