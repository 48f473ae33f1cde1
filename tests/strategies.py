"""Hypothesis strategies that draw what belongs together: an op's arrays and its geometry.

Nothing is drawn square: heights and widths differ, in kernels, strides and paddings too. A wrong
case is a good one with a single fault, and a pattern of its message.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from oracles import positions, same_sides

DTYPES = st.sampled_from([np.float32, np.float64])
SEEDS = st.integers(0, 2**32 - 1)


@dataclass(frozen=True)
class Case:
    """An op's arrays by argument name, and its options; `geometry` is in plain pairs."""

    arrays: dict[str, Any]
    options: dict[str, Any] = field(default_factory=dict)
    geometry: dict[str, Any] = field(default_factory=dict)

    def gradient(self, shape: tuple[int, ...]) -> np.ndarray:
        """A gradient for an output of this shape, of the arrays' dtype."""
        dtype = next(iter(self.arrays.values())).dtype
        return np.random.default_rng(len(shape)).standard_normal(shape).astype(dtype)

    def with_arrays(self, **arrays: Any) -> "Case":
        return replace(self, arrays={**self.arrays, **arrays})

    def with_options(self, **options: Any) -> "Case":
        return replace(self, options={**self.options, **options})


def numbers(draw: st.DrawFn, shape: tuple[int, ...], dtype: Any, ties: bool = False) -> np.ndarray:
    """Normally distributed values, or with `ties` a few small integers."""
    generator = np.random.default_rng(draw(SEEDS))
    if ties:
        return np.asarray(generator.integers(-2, 3, shape), dtype)
    return np.asarray(generator.standard_normal(shape), dtype)


def pairs(low: int, high: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(low, high), st.integers(low, high))


def _written(draw: st.DrawFn, pair: tuple[int, int]) -> Any:
    """Two equal numbers may be written as one, and any two as a list."""
    if pair[0] == pair[1] and draw(st.booleans()):
        return pair[0]
    return list(pair) if draw(st.booleans()) else pair


@st.composite
def _paddings(draw: st.DrawFn, most: tuple[int, int]) -> tuple[Any, Any]:
    """Padding as an argument, and as ((top, bottom), (left, right)), or "same"."""
    kind = draw(st.sampled_from(["pair", "sides", "same", "none", "valid", "pair", "sides"]))
    if kind == "same":
        return "same", "same"
    if kind in ("none", "valid"):
        return (0 if kind == "none" else "valid"), ((0, 0), (0, 0))
    if kind == "pair":
        top, left = (draw(st.integers(0, limit)) for limit in most)
        return _written(draw, (top, left)), ((top, top), (left, left))
    sides = tuple(draw(st.tuples(st.integers(0, m), st.integers(0, m))) for m in most)
    return sides, sides


def _size(draw: st.DrawFn, kernel: int, dilation: int, sides: Any, axis: int) -> int:
    least = 1 if sides == "same" else dilation * (kernel - 1) + 1 - sum(sides[axis])
    return draw(st.integers(max(1, least), max(1, least) + 5))


