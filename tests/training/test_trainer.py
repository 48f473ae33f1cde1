"""The Trainer: epochs, what is measured and recorded, callbacks, and when it stops."""

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest

from badak import data, optim
from badak.errors import ArgumentTypeError, BadakError
from badak.layers import Conv2d, CrossEntropyLoss, Flatten, Linear
from badak.network import Network
from badak.training import Callback, EpochRecord, Trainer
from badak.training.step import training_step
from training.tasks import corners, plain_net, rich_net, same_state, state


def numbered(count: int) -> data.Dataset:
    """Image i holds the number i, so that a test can follow it through training."""
    images = np.broadcast_to(np.arange(count)[:, None, None, None], (count, 1, 2, 2))
    return data.Dataset(images.astype(np.float32) / 1000, np.arange(count) % 2)


def number_net() -> Network:
    return Network([Flatten(), Linear(2)], (1, 2, 2))


class Seen:
    """An augmentation that changes nothing and records its images."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, images: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        self.batches.append([round(float(value) * 1000) for value in images[:, 0, 0, 0]])
        return images


def fitted(count: int, epochs: int, batch_size: int, **options: Any) -> tuple[Seen, Trainer]:
    seen = Seen()
    trainer = Trainer(
        number_net(),
        epochs=epochs,
        batch_size=batch_size,
        augment=seen,
        progress=False,
        **options,
    )
    trainer.fit(numbered(count))
    return seen, trainer


@pytest.mark.parametrize("name", list(optim.OPTIMIZERS))
def test_learns_a_separable_task_to_the_last_image(name: str) -> None:
    lr = {"sgd": 0.3, "adagrad": 0.1}.get(name, 0.02)
    trainer = Trainer(
        plain_net(), optim.OPTIMIZERS[name](lr=lr), epochs=12, batch_size=10, progress=False
    )
    train, unseen = corners(60), corners(30, seed=1)
    history = trainer.fit(train, validation=unseen)
    last = history.epochs[-1]
    assert (last.train_accuracy, last.validation_accuracy) == (1.0, 1.0)
    assert trainer.net.evaluate(unseen).accuracy == 1.0
    assert last.train_loss < history.epochs[0].train_loss


@pytest.mark.parametrize(
    ("count", "batch_size", "steps"), [(7, 3, 3), (6, 3, 2), (1, 1, 1), (5, 5, 1), (4, 1, 4)]
)
def test_an_epoch_is_every_image_once_in_a_new_order(
    count: int, batch_size: int, steps: int
) -> None:
    seen, trainer = fitted(count, 3, batch_size)
    assert trainer.batch_count == steps == math.ceil(count / batch_size)
    assert len(trainer.history.steps) == 3 * steps
    orders = [
        [image for batch in seen.batches[e * steps : (e + 1) * steps] for image in batch]
        for e in range(3)
    ]
    for order in orders:
        assert sorted(order) == list(range(count))
    if count >= 6:
        assert len(set(map(tuple, orders))) == 3
        assert orders[0] != sorted(orders[0])
    sizes = [record.images for record in trainer.history.steps[:steps]]
    assert sizes == [len(batch) for batch in seen.batches[:steps]]
    assert sum(sizes) == count


def test_the_seed_decides_the_order() -> None:
    first, again, other = (fitted(20, 2, 6, seed=seed)[0].batches for seed in (1, 1, 2))
    assert first == again != other


def test_records_count_from_1_and_hold_the_loss_before_the_update() -> None:
    net, train = plain_net(), corners(25)
    before = net.evaluate(train)
    history = Trainer(net, optim.SGD(lr=0.25), epochs=2, batch_size=25, progress=False).fit(train)
    assert [(r.step, r.epoch, r.images, r.lr) for r in history.steps] == [
        (1, 1, 25, 0.25),
        (2, 2, 25, 0.25),
    ]
    np.testing.assert_allclose(history.steps[0].loss, before.loss, rtol=1e-5)
    assert history.steps[0].accuracy == before.accuracy
    assert [(r.epoch, r.step) for r in history.epochs] == [(1, 1), (2, 2)]
    after_first = history.epochs[0]
    np.testing.assert_allclose(after_first.train_loss, history.steps[1].loss, rtol=1e-5)
    assert math.isnan(after_first.validation_loss)
    assert math.isnan(after_first.validation_accuracy)


class Evaluations(Network):
    """A network that records the images on which it is measured."""

    measured: list[data.Dataset]

    def evaluate(self, dataset: Any, batch_size: int = 256) -> Any:
        self.measured.append(dataset)
        return super().evaluate(dataset, batch_size)


@pytest.mark.parametrize(("sample", "sizes"), [(None, (7, 7)), (4, (4, 4)), (30, (20, 7))])
def test_the_same_images_are_measured_after_every_epoch(
    sample: int | None, sizes: tuple[int, int]
) -> None:
    net = Evaluations([Flatten(), Linear(2)], (1, 2, 2))
    net.measured = []
    trainer = Trainer(net, epochs=3, batch_size=9, evaluate_sample=sample, progress=False)
    trainer.fit(numbered(20), validation=numbered(7))
    assert [len(measured) for measured in net.measured] == list(sizes) * 3
    for first, later in zip(net.measured[:2] * 2, net.measured[2:], strict=True):
        np.testing.assert_array_equal(first.images, later.images)
    for measured in net.measured[:2]:
        assert len(np.unique(measured.images)) == len(measured)


class Plan(Callback):
    """Returns the validation accuracies that a test sets."""

    def __init__(self, accuracies: list[float]) -> None:
        self.accuracies = accuracies

    def on_epoch_end(self, trainer: Trainer, record: EpochRecord) -> None:
        changed = record._replace(validation_accuracy=self.accuracies[record.epoch - 1])
        trainer.history.epochs[-1] = changed


@pytest.mark.parametrize(
    ("accuracies", "patience", "epochs"),
    [
        ([0.5, 0.6, 0.6, 0.6, 0.9, 0.9], 2, 4),
        ([0.5, 0.4, 0.6, 0.5, 0.5, 0.9], 2, 5),
        ([0.5, 0.4, 0.6, 0.7, 0.8, 0.9], 1, 2),
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 1, 6),
        ([0.5, 0.4, 0.3, 0.2, 0.1, 0.0], None, 6),
    ],
)
def test_early_stopping_waits_for_a_new_best(
    accuracies: list[float], patience: int | None, epochs: int
) -> None:
    trainer = Trainer(
        number_net(),
        epochs=6,
        batch_size=5,
        early_stopping=patience,
        callbacks=[Plan(accuracies)],
        progress=False,
    )
    assert len(trainer.fit(numbered(5), numbered(4)).epochs) == epochs


def test_early_stopping_needs_something_to_watch() -> None:
    trainer = Trainer(number_net(), batch_size=5, early_stopping=2, progress=False)
    with pytest.raises(BadakError, match=r"early_stopping=2.*validation accuracy"):
        trainer.fit(numbered(5))


def test_the_schedules_rate_is_used_and_recorded() -> None:
    schedule = optim.WarmUp(epochs=2, start=0.0)
    net = number_net()
    before = state(net)
    trainer = Trainer(
        net, optim.SGD(lr=0.5), epochs=3, batch_size=5, schedule=schedule, progress=False
    )
    trainer.max_steps = 1
    trainer.fit(numbered(10))
    same_state(net, before)  # the first step's rate is 0
    trainer.max_steps = None
    history = trainer.fit(numbered(10))
    rates = [record.lr for record in history.steps]
    np.testing.assert_allclose(rates, [0, 0.125, 0.25, 0.375, 0.5, 0.5])


def test_clip_norm_bounds_each_step() -> None:
    net, train = number_net(), numbered(8)
    before = state(net)
    trainer = Trainer(
        net, optim.SGD(lr=1.0), epochs=1, batch_size=8, clip_norm=1e-3, progress=False
    )
    trainer.fit(train)
    moved = sum(((array - before[name]) ** 2).sum() for name, array in net.state().items())
    np.testing.assert_allclose(math.sqrt(moved), 1e-3, rtol=1e-3)


def test_step_makes_one_update_by_itself() -> None:
    net, train = plain_net(), corners(9)
    before = state(net)
    loss, gradients = net.loss_and_gradients(train.images, train.labels)
    trainer = Trainer(net, optim.SGD(lr=0.5), schedule=optim.WarmUp(start=0.0), progress=False)
    assert trainer.step(train.images, train.labels) == loss
    for name, array in net.parameters().items():
        np.testing.assert_allclose(array, before[name] - 0.5 * gradients[name], rtol=1e-6)
    assert trainer.history.steps == []
    one_hot = np.eye(3)[train.labels]
    assert trainer.step(train.images.tolist(), one_hot.tolist()) < loss


@pytest.mark.parametrize(("max_steps", "steps", "epochs"), [(1, 1, 0), (3, 3, 1), (4, 4, 2)])
def test_max_steps_stops_amid_an_epoch(max_steps: int, steps: int, epochs: int) -> None:
    trainer = Trainer(number_net(), epochs=9, batch_size=3, max_steps=max_steps, progress=False)
    history = trainer.fit(numbered(6))
    assert (len(history.steps), len(history.epochs)) == (steps, epochs)


def test_labels_left_out_of_the_loss_are_left_out_of_the_accuracy() -> None:
    net = Network([Flatten(), Linear(2)], (1, 2, 2), loss=CrossEntropyLoss(ignore_index=-1))
    images = np.zeros((4, 1, 2, 2), np.float32)
    net.parameters()["linear1.bias"][...] = [1, 0]
    outcome = training_step(net, optim.SGD(), images, np.array([0, 0, -1, 1]))
    np.testing.assert_allclose(outcome.accuracy, 2 / 3)


def test_a_second_fit_goes_on_with_the_network_and_a_new_history() -> None:
    trainer = Trainer(plain_net(), optim.SGD(lr=0.3), epochs=1, batch_size=10, progress=False)
    first = trainer.fit(corners()).steps
    second = trainer.fit(corners()).steps
    assert [r.step for r in second] == [r.step for r in first]
    assert second[0].loss < first[0].loss


def test_a_batch_larger_than_the_data_is_refused() -> None:
    trainer = Trainer(number_net(), batch_size=7, progress=False)
    with pytest.raises(BadakError, match=r"^batch_size.* 6 training.*got 7"):
        trainer.fit(numbered(6))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"net": "simple"}, "net.*got str"),
        ({"optimizer": "adam"}, r"optimizer.*Optimizer.*got 'adam'"),
        ({"optimizer": optim.Adam}, "optimizer.*Optimizer.*got"),
        ({"schedule": "cosine"}, "schedule.*got 'cosine'"),
        ({"augment": 3}, "augment.*got 3"),
    ],
)
def test_arguments_of_another_type(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentTypeError, match=f"^{words}"):
        Trainer(**{"net": number_net(), **arguments})


def test_counts_of_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """One forward and one backward pass per step, also with every option."""
    calls: Counter[str] = Counter()
    for name in ("forward", "backward"):
        real = getattr(Conv2d, name)

        def counted(self: Any, *a: Any, _real: Any = real, _name: str = name, **k: Any) -> Any:
            calls[_name] += 1
            return _real(self, *a, **k)

        monkeypatch.setattr(Conv2d, name, counted)
    net = rich_net()
    net.fuse = False  # a plan runs the layers once and then replays the kernels
    trainer = Trainer(net, batch_size=10, max_steps=3, clip_norm=1.0, progress=False)
    trainer.fit(corners(44))
    assert calls == {"forward": 3, "backward": 3}
