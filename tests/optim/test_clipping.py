"""Gradient clipping against torch.nn.utils.clip_grad_norm_, also for extreme numbers."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from badak.errors import ArgumentTypeError, BadakError
from badak.optim import clip_gradients


def _gradients(dtype: Any, seed: int, scale: float = 1.0) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    return {
        name: (scale * generator.standard_normal(shape)).astype(dtype)
        for name, shape in (("conv1.weight", (4, 3, 2)), ("conv1.bias", (4,)), ("none", (0, 2)))
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(
    seed=st.integers(0, 2**32 - 1),
    scale=st.floats(0.01, 100),
    max_norm=st.floats(0.05, 50),
)
def test_equals_torch(dtype: Any, seed: int, scale: float, max_norm: float) -> None:
    gradients = _gradients(dtype, seed, scale)
    before = {name: array.copy() for name, array in gradients.items()}
    tensors = {name: torch.zeros(array.shape) for name, array in gradients.items()}
    for name, tensor in tensors.items():
        tensor.data = torch.tensor(gradients[name])
        tensor.grad = torch.tensor(gradients[name])
    theirs = torch.nn.utils.clip_grad_norm_(list(tensors.values()), max_norm)
    clipped, norm = clip_gradients(gradients, max_norm)
    np.testing.assert_allclose(norm, theirs.item(), rtol=1e-5)
    # torch divides by norm + 1e-6.
    tolerance = 2e-6 / norm + (1e-5 if dtype is np.float32 else 1e-10)
    assert clipped.keys() == gradients.keys()
    for name, array in clipped.items():
        assert array.dtype == dtype
        np.testing.assert_array_equal(gradients[name], before[name], "input changed")
        np.testing.assert_allclose(array, tensors[name].grad.numpy(), rtol=tolerance)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_norm_is_the_limit_where_it_was_above_and_untouched_below(dtype: Any) -> None:
    gradients = _gradients(dtype, 0)
    _, norm = clip_gradients(gradients, 1e9)
    clipped, _ = clip_gradients(gradients, norm / 2)
    _, after = clip_gradients(clipped, 1e9)
    np.testing.assert_allclose(after, norm / 2, rtol=1e-6)
    for limit in (norm, norm * 2):
        for name, array in clip_gradients(gradients, limit)[0].items():
            np.testing.assert_array_equal(array, gradients[name])


def test_zero_and_no_gradients_stay() -> None:
    clipped, norm = clip_gradients({"w": np.zeros(3)}, 1)
    np.testing.assert_array_equal(clipped["w"], np.zeros(3))
    assert norm == 0
    assert clip_gradients({}, 1) == ({}, 0.0)


@pytest.mark.parametrize("size", [1e25, 1e-30])
def test_squares_that_float32_cannot_hold_do_not_spoil_the_norm(size: float) -> None:
    """A norm of infinity would turn every gradient into 0 and stop the training."""
    clipped, norm = clip_gradients({"w": np.array([3 * size, 4 * size], np.float32)}, size)
    np.testing.assert_allclose(norm, 5 * size, rtol=1e-6)
    np.testing.assert_allclose(clipped["w"], [0.6 * size, 0.8 * size], rtol=1e-6)
    assert clipped["w"].dtype == np.float32


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_gradient_that_is_not_finite_is_named(value: float, dtype: Any) -> None:
    gradients = _gradients(dtype, 0)
    gradients["conv1.bias"][1] = value
    with pytest.raises(BadakError, match=r"conv1\.bias.*finite"):
        clip_gradients(gradients, 1)


@pytest.mark.parametrize("max_norm", [0, -1, float("nan"), float("inf")])
def test_max_norm_out_of_range(max_norm: float) -> None:
    with pytest.raises(BadakError, match=r"^max_norm.*got"):
        clip_gradients(_gradients(np.float32, 0), max_norm)


def test_max_norm_of_another_type() -> None:
    with pytest.raises(ArgumentTypeError, match=r"^max_norm.*got '1'"):
        clip_gradients(_gradients(np.float32, 0), "1")  # type: ignore[arg-type]
