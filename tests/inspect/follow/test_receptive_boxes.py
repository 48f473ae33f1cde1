"""receptive_boxes: exactly where a gradient reaches, in every layer, for any chain of windows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak import BadakError, Network
from badak.inspect import receptive_boxes, receptive_field
from badak.inspect.attribution.backward import trace
from badak.layers import (
    AvgPool2d,
    ChannelShuffle,
    ChannelSlice,
    Concat,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    GlobalAvgPool2d,
    Linear,
    MaxPool2d,
    Product,
    Residual,
    Scale,
    TableConv2d,
    Upsample,
    Widen2d,
    ZeroPad2d,
)
from badak.layers.walk import walk
from badak.models import MODELS, SimpleConvNet
from follow_cases import places
from layer_examples import EXAMPLES
from models.test_models import SMALL
from own_layer import Own

SIZE = (4, 23, 26)
STATISTICS = ("GroupNorm", "InstanceNorm", "LayerNorm", "LocalResponseNorm")
pair = st.tuples(st.integers(1, 3), st.integers(1, 3))
side = st.tuples(st.integers(0, 2), st.integers(0, 2))


def convs(groups):
    """Of 4 channels; kernels that leave no gaps, so that a box is full of what is seen."""
    return st.builds(
        lambda *geometry: Conv2d(4, *geometry, groups=groups),
        pair,
        st.tuples(st.integers(1, 2), st.integers(1, 2)),
        st.one_of(st.tuples(side, side), st.just("same")),
        st.tuples(st.integers(1, 2), st.integers(1, 2)),
    )


MOVES = st.sampled_from(
    [
        TableConv2d([[0, 1], [1, 3], [0], [2]], (2, 3)),
        ConvTranspose2d(4, (3, 2), (2, 1), (1, 0), groups=2),
        Upsample((2, 1), "bilinear"),
        ZeroPad2d(((1, 0), (0, 2))),
        Residual([Conv2d(4, 3, padding=1)], [Widen2d(4)]),
        Concat([[ChannelSlice(2, 4)], [Conv2d(2, (1, 3), padding=((0, 0), (1, 1)))]]),
        ChannelShuffle(2),
        Product([[], [GlobalAvgPool2d(), Conv2d(4, 1)]]),
        Scale(),
    ]
)


@given(
    st.lists(
        st.one_of(convs(1), convs(2), st.just(AvgPool2d((2, 1))), MOVES), min_size=1, max_size=3
    ),
    st.data(),
)
def test_the_boxes_are_what_a_gradient_reaches(layers, data):
    net = Network(layers, SIZE, dtype=np.float64)
    last = next(reversed(net.layers))
    for array in net.parameters().values():
        array[...] = 1  # no gradients that cancel
    index = tuple(data.draw(st.integers(0, size - 1)) for size in net.output_shape)
    boxes = receptive_boxes(net, last, index)
    seen = trace(net, np.ones((1, *SIZE)), last=last)
    grad_y = np.zeros_like(seen.output)
    grad_y[0][index] = 1
    reached = {name: np.argwhere(grad[0]) for name, grad in seen.tape.backward(grad_y)}
    shapes = {"": SIZE} | {name: array.shape[1:] for name, array in seen.outputs.items()}
    assert {name for name, there in reached.items() if len(there)} <= set(boxes)
    for name, box in boxes.items():
        there = reached[name]
        if not len(there):
            continue  # a window that lies entirely in the padding
        for axis, (first, stop) in enumerate(box):
            assert first <= there[:, axis].min() <= there[:, axis].max() < stop
            if first >= 0 and stop <= shapes[name][axis] and full(layers):
                assert (there[:, axis].min(), there[:, axis].max() + 1) == (first, stop)


def full(layers):
    """Whether nothing leaves gaps at a box's end: strides above 1 may."""
    return all(isinstance(layer, (Conv2d, AvgPool2d, Scale)) for layer in layers)


