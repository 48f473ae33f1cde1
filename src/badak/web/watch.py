"""Watched: a run that another process trains, as its files tell it.

A run writes its history, snapshots and checkpoint at the end of each epoch, and with
``--checkpoint-every`` within it; so its story goes on from checkpoint to checkpoint.
"""

import math
import threading
from pathlib import Path
from typing import Any

from badak import load
from badak.cli.config import RunConfig
from badak.cli.config_file import read_config
from badak.cli.words import how_to_resume
from badak.errors import BadakError
from badak.inspect import timeline
from badak.layers.walk import walk
from badak.training import History, RunDirectory, columns
from badak.training.best import best_epoch
from badak.training.history import EpochRecord, read_epochs, read_steps
from badak.training.run import Owner
from badak.web.channel import Channel
from badak.web.story import Story

POLL = 0.5  # seconds between two looks at the files


class Watched:
    """Reads the files of a run whenever they change, in a thread, until it is closed."""

    def __init__(self, run: RunDirectory) -> None:
        self.run = run
        self.channel = Channel(self._story())
        self._stamps: dict[Path, object] = {}
        self._gone = False
        self._history = History()
        self._config: RunConfig | None = None
        self._layers: list[dict[str, Any]] = []
        self._closed = threading.Event()
        self._read()
        threading.Thread(target=self._follow, daemon=True).start()

    def close(self) -> None:
        """Read no more."""
        self._closed.set()

    def _story(self) -> Story:
        return Story(self.run.path.name, "elsewhere", detail="epochs", path=self.run.path)

    def _follow(self) -> None:
        while not self._closed.wait(POLL):
            try:
                self._read()
            except Exception as fault:  # nobody would hear of it, and the page show this for ever
                words = f"its files can be followed no longer ({type(fault).__name__}: {fault})"
                self.channel.state("failed", f"{words}; load this page again to try once more")
                return

    def _read(self) -> None:
        """Tell what has changed; a file that cannot be read is tried again when it changes."""
        owner = self.run.owner  # first: what it wrote before it ended is read below
        begun = self._changed(self.run.config)
        if begun and self._gone:  # it is back, or another run has its name
            self._history = History()
            self.channel.start_again(self._story())
        self._gone = self._stamps[self.run.config] is None
        try:
            if begun:
                self._tell_begin(read_config(self.run))
            if self._changed(self.run.steps) | self._changed(self.run.history):
                steps, epochs = read_steps(self.run.steps), read_epochs(self.run.history)
                self._tell_history(History(steps, epochs))
            if self._changed(self.run.snapshots):
                self._tell_look()
        except (BadakError, OSError, LookupError):  # such as files that go while they are read
            pass
        self._tell_state(owner)

    def _changed(self, path: Path) -> bool:
        try:
            about = path.stat()
            stamp: object = about.st_ino, about.st_mtime_ns, about.st_size
        except OSError:
            stamp = None
        before = self._stamps.get(path)
        self._stamps[path] = stamp
        return stamp is not None and stamp != before

    def _tell_begin(self, config: RunConfig) -> None:
        size = min(config.batch_size or 1, config.train_images or 1)
        facts: dict[str, Any] = {
            "run": self.run.path.name,
            "epochs": config.epochs,
            "batch_count": math.ceil((config.train_images or 0) / size),
            "step": len(self._history.steps),
            "epoch": 0,
            "batch_size": size,
            "images": config.train_images or 0,
            "input": config.input_shape,
            "classes": config.class_names,
            "about": config.about(),
        }
        net = load(self.run.model) if self.run.model.exists() else config.network()
        facts["parameters"] = sum(array.size for array in net.parameters().values())
        self._layers = [
            {"name": visit.name, "kind": type(visit.layer).__name__, "shape": list(visit.output)}
            for visit in walk(net.layers, net.input_shape)
        ]
        self._config, self._history = config, History()
        for path in (self.run.history, self.run.snapshots):  # they are told again
            self._stamps.pop(path, None)
        empty = columns.steps([]) | columns.epochs([])
        self.channel.tell({"kind": "begin", **facts}, empty)

    def _tell_history(self, history: History) -> None:
        """Tell the steps and epochs that are new; if some have gone, another run has begun."""
        before, self._history = self._history, history
        if len(history.steps) < len(before.steps):
            self._stamps.clear()
            self.channel.start_again(self._story())
            return
        steps = history.steps[len(before.steps) :]
        if steps:
            facts = {"step": steps[-1].step, "epoch": steps[-1].epoch, "rate": None}
            self.channel.tell({"kind": "steps", **facts}, columns.steps(steps))
        for record in history.epochs[len(before.epochs) :]:
            self.channel.tell({"kind": "epoch", **record._asdict()})

    def _tell_look(self) -> None:
        """Tell the last snapshot: filters, maps of its first image, dead units, updates."""
        moments = timeline(self.run)
        moment, shown = moments[-1], {"image": moments.images[0]}
        arrays = {f"filters.{name}": filters for name, filters in moment.filters.items()}
        arrays |= {f"maps.{name}": maps[0] for name, maps in moment.maps.items()}
        layers = [
            {
                **layer,
                "filters": layer["name"] in moment.filters,
                "maps": layer["name"] in moment.maps,
                "dead": moment.dead.get(layer["name"]),
            }
            for layer in self._layers
        ]
        parameters = [
            {"name": name, "layer": name.rpartition(".")[0], "ratio": ratio}
            for name, ratio in moment.ratios.items()
        ]
        step = moment.step
        epoch = next((record.epoch for record in self._history.steps if record.step == step), 0)
        facts = {"step": step, "epoch": epoch, "layers": layers, "parameters": parameters}
        self.channel.tell({"kind": "look", **facts}, shown | arrays)

    def _tell_state(self, owner: Owner | None) -> None:
        story, epochs = self.channel.story, self._history.epochs
        state = "failed" if self._gone else state_of(owner, self._config, epochs)
        if state == story.state:
            return
        words = f"its files are gone: there is no {self.run.config} any more" if self._gone else ""
        if owner is not None and state == "died":
            words = f"process {owner.pid}, which trained it, was killed"
        if state in ("stopped", "died"):
            words = f"{words or 'it stopped'} after step {story.step} or later"
            words += f"; continue with: {how_to_resume(self.run.path)}"
        self.channel.state(state, words)


def state_of(owner: Owner | None, config: RunConfig | None, epochs: list[EpochRecord]) -> str:
    """What a run that this server does not train is doing, or how it ended."""
    if owner is not None and owner.alive:
        return "elsewhere"
    if config is not None and _complete(config, epochs):
        return "finished"
    return "stopped" if owner is None else "died"


def _complete(config: RunConfig, epochs: list[EpochRecord]) -> bool:
    best, patience = best_epoch(epochs), config.early_stopping
    early = best is not None and patience is not None and len(epochs) - best.epoch >= patience
    return early or len(epochs) >= config.epochs
