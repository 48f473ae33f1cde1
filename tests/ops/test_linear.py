"""linear, flatten and dropout."""

import numpy as np
import pytest
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

import oracles
from badak import ops
from harness import agree
from strategies import DTYPES, numbers

pytestmark = pytest.mark.usefixtures("each_edition")


@given(st.data())
def test_linear_equals_pytorchs(data):
    n, d, m = (data.draw(st.integers(low, 6)) for low in (0, 1, 1))
    dtype = data.draw(DTYPES)
    x, weight = numbers(data.draw, (n, d), dtype), numbers(data.draw, (m, d), dtype)
    bias = numbers(data.draw, (m,), dtype)
    arrays = {"x": x, "weight": weight}
    size = oracles.forward_size(F.linear, x, weight, bias)
    agree(ops.linear, arrays, {}, oracles.forward(F.linear, x, weight), scale=size)
    expected = oracles.forward(F.linear, x, weight, bias)
    agree(ops.linear, {**arrays, "bias": bias}, {}, expected, scale=size)

    arrays["grad_y"] = numbers(data.draw, (n, m), dtype)
    grads = oracles.backward(F.linear, arrays["grad_y"], x, weight, bias)
    sizes = oracles.backward_sizes(F.linear, arrays["grad_y"], x, weight, bias)
    agree(ops.linear_backward, arrays, {}, *grads, scale=sizes)
    agree(ops.linear_backward, arrays, {"need_grad_x": False}, None, *grads[1:], scale=sizes)


def test_linear_by_hand():
    x, weight, bias = np.array([[1.0, 2]]), np.array([[1.0, 3], [2, 4], [0, 1]]), np.ones(3)
    assert ops.linear(x, weight, bias).tolist() == [[8, 11, 3]]


@given(st.data())
def test_flatten_and_back(data):
    shape = tuple(data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=5)))
    x = numbers(data.draw, shape, data.draw(DTYPES))
    row = x.reshape(shape[0], int(np.prod(shape[1:])))
    agree(ops.flatten, {"x": x}, {}, row, shares_memory=True)
    options = {"input_shape": shape}
    agree(ops.flatten_backward, {"grad_y": row}, options, x, shares_memory=True)


@given(st.data(), st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]))
def test_dropout_scales_what_it_keeps(data, p):
    shape = data.draw(st.sampled_from([(), (0,), (7,), (3, 5), (2, 3, 4, 5)]))
    x = numbers(data.draw, shape, data.draw(DTYPES))
    _, mask = ops.dropout(x, p, np.random.default_rng(1))
    expected = np.asarray(np.where(mask, x.astype(np.float64) / (1 - p or 1), 0))

    def op(x):
        return ops.dropout(x, p, np.random.default_rng(1))

    agree(op, {"x": x}, {}, expected, mask)
    agree(ops.dropout_backward, {"grad_y": x, "mask": mask}, {"p": p}, expected)
    assert mask.all() or p > 0
    assert not mask.any() or p < 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("p", [0.2, 0.5])
def test_dropout_drops_a_share_p_and_keeps_the_mean(p, dtype):
    y, mask = ops.dropout(np.ones(100_000, dtype), p, np.random.default_rng(0))
    assert abs(mask.mean() - (1 - p)) < 0.005
    assert abs(y.mean() - 1) < 0.01


def test_dropout_draws_new_numbers_each_time_and_the_same_from_the_same_seed():
    x, generator = np.ones(1000), np.random.default_rng(3)
    first, second = ops.dropout(x, 0.5, generator)[1], ops.dropout(x, 0.5, generator)[1]
    assert (first != second).any()
    again = ops.dropout(x, 0.5, np.random.default_rng(3))[1]
    np.testing.assert_array_equal(first, again)
