"""Native convolution, plain and fused, against the reference in float64; products of matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak.ops import reference
from badak.ops.window import Window

core = pytest.importorskip("badak._core")

from badak.ops import fused, native  # noqa: E402  # where the core is built

pytestmark = pytest.mark.usefixtures("each_set")


@st.composite
def convolutions(draw):
    """Arrays and geometry, larger than strategies.py draws; half have forms of their own."""
    groups = draw(st.integers(1, 3))
    channels, filters = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    kernel = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    stride = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    dilation = draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    if draw(st.booleans()):
        kernel, stride, dilation = draw(st.sampled_from([(3, 3), (5, 5)])), (1, 1), (1, 1)
    pad = st.tuples(st.integers(0, 3), st.integers(0, 3))
    window = Window.of(kernel, stride, (draw(pad), draw(pad)), dilation)
    size = [
        max(1, dilation[a] * (kernel[a] - 1) + 1 - sum(window.padding[a]))
        + draw(st.integers(0, 30))
        for a in (0, 1)
    ]
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))

    def numbers(*shape):
        return generator.standard_normal(shape).astype(np.float32)

    x = numbers(draw(st.integers(1, 4)), groups * channels, *size)
    weight = numbers(groups * filters, channels, *kernel)
    return x, weight, numbers(groups * filters), window, groups


def wide(*arrays):
    return [array.astype(np.float64) for array in arrays]


def close(found, wanted, tolerance=1e-5, size=None):
    limit = tolerance * max(np.abs(wanted).max(initial=0) if size is None else size, 1e-6)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=limit)


def pooled(x, weight, bias, window, groups, relu):
    """The reference's convolution, ReLU and 2x2 pooling, and the mask of what passes."""
    y = reference.conv2d(*wide(x, weight, bias), window, groups)
    passes = y > 0 if relu else np.ones_like(y, bool)
    return reference.max_pool2d(np.where(passes, y, 0) if relu else y, Window.of(2, 2)), passes


@given(convolutions())
def test_conv2d_equals_the_reference(case):
    x, weight, bias, window, groups = case
    wanted = reference.conv2d(*wide(x, weight, bias), window, groups)
    close(native.conv2d(x, weight, bias, window, groups), wanted)
    grad_y = np.random.default_rng(1).standard_normal(wanted.shape).astype(np.float32)
    found = native.conv2d_backward(grad_y, x, weight, window, groups, True)
    grads = reference.conv2d_backward(*wide(grad_y, x, weight), window, groups, True)
    for one, other in zip(found[:2], grads[:2], strict=True):
        close(one, other)
    close(found[2], grads[2], size=np.abs(grad_y).sum(axis=(0, 2, 3)).max())


@given(convolutions(), st.booleans(), st.sampled_from([1, 2, 3]))
def test_the_fused_block_equals_its_parts(case, relu, threads):
    x, weight, bias, window, groups = case
    if min(window.output_size(*x.shape[2:])) < 2:
        return
    before = core.num_threads()
    core.set_num_threads(threads)
    try:
        options = {"window": window, "groups": groups, "relu": relu, "pool": True}
        y, winners = fused.conv_block(x, weight, bias, **options, winners=True)
        (wanted, indices), passes = pooled(*case, relu)
        close(y, wanted)
        grad_y = np.random.default_rng(1).standard_normal(y.shape).astype(np.float32)
        found = fused.conv_block_backward(
            grad_y, y, winners, x, weight, bias, **options, need_grad_x=True
        )
        grad = reference.max_pool2d_backward(grad_y.astype(np.float64), indices, passes.shape)
        grad = grad * passes
        grads = reference.conv2d_backward(grad, *wide(x, weight), window, groups, True)
        for one, other in zip(found[:2], grads[:2], strict=True):
            close(one, other)
        close(found[2], grads[2], size=np.abs(grad).sum(axis=(0, 2, 3)).max())
    finally:
        core.set_num_threads(before)


@pytest.mark.parametrize(
    "shape", [(4, 16, 28, 28), (100, 16, 14, 14), (3, 64, 8, 8), (1, 192, 13, 13), (2, 512, 14, 14)]
)
def test_tiles_stay_within_their_stated_accuracy(shape):
    """winograd.h states 4e-6 of the largest result for normal numbers."""
    generator = np.random.default_rng(0)
    x = generator.standard_normal(shape).astype(np.float32)
    weight = generator.standard_normal((32, shape[1], 3, 3)).astype(np.float32)
    window = Window.of(3, 1, 1)
    wanted = reference.conv2d(*wide(x, weight), None, window, 1)
    close(native.conv2d(x, weight, None, window, 1), wanted, tolerance=4e-6)
    grad_y = generator.standard_normal(wanted.shape).astype(np.float32)
    found = native.conv2d_backward(grad_y, x, weight, window, 1, True)
    grads = reference.conv2d_backward(*wide(grad_y, x, weight), window, 1, True)
    for one, other in zip(found[:2], grads[:2], strict=True):
        close(one, other, tolerance=4e-6)


@pytest.mark.parametrize(("m", "n", "k"), [(1, 1, 1), (3, 40, 300), (13, 33, 257), (100, 50, 1030)])
@pytest.mark.parametrize("a_turned", [False, True])
@pytest.mark.parametrize("b_turned", [False, True])
def test_products_in_every_form(m, n, k, a_turned, b_turned):
    generator = np.random.default_rng(0)
    a, b, c = (generator.standard_normal(s).astype(np.float32) for s in ((m, k), (k, n), (m, n)))
    rows, columns = (generator.standard_normal(s).astype(np.float32) for s in (m, n))
    wanted = a.astype(np.float64) @ b
    given_a = np.ascontiguousarray(a.T) if a_turned else a
    given_b = np.ascontiguousarray(b.T) if b_turned else b
    size = np.abs(a) @ np.abs(b)
    found = c.copy()
    core.gemm(given_a, a_turned, given_b, b_turned, found, accumulate=True)
    close(found, wanted + c, size=size.max())
    core.gemm(given_a, a_turned, given_b, b_turned, found, rows, columns, relu=True)
    close(found, np.maximum(wanted + rows[:, None] + columns, 0), size=size.max())
