"""ParallelTrainer on ranks that are threads: a fault, a signal or a difference of one ends all."""

import re
import signal

import numpy as np
import pytest

import badak
from badak import optim
from badak.distributed import OneProcess, ParallelTrainer, WorkersLost
from badak.distributed.agreement import agree
from badak.errors import BadakError
from badak.training import Callback, Interrupted, RunDirectory
from badak.training.checkpoint import read_history
from distributed.threads import on_ranks
from training.tasks import bits, corners, plain_net, rich_net


class StopAt(Callback):
    def __init__(self, step: int) -> None:
        self.step = step

    def on_step(self, trainer, record):
        if record.step == self.step:
            trainer.stop(signal.SIGTERM)


@pytest.mark.parametrize("sync_every", [1, 3])
def test_a_signal_to_one_stops_all_at_the_same_step(sync_every):
    steps = {}

    def job(communicator):
        trainer = ParallelTrainer(
            plain_net(), communicator=communicator, epochs=9, batch_size=5, progress=False,
            sync_every=sync_every, callbacks=[StopAt(2)] if communicator.rank == 1 else [],
        )  # fmt: skip
        with pytest.raises(Interrupted) as stop:
            trainer.fit(corners(60))
        steps[communicator.rank] = len(trainer.history.steps)
        assert stop.value.signal == signal.SIGTERM

    on_ranks(2, job)
    assert steps == {0: 3, 1: 3}


@pytest.mark.parametrize("sync_every", [1, 4])
@pytest.mark.parametrize("bad", [0, 1, 2])
def test_a_fault_of_one_is_told_by_all(sync_every, bad):
    """Row C5: NaN on one rank."""
    words = {}

    def job(communicator):
        calls = []

        def spoil(images, generator):
            calls.append(1)
            if communicator.rank == bad and len(calls) == 2:
                return np.full_like(images, np.nan)
            return images

        trainer = ParallelTrainer(
            plain_net(), communicator=communicator, epochs=9, batch_size=5, progress=False,
            sync_every=sync_every, augment=spoil,
        )  # fmt: skip
        with pytest.raises(badak.BadakError) as fault:
            trainer.fit(corners(60))
        words[communicator.rank] = str(fault.value)
        assert len(trainer.history.steps) in ((1,) if sync_every == 1 else (1, 4))

    on_ranks(3, job)
    assert "step 2" in words[bad]
    assert "NaN" in words[bad]
    for rank in {0, 1, 2} - {bad}:
        assert f"worker {bad}: " in words[rank]
        assert "NaN" in words[rank]


DISAGREEMENTS = [
    ("model", {"net": rich_net}, 'layers.1.name "norm1"', 'layers.1.name "relu1"'),
    ("dtype", {"net": lambda: plain_net(dtype=np.float64)}, "float64", "float32"),
    ("seed", {"seed": 7}, "7", "0"),
    ("settings", {"clip_norm": 2.0}, "clip_norm 2.0", "clip_norm null"),
    ("settings", {"accumulate": 2}, "parallel.accumulate 2", "parallel.accumulate 1"),
    ("settings", {"optimizer": optim.SGD(0.1)}, 'optimizer.lr 0.1, optimizer.name "SGD"',
     "optimizer.betas [0.9, 0.999], optimizer.eps 1e-08, optimizer.lr 0.001, and 1 more"),
    ("training images", {"images": corners(60, seed=1)}, "SHA-256", "SHA-256"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "own", "theirs", "first"), DISAGREEMENTS)
def test_ranks_that_disagree(name, own, theirs, first):
    """Row C3: only what differs is shown."""
    words = {}

    def job(communicator):
        other = dict(own) if communicator.rank == 1 else {}
        images, net = other.pop("images", corners(60)), other.pop("net", plain_net)()
        settings = {"epochs": 1, "batch_size": 5, "progress": False} | other
        with pytest.raises(badak.BadakError) as fault:
            ParallelTrainer(net, communicator=communicator, **settings).fit(images)
        words[communicator.rank] = str(fault.value)

    on_ranks(3, job)
    assert words[0] == words[1] == words[2]
    found = re.fullmatch(
        rf"all workers must have the same {name}; worker 1 of 3 has (.+) and worker 0 has (.+): "
        "start all of them with the same command, data and versions",
        words[0],
    )
    assert found, words[0]
    assert theirs in found[1]
    assert first in found[2]


def test_a_long_text_is_cut_to_where_it_differs():
    def job(communicator):
        alike = "layers " + "7, " * 100
        with pytest.raises(BadakError) as fault:
            agree(communicator, {"model": f"{alike}rank {communicator.rank}, {alike}"})
        return str(fault.value)

    words, _ = on_ranks(2, job)
    assert re.search(
        r"1 of 2 has layers \.\.\.7, .*rank 1, .*\.\.\. and .* \.\.\..*rank 0, ", words
    )
    assert len(words) < 400


@pytest.mark.parametrize("seen", [corners(24), None])
def test_ranks_that_measure_other_images(seen):
    """Each measures its share: of different images, the sums would be of nobody's."""

    def job(communicator):
        validation = seen if communicator.rank else corners(20)
        trainer = ParallelTrainer(
            plain_net(), communicator=communicator, epochs=1, batch_size=10, progress=False
        )
        with pytest.raises(BadakError, match="the same validation images; worker 1 of 2"):
            trainer.fit(corners(20), validation)

    on_ranks(2, job)


