"""Activations, softmax and log-softmax against PyTorch, forward and backward."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

import oracles
from badak import ops
from harness import agree
from strategies import DTYPES, numbers

pytestmark = pytest.mark.usefixtures("each_edition")

# op, its options, PyTorch's function, and whether backward takes the output or the input
POINTWISE = {
    "relu": (ops.relu, ops.relu_backward, {}, F.relu, "y"),
    "leaky_relu": (
        ops.leaky_relu,
        ops.leaky_relu_backward,
        {"negative_slope": 0.2},
        lambda x: F.leaky_relu(x, 0.2),
        "x",
    ),
    "leaky_relu default": (ops.leaky_relu, ops.leaky_relu_backward, {}, F.leaky_relu, "x"),
    "hardtanh": (
        ops.hardtanh,
        ops.hardtanh_backward,
        {"min_val": -0.5, "max_val": 2.0},
        lambda x: F.hardtanh(x, -0.5, 2.0),
        "x",
    ),
    "hardtanh default": (ops.hardtanh, ops.hardtanh_backward, {}, F.hardtanh, "x"),
    # PyTorch's own takes a sixth of float32 also where it computes in float64.
    "hardsigmoid": (
        ops.hardsigmoid,
        ops.hardsigmoid_backward,
        {},
        lambda x: F.relu6(x + 3) / 6,
        "x",
    ),
    "sigmoid": (ops.sigmoid, ops.sigmoid_backward, {}, torch.sigmoid, "y"),
    "tanh": (ops.tanh, ops.tanh_backward, {}, torch.tanh, "y"),
    "elu": (ops.elu, ops.elu_backward, {"alpha": 0.7}, lambda x: F.elu(x, 0.7), "x"),
    "elu default": (ops.elu, ops.elu_backward, {}, F.elu, "x"),
    "softplus": (
        ops.softplus,
        ops.softplus_backward,
        {"beta": 0.7, "threshold": 3.0},
        lambda x: F.softplus(x, 0.7, 3.0),
        "x",
    ),
    "softplus default": (ops.softplus, ops.softplus_backward, {}, F.softplus, "x"),
    "selu": (ops.selu, ops.selu_backward, {}, F.selu, "x"),
    "silu": (ops.silu, ops.silu_backward, {}, F.silu, "x"),
    "hardswish": (ops.hardswish, ops.hardswish_backward, {}, F.hardswish, "x"),
    "mish": (ops.mish, ops.mish_backward, {}, F.mish, "x"),
    "gelu": (ops.gelu, ops.gelu_backward, {}, F.gelu, "x"),
    "gelu tanh": (
        ops.gelu,
        ops.gelu_backward,
        {"approximate": "tanh"},
        lambda x: F.gelu(x, approximate="tanh"),
        "x",
    ),
}
SHAPES = st.sampled_from([(), (0,), (5,), (3, 4), (2, 3, 4, 5)])


@pytest.mark.parametrize("name", POINTWISE)
@given(data=st.data())
def test_pointwise_op_equals_pytorchs(name, data):
    op, backward, options, twin, saved = POINTWISE[name]
    dtype = data.draw(DTYPES)
    x = numbers(data.draw, data.draw(SHAPES), dtype, ties=data.draw(st.booleans()))
    x = np.asarray(x * dtype(data.draw(st.sampled_from([1, 10, 1000]))))
    grad_y = numbers(data.draw, x.shape, dtype)
    # For very negative x, PyTorch's 1 + erf cancels; badak's erfc does not.
    scale = 1e-4 * float(np.abs(x).max(initial=0)) if op is ops.gelu else 0
    agree(op, {"x": x}, options, oracles.forward(twin, x), scale=scale)
    arrays = {"grad_y": grad_y, saved: x if saved == "x" else op(x, **options)}
    (expected,) = oracles.backward(twin, grad_y, x)
    scale = float(np.abs(grad_y).max(initial=0))  # 1 - y cancels near y = 1
    agree(backward, arrays, options, expected, scale=scale)


@pytest.mark.parametrize("name", POINTWISE)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pointwise_op_passes_nan_on(name, dtype):
    op, _, options, _, _ = POINTWISE[name]
    assert np.isnan(op(np.array([np.nan, 1], dtype), **options)).tolist() == [True, False]


@pytest.mark.parametrize("name", POINTWISE)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pointwise_op_is_finite_far_out(name, dtype):
    op, backward, options, twin, saved = POINTWISE[name]
    x = np.array([-1e30, -1e4, -90, -20, 20, 90, 1e4, 1e30], dtype)
    y = op(x, **options)
    np.testing.assert_allclose(y, oracles.forward(twin, x), rtol=1e-5, atol=1e-7)
    slope = backward(np.ones_like(x), y if saved == "y" else x, **options)
    np.testing.assert_allclose(slope, oracles.backward(twin, np.ones(8), x)[0], atol=1e-6)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@given(data=st.data())
def test_softmax_equals_pytorchs(name, data):
    op, twin = getattr(ops, name), getattr(torch, name)
    backward = getattr(ops, f"{name}_backward")
    shape = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    if data.draw(st.booleans()) and axis % len(shape) != 0:
        shape[0] = 0
    x = numbers(data.draw, tuple(shape), data.draw(DTYPES))
    x = x * x.dtype.type(data.draw(st.sampled_from([1, 30])))
    agree(op, {"x": x}, {"axis": axis}, oracles.forward(twin, x, dim=axis))
    grad_y = numbers(data.draw, x.shape, x.dtype)
    (expected,) = oracles.backward(twin, grad_y, x, dim=axis)
    scale = float(np.abs(grad_y).max(initial=0)) * shape[axis]
    arrays = {"grad_y": grad_y, "y": op(x, axis)}
    agree(backward, arrays, {"axis": axis}, expected, scale=scale)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize(
    "row",
    [
        [1e30, 1e30, -1e30],
        [3e38, -3e38, 0],
        [0, -np.inf, 0],
        [-np.inf, -np.inf, -np.inf],
        [np.inf, 0, 1],
        [np.nan, 0, 1],
        [1e-45, 0, -1e-45],
        [88.8, 88.8, 88.8],
    ],
)
def test_softmax_of_extreme_rows_is_pytorchs(name, row, dtype):
    x = np.array([row, [1, 2, 3]], dtype)
    expected = getattr(torch, name)(torch.tensor(x), dim=1).numpy()
    np.testing.assert_allclose(getattr(ops, name)(x), expected, rtol=1e-5, atol=1e-7)


def test_softmax_sums_to_one_and_ignores_a_shift():
    x = np.random.default_rng(0).standard_normal((4, 6))
    np.testing.assert_allclose(ops.softmax(x).sum(axis=1), np.ones(4), rtol=1e-14)
    np.testing.assert_allclose(ops.softmax(x + 100), ops.softmax(x), rtol=1e-10)
