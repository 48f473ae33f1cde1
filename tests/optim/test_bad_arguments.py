"""Arguments that no optimizer takes."""

from typing import Any

import pytest

from badak import optim
from badak.errors import ArgumentTypeError, BadakError
from optim.test_optimizers import PAIRS

BAD = [float("nan"), float("inf"), -0.1]


@pytest.mark.parametrize("name", list(PAIRS))
@pytest.mark.parametrize("lr", [*BAD, 0, -1])
def test_lr_must_be_a_number_above_0(name: str, lr: float) -> None:
    with pytest.raises(BadakError, match=r"^lr.*got"):
        optim.OPTIMIZERS[name](lr=lr)
    with pytest.raises(BadakError, match=r"^weight_decay.*got"):
        optim.OPTIMIZERS[name](weight_decay=-1)


@pytest.mark.parametrize("value", ["0.1", None, True, [0.1], 1j])
def test_lr_of_another_type_is_refused(value: Any) -> None:
    with pytest.raises(ArgumentTypeError, match=r"^lr.*got"):
        optim.Adam(lr=value)


@pytest.mark.parametrize(
    ("kind", "arguments", "words"),
    [
        *[(optim.Momentum, {"momentum": m}, "^momentum.*got") for m in [*BAD, 1, 2]],
        *[(optim.Nesterov, {"momentum": m}, "^momentum.*got") for m in [*BAD, 1]],
        *[(optim.AdaGrad, {"eps": eps}, "^eps.*got") for eps in [*BAD, 0]],
        *[(optim.RMSProp, {"alpha": a}, "^alpha.*got") for a in [*BAD, 1]],
        (optim.RMSProp, {"eps": 0}, "^eps.*got 0"),
        *[(optim.Adam, {"betas": (b, 0.9)}, "^betas.*got") for b in [*BAD, 1]],
        *[(optim.AdamW, {"betas": (0.9, b)}, "^betas.*got") for b in [*BAD, 1]],
        *[(optim.Adam, {"betas": b}, "^betas.*got") for b in [0.9, (), (0.9,)]],
        (optim.AdamW, {"eps": 0}, "^eps.*got 0"),
    ],
)
def test_arguments_out_of_range(kind: Any, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(BadakError, match=words):
        kind(**arguments)
