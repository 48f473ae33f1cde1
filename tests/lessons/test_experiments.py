"""The experiments that train: the effect where it is certain, errors, the same bits again."""

import dataclasses

import numpy as np
import pytest

from badak import BadakError, data, lessons, optim
from badak.data import Dataset
from badak.layers import Flatten, Linear, ReLU
from badak.lessons.learning import Learning, learn
from badak.lessons.permuted_pixels import permute_weights, permuted
from badak.network import Network

# name -> arguments that make it short
TRAINING = {
    "permuted_pixels": {"epochs": 1},
    "rate_sweep": {"epochs": 1, "rates": (1e-3, 1e-5)},
    "batch_norm_on_off": {"epochs": 1, "stds": (0.01, 0.2)},
    "plain_or_residual": {"epochs": 1, "blocks": 2},
    "activation_switch": {"epochs": 1},
}


@pytest.fixture(scope="module")
def tiny():
    """100 images of digits, not square, with Korean class names."""
    train, test = data.load("digits")
    names = [f"숫자 {number}" for number in range(10)]
    return tuple(
        Dataset(part.images[:count, :, 2:-2], part.labels[:count], names, "tiny")
        for part, count in ((train, 100), (test, 40))
    )


@pytest.fixture(scope="module")
def found(tiny):
    return {name: getattr(lessons, name)(*tiny, **more) for name, more in TRAINING.items()}


def arrays(value):
    """All arrays and numbers in a result, in order."""
    if dataclasses.is_dataclass(value):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [array for each in value for array in arrays(each)]
    return [np.asarray(value)]


@pytest.mark.parametrize("name", TRAINING)
def test_the_same_arguments_give_the_same_bits(found, tiny, name):
    again = getattr(lessons, name)(*tiny, **TRAINING[name])
    for one, other in zip(arrays(found[name]), arrays(again), strict=True):
        np.testing.assert_array_equal(one, other)
    assert str(again) == str(found[name])


@pytest.mark.parametrize("name", TRAINING)
def test_another_seed_gives_others(found, tiny, name):
    other = getattr(lessons, name)(*tiny, **TRAINING[name], seed=1)
    pairs = zip(arrays(found[name]), arrays(other), strict=True)
    assert any(one.dtype.kind == "f" and not np.array_equal(one, two) for one, two in pairs)


@pytest.mark.parametrize("name", TRAINING)
def test_what_was_found_is_one_paragraph(found, name):
    text = str(found[name])
    assert "\n" not in text
    assert text.endswith(".")
    assert "  " not in text
    assert "nan" not in text


@pytest.mark.parametrize("name", TRAINING)
def test_wrong_arguments_of_every_training(tiny, name):
    train, test = tiny
    call = getattr(lessons, name)
    with pytest.raises(BadakError, match=r"epochs.*at least 1; got 0"):
        call(train, test, **(TRAINING[name] | {"epochs": 0}))
    with pytest.raises(BadakError, match=r"seed.*got -1"):
        call(train, test, **TRAINING[name], seed=-1)
    with pytest.raises(BadakError, match=r"image_shape of train, \(1, 24, 28\); got \(1, 28"):
        call(train, data.load("digits")[1][:5], **TRAINING[name])
    with pytest.raises(BadakError, match="at least one image"):
        call(train, test[:0], **TRAINING[name])
    with pytest.raises(TypeError, match=r"train must be a badak.data.Dataset; got list"):
        call([1, 2], test, **TRAINING[name])
    few = Dataset(test.images, test.labels % 2)
    with pytest.raises(BadakError, match="num_classes of train, 10; got 2"):
        call(train, few, **TRAINING[name])
    small = Dataset(np.zeros((2, 1, 3, 4)), [0, 1])
    with pytest.raises(BadakError, match="does not fit its"):
        call(small, small, **TRAINING[name])


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("rate_sweep", {"rates": ()}, r"rates must be a list.*got \(\)"),
        ("rate_sweep", {"rates": 0.1}, r"rates must be a list.*got 0\.1"),
        ("rate_sweep", {"rates": (0.1, 0)}, r"rates must be above 0; got 0\.0"),
        ("rate_sweep", {"optimizer": "adma"}, "optimizer.*got 'adma'"),
        ("batch_norm_on_off", {"stds": []}, r"stds must be a list.*got \[\]"),
        ("batch_norm_on_off", {"stds": 0.1}, r"stds must be a list.*got 0\.1"),
        ("batch_norm_on_off", {"stds": (-1,)}, r"stds must be above 0; got -1\.0"),
        ("plain_or_residual", {"blocks": 1}, "blocks must be at least 2; got 1"),
        ("activation_switch", {"activations": ()}, r"activations.*got \(\)"),
        ("activation_switch", {"activations": 3}, "activations.*got 3"),
        ("activation_switch", {"activations": "relu"}, "activations.*got 'relu'"),
        ("activation_switch", {"activations": ["relu", "rule"]}, "activations.*got 'rule'"),
    ],
)
def test_wrong_arguments_of_one(tiny, name, more, words):
    with pytest.raises(BadakError, match=words):
        getattr(lessons, name)(*tiny, **more)


