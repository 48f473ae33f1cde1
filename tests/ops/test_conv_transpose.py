"""conv_transpose2d and upsample against PyTorch, forward and backward."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st

import oracles
from badak import ops
from badak.errors import BadakError
from harness import agree
from strategies import DTYPES, numbers, pairs

pytestmark = pytest.mark.usefixtures("each_edition")


@st.composite
def transposed(draw):
    """Arrays and options, whose output is not empty."""
    stride, dilation, kernel = draw(pairs(1, 3)), draw(pairs(1, 3)), draw(pairs(1, 4))
    padding, size = draw(pairs(0, 3)), draw(pairs(1, 5))
    extra = tuple(draw(st.integers(0, step - 1)) for step in stride)
    for places, step, cells, apart, rim, more in zip(
        size, stride, kernel, dilation, padding, extra, strict=True
    ):
        assume((places - 1) * step + apart * (cells - 1) + 1 - 2 * rim + more >= 1)
    groups, channels, filters = (draw(st.integers(1, 3)) for _ in range(3))
    dtype = draw(DTYPES)
    arrays = {
        "x": numbers(draw, (draw(st.integers(0, 3)), groups * channels, *size), dtype),
        "weight": numbers(draw, (groups * channels, filters, *kernel), dtype),
        "bias": numbers(draw, (groups * filters,), dtype) if draw(st.booleans()) else None,
    }
    options = {"stride": stride, "padding": padding, "output_padding": extra}
    return arrays, {**options, "dilation": dilation, "groups": groups}


@given(transposed())
def test_conv_transpose2d_equals_pytorchs(case):
    arrays, options = case
    given_arrays = [array for array in arrays.values() if array is not None]
    expected = oracles.forward(F.conv_transpose2d, *given_arrays, **options)
    scale = oracles.forward_size(F.conv_transpose2d, *given_arrays, **options)
    agree(ops.conv_transpose2d, arrays, options, expected, scale=scale)


@given(transposed(), st.booleans())
def test_conv_transpose2d_backward_equals_pytorchs(case, need_grad_x):
    arrays, options = case
    x, weight = arrays["x"], arrays["weight"]
    bias = np.zeros(weight.shape[1] * options["groups"])
    shape = ops.conv_transpose2d(x, weight, **options).shape
    grad_y = np.random.default_rng(1).standard_normal(shape).astype(x.dtype)
    expected = oracles.backward(F.conv_transpose2d, grad_y, x, weight, bias, **options)
    sizes = oracles.backward_sizes(F.conv_transpose2d, grad_y, x, weight, bias, **options)
    if not need_grad_x:
        expected = [None, *expected[1:]]
    saved = {"grad_y": grad_y, "x": x, "weight": weight}
    options |= {"need_grad_x": need_grad_x}
    agree(ops.conv_transpose2d_backward, saved, options, *expected, scale=list(sizes))


@given(st.data())
def test_upsample_equals_pytorchs_forward_and_backward(data):
    n, c, h, w = (data.draw(st.integers(low, 4)) for low in (0, 1, 1, 1))
    x = numbers(data.draw, (n, c, h, w), data.draw(DTYPES))
    options = {"scale_factor": data.draw(pairs(1, 4)), "mode": "nearest"}
    twin = dict(options)
    if data.draw(st.booleans()):
        aligned = data.draw(st.booleans())
        options |= {"mode": "bilinear", "align_corners": aligned}
        twin = dict(options)

    def oracle(x):
        return F.interpolate(x, **twin) if len(x) else x.repeat(1, 1, *twin["scale_factor"])

    agree(ops.upsample, {"x": x}, options, oracles.forward(oracle, x), scale=4)
    shape = (n, c, h * options["scale_factor"][0], w * options["scale_factor"][1])
    grad_y = numbers(data.draw, shape, x.dtype)
    (expected,) = oracles.backward(oracle, grad_y, x)
    options["input_shape"] = x.shape
    agree(ops.upsample_backward, {"grad_y": grad_y}, options, expected, scale=16)


X, WEIGHT = np.ones((2, 4, 3, 5)), np.ones((4, 3, 3, 2))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"padding": "same"}, "padding of a transposed convolution must be numbers; got 'same'"),
        ({"stride": 2, "output_padding": (0, 2)}, r"below the stride 2; got \(0, 2\)"),
        ({"output_padding": 1}, "output_padding must be below the stride 1; got 1"),
        ({"output_padding": -1}, "output_padding must be at least 0; got -1"),
        ({"padding": 3}, r"a 3x2 kernel on 3x5 with padding 3 makes -1x0: use less padding"),
        ({"groups": 3}, "groups must divide 4 channels; got 3"),
        ({"weight": WEIGHT[:3]}, r"weight \(3, 3, 3, 2\) takes 3 channels; x .* has 4"),
        ({"weight": WEIGHT[:, :0]}, "weight must have no empty axis"),
        ({"bias": np.ones(4)}, r"bias must have shape \(3,\); got \(4,\)"),
        ({"stride": 10**9}, "would need .* GiB"),
    ],
)
def test_a_transposed_convolution_that_cannot_be_is_refused(change, words):
    with pytest.raises(BadakError, match=words):
        ops.conv_transpose2d(**{"x": X, "weight": WEIGHT, **change})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"scale_factor": 0}, "scale_factor must be at least 1; got 0"),
        ({"scale_factor": 1.5}, "scale_factor.*got 1.5"),
        ({"mode": "cubic"}, "mode.*'nearest'.*'bilinear'.*got 'cubic'"),
        ({"align_corners": True}, "align_corners needs mode 'bilinear'; got 'nearest'"),
        ({"scale_factor": 10**7}, "would need .* GiB"),
    ],
)
def test_an_upsampling_that_cannot_be_is_refused(change, words):
    with pytest.raises(BadakError, match=words):
        ops.upsample(**{"x": X, "scale_factor": 2, **change})


def test_a_transposed_convolution_is_the_adjoint_of_the_convolution():
    generator = np.random.default_rng(0)
    x, y = generator.standard_normal((2, 3, 7, 6)), generator.standard_normal((2, 4, 4, 2))
    weight, options = generator.standard_normal((4, 3, 2, 3)), {"stride": (2, 3), "padding": (1, 0)}
    spread = ops.conv_transpose2d(y, weight, **options, output_padding=(1, 0))
    assert np.vdot(ops.conv2d(x, weight, **options), y) == pytest.approx(np.vdot(x, spread))
    assert torch.equal(torch.tensor(spread.shape), torch.tensor(x.shape))
