"""precision rounds after every operation, as PyTorch, NumPy and integers worked by hand do."""

import importlib
import math

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from badak import BadakError, Network
from badak.data import Dataset
from badak.errors import ArgumentTypeError
from badak.inspect import draw, precision
from badak.inspect.checks.precision import DTYPES, LayerError, Precision
from badak.inspect.checks.rounding import (
    int8_scale,
    round_bfloat16,
    round_float16,
    round_int8,
    to_int8,
)
from badak.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    Subsample2d,
    Tanh,
)
from own_layer import Own

BITS = arrays(np.uint32, 16, elements=st.integers(0, 2**32 - 1)).map(lambda b: b.view(np.float32))
FINITE = arrays(np.float32, 12, elements=st.floats(-1e6, 1e6, width=32))


def same(one, other):
    """Equal bits, also for signs of zero; all NaNs count as equal."""
    numbers = ~np.isnan(other)
    np.testing.assert_array_equal(np.isnan(one), ~numbers)
    np.testing.assert_array_equal(one[numbers].view(np.uint32), other[numbers].view(np.uint32))
    assert one.dtype == np.float32


def in_torch(x):
    return torch.from_numpy(x).to(torch.bfloat16).float().numpy()


@given(BITS)
@example(np.array([0x7F7FFFFF, 0xFF7FFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0xFF800000, 1, 0x80000000],
                  np.uint32).view(np.float32))  # fmt: skip
def test_bfloat16_is_torchs_bit_for_bit(x):
    same(round_bfloat16(x), in_torch(x))


def test_bfloat16_halfway_goes_to_even():
    """Every upper half, with a lower half just below, at and just above the middle."""
    upper = np.arange(0, 2**16, 7, dtype=np.uint32) << 16
    for lower in (0x7FFF, 0x8000, 0x8001):
        x = (upper + np.uint32(lower)).view(np.float32)
        same(round_bfloat16(x), in_torch(x))


@given(BITS)
def test_float16_is_numpys(x):
    with np.errstate(all="ignore"):
        same(round_float16(x), x.astype(np.float16).astype(np.float32))


@given(FINITE, st.floats(1e-3, 1e3))
def test_int8_is_the_naive_form(x, scale):
    steps = [max(-127, min(127, round(float(value) / scale))) for value in x]  # halves to even
    np.testing.assert_array_equal(to_int8(x, scale), steps)
    np.testing.assert_array_equal(round_int8(x, scale), np.float32([s * scale for s in steps]))


@given(FINITE)
def test_int8s_scale_reaches_the_largest_and_is_off_by_half_a_step(x):
    scale = int8_scale(x)
    assert np.abs(to_int8(x, scale)).max() == (127 if x.any() else 0)
    assert np.abs(round_int8(x, scale) - x).max() <= scale / 2 * (1 + 1e-5)


@pytest.fixture
def dataset():
    generator = np.random.default_rng(0)
    images = generator.standard_normal((20, 2, 6, 7)).astype(np.float32)
    return Dataset(images, np.arange(20) % 3, ["a", "b", "c"])


def small(layers) -> Network:
    net = Network(layers, (2, 6, 7), seed=1)
    generator = np.random.default_rng(2)
    for name, array in net.state().items():  # biases and statistics that are not 0 and 1
        if "weight" not in name or "norm" in name:
            array[...] = generator.uniform(0.5, 1.5, array.shape)
    return net


def torch_steps(net, images, dtype):
    """Each operation in PyTorch's dtype, which rounds its result; sums are in float32."""

    def r(x):
        return torch.as_tensor(np.asarray(x)).to(dtype).float()

    p = {name: r(array) for name, array in net.parameters().items()}
    x = r(torch.conv2d(r(images), p["conv1.weight"]))
    x = r(x + p["conv1.bias"][:, None, None])
    norm = net.layers["norm1"]
    gain = norm.parameters["weight"] / np.sqrt(norm.buffers["running_var"] + norm.eps)
    offset = norm.parameters["bias"] - norm.buffers["running_mean"] * gain
    x = r(r(x * r(gain)[:, None, None]) + r(offset)[:, None, None])
    x = r(torch.tanh(x))
    x = r(torch.nn.functional.avg_pool2d(x, 2))
    x = torch.relu(x.flatten(1))
    return r(r(x @ p["linear1.weight"].T) + p["linear1.bias"]).numpy()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_every_operation_is_rounded_as_in_torch(dtype, dataset):
    layers = [Conv2d(3, 3), BatchNorm2d(), Tanh(), AvgPool2d(2), Flatten(), ReLU(), Linear(3)]
    net = small(layers)
    found = precision(net, dataset, dtype)
    expected = torch_steps(net, dataset.images, getattr(torch, dtype))
    exact = net.astype(np.float64)(dataset.images)
    error = math.sqrt(np.square(expected - exact).sum() / np.square(exact).sum())
    assert found.layers[-1].error == pytest.approx(error, rel=0.02)  # sums in another order
    assert found.accuracy == (expected.argmax(axis=1) == dataset.labels).mean()
    assert found.accuracy64 == (exact.argmax(axis=1) == dataset.labels).mean()


