"""ParallelTrainer on ranks that are threads: it trains as one process does, and stops as one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import badak
from badak import data, models, optim
from badak.distributed import ParallelTrainer
from badak.layers import CrossEntropyLoss
from badak.training import Trainer
from distributed.threads import on_ranks
from training.tasks import bits, corners, plain_net, rich_net


def trained(
    size: int, net=plain_net, images=None, validation=None, rule=optim.Adam, **options: Any
):
    """Train on several ranks; return each rank's trainer."""
    settings = {"epochs": 2, "batch_size": 10, "progress": False} | options
    train = corners(60) if images is None else images

    def job(communicator):
        trainer = ParallelTrainer(net(), rule(0.01), communicator=communicator, **settings)
        trainer.fit(train, validation)
        return trainer

    return on_ranks(size, job)


def apart(one: badak.Network, other: badak.Network) -> float:
    """The greatest difference of two networks' arrays."""
    theirs = other.state()
    return max(float(np.abs(array - theirs[name]).max()) for name, array in one.state().items())


@pytest.mark.parametrize("size", [1, 2, 3])
def test_smaller_batches_of_several_train_as_one_with_the_whole(size):
    images = corners(60 * size)
    one = Trainer(plain_net(), optim.Adam(0.01), epochs=2, batch_size=10 * size, progress=False)
    one.fit(images, images)
    ranks = trained(size, images=images, validation=images)
    for trainer in ranks:
        assert apart(trainer.net, one.net) < 1e-6
        assert bits(trainer.net) == bits(ranks[0].net)
        found = np.array([record[2:] for record in trainer.history.epochs])
        np.testing.assert_allclose(found, [record[2:] for record in one.history.epochs], rtol=1e-4)
        for step, wanted in zip(trainer.history.steps, one.history.steps, strict=True):
            assert step[:4] == wanted[:4]
            assert step.loss == pytest.approx(wanted.loss, rel=1e-5)
            assert step.accuracy == pytest.approx(wanted.accuracy)


@given(
    size=st.integers(1, 3),
    count=st.integers(3, 50),
    batch=st.integers(1, 9),
    accumulate=st.integers(1, 3),
    weighted=st.booleans(),
    clip=st.booleans(),
    fuse=st.booleans(),
)
def test_any_division_is_one_batch_in_float64(size, count, batch, accumulate, weighted, clip, fuse):
    """One step, with pieces of all sizes, against one process's step on the whole."""
    images = corners(count)
    options: dict[str, Any] = {"epochs": 1, "max_steps": 1, "progress": False}
    options |= {"class_weight": [1.0, 2.0, 0.5]} if weighted else {}
    options |= {"clip_norm": 0.1} if clip else {}

    def net():
        return badak.Network(plain_net().layers, (1, 6, 6), dtype=np.float64, fuse=fuse)

    ranks = trained(
        size, net, images, batch_size=min(batch, count), accumulate=accumulate, **options
    )
    (step,) = ranks[0].history.steps
    one = Trainer(net(), optim.Adam(0.01), batch_size=step.images, **options)
    one.fit(images)
    assert apart(ranks[0].net, one.net) < 1e-12
    assert step.loss == pytest.approx(one.history.steps[0].loss, rel=1e-12)


def test_twice_gives_the_same_bits():
    first, second = (trained(2, rich_net, augment=data.augment.Shift(1)) for _ in range(2))
    assert [bits(trainer.net) for trainer in first] == [bits(trainer.net) for trainer in second]
    assert bits(first[0].net) == bits(first[1].net)


