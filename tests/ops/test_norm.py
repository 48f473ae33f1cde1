"""Batch and local response normalisation against PyTorch."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st

import oracles
from badak import ops
from harness import agree
from strategies import DTYPES, numbers

pytestmark = pytest.mark.usefixtures("each_edition")

SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 5), st.integers(1, 5))


def lrn_options(draw):
    return {
        "size": draw(st.integers(1, 6)),
        "alpha": draw(st.sampled_from([0.0, 1e-4, 0.3])),
        "beta": draw(st.sampled_from([0.5, 0.75, 1.0])),
        "k": draw(st.sampled_from([1.0, 2.0])),
    }


@given(st.data())
def test_local_response_norm_equals_pytorchs_and_the_papers(data):
    x, options = numbers(data.draw, data.draw(SHAPES), data.draw(DTYPES)), lrn_options(data.draw)
    expected = oracles.forward(oracles.local_response_norm, x, **options)
    paper = oracles.naive_local_response_norm(x, **options)
    np.testing.assert_allclose(expected, paper, rtol=1e-12)
    _, scale = ops.local_response_norm(x, **options)
    agree(ops.local_response_norm, {"x": x}, options, paper, scale.astype(np.float64))


@given(st.data())
def test_local_response_norm_backward_equals_pytorchs(data):
    x, options = numbers(data.draw, data.draw(SHAPES), data.draw(DTYPES)), lrn_options(data.draw)
    grad_y = numbers(data.draw, x.shape, x.dtype)
    (expected,) = oracles.backward(oracles.local_response_norm, grad_y, x, **options)
    y, scale = ops.local_response_norm(x, **options)
    arrays = {"grad_y": grad_y, "x": x, "y": y, "scale": scale}
    size = float(np.abs(grad_y).max())
    agree(ops.local_response_norm_backward, arrays, options, expected, scale=size)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_sum_over_far_more_channels_than_there_are_takes_all(dtype):
    x = np.random.default_rng(0).standard_normal((2, 3, 2, 5)).astype(dtype)
    y, scale = ops.local_response_norm(x, size=2**31 - 1, alpha=0.5)
    every = 2 + 0.5 * (x**2).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(scale, np.broadcast_to(every, x.shape), rtol=1e-6)
    grads = [
        ops.local_response_norm_backward(x, x, y, scale, size, alpha=0.5)
        for size in (5, 6, 2**31 - 1)  # two channels on either side are all
    ]
    np.testing.assert_array_equal(grads[0], grads[1])
    np.testing.assert_array_equal(grads[0], grads[2])


def batch_norm_arrays(draw, training):
    shape = draw(SHAPES)
    assume(not training or shape[0] * shape[2] * shape[3] > 1)
    dtype, c = draw(DTYPES), shape[1:2]
    return {
        "x": numbers(draw, shape, dtype) * 2 + 1,
        "weight": numbers(draw, c, dtype),
        "bias": numbers(draw, c, dtype),
        "running_mean": numbers(draw, c, dtype),
        "running_var": numbers(draw, c, dtype) ** 2,
    }


@pytest.mark.parametrize("training", [True, False])
@given(data=st.data())
def test_batch_norm2d_equals_pytorchs(training, data):
    arrays = batch_norm_arrays(data.draw, training)
    options = {
        "training": training,
        "momentum": data.draw(st.sampled_from([0.0, 0.1, 1.0])),
        "eps": data.draw(st.sampled_from([1e-3, 0.1])),
    }
    x, weight, bias, mean, var = (oracles.tensor(array) for array in arrays.values())
    mean, var = mean.detach(), var.detach()
    y = F.batch_norm(x, mean, var, weight, bias, **options)  # moves mean and var in place
    centre, spread = mean, var
    if training:
        centre, spread = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)
    inverse = 1 / torch.sqrt(spread + options["eps"])
    expected = [part.detach().numpy() for part in (y, centre, inverse, mean, var)]
    agree(ops.batch_norm2d, arrays, options, *expected, scale=10)

    grad_y = numbers(data.draw, x.shape, arrays["x"].dtype)
    grads = torch.autograd.grad(y, [x, weight, bias], torch.tensor(grad_y.astype(np.float64)))
    result = ops.batch_norm2d(**arrays, **options)
    saved = {
        "grad_y": grad_y,
        "x": arrays["x"],
        "weight": arrays["weight"],
        "mean": result.mean,
        "inverse_std": result.inverse_std,
    }
    scale = float(np.abs(grad_y).max() * max(1, result.inverse_std.max())) * grad_y[:, 0].size
    expected = [grad.numpy() for grad in grads]
    agree(ops.batch_norm2d_backward, saved, {"training": training}, *expected, scale=scale)


def test_batch_norm2d_works_per_channel_not_per_activation():
    x = np.random.default_rng(0).standard_normal((8, 3, 5, 4)) * [[[[2.0]], [[3.0]], [[4.0]]]] + 7
    zeros, ones = np.zeros(3), np.ones(3)
    y = ops.batch_norm2d(x, ones, zeros, zeros, ones, training=True).y
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=(0, 2, 3)), 1, rtol=1e-5)
    assert np.abs(y.mean(axis=0)).max() > 0.1  # each activation's own mean stays what it is


def test_running_statistics_move_by_the_momentum_and_the_unbiased_variance():
    x = np.array([[[[1.0, 3.0]]]])  # mean 2, biased variance 1, unbiased 2
    zero, one = np.zeros(1), np.ones(1)
    result = ops.batch_norm2d(x, one, zero, zero, one, training=True, momentum=0.25)
    assert result.running_mean.item() == 0.5
    assert result.running_var.item() == 1.25
    assert (zero.item(), one.item()) == (0, 1)


def test_a_constant_channel_stays_finite():
    zero, one = np.zeros(1, np.float32), np.ones(1, np.float32)
    x = np.full((4, 1, 2, 2), 3, np.float32)
    assert (ops.batch_norm2d(x, one, zero, zero, one, training=True).y == 0).all()
