"""Batch, group and local response normalisation against PyTorch."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st

import oracles
from badak import ops
from badak.errors import BadakError
from badak.layers import GroupNorm
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
        for size in (5, 6, 2**31 - 1)  # two channels on each side are all channels
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
    y = F.batch_norm(x, mean, var, weight, bias, **options)  # updates mean and var in place
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
    assert np.abs(y.mean(axis=0)).max() > 0.1  # each activation keeps its own mean


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


@given(data=st.data())
def test_group_norm_equals_pytorchs(data):
    n, h, w = (data.draw(st.integers(1, 4)) for _ in range(3))
    groups, channels = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    assume(channels * h * w > 1)  # PyTorch refuses fewer, for which the result is 0
    affine = data.draw(st.booleans())
    dtype, c = data.draw(DTYPES), groups * channels
    x = numbers(data.draw, (n, c, h, w), dtype) * 2 + 1
    arrays = {"x": x}
    if affine:
        arrays |= {key: numbers(data.draw, (c,), dtype) for key in ("weight", "bias")}
    options = {"num_groups": groups, "eps": data.draw(st.sampled_from([1e-3, 0.1]))}
    xt, *affine_t = tensors = [oracles.tensor(array) for array in arrays.values()]
    y = F.group_norm(xt, groups, *(affine_t or (None, None)), options["eps"])
    members = xt.reshape(n, groups, -1)
    inverse = 1 / torch.sqrt(members.var(dim=2, correction=0) + options["eps"])
    expected = [part.detach().numpy() for part in (y, members.mean(dim=2), inverse)]
    agree(ops.group_norm, arrays, options, *expected, scale=10)

    grad_y = numbers(data.draw, x.shape, dtype)
    grads = torch.autograd.grad(y, tensors, torch.tensor(grad_y.astype(np.float64)))
    result = ops.group_norm(**arrays, **options)
    weight = arrays.get("weight", np.ones(c, dtype))
    saved = {"grad_y": grad_y, "x": x, "weight": weight}
    saved |= {"mean": result.mean, "inverse_std": result.inverse_std}
    back = ops.group_norm_backward(**saved)[: len(tensors)]
    scale = float(np.abs(grad_y).max() * max(1, result.inverse_std.max())) * grad_y.size
    for ours, true in zip(back, grads, strict=True):
        tolerance = (
            {"rtol": 1e-5, "atol": 1e-6 * scale}
            if dtype == np.float32
            else {"rtol": 1e-9, "atol": 1e-12 * scale}
        )
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours, true.numpy(), **tolerance)


def test_group_norm_names_groups_that_do_not_fit():
    x, two = np.ones((1, 6, 2, 3)), np.ones((1, 4))
    with pytest.raises(BadakError, match=r"num_groups.*6.*got 4"):
        ops.group_norm(x, 4)
    with pytest.raises(BadakError, match=r"num_groups.*got 0"):
        ops.group_norm(x, 0)
    with pytest.raises(BadakError, match=r"mean.*6.*\(1, 4\)"):
        ops.group_norm_backward(x, x, None, two, two)
    with pytest.raises(BadakError, match=r"num_groups.*6.*got 4"):
        GroupNorm(4).output_shape((6, 2, 3))
    for arguments in ({"num_groups": 0}, {"num_groups": 1, "eps": 0.0}):
        with pytest.raises(BadakError, match="got 0"):
            GroupNorm(**arguments)


@pytest.mark.parametrize("groups", [1, 3, 12])
@pytest.mark.parametrize(("h", "w"), [(1, 1), (3, 5), (40, 33)])
def test_native_group_norm_on_every_set_gives_the_same_bits_with_any_threads(groups, h, w):
    core = pytest.importorskip("badak._core")
    generator = np.random.default_rng(3)
    grad_y, x = (generator.standard_normal((5, 12, h, w)) + 9 * place for place in (0, 1))
    weight, bias = generator.standard_normal((2, 12))
    arrays = [array.astype(np.float32) for array in (grad_y, x, weight, bias)]
    expected = group_norm_both_ways(*(array.astype(np.float64) for array in arrays), groups)
    threads, active = core.num_threads(), core.active_set()
    with ops.use("native"):
        for name in core.usable_sets():
            assert core.use_set(name)
            results = []
            for count in (1, 2, 3):
                core.set_num_threads(count)
                results.append(group_norm_both_ways(*arrays, groups))
            for ours, same, too, wanted in zip(*results, expected, strict=True):
                np.testing.assert_array_equal(ours, same)
                np.testing.assert_array_equal(ours, too)
                limit = 2e-5 * max(1, float(np.abs(wanted).max()))
                np.testing.assert_allclose(ours, wanted, rtol=1e-5, atol=limit)
    core.set_num_threads(threads)
    assert core.use_set(active)


def group_norm_both_ways(grad_y, x, weight, bias, groups):
    y, *saved = ops.group_norm(x, groups, weight, bias, 1e-3)
    return [y, *saved, *ops.group_norm_backward(grad_y, x, weight, *saved)]


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.filterwarnings("ignore:invalid value")
def test_what_is_not_finite_stays_in_its_image_and_group(value):
    x = np.random.default_rng(0).standard_normal((2, 6, 3, 5)).astype(np.float32)
    x[1, 2, 1, 1] = value
    touched = np.zeros((2, 6), bool)
    touched[1, 2:4] = True
    finite = np.isfinite(ops.group_norm(x, 3).y)
    np.testing.assert_array_equal(finite.all(axis=(2, 3)), ~touched)