def test_a_fault_before_the_first_message(tmp_path):
    """Rank 0 refuses its run directory; the others are told."""
    (tmp_path / "checkpoint").mkdir()
    (tmp_path / "checkpoint" / "latest.safetensors").write_bytes(b"x")
    words = {}

    def job(communicator):
        trainer = ParallelTrainer(
            plain_net(), communicator=communicator, batch_size=5, progress=False
        )
        with pytest.raises(badak.BadakError) as fault:
            trainer.fit(corners(60), run_dir=tmp_path)
        words[communicator.rank] = str(fault.value)

    on_ranks(2, job)
    assert "already holds a run" in words[0]
    assert words[1] == f"worker 0: {words[0]}"


def test_a_lost_worker_ends_a_training_that_cannot_go_on():
    def job(communicator):
        def leave(images, generator):
            if communicator.rank == 1:
                raise RuntimeError("gone")
            return images

        trainer = ParallelTrainer(
            plain_net(), communicator=communicator, batch_size=5, progress=False, augment=leave
        )
        before = bits(trainer.net)
        if communicator.rank == 1:
            trainer.fit(corners(60))
        with pytest.raises(WorkersLost) as lost:
            trainer.fit(corners(60))
        assert lost.value.ranks == (1,)
        assert bits(trainer.net) == before

    with pytest.raises(RuntimeError, match="gone"):
        on_ranks(2, job)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"communicator": 2}, r"communicator must be .*got 2"),
        ({"accumulate": 0}, r"accumulate must be .*got 0"),
        ({"sync_every": 1.5}, r"sync_every must be .*1\.5"),
        ({"half_gradients": 1}, r"half_gradients must be .*got 1"),
        ({"max_steps": 5, "sync_every": 2}, r"max_steps must be a multiple .*got 5 and 2"),
        ({"checkpoint_every": 3, "sync_every": 2}, r"checkpoint_every must .*got 3 and 2"),
        ({"sync_every": 2, "sync_batch_norm": True}, r"sync_batch_norm needs .*sync_every 2"),
    ],
)
def test_bad_arguments(options, words):
    with pytest.raises((badak.BadakError, TypeError), match=words):
        ParallelTrainer(plain_net(), **options)


@pytest.mark.parametrize("accumulate", [1, 3])
def test_a_fault_of_one_amid_shared_batch_norms(accumulate):
    """Also in the first of several micro-batches: the others go on to the next ones."""
    words = {}

    def job(communicator):
        def spoil(images, generator):
            return np.full_like(images, np.nan) if communicator.rank == 1 else images

        trainer = ParallelTrainer(
            rich_net(), communicator=communicator, batch_size=5, progress=False, augment=spoil,
            sync_batch_norm=True, accumulate=accumulate,
        )  # fmt: skip
        before = bits(trainer.net)
        with pytest.raises(badak.BadakError) as fault:
            trainer.fit(corners(60))
        assert bits(trainer.net) == before
        words[communicator.rank] = str(fault.value)

    on_ranks(2, job)
    assert "worker 1: " in words[0]
    assert "NaN" in words[1]


class Growing(OneProcess):
    """Alone, or on its way to the others, until it regroups; others wait from some step on."""

    elastic = True

    def __init__(self, grown, wait_from):
        super().__init__()
        self.grown, self.rank, self.steps_left = grown, grown.rank, wait_from
        self.joining = grown.rank > 0
        grown.elastic = True

    @property
    def waiting(self):
        self.steps_left -= 1
        return int(self.steps_left < 0)

    def regroup(self):
        return self.grown


@pytest.mark.parametrize("wait_from", [0, 1])
def test_who_joins_waits_if_there_is_no_image_for_each(wait_from):
    """After two steps of 3, one of the 7 images is left."""

    def job(grown):
        trainer = ParallelTrainer(
            plain_net(), communicator=Growing(grown, wait_from), epochs=2, batch_size=3,
            progress=False,
        )  # fmt: skip
        trainer.fit(corners(7))
        return trainer

    ranks = on_ranks(2, job)
    first, second = (trainer.history.steps for trainer in ranks)
    assert [record[:3] for record in first] == [record[:3] for record in second]
    for epoch in (1, 2):
        assert sum(record.images for record in first if record.epoch == epoch) == 7
    assert [record.images for record in first] == ([3, 4, 7] if wait_from == 0 else [3, 3, 1, 7])
    # What was reached is of those that train now.
    assert [len(trainer.seconds) for trainer in ranks] == [2 - wait_from] * 2


def test_who_joins_after_an_epoch_finds_its_checkpoint(tmp_path):
    saved = []

    class Look(Callback):
        def on_step(self, trainer, record):
            if record.epoch == 2:
                saved.append(len(read_history(RunDirectory(tmp_path).checkpoint).epochs))

    def job(grown):
        trainer = ParallelTrainer(
            plain_net(), communicator=Growing(grown, 1), epochs=2, batch_size=5, progress=False,
            callbacks=[] if grown.rank else [Look()],
        )  # fmt: skip
        trainer.fit(corners(10), run_dir=tmp_path)

    on_ranks(2, job)
    assert saved == [1]
