"""Update rules: steps against torch.optim, numbers worked out by hand, inputs unchanged."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from badak import ops
from harness import agree
from strategies import DTYPES, numbers

pytestmark = pytest.mark.usefixtures("each_edition")

SHAPES = st.sampled_from([(), (0,), (5,), (3, 4), (2, 3, 1, 2)])
RATES = st.floats(1e-3, 0.3)
SHARES = st.floats(0.0, 0.99)
# Divided by a smaller eps, a gradient near zero would magnify float32's rounding.
EPSILONS = st.floats(1e-4, 1e-2)


def sgd(draw):
    return torch.optim.SGD, {}, {}, {}


def momentum(draw):
    share = draw(SHARES)
    return (
        torch.optim.SGD,
        {"momentum": share},
        {"momentum": share},
        {"velocity": "momentum_buffer"},
    )


def nesterov(draw):
    options = {"momentum": draw(st.floats(0.01, 0.99)), "nesterov": True}
    return torch.optim.SGD, options, options, {"velocity": "momentum_buffer"}


def adagrad(draw):
    options = {"eps": draw(EPSILONS)}
    return torch.optim.Adagrad, options, options, {"squares": "sum"}


def rmsprop(draw):
    options = {"alpha": draw(SHARES), "eps": draw(EPSILONS)}
    return torch.optim.RMSprop, options, options, {"squares": "square_avg"}


def adam(draw):
    options = {"betas": (draw(SHARES), draw(SHARES)), "eps": draw(EPSILONS)}
    return torch.optim.Adam, options, options, {"mean": "exp_avg", "squares": "exp_avg_sq"}


RULES = {
    "sgd": (ops.sgd_update, sgd),
    "momentum": (ops.momentum_update, momentum),
    "nesterov": (ops.momentum_update, nesterov),
    "adagrad": (ops.adagrad_update, adagrad),
    "rmsprop": (ops.rmsprop_update, rmsprop),
    "adam": (ops.adam_update, adam),
}


@pytest.mark.parametrize("name", RULES)
@given(data=st.data())
def test_three_steps_equal_pytorchs(name, data):
    op, draw_rule = RULES[name]
    theirs, their_options, options, state_names = draw_rule(data.draw)
    options = {**options, "lr": data.draw(RATES)}
    parameter = numbers(data.draw, data.draw(SHAPES), data.draw(DTYPES))
    tensor = torch.tensor(parameter.astype(np.float64))
    optimizer = theirs([tensor], lr=options["lr"], foreach=False, **their_options)
    state = {key: np.zeros_like(parameter) for key in state_names}
    for step in range(1, 4):
        gradient = numbers(data.draw, parameter.shape, parameter.dtype)
        tensor.grad = torch.tensor(gradient.astype(np.float64))
        optimizer.step()
        theirs_now = [optimizer.state[tensor].get(word) for word in state_names.values()]
        if name == "adam":
            options["t"] = step
        arrays = {"parameter": parameter, "gradient": gradient, **state}
        expected = [tensor.numpy(), *(now.numpy() for now in theirs_now if now is not None)]
        if name == "momentum" and not options["momentum"]:
            expected.append(gradient.astype(np.float64))  # PyTorch then keeps no velocity
        agree(op, arrays, options, *expected, scale=4)
        parameter, *rest = op(**arrays, **options)
        state = dict(zip(state, rest, strict=True))


def test_steps_by_hand():
    p, g, s = np.array([1.0]), np.array([3.0]), np.array([16.0])
    assert ops.sgd_update(p, g, lr=0.5)[0].item() == -0.5
    assert [a.item() for a in ops.momentum_update(p, g, s, 0.5, 0.25)] == [1 - 0.5 * 7, 7]
    ahead = ops.momentum_update(p, g, s, 0.5, 0.25, nesterov=True)
    assert [a.item() for a in ahead] == [1 - 0.5 * (3 + 0.25 * 7), 7]
    assert [a.item() for a in ops.adagrad_update(p, g, s, 0.5, eps=1)] == [
        1 - 0.5 * 3 / (5 + 1),
        25,
    ]
    squares = 0.25 * 16 + 0.75 * 9
    rms = ops.rmsprop_update(p, g, s, 0.5, alpha=0.25, eps=1)
    assert [a.item() for a in rms] == [1 - 0.5 * 3 / (squares**0.5 + 1), squares]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_adams_first_step_is_lr_whatever_the_gradients_size(dtype):
    gradient = np.array([1e-3, -1, 1e3], dtype)
    zero = np.zeros(3, dtype)
    moved = ops.adam_update(zero, gradient, zero, zero, t=1, lr=0.125)[0]
    np.testing.assert_allclose(moved, [-0.125, 0.125, -0.125], rtol=2e-5)


@pytest.mark.parametrize("name", RULES)
def test_a_gradient_of_zero_moves_nothing(name):
    op, draw_rule = RULES[name]
    zero, one = np.zeros(2, np.float32), np.ones(2, np.float32)
    states = len(draw_rule(lambda strategy: 0.5)[3])
    more = {"t": 1} if name == "adam" else {}
    result = op(one, zero, *[zero] * states, lr=0.1, **more)
    for part, expected in zip(result, [one, *[zero] * states], strict=True):
        np.testing.assert_array_equal(part, expected)
