"""Layer normalisation against PyTorch, and batch normalisation of rows."""

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


def twin(x, weight=None, bias=None, eps=1e-5):
    """PyTorch's over the channels, moved to the end and back."""
    last = x.movedim(1, -1)
    return F.layer_norm(last, last.shape[-1:], weight, bias, eps).movedim(-1, 1)


@pytest.mark.usefixtures("each_edition")
@given(data=st.data())
def test_layer_norm_equals_pytorchs(data):
    n, c = data.draw(st.integers(1, 4)), data.draw(st.integers(2, 40))
    places = data.draw(st.sampled_from([(), (1, 1), (2, 3), (5, 7), (17,)]))
    dtype, affine = data.draw(DTYPES), data.draw(st.booleans())
    x = numbers(data.draw, (n, c, *places), dtype) * 2 + data.draw(st.sampled_from([0, 30]))
    arrays = {"x": np.asarray(x, dtype)}
    if affine:
        arrays |= {key: numbers(data.draw, (c,), dtype) for key in ("weight", "bias")}
    eps = data.draw(st.sampled_from([1e-3, 0.1]))
    tensors = [oracles.tensor(array) for array in arrays.values()]
    y = twin(*tensors, eps=eps)
    columns = tensors[0].reshape(n, c, -1)
    inverse = 1 / torch.sqrt(columns.var(dim=1, correction=0) + eps)
    expected = [part.detach().numpy() for part in (y, columns.mean(dim=1), inverse)]
    agree(ops.layer_norm, arrays, {"eps": eps}, *expected, scale=100)

    grad_y = numbers(data.draw, x.shape, dtype)
    grads = torch.autograd.grad(y, tensors, torch.tensor(grad_y.astype(np.float64)))
    result = ops.layer_norm(**arrays, eps=eps)
    saved = {"mean": result.mean, "inverse_std": result.inverse_std}
    back = ops.layer_norm_backward(grad_y, arrays["x"], arrays.get("weight"), **saved)
    scale = float(np.abs(grad_y).max() * max(1, result.inverse_std.max())) * grad_y.size
    limit = {"float32": 1e-5, "float64": 1e-10}[np.dtype(dtype).name]
    for ours, true in zip(back[: len(tensors)], grads, strict=True):
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours, true.numpy(), rtol=limit, atol=limit * scale)


def test_layer_norm_names_shapes_that_do_not_fit():
    x, two = np.ones((2, 6, 3)), np.ones((2, 3))
    with pytest.raises(BadakError, match=r"x must be \(N, C, \.\.\.\).*got shape \(6,\)"):
        ops.layer_norm(x[0, :, 0])
    with pytest.raises(BadakError, match=r"weight.*\(6,\).*\(3,\)"):
        ops.layer_norm(x, np.ones(3))
    with pytest.raises(BadakError, match=r"eps.*got 0\.0"):
        ops.layer_norm(x, eps=0)
    with pytest.raises(BadakError, match=r"mean.*\(2, 3\).*\(2, 6\)"):
        ops.layer_norm_backward(x, x, None, np.ones((2, 6)), two)
    with pytest.raises(BadakError, match=r"inverse_std.*\(2, 3\).*\(1, 3\)"):
        ops.layer_norm_backward(x, x, None, two, two[:1])


CALLS = {
    "layer norm of rows": ((5, 203), "layer_norm"),
    "layer norm of maps": ((3, 19, 33, 40), "layer_norm"),
    "batch norm of rows": ((130, 203, 1, 1), "batch_norm"),
    "scale and shift of rows": ((130, 203), "scale_shift"),
    "scale and shift of maps": ((5, 19, 33, 40), "scale_shift"),
    "prelu of maps": ((5, 19, 33, 40), "prelu"),
}


def both_ways(kind, grad_y, x, weight, bias):
    if kind == "layer_norm":
        y, *saved = ops.layer_norm(x, weight, bias, 1e-3)
        return [y, *saved, *ops.layer_norm_backward(grad_y, x, weight, *saved)]
    if kind == "batch_norm":
        result = ops.batch_norm2d(x, weight, bias, bias, weight**2, training=True)
        saved = weight, result.mean, result.inverse_std
        back = (
            ops.batch_norm2d_backward(grad_y, x, *saved, training) for training in (True, False)
        )
        predicted = ops.batch_norm2d(x, weight, bias, bias, weight**2, training=False)
        return [*result, *predicted, *next(back), *next(back)]
    if kind == "scale_shift":
        return [ops.scale_shift(x, weight, bias), *ops.scale_shift_backward(grad_y, x, weight)]
    return [ops.prelu(x, weight), *ops.prelu_backward(grad_y, x, weight)]


@pytest.mark.parametrize("name", CALLS)
def test_every_set_gives_the_references_numbers_and_the_same_bits_with_any_threads(name):
    core = pytest.importorskip("badak._core")
    shape, kind = CALLS[name]
    generator = np.random.default_rng(3)
    grad_y, x = (generator.standard_normal(shape) + 9 * place for place in (0, 1))
    weight, bias = generator.standard_normal((2, shape[1]))
    arrays = [array.astype(np.float32) for array in (grad_y, x, weight, bias)]
    expected = both_ways(kind, *(array.astype(np.float64) for array in arrays))
    threads, active = core.num_threads(), core.active_set()
    with ops.use("native"):
        for one in core.usable_sets():
            assert core.use_set(one)
            results = []
            for count in (1, 2, 3):
                core.set_num_threads(count)
                results.append(both_ways(kind, *arrays))
            for ours, same, too, wanted in zip(*results, expected, strict=True):
                np.testing.assert_array_equal(ours, same)
                np.testing.assert_array_equal(ours, too)
                limit = 2e-5 * max(1, float(np.abs(wanted).max()))
                np.testing.assert_allclose(ours, wanted, rtol=1e-5, atol=limit)
    core.set_num_threads(threads)
    assert core.use_set(active)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("shape", [(3, 6, 1), (3, 6, 35)])
def test_what_is_not_finite_stays_at_its_place(value, shape):
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    x[1, 2, -1] = value
    touched = np.zeros(shape, bool)
    touched[1, :, -1] = True
    np.testing.assert_array_equal(np.isfinite(ops.layer_norm(x).y), ~touched)
