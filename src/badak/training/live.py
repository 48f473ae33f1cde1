"""Live: tells a page what a training does, and takes its commands."""

import base64
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array
from badak.page.frames import write_frame
from badak.page.packet import pack
from badak.training import columns, measures
from badak.training.callbacks import Callback
from badak.training.commands import Commands
from badak.training.history import EpochRecord, StepRecord
from badak.training.look import look
from badak.training.running import Running

STEPS_EVERY = 0.1  # seconds between two packets of steps
LOOK_EVERY = 1.0  # seconds between two looks; if they are expensive, longer:
LOOK_SHARE = 0.05  # of the time may be spent in looks
WAIT = 0.2  # seconds between two checks for a signal in a pause
MAX_STEPS = 4000  # of a resumed run's history

Arrays = dict[str, NDArray[Any]]


class Live(Callback):
    """Writes packets to a descriptor while a training runs; `badak serve` reads them.

    They are `badak.page.packet`'s, each after its length; their fact ``kind`` is "begin", "steps",
    "epoch", "look" (only while somebody watches) or "state". Nothing of the training's numbers
    depends on it. If nothing reads the packets any more, the training goes on without them; the end
    of the commands stops it, with a checkpoint. A reader that is slow makes it wait.

    Args:
        out: descriptor for packets.
        commands: descriptor of a pipe of commands, see `Commands`.
        about: more facts for the packet "begin".
    """

    def __init__(self, out: int, commands: int, about: Mapping[str, Any] | None = None) -> None:
        self._out: int | None = out
        self._descriptor, self._about = commands, dict(about or {})

    def on_train_start(self, trainer: Running) -> None:
        """Tell what begins, with the history of a resumed run; listen to commands from now on."""
        self._commands = Commands(self._descriptor)
        self._looked, self._seen = -1, 0  # a step, and how many watches there were
        self._next_look = self._since = self._sent = time.perf_counter()
        self._before: tuple[int, dict[str, Array]] = (-1, {})
        history, net = trainer.history, trainer.net
        self._told = len(history.steps)
        facts = {
            "epochs": trainer.epochs,
            "batch_count": trainer.batch_count,
            "step": self._told,
            "epoch": len(history.epochs),
            "every": -(-self._told // MAX_STEPS) or 1,
            "input": net.input_shape,
            "parameters": sum(array.size for array in net.parameters().values()),
            "classes": trainer.measured[0].class_names,
            **self._about,
        }
        steps = [record for record in history.steps if record.step % facts["every"] == 0]
        self._tell("begin", facts, columns.steps(steps) | columns.epochs(history.epochs))
        self._obey(trainer)

    def on_step(self, trainer: Running, record: StepRecord) -> None:
        """Tell the steps of the last tenth of a second, look, and obey."""
        now = time.perf_counter()
        if now - self._sent >= STEPS_EVERY:
            self._tell_steps(trainer, now)
        due = self._before[0] == record.step - 1 and self._commands.watched is not None
        if due and not self._commands.holding:  # or else in the pause
            self._look(trainer)
        self._obey(trainer)

    def on_epoch_end(self, trainer: Running, record: EpochRecord) -> None:
        """Tell what was measured."""
        self._tell_steps(trainer, time.perf_counter())
        self._tell("epoch", record._asdict())
        self._since = time.perf_counter()
        self._stop_if_asked(trainer)

    def on_train_end(self, trainer: Running) -> None:
        """Tell the last steps; whoever started the process sees how it ends."""
        self._tell_steps(trainer, time.perf_counter())
        state = "stopping" if trainer.stopping else "finishing"
        self._tell("state", {"state": state, "step": self._told})

    def _obey(self, trainer: Running) -> None:
        """Stop or pause if that was asked for; then prepare the next step."""
        self._stop_if_asked(trainer)
        commands = self._commands
        if commands.holding:
            self._hold(trainer)
            self._since = time.perf_counter()
        commands.take_step()
        due = commands.watches != self._seen or time.perf_counter() >= self._next_look
        if commands.watched is not None and (due or commands.paused):
            step = len(trainer.history.steps)
            self._before = step, measures.copied(measures.weights(trainer.net))

    def _hold(self, trainer: Running) -> None:
        """Wait until the training may go on, and look at each image that is watched meanwhile."""
        commands, step = self._commands, len(trainer.history.steps)
        self._tell_steps(trainer, time.perf_counter())
        self._tell("state", {"state": "paused", "step": step})
        self._look_if_new(trainer)
        while commands.holding and not trainer.stopping:
            commands.wait(WAIT)
            self._look_if_new(trainer)
        if not commands.paused:
            self._tell("state", {"state": "running", "step": step})
        self._stop_if_asked(trainer)

    def _stop_if_asked(self, trainer: Running) -> None:
        if self._commands.stop is not None and not trainer.stopping:
            trainer.stop(self._commands.stop)

    def _look_if_new(self, trainer: Running) -> None:
        step, commands = len(trainer.history.steps), self._commands
        new = self._looked != step or commands.watches != self._seen
        if commands.watched is not None and new:
            self._look(trainer)

    def _look(self, trainer: Running) -> None:
        begun, step = time.perf_counter(), len(trainer.history.steps)
        self._looked, self._seen = step, self._commands.watches
        probed = trainer.measured[-1][: measures.PROBED]
        image = _image(self._commands.watched, trainer.net.input_shape)
        known, before = self._before
        facts, arrays = look(
            trainer.net,
            probed.images[:1][0] if image is None else image,
            probed,
            before if known == step - 1 else {},
        )
        epoch = trainer.history.steps[-1].epoch if step else 0
        self._tell("look", {"step": step, "epoch": epoch, **facts}, arrays)
        now = time.perf_counter()
        self._next_look = now + max(LOOK_EVERY, (now - begun) / LOOK_SHARE)
        self._since += now - begun

    def _tell_steps(self, trainer: Running, now: float) -> None:
        """Tell the steps since the last time, if there are any."""
        self._sent = now
        records = trainer.history.steps[self._told :]
        if not records:
            return
        self._told += len(records)
        rate = sum(record.images for record in records) / max(now - self._since, 1e-9)
        self._since = now
        last = records[-1]
        facts = {"step": last.step, "epoch": last.epoch, "rate": rate}
        self._tell("steps", facts, columns.steps(records))

    def _tell(self, kind: str, facts: Mapping[str, Any], arrays: Arrays | None = None) -> None:
        if self._out is None:
            return
        try:
            write_frame(self._out, pack({"kind": kind, **facts}, arrays))
        except BrokenPipeError:
            self._out = None


def _image(text: str | None, shape: tuple[int, ...]) -> Array | None:
    """Return the image (C, H, W) of a command; None if it is none that the network takes."""
    try:
        flat = np.frombuffer(base64.b64decode(text or "", validate=True), "<f4")
        image = flat.reshape(shape)
    except ValueError:
        return None
    return image if np.isfinite(image).all() else None