def whole_numbers(shape, seed):
    """Integers as floats: their sums are exact in any order."""
    return np.random.default_rng(seed).integers(-4, 5, shape).astype(np.float64)


def test_permuted_weights_give_a_dense_network_the_same_loss_exactly():
    images, labels = whole_numbers((6, 2, 3, 5), 0), [0, 1, 2, 0, 1, 2]
    layers = [Flatten(), Linear(7), ReLU(), Linear(3)]
    net = Network(layers, (2, 3, 5), dtype=np.float64)
    for number, array in enumerate(net.parameters().values()):
        array[:] = whole_numbers(array.shape, number)
    loss, grads = net.loss_and_gradients(images, labels)
    permutation = np.random.default_rng(1).permutation(15)
    mixed = permuted(images, permutation)
    assert net.loss_and_gradients(mixed, labels)[0] != loss
    permute_weights(net, permutation)
    again, mixed_grads = net.loss_and_gradients(mixed, labels)
    assert again == loss
    expected = grads["linear1.weight"].reshape(7, 2, 15)[:, :, permutation].reshape(7, 30)
    np.testing.assert_allclose(mixed_grads["linear1.weight"], expected, atol=1e-12)


def test_the_dense_network_does_not_mind_and_the_images_are_permuted(found, tiny):
    result = found["permuted_pixels"]
    assert sorted(result.permutation) == list(range(24 * 28))
    flat = result.images.reshape(4, -1)
    np.testing.assert_array_equal(result.permuted.reshape(4, -1), flat[:, result.permutation])
    np.testing.assert_array_equal(result.labels, tiny[1].labels[:4])
    plain, mixed = result.plain["dense"], result.mixed["dense"]
    np.testing.assert_allclose(plain.losses, mixed.losses, rtol=1e-4)
    assert not np.allclose(
        result.plain["convolutional"].losses, result.mixed["convolutional"].losses, rtol=1e-2
    )


def test_rates_are_sorted_and_told_apart():
    def ended(accuracy):
        return Learning(np.ones(3), np.array([accuracy]), 2 if np.isnan(accuracy) else None)

    finals = (0.1, 0.5, 0.9, 0.85, 0.2, np.nan)
    sweep = lessons.RateSweep(
        "sgd", (1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0), tuple(map(ended, finals)), chance=0.12
    )
    assert sweep.best == 1e-3
    assert sweep.verdicts == (*["too small"] * 2, "learns", "learns", *["too large"] * 2)
    assert "1: broken off at step 2" in str(sweep)
    assert "Up to 0.0001 the steps" in str(sweep)
    assert "At 0.1 and above" in str(sweep)


def test_a_rate_beyond_all_bounds_breaks_off(tiny):
    result = lessons.rate_sweep(*tiny, rates=(1e30, 1e-3), optimizer="sgd", epochs=3)
    assert result.rates == (1e-3, 1e30)
    slow, wild = result.trainings
    assert slow.stopped is None
    assert wild.stopped is not None
    assert len(wild.losses) == wild.stopped - 1
    assert np.isnan(wild.final)
    assert wild.loss == np.inf
    assert result.verdicts[1] == "too large"


def test_the_sigmoid_lets_less_gradient_through(found):
    """At most a quarter in each of four layers, whatever the images."""
    arriving = found["activation_switch"].arriving
    assert arriving["sigmoid"] < 0.05 < arriving["tanh"]


def test_gradients_are_those_of_the_network(found):
    result = found["activation_switch"]
    assert result.layers == ("conv1", "conv2", "linear1", "linear2", "linear3")
    assert all(sizes.shape == (5,) for sizes in result.gradients.values())
    assert all((sizes > 0).all() for sizes in result.gradients.values())


def test_learning_is_plain_training(tiny):
    train, test = tiny
    nets = [Network([Flatten(), Linear(10)], (1, 24, 28), seed=3) for _ in range(2)]
    result = learn(nets[0], optim.SGD(0.1), train, test, 2, seed=5)
    losses = []
    for epoch in range(2):
        for images, labels in data.Loader(train, 100, 5, epoch):
            loss, grads = nets[1].loss_and_gradients(images, labels)
            losses.append(loss)
            for name, array in nets[1].parameters().items():
                array -= 0.1 * grads[name]
    np.testing.assert_allclose(result.losses, losses, rtol=1e-5)
    assert result.final == nets[1].evaluate(test).accuracy
    assert result.loss == result.losses[-1]