@pytest.mark.parametrize("name", MODELS)
def test_the_box_of_pixels_is_the_receptive_field(name):
    sizes, shape = SMALL[name]
    net = MODELS[name](num_classes=3, input_shape=shape, **sizes)
    visits = [visit for visit in walk(net.layers, shape) if len(visit.output) == 3]
    for visit in visits[:: max(1, len(visits) // 12)]:
        for index in places(visit.output, 3):
            box = receptive_boxes(net, visit.name, index).get("", ((0, 0), (0, 0), (0, 0)))
            field = receptive_field(net, visit.name).box(*index[1:])
            for axis, (first, stop) in enumerate(box[1:]):
                # That of blocks whose paths have other strides, and of transposed ones, is wider.
                assert max(field[axis].start, 0) <= max(first, 0)
                assert min(stop, shape[axis + 1]) <= field[axis].stop


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_layers_boxes_hold_what_its_gradient_reaches(name):
    net = EXAMPLES[name].network([Conv2d(6, 3, padding=1)], dtype=np.float64)
    generator = np.random.default_rng(2)
    for array in net.state().values():
        array[...] = generator.uniform(0.5, 1.5, array.shape)
    seen = trace(net, generator.random((1, *net.input_shape)))
    last = next(reversed(net.layers))
    for index in places(net.output_shape, 4):
        boxes = receptive_boxes(net, last, index)
        grad_y = np.zeros_like(seen.output)
        grad_y[0][index] = 1
        for layer, grad in seen.tape.backward(grad_y):
            there = np.argwhere(grad[0])
            if len(there) and not name.startswith(STATISTICS):
                for axis, (first, stop) in enumerate(boxes[layer]):
                    assert first <= there[:, axis].min() <= there[:, axis].max() < stop


def test_by_hand():
    net = Network(
        [Conv2d(4, 3, padding=1, groups=2), MaxPool2d(2), Flatten(), Linear(2)], (2, 4, 6)
    )
    boxes = receptive_boxes(net, "pool1", (3, 0, 1))
    assert list(boxes) == ["", "conv1", "pool1"]
    assert boxes["conv1"] == ((3, 4), (0, 2), (2, 4))
    assert boxes[""] == ((1, 2), (-1, 3), (1, 5))  # of the second group
    flat = receptive_boxes(net, "flatten1", (2 * 6 + 4,))
    assert flat["pool1"] == ((2, 3), (1, 2), (1, 2))
    whole = receptive_boxes(net, "linear1", (1,))
    assert whole["flatten1"] == ((0, 24),)
    assert whole["conv1"] == ((0, 4), (0, 4), (0, 6))


def test_a_range_of_units_covers_whole_rows_or_maps():
    net = Network([Flatten(), Own(), Linear(2)], (2, 3, 4))
    assert receptive_boxes(net, "own1", (13,))[""] == ((1, 2), (0, 1), (1, 2))
    net = Network([Concat([[Flatten()], [Flatten()]]), Linear(2)], (2, 3, 4))
    assert receptive_boxes(net, "linear1", (0,))[""] == ((0, 2), (0, 3), (0, 4))


def test_what_is_not_seen_is_left_out():
    net = Network([Concat([[ChannelSlice(0, 1), Scale()], [ChannelSlice(1, 3)]])], (3, 2, 2))
    boxes = receptive_boxes(net, "block1", (1, 0, 0))
    assert set(boxes) == {"", "block1.branch2.slice1", "block1"}
    assert boxes[""] == ((1, 2), (0, 1), (0, 1))


class Turn(Own):
    """Rows become columns: the shape changes without a window."""

    def output_shape(self, input_shape):
        channels, height, width = input_shape
        return channels, width, height


def test_a_layer_of_ones_own_may_see_all_if_it_changes_the_shape():
    net = Network([Own(), Turn()], (3, 4, 5))
    assert receptive_boxes(net, "own2", (1, 2, 3))["own1"] == ((0, 3), (0, 4), (0, 5))
    assert receptive_boxes(net, "own1", (1, 2, 3))[""] == ((0, 3), (2, 3), (3, 4))


def test_wrong_arguments_are_named():
    with pytest.raises(BadakError, match=r"layer.*got 'conv9'"):
        receptive_boxes(SimpleConvNet(), "conv9", (0, 0, 0))
    with pytest.raises(BadakError, match=r"index: y must be at most 23; got 24"):
        receptive_boxes(SimpleConvNet(), "conv1", (0, 24, 0))
