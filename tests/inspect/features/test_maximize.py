"""maximize_activation exceeds every training image, and its regularisers work."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from badak import BadakError, Network, Trainer, data
from badak.inspect import draw, maximize_activation
from badak.inspect.attribution.descent import pull
from badak.inspect.features import maximize as file
from badak.inspect.features.maximize import _blurred
from badak.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from twins import torch_twin

BARE = {"jitter": 0, "blur": 0, "total_variation": 0}


@pytest.fixture(scope="module")
def trained():
    train, _ = data.load("digits")
    layers = [Conv2d(8, 5), ReLU(), MaxPool2d(2), Flatten(), Linear(10)]
    net = Network(layers, train.image_shape)
    Trainer(net, epochs=3, batch_size=50, progress=False).fit(train)
    return net, train


@pytest.fixture
def net():
    return Network([Conv2d(3, 3), ReLU(), Conv2d(4, 2)], (2, 7, 9), seed=1, dtype=np.float64)


@pytest.mark.parametrize("label", range(10))
def test_a_class_rises_above_every_training_image(trained, label):
    net, train = trained
    found = maximize_activation(net, "linear1", label, steps=100)
    logits = net(train.images)[:, label]
    assert net(found.image[None])[0, label] > logits.max()
    np.testing.assert_allclose(found.activations[-1], net(found.image[None])[0, label], rtol=1e-4)
    assert found.image.min() >= 0
    assert found.image.max() <= 1


@pytest.mark.parametrize("channel", [2, (2, 3, 1)])
def test_one_step_is_pytorchs_gradient(net, channel):
    """The gradient is scaled to a root mean square of 1, and `lr` times it is added."""
    first = maximize_activation(net, "conv2", channel, steps=1, lr=1e-12, **BARE).image
    second = maximize_activation(net, "conv2", channel, steps=1, lr=0.01, **BARE).image
    x = torch.tensor(first[None], requires_grad=True)
    output = torch_twin(net)(x)[0]
    target = output[channel].mean()
    target.backward()
    step = x.grad[0] / x.grad.square().mean().sqrt()
    expected = (first + 0.01 * step.numpy()).clip(0, 1)
    np.testing.assert_allclose(second, expected, atol=1e-9)
    found = maximize_activation(net, "conv2", channel, steps=1, lr=1e-12, **BARE)
    np.testing.assert_allclose(found.activations, target.item(), rtol=1e-6)


@pytest.mark.parametrize("channel", [1, (1, 0, 2)])
def test_units_and_channels_rise(trained, channel):
    found = maximize_activation(trained[0], "conv1", channel, steps=40)
    assert found.activations.shape == (41,)
    assert found.activations[-1] > found.activations[0] + 0.1


def test_one_unit_leaves_pixels_it_does_not_see(net):
    first = maximize_activation(net, "conv1", (1, 2, 3), steps=1, lr=1e-12, **BARE).image
    found = maximize_activation(net, "conv1", (1, 2, 3), steps=30, **BARE).image
    changed = np.abs(found - first).max(axis=0) > 1e-9
    assert changed[2:5, 3:6].any()
    changed[2:5, 3:6] = False
    assert not changed.any()


def roughness(image):
    return np.square(np.diff(image, axis=1)).mean() + np.square(np.diff(image, axis=2)).mean()


@pytest.mark.parametrize("regulariser", [{"blur": 1.0}, {"total_variation": 2.0}])
def test_the_regularisers_make_it_smoother(trained, regulariser):
    net, _ = trained
    bare = maximize_activation(net, "linear1", 3, steps=40, **BARE).image
    smooth = maximize_activation(net, "linear1", 3, steps=40, **(BARE | regulariser)).image
    assert roughness(smooth) < 0.8 * roughness(bare)


@pytest.fixture
def seen(monkeypatch):
    """The network's input at every step."""
    images = []
    true = file.trace
    monkeypatch.setattr(
        file, "trace", lambda n, x, last: images.append(x[0].copy()) or true(n, x, last)
    )
    return images


def shift_of(shifted, image):
    """The rows and columns by which the image was shifted."""
    (found,) = [
        (down, right)
        for down in range(-2, 3)
        for right in range(-2, 3)
        if np.allclose(np.roll(image, (down, right), (1, 2)), shifted, atol=1e-4)
    ]
    return found


def test_jitter_shifts_what_the_network_sees(net, seen):
    found = maximize_activation(net, "conv2", 0, steps=9, lr=1e-12, **(BARE | {"jitter": 2}))
    shifts = {shift_of(image, found.image) for image in seen}
    assert len(shifts) > 4
    assert any(min(shift) < 0 for shift in shifts)
    assert any(max(shift) > 0 for shift in shifts)


