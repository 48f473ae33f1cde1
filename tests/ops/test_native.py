"""Native kernels: the same bits with any number of threads, and sizes larger than a tile.

The reference in float64 is the oracle here; test_conv.py and the files beside it compare both
editions with PyTorch on small cases.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

_core = pytest.importorskip("badak._core")

from badak import ops  # noqa: E402  # there is no native edition without the core
from badak.ops.native import fused  # noqa: E402
from badak.ops.window import Window  # noqa: E402
from calls import calls  # noqa: E402
from strategies import Case, numbers  # noqa: E402

pytestmark = pytest.mark.usefixtures("each_set")

CALLS = calls()


def wide(value: Any) -> Any:
    """A float32 array as float64, so that the reference computes; anything else unchanged."""
    return value.astype(np.float64) if getattr(value, "dtype", None) == np.float32 else value


def close(result: np.ndarray | None, wanted: np.ndarray | None, size: Any = 0.0) -> None:
    """Assert agreement within 1e-5 of `size`, or of the largest expected number."""
    if wanted is None:
        assert result is None
        return
    assert result.dtype == np.float32
    assert result.shape == wanted.shape
    limit = 1e-5 * max(float(np.max(size, initial=0)), float(np.abs(wanted).max(initial=0)))
    np.testing.assert_allclose(result, wanted, rtol=1e-5, atol=limit)


def bits(result: Any) -> list[bytes]:
    """The bytes of every array in a result."""
    parts = result if isinstance(result, tuple) else (result,)
    return [np.asarray(part).tobytes() for part in parts]


def with_threads(count: int, call: Callable[[], Any]) -> list[bytes]:
    before = _core.num_threads()
    _core.set_num_threads(count)
    try:
        return bits(call())
    finally:
        _core.set_num_threads(before)


def same_with_any_threads(call: Callable[[], Any]) -> None:
    once = with_threads(1, call)
    assert with_threads(1, call) == once, "a second call gives other bits"
    for count in (2, 3):
        assert with_threads(count, call) == once, f"{count} threads give other bits"


@pytest.mark.parametrize("name", CALLS)
def test_small_calls_give_the_same_bits_with_any_number_of_threads(name):
    arrays, options = CALLS[name]
    same_with_any_threads(lambda: getattr(ops, name)(**arrays, **options))


def large() -> dict[str, Callable[[], Any]]:
    """Calls so large that every kernel splits them into several pieces."""
    generator = np.random.default_rng(3)

    def draw(*shape: int) -> np.ndarray:
        return generator.standard_normal(shape).astype(np.float32)

    x, weight, grad_y = draw(9, 18, 31, 29), draw(20, 18, 3, 3), draw(9, 20, 31, 29)
    wide_weight = draw(20, 18, 5, 2)
    rows, matrix = draw(300, 257), draw(130, 257)
    logits, labels = draw(9000, 11), generator.integers(0, 11, 9000)
    pooled, indices = ops.max_pool2d(x, 3, stride=2)
    y, scale = ops.local_response_norm(x)
    norm = {"weight": draw(18), "bias": draw(18)}
    running = {"running_mean": draw(18), "running_var": draw(18) ** 2}
    saved = ops.batch_norm2d(x, **norm, **running, training=True)
    step = draw(70_001)

    def dropped() -> Any:
        return ops.dropout(x, 0.3, np.random.default_rng(1))

    return {
        "conv2d 3x3": lambda: ops.conv2d(x, weight, padding=1),
        "conv2d 3x3 backward": lambda: ops.conv2d_backward(grad_y, x, weight, padding=1),
        "conv2d 5x2": lambda: ops.conv2d(x, wide_weight, stride=(2, 1)),
        "conv2d 5x2 backward": lambda: ops.conv2d_backward(
            draw_like(ops.conv2d(x, wide_weight, stride=(2, 1))), x, wide_weight, stride=(2, 1)
        ),
        "linear": lambda: ops.linear(rows, matrix),
        "linear backward": lambda: ops.linear_backward(rows[:, :130], rows, matrix),
        "max_pool2d": lambda: ops.max_pool2d(x, 3, stride=2),
        "max_pool2d backward": lambda: ops.max_pool2d_backward(pooled, indices, x.shape),
        "avg_pool2d": lambda: ops.avg_pool2d(x, 3, stride=2),
        "avg_pool2d backward": lambda: ops.avg_pool2d_backward(pooled, x.shape, 3, stride=2),
        "global_avg_pool2d": lambda: ops.global_avg_pool2d(x),
        "relu": lambda: ops.relu(x),
        "gelu backward": lambda: ops.gelu_backward(x, x),
        "softmax": lambda: ops.softmax(logits),
        "log_softmax over rows": lambda: ops.log_softmax(logits, 0),
        "cross_entropy": lambda: ops.cross_entropy(logits, labels),
        "dropout": dropped,
        "batch_norm2d": lambda: ops.batch_norm2d(x, **norm, **running, training=True),
        "batch_norm2d backward": lambda: ops.batch_norm2d_backward(
            x, x, norm["weight"], saved.mean, saved.inverse_std, True
        ),
        "local_response_norm": lambda: ops.local_response_norm(x),
        "local_response_norm backward": lambda: ops.local_response_norm_backward(x, x, y, scale),
        "adam_update": lambda: ops.adam_update(step, step, step, step**2, 3, 0.1),
        "norm": lambda: ops.norm([x, rows, step]),
    }


def draw_like(array: np.ndarray) -> np.ndarray:
    return np.random.default_rng(4).standard_normal(array.shape).astype(np.float32)


LARGE = large()


@pytest.mark.parametrize("name", LARGE)
def test_large_calls_give_the_same_bits_with_any_number_of_threads(name):
    same_with_any_threads(LARGE[name])


@st.composite
def large_convs(draw: st.DrawFn) -> Case:
    """Convolutions larger than one tile in channels, filters, rows and columns."""
    kernel = draw(st.sampled_from([(3, 3), (1, 1), (5, 5), (2, 3), (1, 5), (7, 4)]))
    stride = draw(st.sampled_from([(1, 1), (1, 1), (2, 2), (1, 2), (3, 1)]))
    dilation = draw(st.sampled_from([(1, 1), (1, 1), (2, 1), (1, 3)]))
    groups = draw(st.sampled_from([1, 1, 2, 3, 8]))
    depthwise = draw(st.booleans()) and groups > 1
    channels = 1 if depthwise else draw(st.integers(1, 40 // groups))
    filters = draw(st.integers(1, 2)) if depthwise else draw(st.integers(1, 40 // groups))
    sides = tuple(draw(st.tuples(st.integers(0, 3), st.integers(0, 3))) for _ in range(2))
    size = tuple(
        draw(st.integers(max(1, dilation[a] * (kernel[a] - 1) + 1 - sum(sides[a])), 40))
        for a in (0, 1)
    )
    x = numbers(draw, (draw(st.integers(1, 3)), groups * channels, *size), np.float32)
    weight = numbers(draw, (groups * filters, channels, *kernel), np.float32)
    bias = numbers(draw, weight.shape[:1], np.float32) if draw(st.booleans()) else None
    options = {"stride": stride, "padding": sides, "dilation": dilation, "groups": groups}
    return Case({"x": x, "weight": weight, "bias": bias}, options)


@given(large_convs())
def test_large_convolutions_forward_and_back(case):
    x, weight, bias = case.arrays.values()
    y = ops.conv2d(x, weight, bias, **case.options)
    size = ops.conv2d(wide(abs(x)), wide(abs(weight)), wide(bias), **case.options)
    close(y, ops.conv2d(wide(x), wide(weight), wide(bias), **case.options), abs(size))
    grad_y = case.gradient(y.shape)
    parts = grad_y, x, weight
    results = ops.conv2d_backward(*parts, **case.options)
    expected = ops.conv2d_backward(*map(wide, parts), **case.options)
    sizes = ops.conv2d_backward(*(wide(abs(part)) for part in parts), **case.options)
    for result, wanted, size in zip(results, expected, sizes, strict=True):
        close(result, wanted, size)
    again = ops.conv2d_backward(*parts, **case.options, need_grad_x=False)
    assert again[0] is None
    assert bits(again[1:]) == bits(results[1:])


def block_reference(case: Case, relu: bool, pool: bool, grad_y: Any = None) -> Any:
    """The ops one by one in float64; with grad_y, backward too: y, (grad_x, weight, bias)."""
    x, weight, bias = (wide(array) for array in case.arrays.values())
    y = conv = ops.conv2d(x, weight, bias, **case.options)
    y = active = ops.relu(y) if relu else y
    if pool:
        y, indices = ops.max_pool2d(y, 2)
    if grad_y is None:
        return y
    grad = wide(grad_y)
    grad = ops.max_pool2d_backward(grad, indices, conv.shape) if pool else grad
    grad = ops.relu_backward(grad, active) if relu else grad
    return y, ops.conv2d_backward(grad, x, weight, **case.options), grad


@given(large_convs(), st.booleans(), st.booleans())
def test_a_fused_block_is_its_ops_one_after_the_other(case, relu, pool):
    x, weight, bias = case.arrays.values()
    o = case.options
    window = Window(weight.shape[2:], o["stride"], o["padding"], o["dilation"])
    if min(window.output_size(*x.shape[2:])) < 2:
        pool = False
    geometry = {"window": window, "groups": o["groups"], "relu": relu, "pool": pool}
    plain, none = fused.conv_block(x, weight, bias, **geometry, winners=False)
    y, winners = fused.conv_block(x, weight, bias, **geometry, winners=True)
    assert none is None
    assert bits(plain) == bits(y)
    forward, *_ = fused.conv_ways(x.shape, len(weight), window, o["groups"], relu, pool)
    if forward in ("winograd", "strided"):
        return  # tiles round even small integers: test_native_conv.py tests them
    grad_y = case.gradient(y.shape)
    # Ties and signs within rounding may go either way: compare the gradient only elsewhere.
    exact = case.with_arrays(
        x=np.round(x * 2), weight=np.round(weight * 2), bias=None if bias is None else bias.round()
    )
    x, weight, bias = exact.arrays.values()
    size = ops.conv2d(wide(abs(x)), wide(abs(weight)), None, **o)
    y, winners = fused.conv_block(x, weight, bias, **geometry, winners=True)
    wanted, grads, grad = block_reference(exact, relu, pool, grad_y)
    close(y, wanted, size)
    results = fused.conv_block_backward(
        grad_y, y, winners, x, weight, bias, **geometry, need_grad_x=True
    )
    sizes = ops.conv2d_backward(abs(grad), wide(abs(x)), wide(abs(weight)), **o)
    for result, expected, scale in zip(
        results[: 2 + (bias is not None)], grads, sizes, strict=False
    ):
        close(result, expected, scale)
    assert (results[2] is None) == (bias is None)


@given(large_convs(), st.booleans(), st.booleans())
def test_a_fused_block_forward_on_real_numbers(case, relu, pool):
    x, weight, bias = case.arrays.values()
    o = case.options
    window = Window(weight.shape[2:], o["stride"], o["padding"], o["dilation"])
    pool = pool and min(window.output_size(*x.shape[2:])) >= 2
    y, _ = fused.conv_block(x, weight, bias, window, o["groups"], relu, pool, winners=False)
    size = ops.conv2d(wide(abs(x)), wide(abs(weight)), None, **o)
    close(y, block_reference(case, relu, pool), size)


@pytest.mark.parametrize("kernel", [(3, 3), (5, 5), (1, 1), (2, 3)])
@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_a_convolution_passes_on_what_is_not_finite_and_only_where_it_reaches(kernel, odd):
    generator = np.random.default_rng(0)
    x = generator.standard_normal((2, 5, 21, 22)).astype(np.float32)
    weight = generator.standard_normal((7, 5, *kernel)).astype(np.float32)
    x[1, 2, 10, 11] = odd
    y = ops.conv2d(x, weight, padding=1)
    with np.errstate(invalid="ignore"):
        wanted = ops.conv2d(wide(x), wide(weight), padding=1)
    np.testing.assert_array_equal(np.isfinite(y), np.isfinite(wanted))


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_relu_and_pooling_within_a_block_treat_odd_numbers_as_their_ops_do(odd):
    generator = np.random.default_rng(0)
    x = generator.standard_normal((2, 3, 12, 13)).astype(np.float32)
    weight = generator.standard_normal((4, 3, 3, 3)).astype(np.float32)
    x[1, 2, 5, 6] = odd
    window = Window((3, 3), (1, 1), ((0, 0), (0, 0)), (1, 1))
    for relu, pool in [(True, False), (False, True), (True, True)]:
        y, _ = fused.conv_block(x, weight, None, window, 1, relu, pool, winners=True)
        parts = ops.conv2d(x, weight)
        parts = ops.relu(parts) if relu else parts
        parts = ops.max_pool2d(parts, 2)[0] if pool else parts
        np.testing.assert_allclose(y, parts, rtol=1e-5, atol=1e-5)
