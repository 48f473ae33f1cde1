"""ELU, SELU and Softplus: ReLU with a smooth bend on the left."""

from dataclasses import dataclass
from typing import ClassVar, final

from badak import checks
from badak.layers.activation import Activation


@final
@dataclass
class ELU(Activation):
    """x where positive, alpha * (exp(x) - 1) elsewhere (Clevert et al. 2015).

    Args:
        alpha: the limit on the far left is -alpha.

    Raises:
        BadakError: an alpha that is not a finite number.

    Example:
        >>> import numpy as np
        >>> ELU().forward(np.array([[-1000.0, 2.0]]), training=False)[0]
        array([[-1.,  2.]])
    """

    prefix: ClassVar[str] = "elu"
    op: ClassVar[str] = "elu"
    alpha: float = 1.0

    def __post_init__(self) -> None:
        checks.real(self.alpha, "alpha")


@final
@dataclass
class SELU(Activation):
    """1.0507 * ELU(1.67326): keeps mean 0 and variance 1 (Klambauer et al. 2017).

    Example:
        >>> import numpy as np
        >>> SELU().forward(np.array([[-1000.0, 1.0]]), training=False)[0].round(4)
        array([[-1.7581,  1.0507]])
    """

    prefix: ClassVar[str] = "selu"
    op: ClassVar[str] = "selu"


@final
@dataclass
class Softplus(Activation):
    """log(1 + exp(beta * x)) / beta: a ReLU without a kink (Dugas et al. 2001).

    Args:
        beta: the larger, the nearer to ReLU.
        threshold: x itself if beta * x is above it.

    Raises:
        BadakError: a number that is not finite, or beta not above 0.

    Example:
        >>> import numpy as np
        >>> Softplus().forward(np.array([[-1000.0, 1000.0]]), training=False)[0]
        array([[   0., 1000.]])
    """

    prefix: ClassVar[str] = "softplus"
    op: ClassVar[str] = "softplus"
    beta: float = 1.0
    threshold: float = 20.0

    def __post_init__(self) -> None:
        checks.real(self.beta, "beta", above=0)
        checks.real(self.threshold, "threshold")
