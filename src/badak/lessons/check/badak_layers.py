"""badak's own kind of layer in the book's form, so that the same trials judge both."""

from collections.abc import Callable
from typing import Any

import numpy as np

from badak.arrays import Array
from badak.layers import Conv2d, Layer, Linear, MaxPool2d, ReLU, Sigmoid
from badak.lessons.check.arguments import Unfit
from badak.lessons.check.diagnose import diagnose
from badak.lessons.check.reader import run_layer
from badak.lessons.check.subjects import AFFINE, CONVOLUTION, POOLING, RELU, SIGMOID, Subject

# prefix -> the exercise, and the layer's arguments from the book's.
KINDS: dict[str, tuple[Subject, Callable[..., tuple[Any, ...]]]] = {
    Conv2d.prefix: (
        CONVOLUTION,
        lambda W, b, stride, pad: (len(W), W.shape[2:], stride, pad),
    ),
    Linear.prefix: (AFFINE, lambda W, b: (W.shape[1],)),
    MaxPool2d.prefix: (
        POOLING,
        lambda pool_h, pool_w, stride, pad: ((pool_h, pool_w), stride, pad),
    ),
    ReLU.prefix: (RELU, lambda: ()),
    Sigmoid.prefix: (SIGMOID, lambda: ()),
}


class BookLayer:
    """A badak layer with the book's forward, backward, dW and db."""

    def __init__(self, kind: type[Layer], arguments: tuple[Any, ...], W: Any, b: Any) -> None:
        self.layer = kind(*arguments)
        self.W, self.b = W, b
        self.dW: Any = None
        self.db: Any = None

    def forward(self, x: Array) -> Array:
        """Build the layer for x at the first call, with W and b as its parameters."""
        dense = self.layer.prefix == Linear.prefix
        x = np.asarray(x, float) if x.dtype.kind == "i" else x
        rows = x.reshape(len(x), -1) if dense and x.ndim > 2 else x
        self.shape = x.shape
        self.layer.build(rows.shape[1:], np.random.default_rng(0), np.float64)
        if self.W is not None:
            weight = self.layer.parameters["weight"]
            weight[...] = self.W.T if dense else self.W
            self.layer.parameters["bias"][...] = self.b
        y, self.cache = self.layer.forward(rows, True)
        return y

    def backward(self, dout: Array) -> Array:
        """Return the input's gradient, and keep those of W and b."""
        dx, grads = self.layer.backward(dout, self.cache)
        if self.W is not None:
            dense = self.layer.prefix == Linear.prefix
            self.dW = grads["weight"].T if dense else grads["weight"]
            self.db = grads["bias"]
        return np.asarray(dx).reshape(self.shape)


def as_book_layer(kind: type[Layer]) -> tuple[Subject, Callable[..., Any]] | None:
    """Return the exercise of a badak layer, and what makes one of the book's arguments.

    None if no exercise is about such a layer.

    Example:
        >>> as_book_layer(ReLU)[0].name
        'Relu'
    """
    prefix = getattr(kind, "prefix", "")
    if prefix not in KINDS:
        return None
    subject, arguments = KINDS[prefix]
    if subject in (CONVOLUTION, AFFINE):
        if subject is CONVOLUTION:

            def conv(W: Array, b: Array, stride: int = 1, pad: int = 0) -> BookLayer:
                return BookLayer(kind, arguments(W, b, stride, pad), W, b)

            return subject, conv

        def dense(W: Array, b: Array) -> BookLayer:
            return BookLayer(kind, arguments(W, b), W, b)

        return subject, dense
    if subject is POOLING:

        def pool(pool_h: int, pool_w: int, stride: int = 1, pad: int = 0) -> BookLayer:
            return BookLayer(kind, arguments(pool_h, pool_w, stride, pad), None, None)

        return subject, pool
    return subject, lambda: BookLayer(kind, (), None, None)


def faults_of(kind: type[Layer]) -> tuple[str, ...]:
    """Return the likely faults of a kind of layer, by the trials of its exercise.

    Example:
        >>> from badak.lessons.bugs import ConvScatterOverwrites
        >>> faults_of(ConvScatterOverwrites), faults_of(Conv2d)
        (('assigns',), ())
    """
    adapted = as_book_layer(kind)
    if adapted is None:
        return ()
    subject, make = adapted
    try:
        findings = diagnose(subject, kind.__name__, run_layer(make, "", subject), {})
    except Unfit:
        return ()
    return tuple(dict.fromkeys(finding.fault for finding in findings if finding.fault))
