"""Update rules of the optimizers: document, check, hand on.

Each takes a parameter p, its gradient g and its state (zeros before the first step), all of one
shape and dtype, float32 or float64, and returns p and the state after one step with the learning
rate lr, not negative; its arguments do not change. eps is at least the dtype's smallest normal
number. All raise ArgumentTypeError for arrays that are not floats, or dtypes that differ, and
BadakError for shapes that differ, or a number out of range.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import checks
from badak.arrays import Array, as_floats, check_shape
from badak.errors import ArgumentTypeError
from badak.ops import edition


def sgd_update(parameter: Array, gradient: Array, lr: float) -> tuple[Array]:
    """One step of gradient descent, ``p - lr * g`` (the book's chapter 6.1.2).

    Example:
        >>> sgd_update(np.array([1.0]), np.array([2.0]), lr=0.25)
        (array([0.5]),)
    """
    arrays = _alike(parameter=parameter, gradient=gradient)
    new: tuple[Array] = _arrays(edition.of(arrays[0].dtype).sgd_update(*arrays, _rate(lr)))
    return new


def momentum_update(
    parameter: Array,
    gradient: Array,
    velocity: Array,
    lr: float,
    momentum: float = 0.9,
    nesterov: bool = False,
) -> tuple[Array, Array]:
    """One step with momentum in [0, 1) (the book's chapter 6.1.4; Sutskever et al. 2013).

    ``v = momentum * v + g``, then ``p - lr * v``, or with nesterov, which looks one step ahead,
    ``p - lr * (g + momentum * v)``. Returns p and v.

    Example:
        >>> momentum_update(np.array([1.0]), np.array([2.0]), np.array([1.0]), lr=0.5, momentum=0.5)
        (array([-0.25]), array([2.5]))
    """
    arrays = _alike(parameter=parameter, gradient=gradient, velocity=velocity)
    momentum = checks.real(momentum, "momentum", minimum=0, below=1)
    checks.flag(nesterov, "nesterov")
    new: tuple[Array, Array] = _arrays(
        edition.of(arrays[0].dtype).momentum_update(*arrays, _rate(lr), momentum, nesterov)
    )
    return new


def adagrad_update(
    parameter: Array, gradient: Array, squares: Array, lr: float, eps: float = 1e-10
) -> tuple[Array, Array]:
    """One step of AdaGrad (Duchi et al. 2011; the book's chapter 6.1.5).

    ``h = h + g ** 2``, then ``p - lr * g / (sqrt(h) + eps)``. Returns p and the squares h.

    Example:
        >>> adagrad_update(np.array([1.0]), np.array([3.0]), np.array([16.0]), lr=0.5)[1]
        array([25.])
    """
    arrays = _alike(parameter=parameter, gradient=gradient, squares=squares)
    eps = _eps(eps, arrays[0])
    new: tuple[Array, Array] = _arrays(
        edition.of(arrays[0].dtype).adagrad_update(*arrays, _rate(lr), eps)
    )
    return new


def rmsprop_update(
    parameter: Array,
    gradient: Array,
    squares: Array,
    lr: float,
    alpha: float = 0.99,
    eps: float = 1e-8,
) -> tuple[Array, Array]:
    """One step of RMSProp with alpha in [0, 1) (Tieleman and Hinton 2012, lecture 6.5).

    ``h = alpha * h + (1 - alpha) * g ** 2``, then ``p - lr * g / (sqrt(h) + eps)``. Returns p and
    the mean square h.

    Example:
        >>> rmsprop_update(np.array([1.0]), np.array([2.0]), np.array([4.0]), lr=0.5, alpha=0.5)[1]
        array([4.])
    """
    arrays = _alike(parameter=parameter, gradient=gradient, squares=squares)
    alpha = checks.real(alpha, "alpha", minimum=0, below=1)
    eps = _eps(eps, arrays[0])
    new: tuple[Array, Array] = _arrays(
        edition.of(arrays[0].dtype).rmsprop_update(*arrays, _rate(lr), alpha, eps)
    )
    return new


def adam_update(
    parameter: Array,
    gradient: Array,
    mean: Array,
    squares: Array,
    t: int,
    lr: float,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
) -> tuple[Array, Array, Array]:
    """Step t of Adam, t from 1 (Kingma and Ba 2015, algorithm 1; the book's chapter 6.1.6).

    With b1 and b2 the betas, each in [0, 1): ``m = b1 * m + (1 - b1) * g`` and
    ``h = b2 * h + (1 - b2) * g ** 2``, then
    ``p - lr * (m / (1 - b1 ** t)) / (sqrt(h / (1 - b2 ** t)) + eps)``. Returns p, the mean m and
    the mean square h.

    Example:
        >>> zero = np.zeros(1)
        >>> adam_update(np.ones(1), np.array([5.0]), zero, zero, t=1, lr=0.25)[0].round(6)
        array([0.75])
    """
    arrays = _alike(parameter=parameter, gradient=gradient, mean=mean, squares=squares)
    t = checks.integer(t, "t", minimum=1)
    if not isinstance(betas, Sequence) or len(betas) != 2:
        raise ArgumentTypeError(f"betas must be two numbers; got {betas!r}")
    beta1, beta2 = (checks.real(beta, "betas", minimum=0, below=1) for beta in betas)
    eps = _eps(eps, arrays[0])
    new: tuple[Array, Array, Array] = _arrays(
        edition.of(arrays[0].dtype).adam_update(*arrays, t, _rate(lr), (beta1, beta2), eps)
    )
    return new


def _arrays(new: tuple[Any, ...]) -> Any:
    """The same as arrays: NumPy turns an array without axes into a plain number."""
    return tuple(np.asarray(part) for part in new)


def _rate(lr: float) -> float:
    return checks.real(lr, "lr", minimum=0)


def _eps(eps: float, parameter: Array) -> float:
    return checks.real(eps, "eps", minimum=float(np.finfo(parameter.dtype).tiny))


def _alike(parameter: Array, **others: Array) -> list[Array]:
    """The arrays as floats of one shape and dtype."""
    parameter = as_floats(parameter, "parameter")
    arrays = [parameter]
    for name, array in others.items():
        array = as_floats(array, name, dtype=parameter.dtype)
        check_shape(array, name, parameter.shape)
        arrays.append(array)
    return arrays
