"""summary against numbers worked out by hand, and receptive fields against gradients."""

import numpy as np

from badak import Network
from badak.layers import AvgPool2d, Conv2d, GlobalAvgPool2d, MaxPool2d, ReLU
from badak.models import SimpleConvNet


def test_simple_conv_net_by_hand():
    summary = SimpleConvNet().summary()
    rows = {row.name: row for row in summary.rows}
    assert rows["conv1"].formula == "(28 + 0 - 4 - 1) // 1 + 1 = 24"
    assert rows["conv1"].output_shape == (30, 24, 24)
    assert rows["conv1"].parameters == 30 * 25 + 30
    assert rows["conv1"].flops == 30 * 24 * 24 * (2 * 25 + 1)
    assert rows["conv1"].bytes == 4 * (780 + 30 * 24 * 24)
    assert rows["conv1"].receptive_field == (5, 5)
    assert rows["pool1"].receptive_field == (6, 6)
    assert rows["linear1"].flops == 100 * (2 * 4320 + 1)
    assert rows["linear1"].receptive_field == (28, 28)
    assert summary.parameters == 433_890


def test_training_costs_three_forward_passes_but_for_the_images_gradient():
    summary = SimpleConvNet().summary()
    rows = {row.name: row for row in summary.rows}
    assert rows["conv1"].backward_flops == rows["conv1"].flops  # only the gradient of the weight
    assert rows["linear1"].backward_flops == 2 * rows["linear1"].flops
    assert rows["pool1"].backward_flops == rows["pool1"].flops
    weighted = sum(rows[name].flops for name in ("conv1", "linear1", "linear2"))
    rest = summary.flops - weighted
    assert summary.training_flops == 3 * weighted - rows["conv1"].flops + 2 * rest


def test_the_table_shows_every_number():
    text = str(SimpleConvNet().summary())
    for words in ("conv1", "(28+0-4-1)//1+1=24", "30x24x24", "881k", "432,100", "433,890", "1.78M"):
        assert words in text


def test_receptive_field_is_what_a_gradient_reaches():
    """The gradient of one output reaches exactly the pixels that the summary says it sees."""
    layers = [
        Conv2d(2, (3, 2), stride=(1, 2), dilation=(2, 1), weight_init="he"),
        AvgPool2d((2, 3), stride=(2, 1)),
        Conv2d(2, 2, weight_init="he"),
    ]
    net = Network(layers, (1, 21, 23), dtype=np.float64)
    x = np.random.default_rng(0).random((1, 1, 21, 23))
    caches = []
    for layer in net.layers.values():
        x, cache = layer.forward(x, False)
        caches.append(cache)
    grad = np.zeros_like(x)
    grad[0, 0, 1, 1] = 1
    for layer in reversed(net.layers.values()):
        grad, _ = layer.backward(grad, caches.pop())
    rows, columns = np.nonzero(grad[0, 0])
    extent = (int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1)
    assert net.summary().rows[-1].receptive_field == extent


def test_both_axes_of_an_oblong_are_shown():
    (row,) = Network([MaxPool2d((2, 3), ceil_mode=True)], (1, 7, 9)).summary().rows
    assert row.formula.splitlines() == [
        "ceil((7 + 0 - 1 - 1) / 2) + 1 = 4",
        "ceil((9 + 0 - 2 - 1) / 3) + 1 = 3",
    ]


def test_global_pooling_sees_everything():
    rows = Network([Conv2d(1, 3), ReLU(), GlobalAvgPool2d()], (1, 8, 9)).summary().rows
    assert rows[-1].receptive_field == (8, 9)
