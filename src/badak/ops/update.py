"""Update rules of the optimizers: document, check, hand on.

Each takes a parameter, its gradient and its state, and returns them new; none is changed.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from badak import checks
from badak.arrays import Array, as_floats, check_shape
from badak.errors import ArgumentTypeError
from badak.ops import edition


def sgd_update(parameter: Array, gradient: Array, lr: float) -> tuple[Array]:
    """One step of gradient descent (the book's chapter 6.1.2).

    Args:
        parameter: any shape, float32 or float64.
        gradient: like parameter.
        lr: learning rate, not negative.

    Returns:
        The new parameter, as a tuple of one.

    Raises:
        ArgumentTypeError: dtypes that differ.
        BadakError: shapes that differ, a number out of range.

    Example:
        >>> import numpy as np
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
    """One step of gradient descent with momentum (the book's chapter 6.1.4; Sutskever et al. 2013).

    Args:
        parameter: any shape, float32 or float64.
        gradient: like parameter.
        velocity: like parameter; zeros before the first step.
        lr: learning rate, not negative.
        momentum: share of the velocity that stays, in [0, 1).
        nesterov: whether the step looks ahead.

    Returns:
        The new parameter and velocity.

    Raises:
        ArgumentTypeError: dtypes that differ.
        BadakError: shapes that differ, a number out of range.

    Example:
        >>> import numpy as np
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

    Args:
        parameter: any shape, float32 or float64.
        gradient: like parameter.
        squares: like parameter; zeros before the first step.
        lr: learning rate, not negative.
        eps: added to the root; at least the smallest normal number of the dtype.

    Returns:
        The new parameter and sum of squares.

    Raises:
        ArgumentTypeError: dtypes that differ.
        BadakError: shapes that differ, a number out of range.

    Example:
        >>> import numpy as np
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
    """One step of RMSProp (Tieleman and Hinton 2012, lecture 6.5).

    Args:
        parameter: any shape, float32 or float64.
        gradient: like parameter.
        squares: like parameter; zeros before the first step.
        lr: learning rate, not negative.
        alpha: share of the squares that stays, in [0, 1).
        eps: added to the root; at least the smallest normal number of the dtype.

    Returns:
        The new parameter and mean square.

    Raises:
        ArgumentTypeError: dtypes that differ.
        BadakError: shapes that differ, a number out of range.

    Example:
        >>> import numpy as np
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
    """One step of Adam (Kingma and Ba 2015, algorithm 1; the book's chapter 6.1.6).

    Args:
        parameter: any shape, float32 or float64.
        gradient: like parameter.
        mean: like parameter; zeros before the first step.
        squares: like parameter; zeros before the first step.
        t: number of the step, from 1.
        lr: learning rate, not negative.
        betas: shares of mean and squares that stay, each in [0, 1).
        eps: added to the root; at least the smallest normal number of the dtype.

    Returns:
        The new parameter, mean and mean square.

    Raises:
        ArgumentTypeError: dtypes that differ.
        BadakError: shapes that differ, a number out of range.

    Example:
        >>> import numpy as np
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
    """The same as arrays: NumPy makes a plain number of one without axes."""
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
