"""concat, channel_slice and channel_shuffle, and products with gates, against PyTorch."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

import oracles
from badak import ops
from badak.errors import BadakError
from harness import agree
from strategies import DTYPES, numbers

pytestmark = pytest.mark.usefixtures("each_edition")

RESTS = st.lists(st.integers(1, 4), max_size=2).map(tuple)


@given(st.data())
def test_concat_equals_pytorchs_and_its_gradient_is_sliced(data):
    n, first, second = data.draw(st.integers(0, 3)), *data.draw(st.tuples(*[st.integers(1, 4)] * 2))
    rest, dtype = data.draw(RESTS), data.draw(DTYPES)
    x, other = (numbers(data.draw, (n, c, *rest), dtype) for c in (first, second))

    def twin(x, other):
        return torch.cat([x, other], 1)

    agree(ops.concat, {"x": x, "other": other}, {}, oracles.forward(twin, x, other))
    grad_y = numbers(data.draw, (n, first + second, *rest), dtype)
    borders = (0, first), (first, first + second)
    for expected, (start, stop) in zip(
        oracles.backward(twin, grad_y, x, other), borders, strict=True
    ):
        agree(ops.channel_slice, {"x": grad_y}, {"start": start, "stop": stop}, expected)


@given(st.data())
def test_channel_slice_equals_numpys_and_pytorchs_gradient(data):
    n, c = data.draw(st.integers(0, 3)), data.draw(st.integers(1, 6))
    start = data.draw(st.integers(0, c - 1))
    options = {"start": start, "stop": data.draw(st.integers(start + 1, c))}
    x = numbers(data.draw, (n, c, *data.draw(RESTS)), data.draw(DTYPES))
    expected = x[:, start : options["stop"]].astype(np.float64)
    agree(ops.channel_slice, {"x": x}, options, expected)
    grad_y = numbers(data.draw, expected.shape, x.dtype)
    (expected,) = oracles.backward(lambda x: x[:, start : options["stop"]], grad_y, x)
    options["input_shape"] = x.shape
    agree(ops.channel_slice_backward, {"grad_y": grad_y}, options, expected)


@given(st.data())
def test_channel_shuffle_equals_pytorchs_and_is_undone_by_the_other_number_of_groups(data):
    n, groups, members = (data.draw(st.integers(low, 4)) for low in (0, 1, 1))
    x = numbers(data.draw, (n, groups * members, *data.draw(RESTS)), data.draw(DTYPES))
    y = ops.channel_shuffle(x, groups)
    if x.ndim == 4 and n:
        expected = F.channel_shuffle(torch.tensor(x.astype(np.float64)), groups).numpy()
        agree(ops.channel_shuffle, {"x": x}, {"groups": groups}, expected)
    np.testing.assert_array_equal(ops.channel_shuffle(y, members), x)


@given(st.data())
def test_a_product_equals_pytorchs_forward_and_backward(data):
    n, c, h, w = (data.draw(st.integers(low, 4)) for low in (0, 1, 1, 1))
    dtype = data.draw(DTYPES)
    shapes = data.draw(st.permutations([(n, c, h, w), (n, c, 1, 1)]))
    if data.draw(st.booleans()):
        shapes = [shapes[0], shapes[0]]
    x, other = (numbers(data.draw, shape, dtype) for shape in shapes)
    agree(ops.multiply, {"x": x, "other": other}, {}, oracles.forward(torch.mul, x, other))
    grad_y = numbers(data.draw, np.broadcast_shapes(*shapes), dtype)
    expected = oracles.backward(torch.mul, grad_y, x, other)
    arrays = {"grad_y": grad_y, "x": x, "other": other}
    agree(ops.multiply_backward, arrays, {}, *expected, scale=4 * h * w)


@pytest.mark.parametrize("shape", [(0, 3, 4, 5), (2, 3, 0, 5)])
def test_a_product_of_nothing_has_the_shape_of_the_maps(shape):
    maps, gate = np.ones(shape, np.float32), np.ones((*shape[:2], 1, 1), np.float32)
    for pair in ((maps, gate), (gate, maps)):
        assert ops.multiply(*pair).shape == shape
        grads = ops.multiply_backward(maps, *pair)
        assert [grad.shape for grad in grads] == [factor.shape for factor in pair]


IMAGES = np.ones((2, 4, 3, 5))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ops.multiply(IMAGES, IMAGES[:, :1]), r"other.*\(2, 4, 3, 5\); got \(2, 1, 3, 5\)"),
        (lambda: ops.multiply(IMAGES, IMAGES[0]), r"other.*\(2, 4, 3, 5\); got \(4, 3, 5\)"),
        (lambda: ops.concat(IMAGES, IMAGES[:1]), r"other.*\(2, any, 3, 5\); got \(1, 4, 3, 5\)"),
        (lambda: ops.concat(IMAGES, IMAGES[..., :2]), r"other.*; got \(2, 4, 3, 2\)"),
        (lambda: ops.concat(np.ones(3), np.ones(3)), r"x must be \(N, C, ...\).*; got \(3,\)"),
        (lambda: ops.channel_slice(IMAGES, 1, 5), "stop must be at most 4.*; got 5"),
        (lambda: ops.channel_slice(IMAGES, 2, 2), "stop must be above start 2; got 2"),
        (lambda: ops.channel_slice(IMAGES, -1, 2), "start must be at least 0; got -1"),
        (lambda: ops.channel_slice(IMAGES, 0.0, 2), "start.*got 0.0"),
        (lambda: ops.channel_shuffle(IMAGES, 3), "groups must divide 4 channels; got 3"),
        (lambda: ops.channel_shuffle(IMAGES, 0), "groups must be at least 1; got 0"),
        (
            lambda: ops.channel_slice_backward(IMAGES, (2,), 0, 4),
            r"input_shape must be.*got \(2,\)",
        ),
        (lambda: ops.channel_slice_backward(IMAGES, 7, 0, 4), "input_shape must be.*got 7"),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(BadakError, match=words):
        call()
