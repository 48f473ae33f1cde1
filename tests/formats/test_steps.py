"""Kinds of steps: each has its functions in C and in the page, and there are no others."""

import re

import pytest

from badak.formats.c.calls import FUNCTIONS, HELPERS
from badak.formats.page.html import PARTS
from badak.formats.steps.kinds import KINDS
from badak.formats.steps.kinds.kind import unsupported
from badak.formats.steps.program import Step

FLOAT = {op for op, kind in KINDS.items() if kind.run is not unsupported}
INT8 = {op for op, kind in KINDS.items() if kind.run_int8 is not unsupported}


def test_every_kind_has_its_functions_in_c():
    files = {path.stem for path in FUNCTIONS.glob("*.c")}
    assert files - {*HELPERS, "predict"} == FLOAT | {f"{op}_int8" for op in INT8}


def test_every_kind_has_its_function_on_the_page():
    script = (PARTS / "network.js").read_text()
    ops = re.search(r"const OPS = \{\n(.*?)^\};", script, re.MULTILINE | re.DOTALL)[1]
    assert set(re.findall(r"^  (\w+)[(:]", ops, re.MULTILINE)) == FLOAT


def test_a_kind_of_integers_alone_does_not_run_in_float():
    with pytest.raises(NotImplementedError, match=r"relu1.*table"):
        KINDS["table"].run(Step("table", name="relu1", inputs=(0,), output=1), None)
