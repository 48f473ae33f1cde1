"""Stages: what one native call does of a network, forward with its backward.

A stage remembers what its way back needs, as arrays that every pass overwrites. Its first pass
is recorded (see `badak.network.plan`), so each number must come from a kernel; what Python itself
has to do before each pass stands in `refresh`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from badak.arrays import Array
from badak.errors import where
from badak.layers import Conv2d, Dropout, Layer, Linear
from badak.layers.batch_norm import BatchNorm
from badak.ops import edition

Gradients = dict[str, Array]


class Refreshed(Protocol):
    """What has something to do in Python before each pass."""

    def refresh(self) -> None:
        """Do it."""


class Stage(ABC):
    """Some layers that run as one.

    Attributes:
        covers: their full names; none for a stage that is made of stages.
    """

    covers: tuple[str, ...] = ()

    def parts(self) -> Iterator[Any]:
        """Yield what runs as one: this stage, or those inside."""
        yield self

    def ways(self) -> tuple[str, ...]:
        """Name the ways of its convolution and of both gradients, after a pass; () without one."""
        return ()

    def refresh(self) -> None:  # noqa: B027  # most have nothing to do
        """Do what must be done in Python before each pass."""

    def refreshed(self) -> Iterator[Refreshed]:
        """Yield the stages, here or inside, that have something to refresh."""
        if type(self).refresh is not Stage.refresh:
            yield self

    @abstractmethod
    def forward(self, x: Array) -> Array:
        """The output."""

    @abstractmethod
    def backward(self, grad_y: Array, need_grad_x: bool) -> tuple[Array | None, Gradients]:
        """The gradients of the input and of each parameter, by full name."""

    def back(self, grad_y: Array, need_grad_x: bool) -> Iterator[tuple[Array | None, Gradients]]:
        """Make the way back step by step: yield the parameters' gradients of each.

        With them comes, at the last step, the gradient of the input.
        """
        yield self.backward(grad_y, need_grad_x)

    def whole(self, steps: Iterator[tuple[Array | None, Gradients]]) -> tuple[Any, Gradients]:
        """Make all steps of `back`, and return what `backward` does."""
        grad, gradients = None, Gradients()
        for step in steps:
            grad, own = step
            gradients |= own
        return grad, gradients


class Single(Stage):
    """Any one layer whose arithmetic is all in ops."""

    def __init__(self, name: str, layer: Layer, training: bool) -> None:
        self.name, self.layer, self.training = name, layer, training and not layer.frozen

    def forward(self, x: Array) -> Array:
        """The layer's own."""
        y, self.cache = self.layer.forward(x, self.training)
        return y

    def backward(self, grad_y: Array, need_grad_x: bool) -> tuple[Array | None, Gradients]:
        """The layer's own."""
        grad_x, grads = self.layer.backward(grad_y, self.cache, need_grad_x)
        return grad_x, {f"{self.name}.{key}": value for key, value in grads.items()}


class ConvBlock(Stage):
    """Conv2d, with the ReLU and the 2x2 MaxPool2d that follow it, if they do."""

    def __init__(self, name: str, conv: Conv2d, relu: bool, pool: bool, training: bool) -> None:
        self.name, self.conv, self.training = name, conv, training
        self.epilogue = {"relu": relu, "pool": pool}

    def _arguments(self, x: Array) -> dict[str, Any]:
        parameters = self.conv.parameters
        return {
            "x": x,
            "weight": parameters["weight"],
            "bias": parameters.get("bias"),
            "window": self.conv.window(x.shape[1:]),
            "groups": self.conv.groups,
            **self.epilogue,
        }

    def ways(self) -> tuple[str, ...]:
        """As the core chose."""
        conv, shape = self.conv, self.x.shape
        window = conv.window(shape[1:])
        ways: tuple[str, ...] = edition.fused().conv_ways(
            shape, conv.out_channels, window, conv.groups, **self.epilogue
        )
        return ways

    def forward(self, x: Array) -> Array:
        """One call."""
        self.x = x
        self.y: Array
        self.y, self.winners = edition.fused().conv_block(
            **self._arguments(x), winners=self.training
        )
        return self.y

    def backward(self, grad_y: Array, need_grad_x: bool) -> tuple[Array | None, Gradients]:
        """One call for each gradient."""
        grad_x, weight, bias = edition.fused().conv_block_backward(
            grad_y, self.y, self.winners, need_grad_x=need_grad_x, **self._arguments(self.x)
        )
        return grad_x, named(self.name, weight, bias)


class LinearReLU(Stage):
    """Linear and ReLU."""

    def __init__(self, name: str, linear: Linear) -> None:
        self.name, self.linear = name, linear

    def forward(self, x: Array) -> Array:
        """One matrix product."""
        self.x, parameters = x, self.linear.parameters
        y: Array = edition.fused().linear_relu(x, parameters["weight"], parameters.get("bias"))
        self.y = y
        return self.y

    def backward(self, grad_y: Array, need_grad_x: bool) -> tuple[Array | None, Gradients]:
        """ReLU's mask, then the matrix products."""
        weight = self.linear.parameters["weight"]
        grad_x, grad_weight, grad_bias = edition.fused().linear_relu_backward(
            grad_y, self.y, self.x, weight, need_grad_x
        )
        return grad_x, named(
            self.name, grad_weight, grad_bias if "bias" in self.linear.parameters else None
        )


class Drop(Stage):
    """Dropout in training: every pass draws a new key from the layer's generator."""

    def __init__(self, layer: Dropout) -> None:
        self.layer = layer
        self.key = np.empty(1, np.uint64)

    def refresh(self) -> None:
        """Draw the key; `badak.ops.dropout` draws the same."""
        edition.fused().new_key(self.layer.generator, self.key)

    def forward(self, x: Array) -> Array:
        """The values that were kept, scaled."""
        y, self.mask = edition.fused().dropout(x, self.layer.p, self.key)
        return np.asarray(y)

    def backward(self, grad_y: Array, need_grad_x: bool) -> tuple[Array | None, Gradients]:
        """The gradient where the value was kept."""
        return self.layer.backward(grad_y, self.mask)


class Norm(Stage):
    """Batch norm in training: the running statistics move within the call."""

    def __init__(self, name: str, layer: BatchNorm) -> None:
        self.name, self.layer = name, layer

    def forward(self, x: Array) -> Array:
        """With the batch's statistics."""
        layer = self.layer
        y, mean, inverse_std = edition.fused().batch_norm_training(
            layer.maps(x),
            **layer.parameters,
            **layer.buffers,
            momentum=layer.momentum,
            eps=layer.eps,
        )
        self.cache = x, mean, inverse_std, True
        return np.asarray(y).reshape(x.shape)

    def backward(self, grad_y: Array, need_grad_x: bool) -> tuple[Array | None, Gradients]:
        """The layer's own."""
        with where(f"{type(self.layer).__name__} {self.name!r}"):
            grad_x, grads = self.layer.backward(grad_y, self.cache)
        return grad_x, {f"{self.name}.{key}": value for key, value in grads.items()}


def named(name: str, weight: Array, bias: Array | None) -> Gradients:
    """Return the gradients of a layer's parameters by their full names."""
    gradients = {f"{name}.weight": weight}
    return gradients if bias is None else gradients | {f"{name}.bias": bias}
