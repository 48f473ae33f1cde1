"""The harness must catch every op that is wrong on purpose: a test must be able to fail."""

import math
import types
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import oracles
from badak import ops
from badak.ops import edition, reference
from calls import calls
from harness import agree
from strategies import conv_cases, pool_cases


@pytest.fixture(params=edition.EDITIONS)
def whole(request):
    """The edition before it is sabotaged."""
    with ops.use(request.param):
        yield edition.EDITIONS[request.param]


@pytest.fixture
def sabotaged(monkeypatch, whole):
    """A function that runs an edition in which one op is replaced."""

    def run(name, replacement):
        wrong = types.ModuleType("wrong")
        vars(wrong).update(vars(whole))
        setattr(wrong, name, replacement)
        monkeypatch.setitem(edition.EDITIONS, "wrong", wrong)
        return ops.use("wrong")

    return run


def on_first(change):
    """A sabotage that changes a copy of the op's first array."""

    def sabotage(op, arguments):
        result = op(*arguments)
        if not isinstance(result, tuple):
            return change(result.copy())
        first = next(i for i, part in enumerate(result) if isinstance(part, np.ndarray))
        return (*result[:first], change(result[first].copy()), *result[first + 1 :])

    return sabotage


def last_is(value):
    def change(array):
        array.reshape(-1)[-1] = value(array.reshape(-1)[-1])
        return array

    return on_first(change)


def mutate_input(op, arguments):
    result = op(*arguments)
    victim = next(a for a in arguments if isinstance(a, np.ndarray))
    if victim.flags.writeable:  # a kernel in C would not check this
        victim.reshape(-1)[0] += 1
    return result


def read_only(array):
    array.flags.writeable = False
    return array


SABOTAGES = {
    "last element NaN": last_is(lambda value: np.nan),
    "last element a little off": last_is(lambda value: value + 1e-3),
    "last element infinite": last_is(lambda value: np.inf),
    "all a little too large": on_first(lambda array: array * np.float32(1.001) + np.float32(1e-4)),
    "float64": on_first(lambda array: array.astype(np.float64)),
    "float16 on the way": on_first(lambda array: array.astype(np.float16).astype(np.float32)),
    "Fortran order": on_first(lambda array: np.asfortranarray(array + 0)[..., :]),
    "one axis more": on_first(lambda array: array[..., None]),
    "transposed": on_first(lambda array: np.ascontiguousarray(array.T)),
    "read-only": on_first(read_only),
    "input mutated": mutate_input,
    "last row missing": on_first(lambda array: array[:-1].copy()),
}
OPS = sorted(set(calls()) & set(vars(reference)))


def arrays_of(name, arrays, options):
    """The op in the form that the harness needs: a loss becomes an array."""
    op = getattr(ops, name)
    if name != "cross_entropy":
        return op
    return lambda **arguments: op(**arguments)[1]


@pytest.mark.parametrize("name", OPS)
@pytest.mark.usefixtures("whole")
def test_the_whole_edition_passes(name):
    arrays, options = calls()[name]
    op = arrays_of(name, arrays, options)
    agree(op, arrays, options, *expectation(op, arrays, options))


def expectation(op, arrays, options):
    """The results of the correct op, floats as float64."""
    result = op(**arrays, **options)
    parts = result if isinstance(result, tuple) else (result,)
    return [p.astype(np.float64) if p.dtype == np.float32 else p for p in parts]


@pytest.mark.parametrize("sabotage", SABOTAGES)
@pytest.mark.parametrize("name", OPS)
def test_every_sabotage_of_every_op_is_caught(name, sabotage, sabotaged, whole):
    arrays, options = calls()[name]
    op = arrays_of(name, arrays, options)
    expected = expectation(op, arrays, options)
    if sabotage == "Fortran order" and expected[0].ndim == 1:
        return  # a single axis has only one order
    with (
        sabotaged(name, lambda *a: SABOTAGES[sabotage](getattr(whole, name), a)),
        pytest.raises(AssertionError),
    ):
        agree(op, arrays, options, *expected)


def test_a_result_that_is_a_view_of_an_input_is_caught(sabotaged):
    x = np.ones((2, 3), np.float32)
    with sabotaged("relu", lambda x: x), pytest.raises(AssertionError, match="a view of an input"):
        agree(ops.relu, {"x": x}, {}, np.ones((2, 3)))


def test_a_kernel_that_ignores_strides_is_caught():
    def from_memory(x):  # reads on from the first element, as a careless kernel would
        start = np.lib.array_utils.byte_bounds(x)[0]
        offset = x.__array_interface__["data"][0] - start
        base = x if x.base is None else x.base
        flat = np.frombuffer(np.asarray(base).tobytes(), x.dtype, x.size, offset)
        return np.maximum(flat.reshape(x.shape), 0)

    x = np.arange(12, dtype=np.float32).reshape(3, 4)
    with pytest.raises(AssertionError, match="inputs differ"):
        agree(from_memory, {"x": x}, {}, np.arange(12.0).reshape(3, 4))


def _square(weight):
    return weight.shape[2] == weight.shape[3] > 1


