"""Convolutions in C: by rows and by columns, with every remainder of their blocks."""

import numpy as np
import pytest

from badak.formats.c.source import c_source
from badak.formats.steps import run_int8
from badak.layers import Conv2d, Flatten, GlobalAvgPool2d, Linear, ReLU, ZeroPad2d
from badak.network import Network
from formats.c.compiled import Program
from formats.networks import images

# Layers for an input (C, H, W), and which functions must compute them.
CASES = {
    "depthwise, wider than a block of places": (
        (3, 5, 70), [Conv2d(3, 3, padding=1, groups=3)], {"conv_rows"}
    ),
    "depthwise, strided, dilated, two filters a map": (
        (4, 11, 13), [Conv2d(8, (2, 3), stride=(1, 3), dilation=(2, 2), padding=2, groups=4)],
        {"conv_rows"},
    ),
    "few maps, few filters": (
        (2, 9, 8), [Conv2d(5, 3, stride=2, padding=((2, 0), (1, 2)))], {"conv_rows"}
    ),
    "groups of more filters than a tile": (
        (6, 4, 5), [Conv2d(2 * 67, 2, groups=2)], {"conv"}
    ),
    "remainders of every block": (
        (5, 6, 5), [Conv2d(23, (3, 1), padding=1), ReLU(), Conv2d(27, 1), Conv2d(8, 2)], {"conv"}
    ),
    "a window larger than the map": ((7, 2, 3), [Conv2d(17, 5, padding=4, dilation=2)], {"conv"}),
    "zeros around": ((3, 4, 5), [ZeroPad2d(((0, 1), (2, 3)))], {"conv_rows"}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_convolutions_give_the_same_numbers(case, tmp_path):
    shape, layers, functions = CASES[case]
    net = Network([*layers, GlobalAvgPool2d(), Flatten(), Linear(3)], shape, seed=1)
    for key, array in net.state().items():
        if key.endswith("bias"):
            array[...] = np.linspace(-0.3, 0.4, array.size)
    x = images(net, 20) - np.float32(0.3)
    flags = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    code = c_source(net, "net")
    assert {name for name in ("conv", "conv_rows") if f" net_{name}(" in code.source} == functions
    codes = {"net": code, "int8": c_source(net, "int8", calibration=x)}
    program = Program(tmp_path, codes, *flags)
    np.testing.assert_allclose(program.run("net", x), net(x), atol=1e-5)
    expected = run_int8.logits(codes["int8"].program, x)
    np.testing.assert_array_equal(program.run("int8", x), expected)
