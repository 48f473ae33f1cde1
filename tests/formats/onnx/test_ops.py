"""ONNX's operators over one, two and three axes give what PyTorch gives."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from onnx import helper

from badak.errors import BadakError
from badak.onnx import Backend

SIZE = (7, 6, 5)  # all different, so that swapped axes show
KERNEL = (3, 2, 3)


def node(operator, inputs, outputs=1, **attributes):
    names = [f"in{i}" for i in range(inputs)], [f"out{i}" for i in range(outputs)]
    return helper.make_node(operator, *names, **attributes)


def run(operator, *arrays, outputs=1, opset=22, **attributes):
    made = node(operator, len(arrays), outputs, **attributes)
    return Backend.run_node(made, list(arrays), opset_version=opset)


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def agree(ours, theirs):
    assert ours.dtype == theirs.numpy().dtype
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("groups", [1, 2])
def test_conv(rank, groups):
    geometry = {"strides": [2, 1, 2], "dilations": [1, 2, 1], "pads": [1, 2, 0]}
    stride, dilation, pads = (values[:rank] for values in geometry.values())
    x, bias = draw(2, 4, *SIZE[:rank]), draw(6)
    weight = draw(6, 4 // groups, *KERNEL[:rank])
    (y,) = run(
        "Conv", x, weight, bias, group=groups, strides=stride, dilations=dilation, pads=pads * 2
    )
    function = [F.conv1d, F.conv2d, F.conv3d][rank - 1]
    agree(y, function(*map(torch.tensor, (x, weight, bias)), stride, pads, dilation, groups))


def test_conv_pads_each_side_by_its_own_number():
    x, weight = draw(1, 2, *SIZE), draw(3, 2, *KERNEL)
    (y,) = run("Conv", x, weight, pads=[1, 0, 2, 0, 1, 3])
    agree(y, F.conv3d(F.pad(torch.tensor(x), (2, 3, 0, 1, 1, 0)), torch.tensor(weight)))


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("groups", [1, 2])
def test_conv_transpose(rank, groups):
    stride, dilation, pads, extra = [2, 3, 2][:rank], [1, 2, 1][:rank], [1, 0, 2][:rank], [1, 2, 0]
    x, bias = draw(2, 4, *SIZE[:rank]), draw(6)
    weight = draw(4, 6 // groups, *KERNEL[:rank])
    (y,) = run(
        "ConvTranspose", x, weight, bias, group=groups, strides=stride, dilations=dilation,
        pads=pads * 2, output_padding=extra[:rank],
    )  # fmt: skip
    function = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][rank - 1]
    tensors = map(torch.tensor, (x, weight, bias))
    agree(y, function(*tensors, stride, pads, extra[:rank], groups, dilation))


@pytest.mark.parametrize("ceil_mode", [0, 1])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_max_pool_and_its_indices(rank, ceil_mode):
    kernel, stride, pads = [3, 2, 3][:rank], [2, 2, 1][:rank], [1, 0, 1][:rank]
    x = draw(2, 3, *SIZE[:rank])
    pooled = {"kernel_shape": kernel, "strides": stride, "pads": pads * 2, "ceil_mode": ceil_mode}
    y, indices = run("MaxPool", x, outputs=2, **pooled)
    function = [F.max_pool1d, F.max_pool2d, F.max_pool3d][rank - 1]
    theirs, places = function(
        torch.tensor(x), kernel, stride, pads, 1, bool(ceil_mode), return_indices=True
    )
    agree(y, theirs)
    # ONNX's indices run through all of x.
    maps = np.arange(6).reshape(2, 3, *[1] * rank) * np.prod(SIZE[:rank])
    assert (indices == places.numpy() + maps).all()
    assert (run("MaxPool", x, **pooled)[0] == y).all()


def test_max_pool_finds_nan_and_never_the_padding():
    x = np.full((1, 1, 2, 3, 2), -np.inf, np.float32)
    x[0, 0, 1, 2, 1] = np.nan
    y, indices = run("MaxPool", x, outputs=2, kernel_shape=[2, 2, 2], pads=[1] * 6)
    assert np.isnan(y[0, 0, 2, 3, 2])
    assert indices[0, 0, 2, 3, 2] == x.size - 1
    assert indices[0, 0, 0, 0, 0] == 0


@pytest.mark.parametrize("count_include_pad", [0, 1])
@pytest.mark.parametrize("ceil_mode", [0, 1])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_average_pool(rank, ceil_mode, count_include_pad):
    kernel, stride, pads = [3, 2, 3][:rank], [2, 2, 1][:rank], [1, 0, 1][:rank]
    x = draw(2, 3, *SIZE[:rank])
    (y,) = run(
        "AveragePool", x, kernel_shape=kernel, strides=stride, pads=pads * 2, ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
    )  # fmt: skip
    function = [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d][rank - 1]
    agree(
        y,
        function(torch.tensor(x), kernel, stride, pads, bool(ceil_mode), bool(count_include_pad)),
    )


def test_average_pool_counts_the_cells_of_dilated_windows_inside_the_map():
    x = np.ones((1, 1, 5, 4), np.float32)
    (y,) = run("AveragePool", x, kernel_shape=[3, 2], dilations=[2, 3], pads=[1, 1, 1, 1])
    assert (y == 1).all()


def test_an_even_lrn_reaches_one_channel_further_ahead():
    x = np.array([1, 2, 3], np.float32).reshape(1, 3, 1)
    (y,) = run("LRN", x, size=2, alpha=2.0, beta=1.0, bias=1.0)
    np.testing.assert_allclose(y.ravel(), [1 / (1 + 1 + 4), 2 / (1 + 4 + 9), 3 / (1 + 9)], 1e-6)


def test_older_softmax_lets_all_later_axes_compete():
    x = draw(2, 3, 4)
    np.testing.assert_allclose(run("Softmax", x, opset=11)[0].sum(axis=(1, 2)), [1, 1], 1e-5)
    np.testing.assert_allclose(run("Softmax", x)[0].sum(axis=2), np.ones((2, 3)), 1e-5)


def test_the_loss_of_nothing_is_zero():
    labels = np.full(2, 7)
    (loss,) = run("SoftmaxCrossEntropyLoss", draw(2, 3), labels, ignore_index=7)
    assert loss == 0


def test_dropout_without_a_seed_draws_new_numbers():
    x, p, training = np.ones(100, np.float32), np.float32(0.5), np.array(True)
    first, second = (run("Dropout", x, p, training)[0] for _ in range(2))
    assert set(first) == {0, 2}
    assert (first != second).any()


COUNTED = {"count_include_pad": 1}
KERNELS = draw(2, 2, 3)
BAD = [
    ("Conv", [draw(1, 2, 5, 4), draw(3, 2, 3, 3)], {"strides": [0, 1]}, "stride must be at least"),
    ("Conv", [draw(1, 2, 5, 4), draw(3, 2, 3, 3)], {"strides": [1]}, "strides must have 2 numbers"),
    ("Conv", [draw(1, 2, 5, 4), draw(3, 2, 3, 3)], {"dilations": [1, -1]}, "at least 1; got -1"),
    ("Conv", [draw(1, 2, 5, 4), draw(3, 2, 3, 3)], {"pads": [-5, 0, 0, 0]}, "padding must be at"),
    ("Conv", [draw(1, 2, 5, 4), draw(3, 2, 3, 3)], {"pads": [2**40] * 4}, "at most 2147483647"),
    ("Conv", [draw(1, 2, 5, 4), draw(3, 2, 3, 3)], {"group": 0}, "groups must be at least 1"),
    ("Conv", [draw(1, 2, 5, 4), draw(3, 2, 3, 3)], {"kernel_shape": [5, 5]}, "W must have shape"),
    ("Conv", [draw(1, 2, 5, 4), draw(3, 2, 3)], {}, "as many axes"),
    ("Conv", [draw(1, 2, 5, 4, 3), draw(3, 2, 1, 1, 1)], {"pads": [2**30] * 6}, "GiB"),
    ("ConvTranspose", [draw(1, 2, 5), draw(3, 2, 3)], {}, "does not fit X"),
    ("ConvTranspose", [draw(1, 2, 5), draw(2, 200, 3)], {"strides": [2**28]}, "GiB"),
    ("ConvTranspose", [draw(1, 2, 5), draw(2, 2, 3)], {"pads": [9, 9]}, "must be at least 1; got"),
    ("MaxPool", [draw(1, 2, 5)], {"kernel_shape": [3, 3]}, "2 axes does not fit an input of 1"),
    ("MaxPool", [draw(1, 2, 5)], {"kernel_shape": [6]}, "does not fit its 5x1 input"),
    ("MaxPool", [draw(1, 2, 5)], {"kernel_shape": [3], "auto_pad": "SAME"}, "auto_pad must be one"),
    ("MaxPool", [draw(1, 2, 5)], {"kernel_shape": [2], "pads": [2, 0]}, "smaller than.*2, 0"),
    ("MaxPool", [draw(1, 2, 5, 4)], {"kernel_shape": [3, 2], "pads": [2, 0, 0, 2]}, "smaller than"),
    ("MaxPool", [draw(1, 1, 5)], {"kernel_shape": [2], "pads": [4, 4], "dilations": [4]}, "small"),
    ("AveragePool", [draw(1, 2, 5)], {"kernel_shape": [3], "pads": [0, 3]}, "smaller than.*0, 3"),
    ("AveragePool", [draw(1, 2, 5)], {"kernel_shape": [2], "pads": [2, 2], **COUNTED}, "smaller"),
    ("ConvTranspose", [draw(1, 2, 5), KERNELS], {"output_padding": [1]}, "axis 0; got 1"),
    (
        "ConvTranspose", [draw(1, 2, 5), KERNELS],
        {"strides": [2], "dilations": [3], "output_padding": [3]}, "dilation 3 of axis 0; got 3",
    ),
    ("ConvTranspose", [draw(1, 2, 5), KERNELS], {"output_padding": [-1]}, "at least 0; got -1"),
    (
        "ConvTranspose", [draw(1, 2, 5), KERNELS],
        {"strides": [2], "output_shape": [13]}, "smaller than the stride 2.*got 2",
    ),
    ("Concat", [draw(2, 3), draw(2, 3)], {"axis": 2}, r"-2\.\.1.*got 2"),
    ("Transpose", [draw(2, 3, 4)], {"perm": [0, -1, 1]}, "each of 3 axes once; got"),
    ("Transpose", [draw(2, 3)], {"perm": [0, 1, 2]}, "each of 2 axes once"),
    ("Squeeze", [draw(2, 1), np.array([3])], {}, r"-2\.\.1.*got 3"),
    ("Squeeze", [draw(2, 1), np.array([1.5])], {}, "cannot take its inputs"),
    ("Squeeze", [draw(2, 1), np.array([1, -1])], {}, "different ones of 2"),
    ("Unsqueeze", [draw(2, 1), np.array([-4])], {}, r"-3\.\.2.*got -4"),
    ("Unsqueeze", [draw(2, 1), np.array([1, 1])], {}, "different ones of 4"),
    ("Gather", [draw(2, 3), np.array([0])], {"axis": -3}, r"-2\.\.1.*got -3"),
    ("Softmax", [draw(2, 3)], {"axis": 2}, r"-2\.\.1.*got 2"),
    ("LogSoftmax", [draw(2, 3)], {"axis": -3}, r"-2\.\.1.*got -3"),
    ("Flatten", [draw(2, 3)], {"axis": 3}, "at most 2; got 3"),
    ("Pad", [draw(2, 3), np.array([1, 1]), np.float32(0), np.array([2])], {}, r"-2\.\.1.*got 2"),
    ("Pad", [draw(2, 3), np.array([0, 0, 0, -5])], {}, "take more from axis 1 than its length 3"),
    ("Pad", [draw(2, 5), np.array([0, 4, 0, -8])], {}, "pads 4 and -8 take more from axis 1"),
    ("Pad", [draw(2, 5), np.array([-1, 0, -2, 0])], {}, "take more from axis 0 than its length 2"),
    ("Reshape", [draw(6), np.array([-1, -1])], {}, "at most one -1"),
    ("Reshape", [draw(6), np.array([4])], {}, "cannot take its inputs .*reshape"),
    ("Concat", [draw(2, 3), draw(2, 4)], {"axis": 0}, "cannot take its inputs"),
    ("ConstantOfShape", [np.array([2**20, 2**20])], {}, "GiB"),
    ("Add", [draw(2), np.ones(2)], {}, "of one type; got float32, float64"),
    ("LRN", [draw(1, 2, 3)], {"size": 0}, "size must be a number of channels"),
    ("NegativeLogLikelihoodLoss", [draw(2, 3), np.array([0, 3])], {}, r"in 0..2; got 0 to 3"),
    ("BatchNormalization", [draw(2, 3), draw(3), draw(3), draw(3), -np.ones(3)], {}, "negative"),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "arrays", "attributes", "words"), BAD)
def test_bad_attributes_and_inputs_are_named(operator, arrays, attributes, words):
    with pytest.raises(BadakError, match=words) as fault:
        run(operator, *arrays, **attributes)
    assert str(fault.value).startswith(f"{operator} 'out0': ")


@pytest.mark.parametrize(
    ("operator", "arrays", "attributes", "opset", "words"),
    [
        ("Softmax", [draw(2, 3, 4)], {"axis": 3}, 11, r"-3\.\.2.*got 3"),
        ("LogSoftmax", [draw(2, 3)], {"axis": 2}, 9, r"-2\.\.1.*got 2"),
        ("Squeeze", [draw(2, 1)], {"axes": [2]}, 11, r"-2\.\.1.*got 2"),
        ("Unsqueeze", [draw(2, 1)], {"axes": [4]}, 11, r"-3\.\.2.*got 4"),
        ("Add", [draw(2, 3, 4), draw(3)], {"axis": 4, "broadcast": 1}, 6, r"-3\.\.2.*got 4"),
        ("Mul", [draw(2, 3, 4), draw(3, 4)], {"axis": 2, "broadcast": 1}, 6, "from axis 2 on"),
    ],
)
def test_what_older_operators_meant_is_checked_too(operator, arrays, attributes, opset, words):
    with pytest.raises(BadakError, match=words):
        run(operator, *arrays, opset=opset, **attributes)


def test_padding_up_to_the_kernel_and_what_it_cuts_away():
    x = draw(1, 2, 5)
    (y,) = run("MaxPool", x, kernel_shape=[3], pads=[2, 2])
    agree(y, F.max_pool1d(F.pad(torch.tensor(x), (2, 2), value=-np.inf), 3, 1))
    (cut,) = run("Pad", x, np.array([0, 0, -2, 0, -1, -3]))
    assert cut.shape == (1, 1, 0)
