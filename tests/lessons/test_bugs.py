"""Every planted bug, and nothing else, is found and named; correct layers pass."""

import inspect
import re

import numpy as np
import pytest

from badak import Network, Trainer, data, lessons
from badak.inspect import gradient_check
from badak.layers import (
    BatchNorm2d,
    Conv2d,
    CrossEntropyLoss,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Tanh,
)
from badak.lessons import bugs, clinic
from badak.lessons.bugs import BUGS
from badak.lessons.check.badak_layers import faults_of

SHAPE, CLASSES = (2, 9, 8), 4

# name -> arguments, and words of the clinic; the correct layer takes the same arguments.
CASES = {
    "LinearSumsBiasOverUnits": ((5,), "the gradient of bias is (3,), expected (5,)"),
    "ConvOverwritesGradient": ((3, (3, 2)), "wrong gradient of weight"),
    "ConvScatterOverwrites": ((3, (3, 2), (2, 1), (1, 0)), "wrong gradient of input"),
    "ConvForgetsStride": ((3, (3, 2), (1, 2), (0, 1)), "wrong gradient of input"),
    "ConvTransposesKernel": ((3, 3, 2, 1), "wrong gradient of input"),
    "MaxPoolPadsWithZeros": ((3, 2, 1), "wrong forward in training and prediction"),
    "MaxPoolAddsOnce": ((3, 1), "wrong gradient of input"),
    "ReLUInPlace": ((), "forward changes its input"),
    "ReLULetsAllThrough": ((), "wrong gradient of input"),
    "SigmoidForgetsOutput": ((), "wrong gradient of input"),
    "DropoutForgetsScale": ((0.3,), "wrong forward in training"),
    "DropoutDrawsAgain": ((0.3,), "wrong gradient of input"),
    "BatchNormForgetsMean": ((), "wrong gradient of input"),
    "BatchNormAlwaysBatch": ((), "wrong forward in prediction"),
    "LossForgetsN": ((), "wrong gradient of input"),
}


def around(kind, arguments) -> Network:
    """The layer between correct ones: among maps, among rows, or as the loss."""
    first, last = [Conv2d(3, 2), Tanh()], [Conv2d(2, 2), ReLU(), Flatten(), Linear(CLASSES)]
    if issubclass(kind, CrossEntropyLoss):
        return Network(first + last, SHAPE, seed=3, loss=kind(*arguments))
    middle = [kind(*arguments)]
    if kind.prefix == "linear":
        middle, last = [Flatten(), *middle], [Tanh(), Linear(CLASSES)]
    return Network([*first, *middle, *last], SHAPE, seed=3)


@pytest.fixture
def batch():
    return np.random.default_rng(5).standard_normal((3, *SHAPE)), np.array([0, 2, 1])


def test_every_bug_is_tried():
    assert set(CASES) == set(BUGS)
    assert len(BUGS) >= 8


@pytest.mark.parametrize("name", BUGS)
def test_the_bug_is_found_and_named_and_nothing_else(name, batch):
    arguments, words = CASES[name]
    net = around(BUGS[name], arguments)
    (where,) = [k for k, layer in net.layers.items() if type(layer) is BUGS[name]] or ["loss"]
    found = clinic(net, *batch)
    assert found.symptoms == {where: (words,)}, str(found)
    assert found.failing == (where,)
    lines = {line.split()[0]: line for line in str(found).splitlines() if line}
    assert lines["Failing:"] == f"Failing: {where}"
    assert words in " ".join(str(found).split())
    assert name in lines[where]
    for other in set(net.layers) - {where}:
        assert lines[other].endswith("ok")


def test_the_likely_fault_is_named_by_the_exercise_checker(batch):
    net = around(BUGS["ConvScatterOverwrites"], CASES["ConvScatterOverwrites"][0])
    found = clinic(net, *batch)
    assert list(found.faults.values()) == [("assigns",)]
    assert "(likely: = instead of +=: later windows overwrite earlier ones)" in " ".join(
        str(found).split()
    )


