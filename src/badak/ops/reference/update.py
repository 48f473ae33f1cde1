"""Update rules: parameter, gradient and state in, new parameter and state out, all of one shape.

The definitions are PyTorch's; `t` is the number of the step, from 1.
"""

import numpy as np

from badak.arrays import Array


def sgd_update(parameter: Array, gradient: Array, lr: float) -> tuple[Array]:
    """P - lr * g."""
    return (parameter - lr * gradient,)


def momentum_update(
    parameter: Array, gradient: Array, velocity: Array, lr: float, momentum: float, nesterov: bool
) -> tuple[Array, Array]:
    """Velocity v = momentum * v + g; p - lr * v, or, ahead, p - lr * (g + momentum * v)."""
    velocity = momentum * velocity + gradient
    direction = gradient + momentum * velocity if nesterov else velocity
    return parameter - lr * direction, velocity


def adagrad_update(
    parameter: Array, gradient: Array, squares: Array, lr: float, eps: float
) -> tuple[Array, Array]:
    """Squares h = h + g^2; p - lr * g / (sqrt(h) + eps)."""
    squares = squares + gradient * gradient
    return parameter - lr * gradient / (np.sqrt(squares) + eps), squares


def rmsprop_update(
    parameter: Array, gradient: Array, squares: Array, lr: float, alpha: float, eps: float
) -> tuple[Array, Array]:
    """Squares h = alpha * h + (1 - alpha) * g^2; p - lr * g / (sqrt(h) + eps)."""
    squares = alpha * squares + (1 - alpha) * gradient * gradient
    return parameter - lr * gradient / (np.sqrt(squares) + eps), squares


def adam_update(
    parameter: Array,
    gradient: Array,
    mean: Array,
    squares: Array,
    t: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
) -> tuple[Array, Array, Array]:
    """Running mean m and square h of the gradient, both freed of their start at 0.

    p - lr * (m / (1 - beta1^t)) / (sqrt(h / (1 - beta2^t)) + eps).
    """
    beta1, beta2 = betas
    mean = beta1 * mean + (1 - beta1) * gradient
    squares = beta2 * squares + (1 - beta2) * gradient * gradient
    root = np.sqrt(squares) / float(np.sqrt(1 - beta2**t)) + eps
    return parameter - lr / (1 - beta1**t) * mean / root, mean, squares


def bind_update(
    rule: str, parameters: dict[str, Array], state: dict[str, Array], keys: list[list[str]]
) -> None:
    """What changes all parameters together: nothing, they take the rules above one by one."""
