"""Working memory of every model of `badak.models` in its full size, beside a lower bound.

The bound is `least` of `test_memory`: what some step must find in memory, whatever the arrangement.
What is computed in place or side by side counts once, as if that were always possible; the order of
the steps is the program's; and convolutions' own working memory does not count.
"""

import numpy as np
import pytest

from badak.formats.c.packing import scratch_of
from badak.formats.steps import quantise
from badak.formats.steps.arena import arranged
from badak.formats.steps.fold import folded
from badak.formats.steps.lower import lowered
from badak.models import MODELS
from formats.c.test_memory import least

# In integers only networks that a small device may hold: others need seconds each.
MOST_WEIGHTS = 9_000_000


@pytest.fixture(autouse=True)
def _unfilled(monkeypatch):
    """Weights of 0, and ranges of values that are not measured."""

    def zeros(shape, std, generator, dtype):
        return np.zeros(shape, dtype)

    def ranges(program, images):
        return dict.fromkeys(range(len(program.shapes)), (0.0, 1.0))

    monkeypatch.setattr("badak.layers.initial.normal", zeros)
    monkeypatch.setattr(quantise, "_ranges", ranges)


def table_row(name, kind, program, integers):
    scratch = {n: scratch_of(program, step, integers) for n, step in enumerate(program.steps)}
    scratch = {n: size for n, size in scratch.items() if size}
    arena = arranged(program, {0, program.output}, scratch, 2 if integers else 1)
    size, bound = (count * (1 if integers else 4) for count in (arena.size, least(program)))
    print(f"{name:20}{kind:6}{size:>12,}{bound:>12,}{size / bound:8.3f}")
    return size / bound


@pytest.mark.parametrize("name", MODELS)
def test_memory_is_within_5_percent_of_the_bound(name):
    net = MODELS[name]()
    program = lowered(net, "C export")
    assert table_row(name, "float", folded(program), integers=False) <= 1.05
    if net.summary().parameters <= MOST_WEIGHTS:
        integers = quantise.quantised(program, np.empty(0))
        assert table_row(name, "int8", integers, integers=True) <= 1.05
