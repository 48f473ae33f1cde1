"""Activations that are the input times a share of it, which grows from 0 to 1."""

from dataclasses import dataclass
from typing import ClassVar, final

from badak import checks
from badak.layers.activation import Activation


@final
@dataclass
class SiLU(Activation):
    """x * sigmoid(x), also called swish (Ramachandran et al. 2017).

    Example:
        >>> import numpy as np
        >>> SiLU().forward(np.array([[0.0, 1000.0]]), training=False)[0]
        array([[   0., 1000.]])
    """

    prefix: ClassVar[str] = "silu"
    op: ClassVar[str] = "silu"


@final
@dataclass
class Hardswish(Activation):
    """x * hardsigmoid(x): the swish of MobileNetV3 (Howard et al. 2019, section 5.2).

    Example:
        >>> import numpy as np
        >>> Hardswish().forward(np.array([[0.0, 1.5, 4.0]]), training=False)[0]
        array([[0.   , 1.125, 4.   ]])
    """

    prefix: ClassVar[str] = "swish"
    op: ClassVar[str] = "hardswish"


@final
@dataclass
class Mish(Activation):
    """x * tanh(softplus(x)) (Misra 2019).

    Example:
        >>> import numpy as np
        >>> Mish().forward(np.array([[0.0, 1000.0]]), training=False)[0]
        array([[   0., 1000.]])
    """

    prefix: ClassVar[str] = "mish"
    op: ClassVar[str] = "mish"


@final
@dataclass
class GELU(Activation):
    """x times the normal distribution's share below x (Hendrycks and Gimpel 2016).

    Args:
        approximate: "none" for the exact form by erf, "tanh" for the paper's approximation.

    Raises:
        BadakError: another word.

    Example:
        >>> import numpy as np
        >>> GELU().forward(np.array([[0.0, 100.0]]), training=False)[0]
        array([[  0., 100.]])
    """

    prefix: ClassVar[str] = "gelu"
    op: ClassVar[str] = "gelu"
    approximate: str = "none"

    def __post_init__(self) -> None:
        checks.choice(self.approximate, "approximate", ("none", "tanh"))
