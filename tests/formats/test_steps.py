"""Kinds of steps: each has its functions in C and in the page, and there are no others."""

import re

import numpy as np
import pytest

from badak.formats.c.calls import FUNCTIONS, HELPERS
from badak.formats.steps import quantise
from badak.formats.steps.kinds import KINDS
from badak.formats.steps.kinds.kind import unsupported
from badak.formats.steps.lower import lowered
from badak.formats.steps.program import Operation, Program, Step
from badak.formats.steps.run import values
from badak.layers import Conv2d, Flatten, LayerNorm, Linear
from badak.network import Network
from badak.page.bundle import read

FLOAT = {op for op, kind in KINDS.items() if kind.run is not unsupported}
INT8 = {op for op, kind in KINDS.items() if kind.run_int8 is not unsupported}


def test_every_kind_has_its_functions_in_c():
    files = {path.stem for path in FUNCTIONS.glob("*.c")}
    both = {*HELPERS, "conv_rows"}  # a convolution, if it has few maps per filter
    others = {*both, *(f"{name}_int8" for name in both), "predict", "load"}
    assert files - others == FLOAT | {f"{op}_int8" for op in INT8}


def test_every_kind_has_its_function_on_the_page():
    script = read("engines/network.js")
    ops = re.search(r"const OPS = \{\n(.*?)^\};", script, re.MULTILINE | re.DOTALL)[1]
    assert set(re.findall(r"^  (\w+)[(:]", ops, re.MULTILINE)) == FLOAT


def test_a_kind_of_integers_alone_does_not_run_in_float():
    with pytest.raises(NotImplementedError, match=r"relu1.*table"):
        KINDS["table"].run(Step("table", name="relu1", inputs=(0,), output=1), None)


def test_steps_that_keep_the_scale_spread_one_range():
    program = Program([(1, 4, 4)])
    first, second = (program.add(Operation("relu"), name, (0,), (1, 4, 4)) for name in "ab")
    pooled = program.add(Operation("max_pool"), "pool", (first,), (1, 2, 2))
    other = program.add(Operation("max_pool"), "pool", (second,), (1, 2, 2))
    both = program.add(Operation("concat"), "both", (pooled, other), (2, 2, 2))
    last = program.add(Operation("relu"), "c", (both,), (2, 2, 2))
    ranges = {0: (-9.0, 9.0), first: (0.0, 1.0), second: (-2.0, 0.5), pooled: (0.0, 1.0)}
    ranges |= {other: (-1.0, 0.5), both: (-1.0, 1.0), last: (0.0, 7.0)}
    quantise._share(program, ranges)
    assert {ranges[value] for value in (first, second, pooled, other, both)} == {(-2.0, 1.0)}
    assert (ranges[0], ranges[last]) == ((-9.0, 9.0), (0.0, 7.0))


def test_a_network_that_trains_on_does_not_change_its_program():
    net = Network([Conv2d(3, 3), LayerNorm(), Flatten(), Linear(2)], (2, 5, 6), seed=1)
    x = np.random.default_rng(0).random((4, 2, 5, 6), np.float32)
    program = lowered(net, "C export")
    before = values(program, x)[program.output].copy()
    for array in net.parameters().values():
        array += 1
    np.testing.assert_array_equal(values(program, x)[program.output], before)
