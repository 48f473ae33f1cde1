"""Signals during training: the first stops it after the step, the second at once."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from badak.training import Callback, EpochRecord, Interrupted, RunDirectory, Trainer
from badak.training.interruption import BROKEN_PIPE, CAUGHT, HANG_UP
from training.tasks import corners, plain_net


class Sends(Callback):
    """Sends signals to this process: at a step, or during the evaluation after an epoch."""

    def __init__(self, *numbers: int, step: int = 0, epoch: int = 0) -> None:
        self.numbers, self.step, self.epoch = numbers, step, epoch
        self.survived = 0

    def send(self) -> None:
        for number in self.numbers:
            os.kill(os.getpid(), number)
            self.survived += 1

    def on_step(self, trainer: Trainer, record: Any) -> None:
        if record.step == self.step:
            self.send()

    def on_epoch_end(self, trainer: Trainer, record: EpochRecord) -> None:
        if record.epoch == self.epoch:
            self.send()


def fit(folder: Path | None, *callbacks: Callback) -> Trainer:
    trainer = Trainer(plain_net(), epochs=3, batch_size=11, callbacks=callbacks, progress=False)
    trainer.fit(corners(), run_dir=folder)
    return trainer


@pytest.mark.parametrize("number", CAUGHT)
def test_a_signal_is_heeded_after_its_step(tmp_path: Path, number: int) -> None:
    before = signal.getsignal(number)
    with pytest.raises(Interrupted, match=signal.Signals(number).name) as caught:
        fit(tmp_path, Sends(number, step=6))
    assert caught.value.signal == number
    assert RunDirectory(tmp_path).steps.read_text().count("\n") == 1 + 6
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("epoch", [1, 3])
def test_a_signal_that_came_while_we_measured_is_heeded_before_the_next_step(
    tmp_path: Path, epoch: int
) -> None:
    with pytest.raises(Interrupted):
        fit(tmp_path, Sends(signal.SIGTERM, epoch=epoch))
    run = RunDirectory(tmp_path)
    assert run.steps.read_text().count("\n") == 1 + 4 * epoch
    assert run.history.read_text().count("\n") == 1 + epoch


def test_the_second_ctrl_c_acts_at_once(tmp_path: Path) -> None:
    sends = Sends(signal.SIGINT, signal.SIGINT, step=6)
    with pytest.raises(KeyboardInterrupt) as caught:
        fit(tmp_path, sends)
    assert not isinstance(caught.value, Interrupted)
    assert sends.survived == 1
    assert RunDirectory(tmp_path).steps.read_text().count("\n") == 1 + 4  # in the first epoch


def test_the_second_sigterm_acts_at_once() -> None:
    """After the first signal the previous handler is restored."""
    came = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: came.append(number))
    try:
        with pytest.raises(Interrupted, match="SIGTERM"):
            fit(None, Sends(signal.SIGTERM, signal.SIGTERM, step=2))
    finally:
        signal.signal(signal.SIGTERM, before)
    assert came == [signal.SIGTERM]


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM, HANG_UP])
@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM, HANG_UP])
def test_what_a_closing_session_sends_leaves_time_for_the_checkpoint(
    tmp_path: Path, first: int, second: int
) -> None:
    """A shell and the kernel both send SIGHUP; systemd sends SIGTERM and then SIGHUP."""
    if first == second != HANG_UP:
        pytest.skip("this is how a person insists")
    came = []
    before = {number: signal.signal(number, lambda *_: came.append(1)) for number in CAUGHT}
    try:
        with pytest.raises(Interrupted):
            fit(tmp_path, Sends(first, second, step=6))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert not came
    assert RunDirectory(tmp_path).steps.read_text().count("\n") == 1 + 6


@pytest.mark.parametrize("number", CAUGHT)
def test_what_is_ignored_stays_ignored(number: int) -> None:
    """nohup does so, and so does a script's shell for programs that it starts with &."""
    before = signal.signal(number, signal.SIG_IGN)
    try:
        assert len(fit(None, Sends(number, step=2)).history.steps) == 12
    finally:
        signal.signal(number, before)


def test_a_closed_pipe_stops_the_training_with_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: Any, **__: Any) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("builtins.print", closed)
    trainer = Trainer(plain_net(), epochs=3, batch_size=11)
    with pytest.raises(Interrupted, match="nothing reads the output") as caught:
        trainer.fit(corners(), run_dir=tmp_path)
    assert caught.value.signal == BROKEN_PIPE
    assert RunDirectory(tmp_path).steps.read_text().count("\n") == 1 + 4


def test_a_callback_may_stop_the_training() -> None:
    class Enough(Callback):
        def on_step(self, trainer: Trainer, record: Any) -> None:
            if record.step == 3:
                trainer.stop()

    trainer = Trainer(plain_net(), batch_size=11, callbacks=[Enough()], progress=False)
    with pytest.raises(Interrupted, match="SIGTERM"):
        trainer.fit(corners())
    assert len(trainer.history.steps) == 3
    trainer.callbacks.clear()
    assert len(trainer.fit(corners()).epochs) == 20
