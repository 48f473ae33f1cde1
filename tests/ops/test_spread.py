"""prelu and scale_shift against PyTorch: one number for all, one per channel, one per place."""

import numpy as np
import pytest
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

import oracles
from badak import ops
from badak.errors import BadakError
from harness import agree
from strategies import DTYPES, numbers

pytestmark = pytest.mark.usefixtures("each_edition")


def drawn(data):
    """x (N, C, ...) of few or many numbers, and the shape of a weight that meets it."""
    n, c = data.draw(st.integers(0, 4)), data.draw(st.integers(1, 5))
    places = data.draw(st.sampled_from([(), (1, 1), (2, 3), (7, 5), (31, 40)]))
    x = numbers(data.draw, (n, c, *places), data.draw(DTYPES), ties=data.draw(st.booleans()))
    return x, data.draw(st.sampled_from([(1,), (c,), (c, *places)]))


def met(weight, x):
    """A weight as PyTorch broadcasts it."""
    return weight if weight.ndim == x.ndim - 1 else weight.reshape(-1, *[1] * (x.ndim - 2))


@given(data=st.data())
def test_prelu_equals_pytorchs(data):
    x, shape = drawn(data)
    shape = shape[:1] if shape[0] in (1, x.shape[1]) else (1,)
    weight, grad_y = (numbers(data.draw, size, x.dtype) for size in (shape, x.shape))
    arrays = {"x": x, "weight": weight}
    agree(ops.prelu, arrays, {}, oracles.forward(F.prelu, x, weight))
    agree(
        ops.prelu_backward,
        {"grad_y": grad_y, **arrays},
        {},
        *oracles.backward(F.prelu, grad_y, x, weight),
        scale=[0, 4 * x.size],
    )


@given(data=st.data())
def test_scale_shift_equals_pytorchs(data):
    x, shape = drawn(data)
    weight, bias, grad_y = (numbers(data.draw, size, x.dtype) for size in (shape, shape, x.shape))

    def twin(x, weight, bias):
        return x * met(weight, x) + met(bias, x)

    arrays = {"x": x, "weight": weight, "bias": bias}
    agree(ops.scale_shift, arrays, {}, oracles.forward(twin, x, weight, bias), scale=4)
    agree(
        ops.scale_shift_backward,
        {"grad_y": grad_y, "x": x, "weight": weight},
        {},
        *oracles.backward(twin, grad_y, x, weight, bias),
        scale=[0, 4 * x.size, 4 * x.size],
    )


@pytest.mark.parametrize("op", [ops.prelu, lambda x, weight: ops.scale_shift(x, weight, weight)])
def test_a_weight_that_does_not_meet_x_is_named_with_what_would(op):
    x = np.ones((2, 3, 4, 5))
    with pytest.raises(BadakError, match=r"weight.*\(1,\), \(3,\), \(3, 4, 5\).*got \(4,\)"):
        op(x, np.ones(4))
    with pytest.raises(BadakError, match=r"x must have images.*got shape \(3,\)"):
        op(np.ones(3), np.ones(1))
    with pytest.raises(BadakError, match=r"x must have images.*got shape \(2, 0, 3\)"):
        op(np.ones((2, 0, 3)), np.ones(1))


def test_the_bias_must_be_like_the_weight():
    with pytest.raises(BadakError, match=r"bias.*\(3,\).*\(1,\)"):
        ops.scale_shift(np.ones((2, 3)), np.ones(3), np.ones(1))
