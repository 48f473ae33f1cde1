"""receptive_field: exactly the pixels that a gradient reaches, for any chain of windows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak import BadakError, Network
from badak.inspect import receptive_field
from badak.inspect.attribution.backward import trace
from badak.layers import (
    AvgPool2d,
    BatchNorm2d,
    Concat,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Linear,
    ReLU,
    Residual,
    Subsample2d,
    TableConv2d,
    Widen2d,
)
from badak.models import DeepConvNet, LeNet5
from own_layer import Own

SIZE = (23, 26)
# Two pixels, and two more for each step of a later window.
INSIDE = {
    "conv1": 2,
    "block1.conv1": 6,
    "block1.conv2": 14,
    "block1.shortcut.conv1": 2,
    "block1": 14,
}
pair = st.tuples(st.integers(1, 3), st.integers(1, 3))
side = st.tuples(st.integers(0, 2), st.integers(0, 2))


@st.composite
def windows(draw):
    convs = st.builds(
        lambda *geometry: Conv2d(1, *geometry),
        pair,
        st.tuples(st.integers(1, 2), st.integers(1, 2)),
        st.one_of(st.tuples(side, side), st.just("same")),
        st.tuples(st.integers(1, 2), st.integers(1, 2)),
    )
    pools = st.builds(AvgPool2d, pair, st.tuples(st.integers(1, 2), st.integers(1, 2)))
    blocks = st.builds(
        lambda one, other: Residual(
            [Conv2d(1, one, padding="same")], [Conv2d(1, other, padding="same")]
        ),
        pair,
        pair,
    )
    halving = st.builds(
        lambda kernel: Residual(
            [Conv2d(1, kernel, padding="same"), Conv2d(1, 3, 2, padding=1)], [Widen2d(1, 2)]
        ),
        pair,
    )
    own = [TableConv2d([[0]], (2, 3)), Subsample2d((1, 2))]
    one = st.one_of(convs, pools, blocks, halving, st.sampled_from(own))
    return draw(st.lists(one, min_size=1, max_size=3))


@given(windows(), st.data())
def test_the_box_is_what_a_gradient_reaches(layers, data):
    net = Network(layers, (1, *SIZE), dtype=np.float64)
    last = next(reversed(net.layers))
    for array in net.parameters().values():
        array[...] = 1  # no gradients that cancel
    field = receptive_field(net, last)
    assert field.places == net.output_shape[1:]
    y, x = (data.draw(st.integers(0, places - 1)) for places in field.places)
    box = field.box(y, x)
    assert tuple(one.stop - one.start for one in box) == field.size
    seen = trace(net, np.zeros((1, 1, *SIZE)), last=last)
    grad_y = np.zeros_like(seen.output)
    grad_y[0, 0, y, x] = 1
    grad = seen.gradient(grad_y)[0, 0]
    if not grad.any():
        return  # a window that lies entirely in the padding
    for axis, one in enumerate(box):
        lines = np.flatnonzero(grad.any(axis=1 - axis))
        assert one.start <= lines[0]
        assert lines[-1] < one.stop
        if one.start >= 0 and one.stop <= SIZE[axis]:
            assert (lines[0], lines[-1] + 1) == (one.start, one.stop)


def test_numbers_by_hand():
    net = DeepConvNet()
    # conv1, conv2: 3x3, padding 1. pool1: 2x2, stride 2. conv3: two pixels per step.
    assert [
        receptive_field(net, name).size[0] for name in ("conv1", "conv2", "pool1", "conv3")
    ] == [
        3,
        5,
        6,
        10,
    ]
    assert receptive_field(net, "conv3").stride == (2, 2)
    assert receptive_field(net, "conv3").offset == (-4, -4)
    assert receptive_field(net, "conv3").box(1, 3) == (slice(-2, 8), slice(2, 12))


def test_layers_inside_a_block_have_fields_of_their_own():
    block = Residual([Conv2d(2, 3, padding=1), ReLU(), Conv2d(2, 5, padding=2)], [Conv2d(2, 1)])
    net = Network([Conv2d(2, 2, stride=2), block], (1, 12, 12))
    sizes = {name: receptive_field(net, name).size[0] for name in INSIDE}
    assert sizes == INSIDE
    with pytest.raises(BadakError, match=r"layer.*'block1.conv2'.*got 'conv2'"):
        receptive_field(net, "conv2")


def test_a_block_sees_what_either_path_sees():
    """Rows: pixels -1 to 0 here and 0 to 1 there; columns: one path's lie within the other's."""
    up, down = (
        Conv2d(1, (2, 1), padding=((1, 0), (0, 0))),
        Conv2d(1, (2, 3), padding=((0, 1), (1, 1))),
    )
    for paths in ((up, down), (down, up)):
        field = receptive_field(Network([Residual(*([one] for one in paths))], (1, 5, 5)), "block1")
        assert (field.size, field.offset) == ((3, 3), (-1, -1))


def test_blocks_within_blocks():
    inner = Residual([Conv2d(1, 3, padding=1)])
    net = Network([Conv2d(1, 3), Residual([inner], [Conv2d(1, 1)])], (1, 9, 9))
    assert receptive_field(net, "block1.block1.conv1").size == (5, 5)


def test_paths_with_other_steps_see_all_that_either_sees():
    block = Residual([Conv2d(1, 1, stride=3)], [Conv2d(1, 1, stride=2)])
    field = receptive_field(Network([block], (1, 4, 4)), "block1")  # rows 0, 3 and rows 0, 2
    assert (field.size, field.stride, field.places) == ((4, 4), (0, 0), (2, 2))


def test_rows_of_different_maps_side_by_side_see_all_that_any_sees():
    """The index of a unit then does not give its place in a map."""
    net = Network([Concat([[Conv2d(1, 3), Flatten()], [Flatten()]])], (1, 6, 7))
    field = receptive_field(net, "block1")
    assert (field.size, field.stride, field.offset) == ((6, 7), (0, 0), (0, 0))
    same = Network([Concat([[Conv2d(2, 3), Flatten()], [Conv2d(1, 3), Flatten()]])], (1, 6, 7))
    assert receptive_field(same, "block1").size == (3, 3)


def test_a_layer_that_sees_padding_alone_sees_no_pixel():
    net = Network([Conv2d(1, 1, stride=9, padding=1), Flatten(), Linear(2)], (1, 3, 3))
    assert receptive_field(net, "linear1").size == (0, 0)


@pytest.mark.parametrize("stride", [1, 2])
def test_a_transposed_convolution_counts_as_seeing_all(stride):
    """With stride 1 it keeps the shape, and yet each place sees its neighbours."""
    net = Network([ConvTranspose2d(2, 3, stride, padding=1)], (1, 9, 8))
    assert receptive_field(net, "deconv1").size == (9, 8)


def test_layers_that_work_place_by_place_see_what_the_one_before_sees():
    net = Network([Conv2d(2, 3, stride=2), BatchNorm2d(), ReLU(), Flatten(), Linear(2)], (1, 9, 8))
    for name in ("norm1", "relu1", "flatten1"):
        assert receptive_field(net, name) == receptive_field(net, "conv1")


def test_linear_sees_what_the_places_before_it_see_and_no_padding():
    assert receptive_field(LeNet5(), "linear1").size == (28, 28)
    net = Network([Conv2d(2, 3, stride=4), Flatten(), Linear(2)], (1, 9, 8))
    field = receptive_field(net, "linear1")  # the last column of pixels lies under no window
    assert (field.size, field.offset, field.places) == ((7, 7), (0, 0), (1, 1))


class Turn(Own):
    """Rows become columns: the shape changes without a window."""

    def output_shape(self, input_shape):
        channels, height, width = input_shape
        return channels, width, height

    def forward(self, x, training):
        return x.swapaxes(2, 3).copy(), None

    def backward(self, grad_y, cache, need_grad_x=True):
        return grad_y.swapaxes(2, 3).copy(), {}


def test_after_a_layer_that_changes_the_shape_in_its_own_way_all_may_be_seen():
    net = Network([Conv2d(2, 3, stride=2, padding=1), Turn(), Conv2d(2, (1, 2))], (1, 9, 20))
    turned, after = (receptive_field(net, name) for name in ("own1", "conv2"))
    assert (turned.size, turned.stride, turned.places) == ((9, 20), (0, 0), (10, 5))
    assert (after.box(9, 3), after.places) == ((slice(0, 9), slice(0, 20)), (10, 4))


def test_a_linear_of_as_many_outputs_as_inputs_sees_all():
    net = Network([Conv2d(1, 3), Flatten(), Linear(6)], (1, 4, 5))
    assert receptive_field(net, "flatten1").size == (3, 3)
    assert receptive_field(net, "linear1").box(0, 0) == (slice(0, 4), slice(0, 5))


def test_no_such_layer():
    with pytest.raises(BadakError, match=r"layer.*got 'conv9'"):
        receptive_field(DeepConvNet(), "conv9")
