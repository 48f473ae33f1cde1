"""The optimizers: each a rule of `badak.ops`, with PyTorch's definition and defaults.

All take lr, the learning rate, above 0, and weight_decay, which times the parameter is added to
the gradient (an L2 penalty). An eps, above 0, is added to the root. An argument out of range
raises BadakError.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from badak import checks, ops
from badak.arrays import Array
from badak.errors import BadakError
from badak.ops.step import StepNumbers
from badak.optim.base import Optimizer


@final
@dataclass
class SGD(Optimizer):
    """p - lr * g (the book's chapter 6.1.2).

    Example:
        >>> import numpy as np
        >>> w = np.array([1.0])
        >>> SGD(lr=0.25).update({"w": w}, {"w": np.array([2.0])})
        >>> w
        array([0.5])
    """

    rule: ClassVar[str | None] = "sgd"

    def _rule(
        self, parameter: Array, gradient: Array, state: list[Array], lr: float
    ) -> Sequence[Array]:
        return ops.sgd_update(parameter, self._decayed(parameter, gradient), lr)


@dataclass
class _Momentum(Optimizer):
    """What Momentum and Nesterov share: all but the point of the gradient."""

    slots: ClassVar[tuple[str, ...]] = ("velocity",)
    looks_ahead: ClassVar[bool]
    momentum: float = 0.9

    def __post_init__(self) -> None:
        super().__post_init__()
        self.momentum = checks.real(self.momentum, "momentum", minimum=0, below=1)

    def _rule(
        self, parameter: Array, gradient: Array, state: list[Array], lr: float
    ) -> Sequence[Array]:
        (velocity,) = state
        gradient = self._decayed(parameter, gradient)
        return ops.momentum_update(
            parameter, gradient, velocity, lr, self.momentum, self.looks_ahead
        )

    def _numbers(self, lr: float) -> StepNumbers:
        return super()._numbers(lr)._replace(keep=self.momentum)


@final
@dataclass
class Momentum(_Momentum):
    """v = momentum * v + g; p - lr * v (the book's chapter 6.1.4).

    momentum is the share of the velocity that stays, in [0, 1).

    Example:
        >>> Momentum(momentum=1)
        Traceback (most recent call last):
        badak.errors.BadakError: momentum must be at least 0 and below 1; got 1.0
    """

    rule: ClassVar[str | None] = "momentum"
    looks_ahead: ClassVar[bool] = False


@final
@dataclass
class Nesterov(_Momentum):
    """Momentum whose step looks ahead: p - lr * (g + momentum * v) (Sutskever et al. 2013).

    Example:
        >>> Nesterov(lr=-1)
        Traceback (most recent call last):
        badak.errors.BadakError: lr must be above 0; got -1.0
    """

    rule: ClassVar[str | None] = "nesterov"
    looks_ahead: ClassVar[bool] = True


@final
@dataclass
class AdaGrad(Optimizer):
    """p - lr * g / (sqrt(sum of g^2) + eps) (Duchi et al. 2011; the book's chapter 6.1.5).

    Example:
        >>> AdaGrad().slots
        ('squares',)
    """

    rule: ClassVar[str | None] = "adagrad"
    slots: ClassVar[tuple[str, ...]] = ("squares",)
    eps: float = 1e-10

    def __post_init__(self) -> None:
        super().__post_init__()
        self.eps = checks.real(self.eps, "eps", above=0)

    def _rule(
        self, parameter: Array, gradient: Array, state: list[Array], lr: float
    ) -> Sequence[Array]:
        (squares,) = state
        gradient = self._decayed(parameter, gradient)
        return ops.adagrad_update(parameter, gradient, squares, lr, self.eps)

    def _numbers(self, lr: float) -> StepNumbers:
        return super()._numbers(lr)._replace(eps=self.eps)


@final
@dataclass
class RMSProp(Optimizer):
    """p - lr * g / (sqrt(mean of g^2) + eps) (Tieleman and Hinton 2012).

    alpha is the share of the mean square that stays, in [0, 1).

    Example:
        >>> RMSProp().slots
        ('squares',)
    """

    rule: ClassVar[str | None] = "rmsprop"
    slots: ClassVar[tuple[str, ...]] = ("squares",)
    alpha: float = 0.99
    eps: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        self.alpha = checks.real(self.alpha, "alpha", minimum=0, below=1)
        self.eps = checks.real(self.eps, "eps", above=0)

    def _rule(
        self, parameter: Array, gradient: Array, state: list[Array], lr: float
    ) -> Sequence[Array]:
        (squares,) = state
        gradient = self._decayed(parameter, gradient)
        return ops.rmsprop_update(parameter, gradient, squares, lr, self.alpha, self.eps)

    def _numbers(self, lr: float) -> StepNumbers:
        return super()._numbers(lr)._replace(keep=self.alpha, eps=self.eps)


@dataclass
class _Adam(Optimizer):
    """What Adam and AdamW share: their numbers."""

    rule: ClassVar[str | None] = "adam"
    slots: ClassVar[tuple[str, ...]] = ("mean", "squares")
    lr: float = 0.001
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.betas, (tuple, list)) or len(self.betas) != 2:
            raise BadakError(f"betas must be two numbers; got {self.betas!r}")
        first, second = (checks.real(beta, "betas", minimum=0, below=1) for beta in self.betas)
        self.betas = (first, second)
        self.eps = checks.real(self.eps, "eps", above=0)

    def _adam(
        self, parameter: Array, gradient: Array, state: list[Array], lr: float
    ) -> Sequence[Array]:
        mean, squares = state
        return ops.adam_update(
            parameter, gradient, mean, squares, self.steps + 1, lr, self.betas, self.eps
        )


@final
@dataclass
class Adam(_Adam):
    """Running mean over the root of the running square (Kingma and Ba 2015; the book's 6.1.6).

    betas are the shares of mean and square that stay, each in [0, 1).

    Example:
        >>> import numpy as np
        >>> w = np.array([1.0])
        >>> Adam(lr=0.25).update({"w": w}, {"w": np.array([5.0])})
        >>> w.round(6)  # the first step is lr long, whatever the gradient
        array([0.75])
    """

    def _rule(
        self, parameter: Array, gradient: Array, state: list[Array], lr: float
    ) -> Sequence[Array]:
        return self._adam(parameter, self._decayed(parameter, gradient), state, lr)

    def _numbers(self, lr: float) -> StepNumbers:
        return StepNumbers.adam(self.steps + 1, lr, self.betas, self.eps, decay=self.weight_decay)


@final
@dataclass
class AdamW(_Adam):
    """Adam whose weight decay shrinks the parameter itself (Loshchilov and Hutter 2019).

    Each step multiplies the parameter by 1 - lr * weight_decay; else as `Adam`.

    Example:
        >>> import numpy as np
        >>> w = np.array([1.0])
        >>> AdamW(lr=0.25, weight_decay=0.4).update({"w": w}, {"w": np.array([5.0])})
        >>> w.round(6)  # 1 * (1 - 0.1) - 0.25
        array([0.65])
    """

    weight_decay: float = 0.01

    def _rule(
        self, parameter: Array, gradient: Array, state: list[Array], lr: float
    ) -> Sequence[Array]:
        return self._adam(parameter * (1 - lr * self.weight_decay), gradient, state, lr)

    def _numbers(self, lr: float) -> StepNumbers:
        shrink = 1 - lr * self.weight_decay
        return StepNumbers.adam(self.steps + 1, lr, self.betas, self.eps, shrink=shrink)


#: The optimizers by name, as the command line names them.
OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
}