FAULTS = {
    "LinearSumsBiasOverUnits": ("bias_axis",),
    "ConvOverwritesGradient": ("last_image_only",),
    "ConvScatterOverwrites": ("assigns",),
    "ConvForgetsStride": ("stride_ignored",),
    "ConvTransposesKernel": ("kernel_transposed",),
    "MaxPoolAddsOnce": ("assigns",),
    "ReLUInPlace": ("changes_input",),
    "ReLULetsAllThrough": ("lets_all_through",),
    "SigmoidForgetsOutput": ("input_instead_of_output",),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_checker_names_the_planted_fault_and_none_in_the_right_layer(name):
    assert faults_of(BUGS[name]) == FAULTS[name]
    assert faults_of(BUGS[name].stands_for) == ()


@pytest.mark.parametrize("name", BUGS)
def test_the_right_layer_in_its_place_is_well(name, batch):
    kind = CrossEntropyLoss if name == "LossForgetsN" else BUGS[name].stands_for
    found = clinic(around(kind, CASES[name][0]), *batch)
    assert found.symptoms == {}, str(found)
    assert str(found).startswith("All layers pass")
    assert found.gradients.worst < 1e-6


@pytest.mark.parametrize("name", BUGS)
def test_gradient_check_alone_names_what_backward_does_wrong(name, batch):
    words = CASES[name][1]
    found = gradient_check(around(BUGS[name], CASES[name][0]), *batch)
    assert len(found.failing) == (0 if "forward in" in words else 1)
    assert all(name in str(found) and "Finding" in str(found) for name in found.failing)


def test_several_failing_layers_are_all_named(batch):
    layers = [
        bugs.ConvOverwritesGradient(3, 2), Tanh(), bugs.MaxPoolAddsOnce(3, 1), Flatten(),
        bugs.LinearSumsBiasOverUnits(5), bugs.ReLULetsAllThrough(), Linear(CLASSES),
    ]  # fmt: skip
    found = clinic(Network(layers, SHAPE, loss=bugs.LossForgetsN()), *batch)
    assert found.failing == ("conv1", "pool1", "linear1", "relu1", "loss")


def test_corners_of_the_layers_are_left_out_and_counted():
    """All windows of the zero image are ties, and all pre-activations of the ReLU are 0."""
    net = Network([MaxPool2d(2), Flatten(), Linear(4), ReLU(), Linear(2)], (1, 4, 4))
    rows = {row.name: row for row in gradient_check(net, np.zeros((2, 1, 4, 4)), [0, 1]).layers}
    assert (rows["pool1"].entries, rows["pool1"].kinks) == (0, 30)
    assert (rows["relu1"].entries, rows["relu1"].kinks) == (0, 8)
    assert rows["linear1"].kinks == 0
    assert all(not row.symptoms for row in rows.values())


def test_a_bias_gradient_over_the_wrong_axis_is_found_where_its_shape_fits(batch):
    net = Network([Flatten(), bugs.LinearSumsBiasOverUnits(3)], SHAPE)
    assert clinic(net, *batch).symptoms == {"linear1": ("wrong gradient of bias",)}


def test_the_clinic_leaves_network_and_images_alone(batch):
    layers = [
        bugs.ReLUInPlace(),
        bugs.BatchNormAlwaysBatch(),
        bugs.DropoutForgetsScale(),
        Flatten(),
    ]
    net = Network([*layers, Linear(CLASSES)], SHAPE, dtype=np.float64)
    images = batch[0].copy()
    state = {name: array.copy() for name, array in net.state().items()}
    drawn = net.generators()["dropout1"].bit_generator.state
    clinic(net, images, batch[1])
    np.testing.assert_array_equal(images, batch[0])
    assert net.generators()["dropout1"].bit_generator.state == drawn
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, state[name])


def test_a_planted_layer_trains_and_is_copied_like_any_other():
    """The bug also acts in float32, where plans are recorded; copies share nothing."""
    train, _ = data.load("digits")
    layers = [Conv2d(4, 3), bugs.ReLULetsAllThrough(), Flatten(), Linear(10)]
    net, right = (
        Network([layers[0], relu, *layers[2:]], (1, 28, 28)) for relu in (layers[1], ReLU())
    )
    copy = net.astype(np.float32)
    for one in (net, right):
        Trainer(one, epochs=1, progress=False).fit(train[:200])
    assert not np.allclose(net.parameters()["conv1.weight"], right.parameters()["conv1.weight"])
    assert not np.allclose(net.parameters()["conv1.weight"], copy.parameters()["conv1.weight"])


def test_a_planted_loss_counts_in_float32_too():
    images, labels = np.random.default_rng(0).random((4, 1, 3, 3)), [0, 1, 2, 0]
    wrong, right = (
        Network([Flatten(), Linear(3)], (1, 3, 3), loss=loss).loss_and_gradients(images, labels)[1]
        for loss in (bugs.LossForgetsN(), CrossEntropyLoss())
    )
    for name in right:
        np.testing.assert_allclose(wrong[name], 4 * right[name], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", BUGS)
def test_each_bug_says_what_is_wrong_how_it_shows_and_the_right_line(name):
    text = inspect.getdoc(BUGS[name])
    parts = re.findall(r"^(Wrong|Shows|Right): (.+)", text, re.MULTILINE)
    assert [title for title, _ in parts] == ["Wrong", "Shows", "Right"]
    assert "``" in parts[2][1]
    assert inspect.getsource(BUGS[name]).count("# BUG") == 1


def test_layers_that_stand_alone_pass_too(batch):
    """The layers that the cases do not cover, each in a network."""
    net = Network(
        [BatchNorm2d(), Sigmoid(), Dropout(0.2), MaxPool2d(3, 1, 1), Flatten(), Linear(CLASSES)],
        SHAPE,
    )
    assert lessons.clinic(net, *batch).failing == ()