def test_int8_is_integer_arithmetic(dataset):
    """The same from int32 sums of products of int8 numbers, with the measured scales."""
    net = small([Flatten(), Linear(3)])
    found = precision(net, dataset, "int8")
    scale = found.scales
    weight, bias = net.parameters()["linear1.weight"], net.parameters()["linear1.bias"]
    rows = dataset.images.reshape(20, -1)
    assert scale["images"] == pytest.approx(np.abs(rows).max() / 127)
    assert scale["linear1.weight"] == pytest.approx(np.abs(weight).max() / 127)
    assert scale["linear1 products"] == pytest.approx(np.abs(rows @ weight.T).max() / 127)
    q = [to_int8(a, scale[n]) for a, n in ((rows, "images"), (weight, "linear1.weight"))]
    sums = q[0].astype(np.int32) @ q[1].astype(np.int32).T
    products = to_int8(
        sums * (scale["images"] * scale["linear1.weight"]), scale["linear1 products"]
    )
    y = products * scale["linear1 products"] + round_int8(bias, scale["linear1.bias"])
    y = round_int8(y, scale["linear1 sums"])
    exact = rows.astype(np.float64) @ weight.T.astype(np.float64) + bias
    error = math.sqrt(np.square(y - exact).sum() / np.square(exact).sum())
    assert found.layers[-1].error == pytest.approx(error, rel=1e-4)
    assert found.accuracy == (y.argmax(axis=1) == dataset.labels).mean()


def test_int8s_scales_are_of_all_batches_and_never_forced_to_1(monkeypatch, dataset):
    module = importlib.import_module("badak.inspect.checks.precision")
    monkeypatch.setattr(module, "BATCH", 7)
    images = dataset.images / 1000
    images[:7] = 0
    faint = Dataset(images, dataset.labels, ["a", "b", "c"])
    found = precision(small([Flatten(), Linear(3, bias=False)]), faint, "int8")
    assert found.scales["images"] == pytest.approx(np.abs(images).max() / 127)
    assert found.layers[0].error < 0.02


def test_fewer_bits_make_larger_errors(dataset):
    net = small([Conv2d(3, 3), ReLU(), MaxPool2d(2), Flatten(), Linear(3)])
    errors = [precision(net, dataset, dtype).layers[-1].error for dtype in DTYPES]
    assert errors[0] < 1e-6 < errors[1] < 2e-3 < errors[2] < 3e-2
    assert errors[2] < errors[3] < 0.2


def test_what_only_chooses_adds_no_error(dataset):
    """ReLU, max pooling, dropout and Flatten add no rounding."""
    net = small([MaxPool2d(2), ReLU(), Dropout(), Flatten()])
    found = precision(net, dataset, "int8")
    assert list(found.scales) == ["images"]
    choosing = small([Conv2d(3, 1), MaxPool2d(1), Dropout(), Flatten()])
    errors = {layer.error for layer in precision(choosing, dataset, "bfloat16").layers}
    assert len(errors) == 1


def test_a_layer_of_ones_own_is_one_operation(dataset):
    class Third(Own):
        def forward(self, x, training):
            return x / 3, None

        def backward(self, grad_y, cache, need_grad_x=True):
            return grad_y / 3, {}

    third = precision(small([Third(), Flatten()]), dataset, "bfloat16").layers[0]
    expected = in_torch(in_torch(dataset.images) / np.float32(3))
    exact = dataset.images.astype(np.float64) / 3
    error = math.sqrt(np.square(expected - exact).sum() / np.square(exact).sum())
    assert third.error == pytest.approx(error, rel=1e-6)


