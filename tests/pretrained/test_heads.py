"""New heads: transfer, the cache of features, and the trainer of a head alone."""

import numpy as np
import pytest

import badak
from badak import models, pretrained
from badak.data import Dataset
from badak.errors import ArgumentTypeError, BadakError
from badak.layers import Conv2d, Flatten, GlobalAvgPool2d, Linear, ReLU
from badak.network import Network
from badak.pretrained import HeadTrainer, cache, head_trainer, heads


def test_transfer_tells_new_classes_apart(tiny, train):
    net = pretrained.load("tiny")
    before = {name: array.copy() for name, array in net.state().items()}
    learnt = badak.transfer(net, train)
    assert (learnt.num_classes, net.num_classes) == (2, 5)
    assert learnt.evaluate(train).accuracy == 1
    assert list(learnt.trainable()) == ["linear1.weight", "linear1.bias"]
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_convolution_is_a_head_if_only_pooling_follows(train):
    body = [Conv2d(8, 3, 2), ReLU()]
    net = Network([*body, Conv2d(4, 1), GlobalAvgPool2d(), Flatten()], (3, 32, 32))
    learnt = badak.transfer(net, train, weight_decay=0.1)
    rows = learnt.features(train.images[:])
    weight = learnt.parameters()["conv2.weight"][:, :, 0, 0]
    logits = rows @ weight.T + learnt.parameters()["conv2.bias"]
    np.testing.assert_allclose(learnt(train.images[:]), logits, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([Conv2d(4, 1), ReLU(), GlobalAvgPool2d(), Flatten()], "after 'conv1' comes relu1"),
        ([Flatten(), Linear(4, bias=False)], "'linear1' has no bias"),
        ([Conv2d(4, 3), GlobalAvgPool2d(), Flatten()], "'conv1' must be a 1x1 convolution"),
    ],
)
def test_heads_that_no_regression_fits(train, layers, words):
    with pytest.raises(BadakError, match=words):
        badak.transfer(Network(layers, (3, 32, 32)), train)


def test_bad_arguments(train):
    net = models.LeNet5(input_shape=(3, 32, 32))
    with pytest.raises(ArgumentTypeError, match="net must be a Network; got str"):
        badak.transfer("resnet18", train)
    with pytest.raises(ArgumentTypeError, match=r"train must be a badak.data.Dataset; got int"):
        badak.transfer(net, 3)
    with pytest.raises(BadakError, match="weight_decay must be above 0; got 0"):
        badak.transfer(net, train, weight_decay=0)
    with pytest.raises(BadakError, match="the features are not finite"):
        heads.learn(badak.transfer(net, train), np.full((12, 84), np.inf), train)
    few = Dataset(train.images[:3], [0, 0, 1])
    with pytest.raises(BadakError, match=r"at least two images; '.*' has 1"):
        badak.transfer(net, few)


@pytest.fixture
def counted(monkeypatch):
    """How often features were computed."""
    calls = []
    compute = Network.features

    def features(self, *arguments, **options):
        calls.append(1)
        return compute(self, *arguments, **options)

    monkeypatch.setattr(Network, "features", features)
    return calls


def test_features_are_computed_once_by_content(train, counted, tmp_path):
    net = models.LeNet5(input_shape=(3, 32, 32))
    first = cache.features(net, train[:8])
    net.replace_head(3)  # another head, other folds: the same features
    np.testing.assert_array_equal(cache.features(net, train[np.arange(7, 1, -1)]), first[7:1:-1])
    assert len(counted) == 1
    every = cache.features(net, train)  # four more
    plain = cache.features(net, train, cache=False)
    np.testing.assert_allclose(every, plain, rtol=1e-4, atol=1e-5)
    net.parameters()["conv1.bias"][0] += 1
    assert (cache.features(net, train) != every).any()
    assert len(counted) == 4
    assert cache.features(net, train[:0]).shape == (0, 84)


def test_a_damaged_cache_is_written_again(train, counted, tmp_path):
    net = models.LeNet5(input_shape=(3, 32, 32))
    cache.features(net, train)
    (file,) = (tmp_path / "cache" / "badak" / "features").iterdir()
    file.write_bytes(b"damaged")
    cache.features(net, train)
    cache.features(net, train)
    assert len(counted) == 2


def test_the_cache_is_bounded(train, counted, monkeypatch):
    net = models.LeNet5(input_shape=(3, 32, 32))
    monkeypatch.setattr(cache, "MAX_BYTES", 5 * 84 * 4)
    cache.features(net, train)
    cache.features(net, train[7:])
    assert len(counted) == 1
    cache.features(net, train[6:])
    assert len(counted) == 2


def test_a_cache_that_cannot_be_written_is_a_warning(train, tmp_path):
    (tmp_path / "cache").mkdir(exist_ok=True)
    (tmp_path / "cache" / "badak").unlink(missing_ok=True)
    (tmp_path / "cache" / "badak").write_bytes(b"")
    with pytest.warns(UserWarning, match="features are not kept for next time"):
        assert len(cache.features(models.LeNet5(input_shape=(3, 32, 32)), train)) == 12


def test_an_interrupted_head_goes_on_with_the_features_it_has(tiny, train, counted, monkeypatch):
    net = pretrained.load("tiny")
    heads.begin(net, 2)
    monkeypatch.setattr(head_trainer, "CHUNK", 5)
    trainer = HeadTrainer(net, epochs=1, batch_size=12, progress=False)
    monkeypatch.setattr(heads, "learn", lambda *_: pytest.fail("it was stopped"))

    class Stop(badak.training.Callback):
        def on_train_start(self, trainer):
            trainer.stop()

    trainer.callbacks.append(Stop())
    with pytest.raises(badak.training.Interrupted, match="SIGTERM"):
        trainer.fit(train)
    assert len(counted) == 1
    cache.features(net, train[:5])
    assert len(counted) == 1


def test_a_head_trains_as_any_run_does(tiny, train, tmp_path):
    def trainer():
        net = pretrained.load("tiny")
        heads.begin(net, 2)
        return HeadTrainer(net, epochs=1, batch_size=12, progress=False)

    first = trainer()
    history = first.fit(train, train[:6], tmp_path / "run")
    (epoch,) = history.epochs
    assert epoch.validation_accuracy == first.net.evaluate(train[:6]).accuracy
    assert epoch.validation_loss == pytest.approx(first.net.evaluate(train[:6]).loss, rel=1e-4)
    assert [step.step for step in history.steps] == list(range(1, epoch.step + 1))
    again = trainer()
    assert again.fit(train, train[:6], tmp_path / "run", resume=True).epochs == history.epochs
    for name, array in first.net.state().items():
        np.testing.assert_array_equal(again.net.state()[name], array)
