"""find_lr: what it tries, what it suggests, and that it changes nothing."""

import warnings
from typing import Any

import numpy as np
import pytest

from badak import data, inspect, optim
from badak.errors import ArgumentTypeError, BadakError
from badak.layers import Flatten, Linear, ReLU
from badak.network import Network
from badak.training import LrFind, Trainer, find_lr
from training.tasks import corners, plain_net, rich_net, same_state, state


def test_the_losses_are_those_of_a_training_at_these_rates() -> None:
    """The Trainer, with the rates as its schedule, takes the same steps."""
    train, steps = corners(), 15

    class Rising:
        def __call__(self, passed: float, epochs: int) -> float:
            return float(np.geomspace(1e-3, 1, steps)[round(passed * 5)])

    found = find_lr(rich_net(), train, optim.Adam(9.0), batch_size=10, seed=3, lowest=1e-3,
                    highest=1, steps=steps, augment=data.augment.Shift(1))  # fmt: skip
    trainer = Trainer(rich_net(), optim.Adam(1.0), epochs=3, batch_size=10, seed=3, progress=False,
                      schedule=Rising(), augment=data.augment.Shift(1))  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rates as high as these learn nothing
        history = trainer.fit(train)
    assert found.losses.tolist() == [record.loss for record in history.steps]
    np.testing.assert_allclose(found.rates, [record.lr for record in history.steps])


def test_network_statistics_generators_and_optimizer_stay_as_they_are() -> None:
    net, optimizer = rich_net(), optim.Adam(0.01)
    Trainer(net, optimizer, epochs=1, batch_size=10, progress=False).fit(corners())
    before, steps = state(net), optimizer.steps
    slots = {name: array.copy() for name, array in optimizer.state.items()}
    draws = {name: g.bit_generator.state for name, g in net.generators().items()}
    first = find_lr(net, corners(), optimizer, batch_size=10)
    same_state(net, before)
    assert (optimizer.steps, optimizer.lr) == (steps, 0.01)
    for name, array in optimizer.state.items():
        np.testing.assert_array_equal(array, slots[name])
    assert {name: g.bit_generator.state for name, g in net.generators().items()} == draws
    again = find_lr(net, corners(), optimizer, batch_size=10)
    np.testing.assert_array_equal(first.losses, again.losses)


def test_it_ends_once_the_loss_has_risen_and_suggests_a_tenth_of_where_it_had_fallen() -> None:
    train, _ = data.load("digits")
    net = Network([Flatten(), Linear(50), ReLU(), Linear(10)], train.image_shape)
    found = find_lr(net, train, optim.Adam())
    assert len(found.rates) == len(found.losses) < 100
    smoothed = found.smoothed
    assert found.losses[-5:].max() > 4 * smoothed.min()
    bar = smoothed.min() + 0.02 * (smoothed[0] - smoothed.min())
    fallen = next(rate for rate, loss in zip(found.rates, smoothed, strict=True) if loss <= bar)
    assert found.suggestion == pytest.approx(fallen / 10, rel=0.05)


def test_a_loss_of_zero_stays_zero_at_any_rate() -> None:
    """The lowest loss is then anywhere; what counts is where the fall ended."""
    found = find_lr(plain_net(), corners(60), optim.Nesterov(), batch_size=10)
    assert found.losses[-1] == 0
    assert found.suggestion is not None
    assert found.suggestion < 0.1


@pytest.mark.parametrize("name", list(optim.OPTIMIZERS))
def test_the_suggestion_trains(name: str) -> None:
    rule, train = optim.OPTIMIZERS[name], corners(60)
    lr = find_lr(plain_net(), train, rule(), batch_size=10).suggestion
    assert lr is not None
    trainer = Trainer(plain_net(), rule(lr=lr), epochs=30, batch_size=10, progress=False)
    history = trainer.fit(train)
    assert history.epochs[-1].train_accuracy > 0.9


def test_the_minimum_of_a_known_valley() -> None:
    """A loss that falls to its minimum at 1e-2 and then rises, with noise on it."""
    rates = np.geomspace(1e-6, 1, 100)
    noise = np.random.default_rng(0).normal(0, 0.05, 100)
    losses = 2 + 0.1 * (np.log10(rates) + 2) ** 2 + noise
    found = LrFind(rates, losses, None)
    assert 3e-3 < rates[found.smoothed.argmin()] < 3e-2


def test_images_of_noise_have_no_suggestion() -> None:
    """One image of each class, all alike: no rate makes the loss fall."""
    train = data.Dataset(np.zeros((4, 1, 1, 1)), [0, 1, 0, 1])
    net = Network([Flatten(), Linear(2)], (1, 1, 1))
    found = find_lr(net, train, optim.SGD())
    assert found.suggestion is None
    assert str(found).endswith("no rate made the loss fall")


def test_a_rate_beyond_the_numbers_ends_the_search() -> None:
    net = plain_net()
    before = state(net)
    found = find_lr(net, corners(), optim.SGD(), highest=1e30, steps=20)
    assert len(found.losses) < 20
    assert np.isfinite(found.losses).all()
    same_state(net, before)


@pytest.mark.parametrize(
    ("options", "fault", "words"),
    [
        ({"lowest": 0}, BadakError, "lowest must be above 0; got 0"),
        ({"highest": 1e-7}, BadakError, "highest must be above 1e-06; got 1e-07"),
        ({"steps": 9}, BadakError, "steps must be at least 10; got 9"),
        ({"steps": "x"}, ArgumentTypeError, "steps must be an integer; got 'x'"),
        ({"batch_size": 0}, BadakError, "batch_size must be at least 1; got 0"),
        ({"seed": -1}, BadakError, "seed must be at least 0; got -1"),
        ({"train": corners(size=8)}, BadakError, r"train has images of \(1, 8, 8\)"),
        ({"train": [1]}, ArgumentTypeError, "train must be a badak.data.Dataset"),
        ({"augment": 3}, ArgumentTypeError, "augment must be a function"),
    ],
)
def test_arguments_that_are_refused(options: Any, fault: type[Exception], words: str) -> None:
    with pytest.raises(fault, match=words):
        find_lr(**({"net": plain_net(), "train": corners()} | options))


def test_the_picture_shows_the_suggestion() -> None:
    found = find_lr(plain_net(), corners(), batch_size=11)
    (axes,) = inspect.draw.lr_find(found).axes
    legend = axes.get_legend()
    assert legend is not None
    words = [text.get_text() for text in legend.get_texts()]
    assert f"suggested, a tenth: {found.suggestion:.2g}" in words
    low, high = axes.get_ylim()
    assert low < found.smoothed.min()
    assert high < 3 * found.losses[0]
    nothing = LrFind(found.rates, np.ones(len(found.rates)), None)
    (axes,) = inspect.draw.lr_find(nothing).axes
    assert len(axes.get_lines()) == 2