def test_dropout_and_augmentation_differ_by_rank():
    seen: dict[int, list[bytes]] = {0: [], 1: []}

    def job(communicator):
        def look(images, generator):
            seen[communicator.rank].append(generator.bytes(8))
            return images

        trainer = ParallelTrainer(
            rich_net(), communicator=communicator, epochs=1, batch_size=10, augment=look,
            progress=False,
        )  # fmt: skip
        trainer.fit(corners(60))
        return trainer.net.generators()["dropout1"].bytes(8)

    drawn = on_ranks(2, job)
    assert drawn[0] != drawn[1]
    assert len(seen[0]) == len(seen[1]) == 3
    assert not set(seen[0]) & set(seen[1])


@pytest.mark.parametrize("options", [{}, {"accumulate": 2}, {"sync_every": 2}, {"ema": 0.9}])
def test_a_resume_has_the_bits_of_an_uninterrupted_run(tmp_path, options):
    images = corners(90)

    def job(place, **more):
        def run(communicator):
            trainer = ParallelTrainer(
                rich_net(), optim.Adam(0.01), communicator=communicator, batch_size=5,
                augment=data.augment.Shift(1), progress=False, **options, **more,
            )  # fmt: skip
            place.mkdir(exist_ok=True)
            resume = (place / "checkpoint").exists()
            trainer.fit(images, images, place, resume=resume)
            return trainer

        return on_ranks(2, run)

    whole = job(tmp_path / "whole", epochs=2)
    job(tmp_path / "parts", epochs=2, max_steps=4)
    ranks = job(tmp_path / "parts", epochs=2)
    assert bits(ranks[0].net) == bits(ranks[1].net) == bits(whole[0].net)
    assert ranks[0].history == whole[0].history
    if "sync_every" not in options:  # else a rank knows its own losses
        assert ranks[1].history == whole[0].history


def test_a_resume_by_another_number_of_workers_must_be_asked_for(tmp_path):
    def job(communicator, **options):
        trainer = ParallelTrainer(
            plain_net(), communicator=communicator, batch_size=5, epochs=3, progress=False
        )
        trainer.fit(corners(60), None, tmp_path, **options)
        return trainer

    stopped = on_ranks(
        2,
        lambda communicator: ParallelTrainer(
            plain_net(), communicator=communicator, batch_size=5, epochs=3, max_steps=2,
            progress=False,
        ).fit(corners(60), None, tmp_path),
    )  # fmt: skip
    assert len(stopped[0].steps) == 2
    with pytest.raises(badak.BadakError, match=r"workers was 2 and is now 3"):
        on_ranks(3, lambda communicator: job(communicator, resume=True))
    with pytest.warns(UserWarning, match="workers was 2 and is now 3"):
        ranks = on_ranks(
            3, lambda communicator: job(communicator, resume=True, accept_other_bits=True)
        )
    images = [record.images for record in ranks[0].history.steps if record.epoch == 1]
    assert images == [10, 10, 15, 15, 10]  # nothing is shown twice
    with pytest.raises(badak.BadakError, match=r"parallel was \{'accumulate': 1"):
        Trainer(plain_net(), batch_size=5, epochs=4, progress=False).fit(
            corners(60), None, tmp_path, resume=True
        )


def test_a_share_of_ignored_labels_is_measured_as_nothing():
    def net():
        net = plain_net()
        net.loss = CrossEntropyLoss(ignore_index=0)
        return net

    images = corners(40)
    images = images[np.argsort(images.labels != 0, kind="stable")]  # rank 0 measures ignored ones
    images = images[: 2 * np.count_nonzero(images.labels == 0)]
    one = Trainer(net(), optim.Adam(0.01), epochs=1, batch_size=20, progress=False)
    wanted = one.fit(corners(40), images).epochs[-1]
    for trainer in trained(2, net, corners(40), images, epochs=1):
        np.testing.assert_allclose(trainer.history.epochs[-1], wanted, rtol=1e-4)


