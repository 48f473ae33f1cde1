"""Window, the only size formula, against counting the places one by one."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st

from badak.errors import ArgumentTypeError, BadakError
from badak.ops.window import Window, pair, short
from oracles import positions, same_sides
from strategies import windows


def build(arguments, ceil_mode=False):
    stride = arguments.get("stride", arguments["kernel_size"])
    rest = {key: arguments[key] for key in ("padding", "dilation") if key in arguments}
    return Window.of(arguments["kernel_size"], stride, ceil_mode=ceil_mode, **rest)


# Counted on squared paper: input, kernel, stride, padding, dilation, ceil_mode -> places.
BY_HAND = [
    ((28, 28), 5, 1, 0, 1, False, (24, 24)),  # the book's SimpleConvNet
    ((7, 7), 3, 2, 0, 1, False, (3, 3)),  # the book's figure 7-7
    ((227, 227), 11, 4, 0, 1, False, (55, 55)),  # AlexNet's first layer
    ((28, 31), 5, 3, 2, 1, False, (10, 11)),  # the book's section 7.2.5, both exact
    ((6, 10), (2, 3), (3, 2), (0, 1), 1, False, (2, 5)),  # one row is left over
    ((5, 8), (1, 4), 1, ((0, 0), (3, 1)), 1, False, (5, 9)),
    ((9, 9), 3, 1, 0, (1, 3), False, (7, 3)),
    ((7, 8), 2, 2, 0, 1, False, (3, 4)),
    ((7, 8), 2, 2, 0, 1, True, (4, 4)),  # the row that was left over gets a window
    ((5, 5), 1, 3, 0, 1, True, (2, 2)),  # the third window would start outside the map
    ((2, 3), 3, 2, 1, 1, True, (2, 2)),
    ((1, 4), 2, (3, 1), ((1, 1), (0, 0)), 1, True, (1, 3)),  # 3 steps from -1 leave the map
    ((5, 7), 3, 2, "same", 1, False, (3, 4)),
    ((5, 7), (4, 1), (1, 8), "same", 1, False, (5, 1)),
    ((1, 1), 1, 1, 0, 9, False, (1, 1)),  # one cell is unused
]


@pytest.mark.parametrize(("size", "kernel", "stride", "padding", "dilation", "ceil", "n"), BY_HAND)
def test_sizes_worked_by_hand(size, kernel, stride, padding, dilation, ceil, n):
    assert Window.of(kernel, stride, padding, dilation, ceil).output_size(*size) == n


@given(windows(pooling=True), st.booleans())
def test_output_size_is_that_of_pytorchs_pooling(drawn, ceil_mode):
    arguments, plain, size = drawn
    (top, bottom), (left, right) = plain["sides"]
    kernel = plain["kernel"]
    assume(top == bottom and left == right)
    assume(2 * top <= kernel[0] and 2 * left <= kernel[1])  # "same" may pad more
    y = F.max_pool2d(
        torch.zeros(1, 1, *size), kernel, plain["stride"], (top, left), plain["dilation"], ceil_mode
    )
    assert build(arguments, ceil_mode).output_size(*size) == tuple(y.shape[2:])


# Only pooling rounds up, and it pads at most half of its kernel.
DRAWN = st.one_of(
    st.tuples(windows(), st.just(False)),
    st.tuples(windows(pooling=True), st.booleans()),
)


@given(DRAWN)
def test_output_size_counts_the_places(drawn):
    (arguments, plain, size), ceil_mode = drawn
    window = build(arguments, ceil_mode)
    counted = tuple(len(positions(plain, size, axis, ceil_mode)) for axis in (0, 1))
    assert window.output_size(*size) == counted
    assert window.sides(*size) == plain["sides"]
    assert window.explicit(*size).output_size(*size) == counted


@given(DRAWN)
def test_reach_ends_where_the_last_cell_does(drawn):
    (arguments, plain, size), ceil_mode = drawn
    reach = build(arguments, ceil_mode).reach(*size)
    for axis in (0, 1):
        before, after = plain["sides"][axis]
        last = positions(plain, size, axis, ceil_mode)[-1][-1]
        assert reach[axis] == (before, max(after, last + 1 - size[axis]))


@given(DRAWN)
def test_formula_is_true(drawn):
    (arguments, _, size), ceil_mode = drawn
    assume(arguments["padding"] != "same")
    text = build(arguments, ceil_mode).formula(0, size[0])
    left, right = text.split(" = ")
    assert int(right) == build(arguments, ceil_mode).output_size(*size)[0]
    if not ceil_mode:
        assert eval(left) == int(right)


@given(st.integers(1, 50), st.integers(1, 9), st.integers(1, 5), st.integers(1, 3))
def test_same_gives_the_ceiling_of_size_over_stride(size, kernel, stride, dilation):
    window = Window.of(kernel, stride, "same", dilation)
    assert window.output_size(size, 1)[0] == -(-size // stride)
    top, bottom = window.sides(size, 1)[0]
    assert bottom - top in (0, 1)
    expected = same_sides((size, 1), (kernel,) * 2, (stride,) * 2, (dilation,) * 2)
    assert window.sides(size, 1) == expected


def test_covers_counts_from_first_cell_to_last():
    assert Window.of((3, 1), dilation=(2, 5)).covers == (5, 1)


def test_valid_is_no_padding():
    assert Window.of(3, padding="valid") == Window.of(3)
    assert Window((3, 3)) == Window.of(3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kernel_size": 0}, "kernel_size.*got 0"),
        ({"kernel_size": 8608480567731124087}, "kernel_size.*got 8608480567731124087"),
        ({"kernel_size": 3, "stride": (1, 0)}, "stride.*got 0"),
        ({"kernel_size": 3, "dilation": -1}, "dilation.*got -1"),
        ({"kernel_size": 3, "padding": "sme"}, "padding.*got 'sme'"),
        ({"kernel_size": 3, "padding": ((1, 1), 1)}, r"padding.*top, bottom.*got \(\(1, 1\), 1\)"),
        ({"kernel_size": 3, "padding": ((1, 1),)}, r"padding.*one integer.*got \(\(1, 1\),\)"),
        ({"kernel_size": 3, "ceil_mode": None}, "ceil_mode.*got None"),
    ],
)
def test_bad_arguments_are_refused(arguments, words):
    with pytest.raises(BadakError, match=words):
        Window.of(**arguments)


def test_a_misfit_says_what_would_fit():
    words = r"5x5 kernel.*dilation 2.* 9x9.* 8x20 input.*\(8 \+ 0 - 8 - 1\) // 1 \+ 1 = 0;.* 4 "
    with pytest.raises(BadakError, match=words):
        Window.of(5, dilation=2).output_size(8, 20)
    assert Window.of((4, 5), dilation=2).output_size(8, 20) == (2, 12)


def test_an_empty_input_is_refused():
    with pytest.raises(BadakError, match=r"row and column.*got 0x5"):
        Window.of(1).output_size(0, 5)


def test_pair_takes_lists_and_refuses_other_things():
    assert pair([2, 3], "stride", minimum=1) == (2, 3)
    for value in (None, "23", 2.0, {2, 3}, (1, 2, 3)):
        with pytest.raises(ArgumentTypeError, match="stride must be"):
            pair(value, "stride", minimum=1)


def test_short_writes_equal_members_once():
    assert short(((1, 1), (0, 1))) == "((1, 1), (0, 1))"
    assert short(((2, 2), (2, 2))) == "2"