@st.composite
def windows(draw: st.DrawFn, pooling: bool = False, dilated: bool = True) -> tuple[Any, Any, Any]:
    """A window's arguments, the same in plain pairs, and a (height, width) that it fits."""
    kernel, stride = draw(pairs(1, 4)), draw(pairs(1, 3))
    dilation = draw(pairs(1, 3)) if dilated else (1, 1)
    most = (kernel[0] // 2, kernel[1] // 2) if pooling else (3, 3)
    padding, sides = draw(_paddings(most))
    size = tuple(_size(draw, kernel[a], dilation[a], sides, a) for a in (0, 1))
    arguments = {"kernel_size": _written(draw, kernel), "padding": padding}
    if pooling and draw(st.booleans()):
        stride = kernel  # the default
    else:
        arguments["stride"] = _written(draw, stride)
    if dilated:
        arguments["dilation"] = _written(draw, dilation)
    if sides == "same":
        sides = same_sides(size, kernel, stride, dilation)
    plain = {"kernel": kernel, "stride": stride, "sides": sides, "dilation": dilation}
    return arguments, plain, size


@st.composite
def im2col_cases(draw: st.DrawFn, ties: bool = False) -> Case:
    arguments, plain, size = draw(windows())
    shape = (draw(st.integers(0, 3)), draw(st.integers(1, 3)), *size)
    return Case({"x": numbers(draw, shape, draw(DTYPES), ties)}, arguments, plain)


@st.composite
def conv_cases(draw: st.DrawFn, ties: bool = False) -> Case:
    arguments, plain, size = draw(windows())
    del arguments["kernel_size"]
    groups, per_group, filters = (draw(st.integers(1, 3)) for _ in range(3))
    dtype = draw(DTYPES)
    shape = (draw(st.integers(0, 3)), groups * per_group, *size)
    weight_shape = (groups * filters, per_group, *plain["kernel"])
    arrays = {
        "x": numbers(draw, shape, dtype, ties),
        "weight": numbers(draw, weight_shape, dtype, ties),
        "bias": numbers(draw, weight_shape[:1], dtype, ties) if draw(st.booleans()) else None,
    }
    return Case(arrays, {**arguments, "groups": groups}, {**plain, "groups": groups})


@st.composite
def pool_cases(draw: st.DrawFn, average: bool = False) -> Case:
    arguments, plain, size = draw(windows(pooling=True, dilated=not average))
    ceil_mode = draw(st.booleans())
    for axis in (0, 1):  # a dilated window may jump over a small map; badak refuses that
        for places in positions(plain, size, axis, ceil_mode):
            assume(any(0 <= place < size[axis] for place in places))
    shape = (draw(st.integers(0, 3)), draw(st.integers(1, 3)), *size)
    x = numbers(draw, shape, draw(DTYPES), ties=not average and draw(st.booleans()))
    options: dict[str, Any] = {"ceil_mode": ceil_mode}
    if average:
        options["count_include_pad"] = draw(st.booleans())
        options["divisor_override"] = draw(st.none() | st.sampled_from([1, 2, 7]))
    return Case({"x": x}, {**arguments, **options}, {**plain, **options})


def _without_bias(case: Case) -> Case:
    return case.with_arrays(bias=None)


# The fault -> a function that adds it to a good case, and a pattern of the message.
WRONG_WINDOWS = {
    "stride 0": (lambda c: c.with_options(stride=0), "stride.*got 0"),
    "stride -1": (lambda c: c.with_options(stride=(1, -1)), "stride.*got -1"),
    "stride 2.5": (lambda c: c.with_options(stride=2.5), r"stride.*got 2\.5"),
    "stride True": (lambda c: c.with_options(stride=True), "stride.*got True"),
    "stride '2'": (lambda c: c.with_options(stride="2"), "stride.*got '2'"),
    "stride NaN": (lambda c: c.with_options(stride=np.nan), "stride.*got nan"),
    "stride huge": (
        lambda c: c.with_options(stride=8608480567731124087),
        "stride.*got 8608480567731124087",
    ),
    "three strides": (lambda c: c.with_options(stride=(1, 2, 3)), r"stride.*got \(1, 2, 3\)"),
    "no strides": (lambda c: c.with_options(stride=[]), r"stride.*got \[\]"),
    "padding -1": (lambda c: c.with_options(padding=-1), "padding.*got -1"),
    "padding side": (lambda c: c.with_options(padding=((0, 1), (-1, 0))), "padding.*got -1"),
    "padding 2**62": (lambda c: c.with_options(padding=2**62), "padding.*got 4611686018427387904"),
    "padding 'sme'": (lambda c: c.with_options(padding="sme"), "padding.*got 'sme'"),
    "padding None": (lambda c: c.with_options(padding=None), "padding.*got None"),
    "three axes": (lambda c: c.with_arrays(x=c.arrays["x"][0]), r"\bx\b.* 4 axes.*got shape"),
    "integers": (
        lambda c: c.with_arrays(x=c.arrays["x"].astype(int)),
        r"\bx\b.*float64.*got int64",
    ),
    "no rows": (lambda c: c.with_arrays(x=c.arrays["x"][:, :, :0]), r"\bx\b.* empty.*got \("),
    "no channels": (lambda c: c.with_arrays(x=c.arrays["x"][:, :0]), r"\bx\b.* empty.*got \("),
}
WRONG_DILATIONS = {
    "dilation 0": (lambda c: c.with_options(dilation=0), "dilation.*got 0"),
    "dilation -1": (lambda c: c.with_options(dilation=-1), "dilation.*got -1"),
    "dilation 2**62": (
        lambda c: c.with_options(dilation=2**62),
        "dilation.*got 4611686018427387904",
    ),
    "dilation 2**63-1": (
        lambda c: c.with_options(dilation=2**63 - 1),
        "dilation.*got 9223372036854775807",
    ),
}
WRONG_KERNELS = {
    "kernel 0": (lambda c: c.with_options(kernel_size=0), "kernel_size.*got 0"),
    "kernel []": (lambda c: c.with_options(kernel_size=[]), r"kernel_size.*got \[\]"),
    "kernel of 3": (lambda c: c.with_options(kernel_size=[1] * 3), r"kernel_size.*got \[1, 1, 1\]"),
    "kernel huge": (
        lambda c: c.with_options(kernel_size=8608480567731124087),
        "kernel_size.*got 8608480567731124087",
    ),
    # With ceil_mode and the default stride, which is the window's width, one partial window fits.
    "kernel > input": (
        lambda c: c.with_options(kernel_size=(1, 99), padding=0, stride=1),
        "does not fit",
    ),
}
WRONG_POOLS = {
    "too much padding": (
        lambda c: c.with_options(kernel_size=3, padding=(0, 2)),
        r"padding.* 3.*got \(\(0, 0\), \(2, 2\)\)",
    ),
    "ceil_mode 1": (lambda c: c.with_options(ceil_mode=1), "ceil_mode.*got 1"),
}
WRONG_WEIGHTS = {
    "weight 3-D": (
        lambda c: c.with_arrays(weight=c.arrays["weight"][0]),
        "weight.* 4 axes.*got shape",
    ),
    "channels": (
        lambda c: _without_bias(c).with_arrays(x=np.concatenate([c.arrays["x"]] * 2, axis=1)),
        "weight.* channels.* group",
    ),
    "no filters": (
        lambda c: c.with_arrays(weight=c.arrays["weight"][:0]),
        r"\bweight\b.* empty.*got \(",
    ),
    "0x0 kernel": (
        lambda c: c.with_arrays(weight=c.arrays["weight"][:, :, :0, :0]),
        r"\bweight\b.* empty.*got \(",
    ),
    "groups 0": (lambda c: c.with_options(groups=0), "groups.*got 0"),
    "groups -1": (lambda c: c.with_options(groups=-1), "groups.*got -1"),
    "groups 7": (lambda c: c.with_options(groups=7), "groups.* channels.*got 7"),
    "bias longer": (
        lambda c: c.with_arrays(bias=np.zeros(99, c.arrays["x"].dtype)),
        r"bias.*got \(99,\)",
    ),
    "bias float16": (lambda c: c.with_arrays(bias=np.zeros(1, np.float16)), "bias.*got float16"),
    "bias complex": (
        lambda c: c.with_arrays(bias=np.zeros(1, complex)),
        "bias.* real.*got dtype complex128",
    ),
    "mixed dtypes": (
        lambda c: c.with_arrays(weight=c.arrays["weight"].astype(_other(c.arrays["x"].dtype))),
        r"weight.*got float(32|64)",
    ),
    "kernel > input": (
        lambda c: c.with_arrays(x=c.arrays["x"][:, :, :1]).with_options(dilation=9, padding=0),
        "does not fit",
    ),
}


def _other(dtype: np.dtype) -> Any:
    return np.float64 if dtype == np.float32 else np.float32


@st.composite
def wrong_cases(draw: st.DrawFn, good: st.SearchStrategy[Case], *tables: Any) -> tuple[Case, str]:
    """A good case with one fault, and a pattern of the message."""
    wrongs = {name: wrong for table in tables for name, wrong in table.items()}
    name = draw(st.sampled_from(sorted(wrongs)))
    case = draw(good)
    assume(case.arrays["x"].shape[0])
    if name == "kernel > input" and "weight" in case.arrays:
        assume(case.arrays["weight"].shape[2] > 1)
    make, words = wrongs[name]
    return make(case), words
