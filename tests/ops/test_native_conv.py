"""Native convolution, plain and fused, against the reference in float64; products of matrices."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from badak.ops import reference
from badak.ops.window import Window

core = pytest.importorskip("badak._core")

from badak.ops import native  # noqa: E402  # only if the core is built
from badak.ops.native import fused  # noqa: E402

pytestmark = pytest.mark.usefixtures("each_set")


def case(images, groups, channels, filters, size, window, seed=0):
    """x, weight, bias, window, groups; channels and filters are per group."""
    generator = np.random.default_rng(seed)

    def numbers(*shape):
        return generator.standard_normal(shape).astype(np.float32)

    x = numbers(images, groups * channels, *size)
    weight = numbers(groups * filters, channels, *window.kernel)
    return x, weight, numbers(groups * filters), window, groups


SEEDS = st.integers(0, 2**32)


@st.composite
def convolutions(draw):
    """Arrays and geometry, larger than strategies.py draws; half reach a special kernel."""
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
    images = draw(st.integers(1, 4))
    return case(images, groups, channels, filters, size, window, draw(SEEDS))


@st.composite
def tiled(draw):
    """The same for conv2d/winograd.h: stride 1, 3x3 from 8 channels and filters on, 5x5 from 16.

    Some cases narrowly miss it: padding of 3, or maps that tiles would cover badly.
    """
    groups, kernel = draw(st.integers(1, 3)), draw(st.sampled_from([3, 3, 5]))
    least = 8 if kernel == 3 else 16
    channels, filters = draw(st.integers(least, 40)), draw(st.integers(least, 40))
    pad = st.tuples(*[st.sampled_from([0, 1, 1, 2, 2, 2, 2, 3])] * 2)
    window = Window.of(kernel, 1, (draw(pad), draw(pad)))
    size = [draw(st.integers(max(1, kernel - sum(sides)), 36)) for sides in window.padding]
    images = draw(st.integers(1, min(100, max(1, 2000 // (size[0] * size[1])))))
    return case(images, groups, channels, filters, size, window, draw(SEEDS))


@st.composite
def strided(draw):
    """The same for conv2d/strided.h: strides that make 3x3 of the kernel, and some that do not."""
    kernel, stride = draw(
        st.sampled_from([(11, 4), (12, 4), (9, 4), (8, 3), (5, 2), (6, 2), (7, 2)])
    )
    channels = draw(st.integers(max(1, 32 // stride**2 - 1), 12))
    pad = st.tuples(st.integers(0, kernel), st.integers(0, kernel))
    window = Window.of(kernel, stride, (draw(pad), draw(pad)))
    size = [draw(st.integers(max(1, kernel - sum(sides)), 60)) for sides in window.padding]
    return case(
        draw(st.integers(1, 9)), 1, channels, draw(st.integers(8, 33)), size, window, draw(SEEDS)
    )


# One image in bands of rows, which in backward begin inside windows of pooling; of the last
# band's single row nothing is pooled.
BANDS = case(1, 1, 9, 20, (29, 38), Window.of(3, 1, 1))
# More padding on the right than the tiles have room for.
PADDED = case(2, 1, 8, 9, (12, 16), Window.of(3, 1, ((1, 1), (1, 3))))


def wide(*arrays):
    return [array.astype(np.float64) for array in arrays]


def close(result, wanted, tolerance=1e-5, size=None):
    limit = tolerance * max(np.abs(wanted).max(initial=0) if size is None else size, 1e-6)
    np.testing.assert_allclose(result, wanted, rtol=0, atol=limit)


def won(winners, w):
    """The indices, in maps of w columns, of the cells that won their 2x2 windows."""
    rows, columns = np.indices(winners.shape[2:])
    return (2 * rows + winners // 2) * w + 2 * columns + winners % 2


@given(convolutions() | tiled() | strided())
@example(PADDED)
def test_conv2d_equals_the_reference(drawn):
    x, weight, bias, window, groups = drawn
    wanted = reference.conv2d(*wide(x, weight, bias), window, groups)
    close(native.conv2d(x, weight, bias, window, groups), wanted)
    grad_y = np.random.default_rng(1).standard_normal(wanted.shape).astype(np.float32)
    results = native.conv2d_backward(grad_y, x, weight, window, groups, True)
    grads = reference.conv2d_backward(*wide(grad_y, x, weight), window, groups, True)
    for result, expected in zip(results[:2], grads[:2], strict=True):
        close(result, expected)
    close(results[2], grads[2], size=np.abs(grad_y).sum(axis=(0, 2, 3)).max())


@given(convolutions() | tiled() | strided(), st.booleans(), st.booleans(), st.sampled_from([2, 3]))
@example(BANDS, True, True, 2)
def test_the_fused_block_equals_its_parts(drawn, relu, pool, threads):
    x, weight, bias, window, groups = drawn
    if min(window.output_size(*x.shape[2:])) < 2:
        pool = False
    options = {"window": window, "groups": groups, "relu": relu, "pool": pool}
    conv = reference.conv2d(*wide(x, weight, bias), window, groups)
    active = np.maximum(conv, 0) if relu else conv

    def run(count):
        before = core.num_threads()
        core.set_num_threads(count)
        try:
            y, winners = fused.conv_block(x, weight, bias, **options, winners=True)
            grad_y = np.random.default_rng(1).standard_normal(y.shape).astype(np.float32)
            return (
                grad_y,
                y,
                winners,
                fused.conv_block_backward(
                    grad_y, y, winners, x, weight, bias, **options, need_grad_x=True
                ),
            )
        finally:
            core.set_num_threads(before)

    grad_y, y, winners, results = run(1)
    # Ties and signs within rounding may go either way: the gradient follows the block's choice.
    grad = np.where(y > 0, grad_y, 0).astype(np.float64) if relu else grad_y.astype(np.float64)
    if pool:
        places = won(winners, conv.shape[3])
        close(y, reference.max_pool2d(active, Window.of(2, 2))[0])
        flat = active.reshape(*conv.shape[:2], -1)
        close(np.take_along_axis(flat, places.reshape(*flat.shape[:2], -1), 2).reshape(y.shape), y)
        grad = reference.max_pool2d_backward(grad, places, conv.shape)
    else:
        close(y, active)
    grads = reference.conv2d_backward(grad, *wide(x, weight), window, groups, True)
    for result, expected in zip(results[:2], grads[:2], strict=True):
        close(result, expected)
    close(results[2], grads[2], size=np.abs(grad).sum(axis=(0, 2, 3)).max())
    *_, others = again = run(threads)
    for one, other in zip((y, *results), (again[1], *others), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 0.0])
def test_tiles_pass_on_odd_numbers_and_ties(odd):
    """NaN and infinity spread over their tile, no further; ReLU and pooling equal those of ops."""
    generator = np.random.default_rng(0)
    x = generator.standard_normal((3, 20, 12, 14)).astype(np.float32)
    weight = generator.standard_normal((18, 20, 3, 3)).astype(np.float32)
    weight[::3] = 0  # all places of these filters tie
    x[1, 4, 5, 7] = odd
    window = Window.of(3, 1, 1)
    y = native.conv2d(x, weight, None, window, 1)
    with np.errstate(invalid="ignore"):
        wanted = reference.conv2d(*wide(x, weight), None, window, 1)
    finite = np.isfinite(y)
    assert not (finite & ~np.isfinite(wanted)).any()
    assert finite[:, :, :4].all()
    assert finite[:, :, 8:].all()
    assert finite[:, :, :, :4].all()
    assert finite[:, :, :, 12:].all()
    assert finite[::2].all()
    close(y[finite], wanted[finite])
    for relu in (False, True):
        result, winners = fused.conv_block(x, weight, None, window, 1, relu, True, winners=True)
        values, places = reference.max_pool2d(y, Window.of(2, 2))
        np.testing.assert_array_equal(result, reference.relu(values) if relu else values)
        np.testing.assert_array_equal(won(winners, 14), places)
        result, _ = fused.conv_block(x, weight, None, window, 1, relu, False, winners=False)
        np.testing.assert_array_equal(result, reference.relu(y) if relu else y)
    grad_y = generator.standard_normal(y.shape).astype(np.float32)
    grad_y[1, 4, 5, 7] = odd
    _, grad_weight, grad_bias = native.conv2d_backward(grad_y, x, weight, window, 1, False)
    others = np.arange(18) != 4
    assert np.isfinite(np.delete(grad_weight[others], 4, 1)).all()
    assert np.isfinite(grad_weight[4]).any() == np.isfinite(odd) == np.isfinite(grad_bias[4])


@pytest.mark.parametrize("channels", [7, 8])
def test_the_gradient_of_bias_keeps_its_accuracy_over_many_places(channels):
    """A plain sum of these 160,000 numbers of one sign would be wrong by 1e-5."""
    generator = np.random.default_rng(0)
    x = generator.standard_normal((1, channels, 400, 400)).astype(np.float32)
    weight = generator.standard_normal((channels, channels, 3, 3)).astype(np.float32)
    grad_y = generator.random(x.shape, np.float32)
    _, _, result = native.conv2d_backward(grad_y, x, weight, Window.of(3, 1, 1), 1, False)
    wanted = grad_y.sum(axis=(0, 2, 3), dtype=np.float64)
    np.testing.assert_allclose(result, wanted, rtol=1e-6)


@pytest.mark.parametrize(
    ("shape", "filters", "kernel"),
    [
        ((4, 16, 28, 28), 32, 3),
        ((100, 16, 14, 14), 32, 3),
        ((3, 64, 8, 8), 32, 3),
        ((1, 192, 13, 13), 32, 3),
        ((2, 512, 14, 14), 32, 3),
        ((2, 300, 9, 10), 300, 3),  # the sums of all weights do not fit L2
        ((3, 48, 27, 27), 32, 5),
        ((1, 256, 13, 14), 32, 5),
    ],
)
def test_tiles_stay_within_their_stated_accuracy(shape, filters, kernel):
    """conv2d/winograd_transforms.h states 5e-6 of the largest result for normal numbers."""
    generator = np.random.default_rng(0)
    x = generator.standard_normal(shape).astype(np.float32)
    weight = generator.standard_normal((filters, shape[1], kernel, kernel)).astype(np.float32)
    window = Window.of(kernel, 1, kernel // 2)
    wanted = reference.conv2d(*wide(x, weight), None, window, 1)
    close(native.conv2d(x, weight, None, window, 1), wanted, tolerance=5e-6)
    grad_y = generator.standard_normal(wanted.shape).astype(np.float32)
    results = native.conv2d_backward(grad_y, x, weight, window, 1, True)
    grads = reference.conv2d_backward(*wide(grad_y, x, weight), window, 1, True)
    for one, other in zip(results[:2], grads[:2], strict=True):
        close(one, other, tolerance=5e-6)
    close(results[2], grads[2], size=np.abs(grad_y).sum(axis=(0, 2, 3)).max(), tolerance=1e-6)


@pytest.mark.parametrize(
    ("m", "n", "k"),
    [
        (1, 1, 1),
        (3, 40, 300),
        (13, 33, 257),
        (100, 50, 1030),
        (20, 500, 400),  # a large b and few rows: panel by panel
        (10, 300, 1000),  # and with k cut in parts
    ],
)
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
    result = c.copy()
    core.gemm(given_a, given_b, (a_turned, b_turned), result, accumulate=True)
    close(result, wanted + c, size=size.max())
    core.gemm(given_a, given_b, (a_turned, b_turned), result, rows, columns, relu=True)
    close(result, np.maximum(wanted + rows[:, None] + columns, 0), size=size.max())
