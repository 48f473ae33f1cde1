"""Gradients by central differences, and descent along them (the book's chapter 4.3 and 4.4)."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from badak.arrays import Array
from badak.errors import ArgumentTypeError

H = 1e-4


def numerical_diff(f: Callable[[Any], Any], x: Any) -> Any:
    """Return the derivative at x of a function of one number, by differences (chapter 4.3.1).

    x may be an array: f takes all its values at once, and each has its own derivative.

    Example:
        >>> round(numerical_diff(lambda x: 0.01 * x**2 + 0.1 * x, 5), 6)
        0.2
    """
    return (f(x + H) - f(x - H)) / (2 * H)


def numerical_gradient(f: Callable[[Array], Any], x: Array) -> Array:
    """Return the gradient of f at x by central differences (chapter 4.4), in x's shape.

    Args:
        f: a function of x that returns one number. It may read x under another name: x itself is
            changed, one value at a time, and restored.
        x: floats of any shape.

    Raises:
        ArgumentTypeError: integers, which cannot change by a small step.

    Example:
        >>> numerical_gradient(lambda x: (x**2).sum(), np.array([3.0, 4.0])).round(6)
        array([6., 8.])
    """
    if not np.issubdtype(x.dtype, np.floating):
        raise ArgumentTypeError(f"x must hold floats; got {x.dtype}: pass x.astype(float)")
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        value = x[place]
        x[place] = value + H
        above = f(x)
        x[place] = value - H
        below = f(x)
        x[place] = value
        gradient[place] = (above - below) / (2 * H)
    return gradient


def numerical_gradient_2d(f: Callable[[Array], Any], X: Array) -> Array:
    """Return the gradient of f at each row of X (chapter 4.4; common/gradient.py).

    X is (N, D), and f a function of one row (D,); or X is one row. The result has X's shape.

    Example:
        >>> numerical_gradient_2d(lambda x: (x**2).sum(), np.array([[3.0, 4.0], [0, 1]])).round(6)
        array([[6., 8.],
               [0., 2.]])
    """
    if X.ndim == 1:
        return numerical_gradient(f, X)
    return np.array([numerical_gradient(f, row) for row in X])


def gradient_descent(
    f: Callable[[Array], Any], init_x: ArrayLike, lr: float = 0.01, step_num: int = 100
) -> tuple[Array, Array]:
    """Go down along the numerical gradient (chapter 4.4.1; the code of gradient_method.py).

    Args:
        f: a function of x that returns one number.
        init_x: the start, of any shape; it is not changed.
        lr: the learning rate.
        step_num: steps.

    Returns:
        (x after the last step, (step_num, ...) x before each step).

    Example:
        >>> x, history = gradient_descent(lambda x: (x**2).sum(), [-3.0, 4.0], lr=0.25, step_num=3)
        >>> x.round(6), history.shape
        (array([-0.375,  0.5  ]), (3, 2))
    """
    x = np.array(init_x, dtype=float)
    history = []
    for _ in range(step_num):
        history.append(x.copy())
        x -= lr * numerical_gradient(f, x)
    return x, np.array(history)
