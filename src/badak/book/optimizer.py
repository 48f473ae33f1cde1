"""Optimizers as in the book: update(params, grads) changes the arrays of params (6.1).

`params` and `grads` are dictionaries with the same keys, such as ``params['W1']``. Their values may
be plain numbers, which are replaced, as in the book's comparison of optimizers.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Protocol

import numpy as np

from badak import ops
from badak.arrays import Array
from badak.book.floats import floats

Params = MutableMapping[str, Any]
Grads = Mapping[str, Any]
# The book adds this to the square roots.
EPS = 1e-7


class Optimizer(Protocol):
    """What the Trainer needs of an optimizer."""

    def update(self, params: Params, grads: Grads) -> None:
        """Change every array of params by its gradient."""


class SGD:
    """W - lr * dW (the book's chapter 6.1.2).

    Example:
        >>> params = {"W": np.array([1.0])}
        >>> SGD(lr=0.25).update(params, {"W": np.array([2.0])})
        >>> params["W"]
        array([0.5])
    """

    def __init__(self, lr: float = 0.01) -> None:
        self.lr = lr

    def update(self, params: Params, grads: Grads) -> None:
        """Change every array of params by its gradient."""
        for key, array, gradient in _each(params, grads):
            (new,) = ops.sgd_update(array, gradient, self.lr)
            _put(params, key, new)


class Momentum:
    """v = momentum * v - lr * dW; W + v (the book's chapter 6.1.4).

    Example:
        >>> params, optimizer = {"W": np.array([1.0])}, Momentum(lr=0.5, momentum=0.5)
        >>> for _ in range(2):
        ...     optimizer.update(params, {"W": np.array([0.5])})
        >>> params["W"]  # 1 - 0.25 - (0.125 + 0.25)
        array([0.375])
    """

    looks_ahead = False

    def __init__(self, lr: float = 0.01, momentum: float = 0.9) -> None:
        self.lr, self.momentum = lr, momentum
        self.v: Any = None

    def update(self, params: Params, grads: Grads) -> None:
        """Change every array of params by its gradient."""
        self.v = _zeros(params) if self.v is None else self.v
        for key, array, gradient in _each(params, grads):
            # badak's velocity has the opposite sign of the book's, which also includes the lr.
            new, velocity = ops.momentum_update(
                array, self.lr * gradient, -self.v[key], 1.0, self.momentum, self.looks_ahead
            )
            self.v[key] = -velocity
            _put(params, key, new)


class Nesterov(Momentum):
    """Momentum with a step that looks ahead (chapter 6's code; Bengio et al. 2013).

    Example:
        >>> params = {"W": np.array([1.0])}
        >>> Nesterov(lr=0.5, momentum=0.5).update(params, {"W": np.array([0.5])})
        >>> params["W"]  # 1 - (1 + 0.5) * 0.25
        array([0.625])
    """

    looks_ahead = True


class AdaGrad:
    """h = h + dW^2; W - lr * dW / sqrt(h) (the book's chapter 6.1.5).

    Example:
        >>> params = {"W": np.array([1.0, 1.0])}
        >>> AdaGrad(lr=0.25).update(params, {"W": np.array([2.0, -100.0])})
        >>> params["W"].round(4)  # the first step has one length for all
        array([0.75, 1.25])
    """

    def __init__(self, lr: float = 0.01) -> None:
        self.lr = lr
        self.h: Any = None

    def update(self, params: Params, grads: Grads) -> None:
        """Change every array of params by its gradient."""
        self.h = _zeros(params) if self.h is None else self.h
        for key, array, gradient in _each(params, grads):
            new, self.h[key] = ops.adagrad_update(array, gradient, self.h[key], self.lr, EPS)
            _put(params, key, new)


class RMSprop:
    """AdaGrad that forgets: h = decay_rate * h + (1 - decay_rate) * dW^2 (chapter 6's code).

    Example:
        >>> params = {"W": np.array([1.0])}
        >>> RMSprop(lr=0.25, decay_rate=0.75).update(params, {"W": np.array([2.0])})
        >>> params["W"].round(4)  # h is 1: 1 - 0.25 * 2 / sqrt(1)
        array([0.5])
    """

    def __init__(self, lr: float = 0.01, decay_rate: float = 0.99) -> None:
        self.lr, self.decay_rate = lr, decay_rate
        self.h: Any = None

    def update(self, params: Params, grads: Grads) -> None:
        """Change every array of params by its gradient."""
        self.h = _zeros(params) if self.h is None else self.h
        for key, array, gradient in _each(params, grads):
            new, self.h[key] = ops.rmsprop_update(
                array, gradient, self.h[key], self.lr, self.decay_rate, EPS
            )
            _put(params, key, new)


class Adam:
    """Running mean over the root of the running square (the book's chapter 6.1.6).

    Example:
        >>> params = {"W": np.array([1.0, 1.0])}
        >>> Adam(lr=0.25).update(params, {"W": np.array([2.0, -100.0])})
        >>> params["W"].round(4)  # the first step has the length lr for all
        array([0.75, 1.25])
    """

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999) -> None:
        self.lr, self.beta1, self.beta2 = lr, beta1, beta2
        self.iter = 0
        self.m: Any = None
        self.v: Any = None

    def update(self, params: Params, grads: Grads) -> None:
        """Change every array of params by its gradient."""
        if self.m is None:
            self.m, self.v = _zeros(params), _zeros(params)
        self.iter += 1
        # The book adds EPS to the root before the correction of v, the paper after it.
        eps = EPS / float(np.sqrt(1.0 - self.beta2**self.iter))
        betas = (self.beta1, self.beta2)
        for key, array, gradient in _each(params, grads):
            new, self.m[key], self.v[key] = ops.adam_update(
                array, gradient, self.m[key], self.v[key], self.iter, self.lr, betas, eps
            )
            _put(params, key, new)


def _zeros(params: Params) -> dict[str, Array]:
    return {key: np.zeros_like(_array(value)) for key, value in params.items()}


def _each(params: Params, grads: Grads) -> Iterator[tuple[str, Array, Array]]:
    """Yield each name, value and gradient, as arrays of one dtype."""
    for key in list(params):
        array = _array(params[key])
        yield key, array, np.asarray(grads[key], array.dtype)


def _array(value: Any) -> Array:
    return value if isinstance(value, np.ndarray) else floats(value)[0]


def _put(params: Params, key: str, new: Array) -> None:
    """Write into the array, which a layer holds too, or replace a plain number."""
    if isinstance(params[key], np.ndarray):
        params[key][...] = new
    else:
        params[key] = new[()]