def test_blocks_are_rounded_layer_by_layer():
    """By hand: in float16 1 + 2**-12 is 1, and so is the path's product; the shortcut gives 0.1."""
    block = Residual([Conv2d(1, 1, bias=False)], [Conv2d(1, 1, bias=False)])
    net = Network([block, Flatten(), Linear(2, bias=False)], (1, 1, 1))
    for name, value in (("block1.conv1", 1 + 2**-12), ("block1.shortcut.conv1", 0.1)):
        net.parameters()[f"{name}.weight"][...] = value
    net.parameters()["linear1.weight"][...] = 1
    one = Dataset(np.ones((1, 1, 1, 1)), [0], ["a", "b"])
    found = {layer.name: layer for layer in precision(net, one, "float16").layers}["block1"]
    exact = float(np.float32(1 + 2**-12)) + float(np.float32(0.1))
    rounded = float(np.float16(1 + float(np.float16(0.1))))
    assert found.error == pytest.approx(abs(rounded - exact) / exact, rel=1e-6)


def test_the_parameters_of_any_layer_are_rounded():
    """1 + 2**-11 is 1 in float16; multiplied by 1.5 before rounding, it would round up."""
    net = Network([Subsample2d(2), Flatten(), Linear(2)], (1, 2, 2))
    net.parameters()["pool1.weight"][...] = 1 + 2**-11
    one = Dataset(np.full((1, 1, 2, 2), 0.375), [0], ["a", "b"])
    found = precision(net, one, "float16").layers[0]
    assert found.error == pytest.approx(2**-11 / (1 + 2**-11), rel=1e-6)


def test_beyond_the_range_of_float16_all_is_lost(dataset):
    net = small([Flatten(), Linear(3)])
    net.parameters()["linear1.weight"][...] *= 1e6
    lost = precision(net, dataset, "float16")
    assert lost.accuracy == 0
    assert math.isinf(lost.layers[-1].error)
    assert lost.layers[0].error < 1e-3
    assert precision(net, dataset, "bfloat16").accuracy == pytest.approx(lost.accuracy64, abs=0.1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_network_stays_as_it_is(dtype, dataset):
    net = small([Conv2d(3, 3), BatchNorm2d(), Flatten(), Linear(3)]).astype(dtype)
    before = {name: array.copy() for name, array in net.state().items()}
    precision(net, dataset, "bfloat16")
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_wrong_arguments(dataset):
    net = small([Flatten(), Linear(3)])
    with pytest.raises(BadakError, match=r"dtype.*'float32', 'float16'.*got 'float8'"):
        precision(net, dataset, "float8")
    with pytest.raises(BadakError, match="data set is empty"):
        precision(net, dataset[:0], "int8")
    with pytest.raises(ArgumentTypeError, match=r"data.*got ndarray"):
        precision(net, dataset.images, "int8")
    with pytest.raises(ArgumentTypeError, match=r"net.*got NoneType"):
        precision(None, dataset, "int8")


LAYERS = (LayerError("conv1", "Conv2d", 1e-3), LayerError("linear1", "Linear", 2e-3))
FOUND = [
    Precision("float16", 0.975, 0.98, LAYERS, {}),
    Precision("int8", 0.5, 0.98, (LAYERS[0], LayerError("linear1", "Linear", math.inf)), {}),
]


def test_the_table_by_hand():
    lines = [" ".join(line.split()) for line in str(FOUND[0]).splitlines() if line]
    assert lines[0] == "float16 after every operation: accuracy 97.50%; in float64 98.00%"
    assert lines[-1] == "linear1 Linear 2.0e-03"


def test_the_picture_shows_the_data(tmp_path):
    figure = draw.precision(FOUND)
    left, right = figure.axes
    assert [bar.get_height() for bar in left.patches] == [97.5, 50]
    assert [text.get_text() for text in left.texts] == ["97.50%", "50.00%"]
    assert list(left.get_lines()[0].get_ydata()) == [98, 98]
    assert [line.get_label() for line in right.get_lines()] == ["float16", "int8"]
    np.testing.assert_array_equal(right.get_lines()[0].get_ydata(), [1e-3, 2e-3])
    np.testing.assert_array_equal(right.get_lines()[1].get_ydata(), [1e-3, math.nan])
    draw.save(figure, tmp_path / "precision.png")
    assert np.asarray(Image.open(tmp_path / "precision.png").convert("L")).std() > 10


def test_pictures_of_nothing_or_of_different_networks():
    with pytest.raises(BadakError, match="is empty"):
        draw.precision([])
    with pytest.raises(BadakError, match="their layers differ"):
        draw.precision([FOUND[0], Precision("int8", 1, 1, LAYERS[:1], {})])
