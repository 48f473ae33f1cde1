"""What training reports: callbacks, plain lines, the bar of a terminal."""

import re
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from badak import terminal
from badak.training import Callback, EpochRecord, Progress, StepRecord, Trainer
from training.test_trainer import number_net, numbered


class Told(Callback):
    """Records each call, with its name, in a list that several share."""

    def __init__(self, name: str, notes: list[tuple[str, ...]]) -> None:
        self.name, self.notes = name, notes

    def on_train_start(self, trainer: Trainer) -> None:
        self.notes.append((self.name, "start"))

    def on_step(self, trainer: Trainer, record: StepRecord) -> None:
        assert trainer.history.steps[-1] == record
        self.notes.append((self.name, f"step {record.step}"))

    def on_epoch_end(self, trainer: Trainer, record: EpochRecord) -> None:
        assert trainer.history.epochs[-1] == record
        self.notes.append((self.name, f"epoch {record.epoch}"))

    def on_train_end(self, trainer: Trainer) -> None:
        self.notes.append((self.name, "end"))


def test_callbacks_are_told_in_order() -> None:
    notes: list[tuple[str, ...]] = []
    callbacks = [Told("a", notes), Told("b", notes)]
    Trainer(number_net(), epochs=2, batch_size=3, callbacks=callbacks, progress=False).fit(
        numbered(5)
    )
    events = ["start", "step 1", "step 2", "epoch 1", "step 3", "step 4", "epoch 2", "end"]
    assert notes == [(name, event) for event in events for name in "ab"]


def test_the_end_is_told_after_a_fault_too() -> None:
    notes: list[tuple[str, ...]] = []

    class Breaks(Callback):
        def on_step(self, trainer: Trainer, record: StepRecord) -> None:
            raise RuntimeError("mine")

    trainer = Trainer(
        number_net(), batch_size=5, callbacks=[Told("a", notes), Breaks()], progress=False
    )
    with pytest.raises(RuntimeError, match=r"mine"):
        trainer.fit(numbered(5))
    assert notes == [("a", "start"), ("a", "step 1"), ("a", "end")]


def test_plain_lines_where_the_output_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    trainer = Trainer(number_net(), epochs=2, batch_size=3)
    trainer.fit(numbered(6), numbered(4))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    for line, record in zip(lines, trainer.history.epochs, strict=True):
        assert line.startswith(str(record))
        assert re.search(
            r"epoch +\d  step +\d+  train loss \d\.\d{4} accuracy \d\.\d{4}  "
            r"validation loss \d\.\d{4} accuracy \d\.\d{4}  [\d,]+ images/s$",
            line,
        )


def test_no_progress_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Trainer(number_net(), batch_size=6, progress=False).fit(numbered(6))
    assert capsys.readouterr().out == ""


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    screen = StringIO()
    console = Console(file=screen, force_terminal=True, width=140, color_system=None)
    monkeypatch.setattr(terminal, "console", lambda: console)
    return screen


def test_a_terminal_shows_loss_accuracy_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = on_a_terminal(monkeypatch)
    Trainer(number_net(), epochs=2, batch_size=3).fit(numbered(9), numbered(4))
    drawn = screen.getvalue()
    assert re.search(
        r"epoch 2/2 .*100% loss \d\.\d{4}  acc \d\.\d{3}  [\d,]+ img/s \d:\d\d:\d\d", drawn
    )
    assert drawn.count("validation loss") == 2
    assert "nan" not in drawn.rpartition("epoch 2/2")[2]


def test_the_bar_of_a_resumed_run_goes_on_where_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Otherwise the earlier steps would count as done in the first moment."""
    Trainer(number_net(), epochs=2, batch_size=3, max_steps=4, progress=False).fit(
        numbered(9), run_dir=tmp_path
    )
    on_a_terminal(monkeypatch)
    progress = Progress()
    started: list[float] = []

    class Looks(Callback):
        def on_step(self, trainer: Trainer, record: StepRecord) -> None:
            (task,) = progress._bar._bar.tasks
            started.extend(sample.completed for sample in task._progress)

    Trainer(
        number_net(), epochs=2, batch_size=3, callbacks=[progress, Looks()], progress=False
    ).fit(numbered(9), run_dir=tmp_path, resume=True)
    assert started
    assert set(started) == {1}
