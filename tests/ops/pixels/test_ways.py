"""Which way a convolution takes: asked by name, and each way gives the same numbers."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

_core = pytest.importorskip("badak._core")
TOOL = Path(__file__).parents[3] / "tools" / "conv_ways.py"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("conv_ways", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def as_the_table_says():
    yield
    _core.want_way(0)


@pytest.mark.parametrize(
    ("geometry", "ways"),
    [
        ((4, 16, 12, 12, 16, 3), {"direct", "winograd"}),
        ((2, 6, 9, 9, 6, 3, 2, 6), {"direct", "depthwise"}),
        ((2, 5, 9, 8, 7, 5, 1, 1), {"direct"}),
    ],
)
def test_every_way_that_can_be_taken_gives_the_same_numbers(tool, geometry, ways):
    problem, taken = tool.Problem(tool.Geometry(*geometry)), set()
    for direction in tool.DIRECTIONS:
        results = {}
        for number in (tool.TABLE, *tool.WAYS.values()):
            tool.by_way(problem, direction, number)()
            way = problem.way(direction)
            taken.add(way)
            results[way] = {
                "forward": problem.pixels_y.numbers,
                "grad_x": problem.pixels_grad_x.numbers,
                "grad_weight": problem.grad_weight,
            }[direction].copy()
        expected = results["direct"]
        for way, numbers in results.items():
            error = np.abs(numbers - expected).max() / np.abs(expected).max()
            assert error < 2e-5, (direction, way)
    assert taken == ways


def test_planes_name_their_ways():
    window = (3, 3, 1, 1, 1, 1, 1, 1, 12, 12)
    assert _core.conv2d_ways((4, 16, 12, 12), 16, (window, 1, False, False)) == ["winograd"] * 3
    steps = (11, 11, 4, 4, 0, 0, 1, 1, 15, 15)
    ways = _core.conv2d_ways((4, 3, 67, 67), 16, (steps, 1, False, False))
    assert ways == ["strided", "taps", "strided"]
    few = (5, 5, 1, 1, 0, 0, 1, 1, 24, 24)
    forward, _, grad_weight = _core.conv2d_ways((4, 1, 28, 28), 30, (few, 1, True, True))
    wide = _core.active_set() != "x86-64-v2"  # whose vectors are too short, and which is sanitized
    assert (forward, grad_weight) == ("pooled" if wide else "taps", "sparse")
    assert _core.conv2d_ways((4, 1, 28, 28), 30, (few, 1, False, False))[0] == "taps"
