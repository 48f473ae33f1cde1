"""Class weights and balanced epochs, against PyTorch and scikit-learn."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from badak import data, optim
from badak.data import Dataset, Loader, balanced_order
from badak.errors import ArgumentTypeError, BadakError
from badak.layers import CrossEntropyLoss, Flatten, Linear
from badak.network import Network
from badak.training import Trainer, weights
from training.tasks import corners, plain_net

LABELS = st.lists(st.integers(0, 4), min_size=1, max_size=40).map(np.array)


def of(labels: np.ndarray, classes: int = 5) -> Dataset:
    names = [f"class {k}" for k in range(classes)]
    return Dataset(np.zeros((len(labels), 1, 1, 1)), labels, names)


@given(labels=LABELS)
def test_balanced_weights_are_scikit_learns(labels: np.ndarray) -> None:
    present = np.unique(labels)
    expected = compute_class_weight("balanced", classes=present, y=labels)
    np.testing.assert_allclose(weights.per_class("balanced", of(labels))[present], expected)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("fuse", [True, False])
def test_one_step_is_pytorchs_with_weights(smoothing: float, fuse: bool) -> None:
    """With weights and smoothing, PyTorch's smoothed losses are weighted by the image's class."""
    train, weight = corners(12), [0.5, 2.0, 3.0]
    loss = CrossEntropyLoss(label_smoothing=smoothing)
    net = Network([Flatten(), Linear(3)], (1, 6, 6), fuse=fuse, loss=loss)
    linear = torch.nn.Linear(36, 3)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor(net.parameters()["linear1.weight"].copy()))
        linear.bias.copy_(torch.tensor(net.parameters()["linear1.bias"].copy()))
    x, y = torch.tensor(train.images).flatten(1), torch.tensor(train.labels)
    each = torch.nn.functional.cross_entropy(
        linear(x), y, reduction="none", label_smoothing=smoothing
    )
    shares = torch.tensor(weight)[y]
    expected = (each * shares).sum() / shares.sum()
    if not smoothing:
        own = torch.nn.CrossEntropyLoss(weight=torch.tensor(weight))(linear(x), y)
        torch.testing.assert_close(own, expected)
    expected.backward()
    torch.optim.SGD(linear.parameters(), lr=0.5).step()
    trainer = Trainer(net, optim.SGD(0.5), epochs=1, batch_size=12, class_weight=weight,
                      progress=False)  # fmt: skip
    history = trainer.fit(train)
    np.testing.assert_allclose(history.steps[0].loss, expected.item(), rtol=1e-5)
    for name, theirs in (("weight", linear.weight), ("bias", linear.bias)):
        ours = net.parameters()[f"linear1.{name}"]
        np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-4, atol=1e-6)


def test_smoothing_alone_is_pytorchs() -> None:
    train = corners(12)
    net = plain_net()
    net.loss = CrossEntropyLoss(label_smoothing=0.2)
    logits, y = torch.tensor(net(train.images)), torch.tensor(train.labels)
    expected = torch.nn.CrossEntropyLoss(label_smoothing=0.2)(logits, y).item()
    history = Trainer(net, epochs=1, batch_size=12, progress=False).fit(train)
    np.testing.assert_allclose(history.steps[0].loss, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        ({"corner 1": 2}, [1, 2, 1]),
        ({2: 0.5, "corner 0": 3}, [3, 1, 0.5]),
        ({}, [1, 1, 1]),
        ([1, 2, 3], [1, 2, 3]),
        ((0, 2, 3), [0, 2, 3]),
        (np.array([1, 2, 3], np.float32), [1, 2, 3]),
    ],
)
def test_forms_of_class_weights(weight: Any, expected: list[float]) -> None:
    found = weights.per_class(weights.checked(weight), corners())
    np.testing.assert_array_equal(found, expected)


def test_mixed_labels_have_mixed_weights() -> None:
    rows = np.array([[0.25, 0.75, 0], [0, 0, 1]], np.float32)
    np.testing.assert_allclose(weights.per_image(np.array([4.0, 8, 1]), rows), [7, 1])


@pytest.mark.parametrize(
    ("options", "fault", "words"),
    [
        ({"class_weight": "balance"}, BadakError, "class_weight.*'balanced'; got 'balance'"),
        ({"class_weight": 3}, ArgumentTypeError, "class_weight must be .*; got 3"),
        ({"class_weight": {"ant": -1}}, BadakError, "class_weight of class 'ant'.*got -1"),
        ({"class_weight": {1: "x"}}, ArgumentTypeError, "class_weight of class 1.*got 'x'"),
        ({"class_weight": {1.5: 1}}, ArgumentTypeError, "a class of class_weight.*got 1.5"),
        ({"class_weight": [1, np.nan]}, BadakError, "class_weight of class 1.*got nan"),
        ({"balance": 1}, ArgumentTypeError, "balance must be True or False; got 1"),
        (
            {"balance": True, "class_weight": "balanced"},
            BadakError,
            "class_weight and balance are .*choose one",
        ),
        ({"ema": 1}, BadakError, "ema must be above 0 and below 1; got 1"),
        ({"ema": 0.0}, BadakError, "ema must be above 0 and below 1; got 0"),
        ({"ema": "x"}, ArgumentTypeError, "ema must be a number; got 'x'"),
    ],
)
def test_options_that_the_trainer_refuses(
    options: dict[str, Any], fault: type[Exception], words: str
) -> None:
    with pytest.raises(fault, match=words):
        Trainer(plain_net(), **options)


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        ({"bee": 2}, "class_weight names the class 'bee'; the classes are corner 0, corner 1"),
        ({3: 2}, "class_weight names the class 3; the classes are"),
        ([1, 2], "class_weight must have one weight for each of the 3 classes .*; got 2"),
        ([0, 0, 0], "class_weight must be above 0 .*all are 0"),
    ],
)
def test_class_weights_that_do_not_fit_the_images(weight: Any, words: str) -> None:
    with pytest.raises(BadakError, match=words):
        Trainer(plain_net(), batch_size=9, class_weight=weight, progress=False).fit(corners())


@given(labels=LABELS, epoch=st.integers(0, 3))
def test_a_balanced_epoch_draws_each_class_and_each_of_its_images_alike(
    labels: np.ndarray, epoch: int
) -> None:
    order = balanced_order(labels, 5, epoch)
    assert len(order) == len(labels)
    counts = np.bincount(labels[order])[np.unique(labels)]
    assert counts.max() - counts.min() <= 1
    for label in np.unique(labels):
        each = np.bincount(order, minlength=len(labels))[labels == label]
        assert each.max() - each.min() <= 1
    np.testing.assert_array_equal(order, balanced_order(labels, 5, epoch))


def test_balanced_epochs_have_the_statistics_of_pytorchs_sampler() -> None:
    """Over many epochs each image, and each class at each place, is drawn as often as there."""
    labels, epochs = np.repeat([0, 1, 2], [3, 11, 26]), 400
    n = len(labels)
    orders = np.array([balanced_order(labels, 1, epoch) for epoch in range(epochs)])
    shares = 1 / np.bincount(labels)[labels]
    sampler = torch.utils.data.WeightedRandomSampler(
        shares.tolist(), n * epochs, generator=torch.Generator().manual_seed(1)
    )
    expected = shares / shares.sum() * n * epochs
    for drawn in (orders.ravel(), np.array(list(sampler))):
        counts = np.bincount(drawn, minlength=n)
        chi_square = ((counts - expected) ** 2 / expected).sum()
        assert chi_square < 73.4  # 39 degrees of freedom: exceeded once in a thousand draws
    first = np.bincount(labels[orders[:, 0]], minlength=3)  # no class comes first by preference
    assert ((first - epochs / 3) ** 2 / (epochs / 3)).sum() < 13.8  # 2 degrees of freedom
    assert len(np.unique(orders, axis=0)) == epochs


def test_the_loader_takes_an_order() -> None:
    part = of(np.array([0, 1, 2]), 3)
    batches = list(Loader(part, 2, order=np.array([2, 2, 1, 0, 2])))
    assert [batch.labels.tolist() for batch in batches] == [[2, 2], [1, 0], [2]]
    with pytest.raises(BadakError, match="no such image in a Dataset of 3"):
        Loader(part, 2, order=np.array([3]))


def test_a_rare_class_is_learnt_if_it_is_drawn_alike() -> None:
    """Noise of one mean per class: the frequent class wins unless both count alike."""
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], [190, 10])
    images = generator.normal(labels[:, None, None, None], 1, (200, 1, 1, 1))
    train = data.Dataset(images.astype(np.float32), labels)

    def recall(**options: Any) -> float:
        net = Network([Flatten(), Linear(2)], (1, 1, 1))
        Trainer(net, optim.SGD(0.2), epochs=40, batch_size=50, progress=False, **options).fit(train)
        return float((net.predict(train.images[190:]) == 1).mean())

    plain = recall()
    assert recall(balance=True) > plain + 0.2
    assert recall(class_weight="balanced") > plain + 0.2