def test_the_gradient_is_shifted_back(seen):
    """The gradient of a single Linear is its weight; positive weights keep the image above 0."""
    net = Network([Flatten(), Linear(1)], (1, 5, 6), dtype=np.float64)
    weight = net.parameters()["linear1.weight"]
    weight[...] = np.random.default_rng(0).random(weight.shape)
    found = maximize_activation(net, "linear1", 0, steps=6, lr=1e-6, **(BARE | {"jitter": 2}))
    gradient = weight.reshape(1, 5, 6) / np.sqrt(np.square(weight).mean())
    first, *before_steps, last = seen
    shifts = [shift_of(image, first) for image in before_steps]
    assert len(set(shifts)) > 2
    ways = [  # each is a sixth shorter than the one before
        (1 - step / 6) * np.roll(gradient, (-down, -right), (1, 2))
        for step, (down, right) in enumerate(shifts)
    ]
    np.testing.assert_allclose((last - first) / 1e-6, np.sum(ways, axis=0), rtol=1e-4)
    np.testing.assert_array_equal(found.image, last)


def test_the_pull_is_minus_the_gradient_of_half_the_squared_differences():
    image = np.random.default_rng(0).random((2, 4, 5))
    x = torch.tensor(image, requires_grad=True)
    (0.5 * (x.diff(dim=1).square().sum() + x.diff(dim=2).square().sum())).backward()
    np.testing.assert_allclose(pull(image), -x.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("deviation", [0.3, 0.5, 1.7])
def test_the_blur_is_scipys(deviation):
    image = np.random.default_rng(0).random((2, 9, 12))
    reach = int(np.ceil(3 * deviation))
    expected = ndimage.gaussian_filter(
        image, (0, deviation, deviation), mode="nearest", radius=(0, reach, reach)
    )
    np.testing.assert_allclose(_blurred(image, deviation), expected, atol=1e-12)


def test_the_same_seed_gives_the_same_bits(net):
    first, again, other = (
        maximize_activation(net, "conv2", 1, steps=5, seed=seed).image for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_dead_unit_stays_dead_and_finite():
    net = Network([Conv2d(1, 3), ReLU()], (1, 6, 6))
    net.parameters()["conv1.bias"][...] = -100
    found = maximize_activation(net, "relu1", 0, steps=5)
    np.testing.assert_array_equal(found.activations, 0)
    assert np.isfinite(found.image).all()


@pytest.mark.parametrize("factor", [1e-22, 1e20])
def test_the_size_of_the_gradient_does_not_matter(factor):
    """Its squares are 0, or infinite, in float32."""
    nets = [Network([Conv2d(1, 3)], (1, 6, 6)) for _ in range(2)]
    nets[1].parameters()["conv1.weight"][...] *= np.float32(factor)
    one, other = (maximize_activation(net, "conv1", 0, steps=5).image for net in nets)
    np.testing.assert_allclose(other, one, atol=1e-4)


def test_wrong_arguments_are_named(net, trained):
    for arguments, words in (
        (("conv3", 0), "layer.*got 'conv3'"),
        (("conv2", 4), "channel.*got 4"),
        (("conv2", (0, 9, 0)), r"\by\b.*got 9"),
        (("conv2", (0, 0, 9)), r"\bx\b.*got 9"),
        (("conv2", (0, 0)), r"one integer, or \(channel, y, x\) in a layer of maps; got \(0, 0\)"),
        (("conv2", "1"), "channel.*got '1'"),
    ):
        with pytest.raises(BadakError, match=words):
            maximize_activation(net, *arguments)
    with pytest.raises(BadakError, match=r"layer of maps; .* output is \(10,\)"):
        maximize_activation(trained[0], "linear1", (0, 0, 0))
    for options, words in (
        ({"steps": 0}, "steps.*got 0"),
        ({"lr": 0}, r"lr.*got 0\.0"),
        ({"jitter": -1}, "jitter.*got -1"),
        ({"blur": -0.1}, "blur.*got -0.1"),
        ({"blur": 1e9}, r"blur.*got 1000000000"),
        ({"total_variation": -1}, "total_variation.*got -1"),
        ({"seed": -1}, "seed.*got -1"),
    ):
        with pytest.raises(BadakError, match=words):
            maximize_activation(net, "conv2", 0, **options)


def test_the_picture_shows_image_and_course(net):
    found = [maximize_activation(net, "conv2", channel, steps=3) for channel in (0, (1, 2, 3))]
    course, first, second = draw.maximize_activation(*found).axes
    assert first.get_title() == f"conv2 0\nactivation {found[0].activations[-1]:.3g}"
    assert second.get_title().splitlines()[0] == "conv2 (1, 2, 3)"
    named = draw.maximize_activation(found[0], class_names=["honey bee"])
    assert named.axes[1].get_title().splitlines()[0] == "honey bee"
    assert [line.get_label() for line in named.axes[0].get_lines()] == ["honey bee"]
    np.testing.assert_allclose(second.images[0].get_array(), found[1].image.mean(axis=0))
    for line, one in zip(course.get_lines(), found, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), one.activations)
