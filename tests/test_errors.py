"""errors: messages that no value can make long, slow or dangerous to print."""

import numpy as np
import pytest

import badak
from badak import checks
from badak.errors import (
    ArgumentTypeError,
    BadakError,
    FormatError,
    MissingExtra,
    needs,
    shown,
    where,
)
from badak.layers import Conv2d, Linear, MaxPool2d
from badak.ops.window import Window


def nested(kind, levels=12):
    """7^12 elements, made of a few objects."""
    value = kind([1])
    for _ in range(levels):
        value = kind([value] * 7)
    return value


@pytest.mark.parametrize(
    "value",
    [
        nested(list), nested(tuple), 10**5000, -(10**5000), [10**5000], {"a" * 10**6: 10**5000},
        "x" * 10**6, b"x" * 10**6, bytearray(10**6), {"a": nested(tuple)}, list(range(10**6)),
        np.zeros(10**6), np.broadcast_to(np.float32(1), (2**40,)), {10**5000}, (b"x" * 10**6,),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_no_value_is_shown_in_full(value):
    assert len(shown(value)) <= 200
    assert len(shown(value, 30)) <= 30


@pytest.mark.parametrize(
    "value",
    [0, -3, 2.5, True, None, "sme", (30, 24, 24), [1, [2, 3]], {"a": 1}, b"ab", np.int64(4)],
)
def test_an_ordinary_value_is_shown_as_python_writes_it(value):
    assert shown(value) == repr(value)


@pytest.mark.parametrize("kind", [BadakError, ArgumentTypeError, FormatError])
def test_a_message_is_bounded_and_keeps_both_ends(kind):
    with pytest.raises(kind) as fault, where("Conv2d " + "n" * 10**5):
        raise kind("stride " + "9" * 10**5 + " is wrong")
    text = str(fault.value)
    assert len(text) == 2000
    assert text.startswith("Conv2d nnn")
    assert text.endswith("999 is wrong")


def test_a_missing_extra_is_an_import_error_that_names_it():
    words = r"Cakes need ovens: pip install 'badak\[bakery\]'"
    with pytest.raises(ImportError, match=words), needs("Cakes need ovens", extra="bakery"):
        import badak.oven  # noqa: F401
    with pytest.raises(BadakError, match="model: "), where("model"):
        raise MissingExtra("ovens")


def test_a_message_never_steers_the_terminal():
    fault = str(BadakError("name \x1b[2J\x9b31m\r\x00 is\tno\nname 이름"))
    assert fault == "name \\x1b[2J\\x9b31m\\x0d\\x00 is\tno\nname 이름"


ARGUMENTS = {
    "out_channels": lambda value: Conv2d(value, 3),
    "kernel_size": lambda value: MaxPool2d(value),
    "stride": lambda value: Window.of(3, stride=value),
    "padding": lambda value: Window.of(3, padding=value),
    "bias": lambda value: Linear(3, bias=value),
    "weight_init": lambda value: Linear(3, weight_init=value),
    "input_shape": lambda value: badak.Network([Linear(3)], value),
    "lr": lambda value: badak.optim.SGD(value),
    "seed": lambda value: badak.Network([Linear(3)], (1, 1, 1), seed=value),
}


@pytest.mark.parametrize("name", ARGUMENTS)
@pytest.mark.parametrize(
    "value", [10**5000, (10**5000, 1), "y" * 10**5], ids=["digits", "pair", "text"]
)
def test_arguments_that_cannot_be_printed_are_refused_in_words(name, value):
    with pytest.raises(BadakError, match=name.partition(" ")[0]) as fault:
        ARGUMENTS[name](value)
    assert len(str(fault.value)) < 500


@pytest.mark.parametrize("size", [2**70, 10**4000])
def test_a_size_beyond_any_float_is_refused_in_words(size):
    with pytest.raises(BadakError, match=r"the output would need .* GiB"):
        checks.memory(size, "the output")