# Find one example that fails; shrinking it would be of no use.
LOOK = settings(
    database=None,
    derandomize=True,
    max_examples=300,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

# Plausible mistakes in a convolution; each function takes x, weight, bias, window and groups.
WRONG_CONVOLUTIONS = {
    "kernel axes swapped": lambda x, w, *rest: reference.conv2d(
        x, np.ascontiguousarray(w.swapaxes(2, 3)) if _square(w) else w, *rest
    ),
    "kernel turned round": lambda x, w, *rest: reference.conv2d(
        x, np.ascontiguousarray(w[:, :, ::-1, ::-1]), *rest
    ),
    "one weight off": lambda x, w, *rest: reference.conv2d(
        x, w + np.eye(1, w.size, w.size - 1, dtype=w.dtype).reshape(w.shape) / 64, *rest
    ),
    "bias forgotten": lambda x, w, b, *rest: reference.conv2d(x, w, None, *rest),
    "groups in reverse": lambda x, w, b, window, groups: reference.conv2d(
        x,
        np.ascontiguousarray(w.reshape(groups, -1, *w.shape[1:])[::-1]).reshape(w.shape),
        b,
        window,
        groups,
    ),
    "padding on the other side": lambda x, w, b, window, groups: reference.conv2d(
        x,
        w,
        b,
        type(window)(
            window.kernel,
            window.stride,
            tuple(side[::-1] for side in window.sides(*x.shape[2:])),
            window.dilation,
        ),
        groups,
    ),
}


@pytest.mark.parametrize("mistake", WRONG_CONVOLUTIONS)
def test_the_conv_test_catches_plausible_mistakes(mistake, sabotaged):
    @LOOK
    @given(conv_cases())
    def test(case):
        arrays = [array for array in case.arrays.values() if array is not None]
        expected = oracles.forward(oracles.conv2d, *arrays, **case.geometry)
        result = ops.conv2d(**case.arrays, **case.options)
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-4)

    with sabotaged("conv2d", WRONG_CONVOLUTIONS[mistake]), pytest.raises(AssertionError):
        test()


def pads_with_zero(x, window):
    padded = np.pad(x, ((0, 0), (0, 0), *window.reach(*x.shape[2:])))
    y, _ = reference.max_pool2d(padded, replace(window, padding=((0, 0), (0, 0)), ceil_mode=False))
    return y, reference.max_pool2d(x, window)[1]


def last_of_equals_wins(x, window):
    y, indices = reference.max_pool2d(x, window)
    turned, last = reference.max_pool2d(np.ascontiguousarray(x[:, :, ::-1, ::-1]), window)
    if not np.array_equal(turned[:, :, ::-1, ::-1], y):  # a window that is not symmetric
        return y, indices
    return y, np.ascontiguousarray(x.shape[2] * x.shape[3] - 1 - last[:, :, ::-1, ::-1])


def overlaps_overwrite(grad_y, indices, shape):
    grad_x = np.zeros((*shape[:2], shape[2] * shape[3]), grad_y.dtype)
    flat = (*shape[:2], math.prod(indices.shape[2:]))
    np.put_along_axis(grad_x, indices.reshape(flat), grad_y.reshape(flat), axis=2)
    return grad_x.reshape(shape)


WRONG_POOLS = {
    "padding is 0, not -inf": ("max_pool2d", pads_with_zero),
    "last of equals wins": ("max_pool2d", last_of_equals_wins),
    "overlapping windows overwrite": ("max_pool2d_backward", overlaps_overwrite),
    "padding always counts": (
        "avg_pool2d",
        lambda x, window, count, divisor: reference.avg_pool2d(x, window, True, divisor),
    ),
    "padding never counts": (
        "avg_pool2d",
        lambda x, window, count, divisor: reference.avg_pool2d(x, window, False, divisor),
    ),
    "divisor ignored": (
        "avg_pool2d",
        lambda x, window, count, divisor: reference.avg_pool2d(x, window, count, None),
    ),
    "ceil_mode ignored": (
        "avg_pool2d",
        lambda x, window, *rest: reference.avg_pool2d(x, replace(window, ceil_mode=False), *rest),
    ),
}


@pytest.mark.parametrize("mistake", WRONG_POOLS)
def test_the_pool_tests_catch_plausible_mistakes(mistake, sabotaged):
    name, wrong = WRONG_POOLS[mistake]

    @LOOK
    @given(pool_cases(average=name == "avg_pool2d"))
    def test(case):
        x = case.arrays["x"]
        if name == "avg_pool2d":
            expected = [oracles.naive_avg_pool2d(x, **case.geometry)]
            agree(ops.avg_pool2d, case.arrays, case.options, *expected, scale=4)
            return
        y, indices = oracles.naive_max_pool2d(x, **case.geometry)
        if name == "max_pool2d":
            agree(ops.max_pool2d, case.arrays, case.options, y, indices)
            return
        grad_x = np.zeros(x.shape)
        for image, channel, i, j in np.ndindex(*y.shape):
            grad_x[image, channel].reshape(-1)[indices[image, channel, i, j]] += 1
        arrays = {"grad_y": np.ones_like(y, x.dtype), "indices": indices}
        agree(ops.max_pool2d_backward, arrays, {"input_shape": x.shape}, grad_x)

    with sabotaged(name, wrong), pytest.raises(AssertionError):
        test()