@pytest.mark.parametrize("size", [2, 3])
def test_local_sgd_is_the_mean_of_what_each_learnt(size):
    images = corners(30 * size)
    ranks = trained(size, rich_net, images, batch_size=10, epochs=1, sync_every=3)
    assert len({bits(trainer.net) for trainer in ranks}) == 1
    alone = []

    def job(communicator):
        net = rich_net()
        trainer = ParallelTrainer(
            net, optim.Adam(0.01), communicator=communicator, epochs=1, batch_size=10,
            sync_every=3, progress=False,
        )  # fmt: skip
        trainer._synchronise = lambda fault: alone.append(
            {k: v.copy() for k, v in net.state().items()}
        )
        trainer.fit(images)

    on_ranks(size, job)
    for name, array in ranks[0].net.state().items():
        mean = np.mean([each[name] for each in alone], axis=0)
        np.testing.assert_allclose(array, mean, atol=1e-6)


def test_half_gradients_travel_half_as_wide():
    """As exact gradients would, within bfloat16's rounding, and not the same."""
    calls = {}

    def job(communicator, half):
        trainer = ParallelTrainer(
            plain_net(), optim.SGD(0.1), communicator=communicator, epochs=1, batch_size=10,
            max_steps=1, half_gradients=half, progress=False,
        )  # fmt: skip
        trainer.fit(corners(60))
        calls[half] = communicator.calls
        return trainer.net

    exact, half = (on_ranks(2, lambda c, how=how: job(c, how))[0] for how in (False, True))
    assert 0 < apart(exact, half) < 0.1 * 2**-7
    assert [kind for kind, _ in calls[True]].count("half sum") == 1
    assert not any(kind == "half sum" for kind, _ in calls[False])


def test_gradients_leave_while_the_backward_still_runs(monkeypatch):
    """The first bucket is sent before the last layer of the way back has run."""
    from badak.distributed import buckets

    events = []

    def job(communicator):
        start, add = communicator._start, buckets.Buckets.add

        def noted(array, half):
            events.append("sum")
            return start(array, half)

        communicator._start = noted
        monkeypatch.setattr(
            buckets.Buckets, "add", lambda self, g: (events.append(list(g)), add(self, g))
        )
        net = models.SimpleConvNet()
        generator = np.random.default_rng(0)
        images = data.Dataset(generator.random((20, 1, 28, 28), np.float32), np.arange(20) % 10)
        ParallelTrainer(
            net, communicator=communicator, epochs=1, max_steps=2, batch_size=5, progress=False
        ).fit(images)

    on_ranks(1, job)
    last = len(events) - 1 - events[::-1].index(["conv1.weight", "conv1.bias"])
    first = len(events) - 1 - events[::-1].index(["linear2.weight", "linear2.bias"])
    assert "sum" in events[first:last]


@pytest.mark.parametrize("accumulate", [1, 2])
def test_shared_batch_norm_is_that_of_the_whole_batch(accumulate):
    """Two micro-batches of two workers are as two of one with the whole."""
    images = corners(40)

    def net():
        layers = [layer for layer in rich_net().layers.values() if layer.prefix != "dropout"]
        return badak.Network(layers, (1, 6, 6), dtype=np.float64)

    # Not Adam, which divides by the gradient's size: a bias before a batch norm has none.
    options = {"accumulate": accumulate, "epochs": 1, "rule": optim.SGD, "sync_batch_norm": True}
    ranks = trained(2, net, images, batch_size=20 // accumulate, **options)
    one = trained(1, net, images, batch_size=40 // accumulate, **options)
    if accumulate == 1:  # else batches are divided otherwise
        assert apart(ranks[0].net, one[0].net) < 1e-12
    assert bits(ranks[0].net) == bits(ranks[1].net)
    apart_without = trained(2, net, images, batch_size=20 // accumulate, epochs=1, rule=optim.SGD)
    assert apart(apart_without[0].net, one[0].net) > 1e-6


def test_fewer_images_than_workers():
    with pytest.raises(badak.BadakError, match=r"each of the 3 workers needs an image.*2 are left"):
        trained(3, images=corners(2), batch_size=1)
