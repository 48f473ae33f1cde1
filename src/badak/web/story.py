"""Story: all that a training has told so far, bounded, as the packets that a new page gets."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.page import pack
from badak.training import columns
from badak.training.history import EpochRecord

MOST = 4000  # rows of a table; if there are more, every second is dropped, and so on

Arrays = Mapping[str, NDArray[Any]]


class Table:
    """Rows of numbers by column, thinned out if there are very many.

    Args:
        empty: its columns, without a row.
        count: the column by which rows are counted, such as "step".

    Attributes:
        every: the count of the rows that are kept is a multiple of this.
    """

    def __init__(self, empty: Arrays, count: str) -> None:
        self._kinds = {name: column.dtype for name, column in empty.items()}
        self._count = count
        self.begin(empty)

    def begin(self, rows: Arrays, every: int = 1) -> None:
        """Have these rows alone."""
        self.every = every
        self._columns: dict[str, list[float]] = {name: [] for name in self._kinds}
        self.add(rows)

    def add(self, rows: Arrays) -> None:
        """Add rows."""
        kept = np.asarray(rows[self._count]) % self.every == 0
        for name, column in self._columns.items():
            column += np.asarray(rows[name])[kept].tolist()
        while len(self._columns[self._count]) > MOST:
            self.every *= 2
            self.begin(self.arrays(), self.every)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the columns."""
        return {name: np.array(self._columns[name], kind) for name, kind in self._kinds.items()}


class Story:
    """What a training told; `add` takes its packets.

    Args:
        run: the run's name.
        where: "here" if this server trains it, "elsewhere", or "nowhere" if there is none.
        command: the command line that does the same.
        detail: whether its steps come as they are made ("steps") or at each epoch ("epochs").
        path: of the run directory.

    Attributes:
        state: "starting", "running", "paused", "stopping", "finishing", "elsewhere", or an end:
            "finished", "stopped", "failed", "died"; "" of none.
        words: about the state, for the reader.
        lines: the last that its process printed, once it has ended.
        begin: the facts of "begin", once it was heard.
        step: the last that was made.
    """

    def __init__(
        self,
        run: str = "",
        where: str = "nowhere",
        command: str = "",
        detail: str = "steps",
        path: Path = Path(),
    ) -> None:
        self.run, self.where, self.command, self.detail = run, where, command, detail
        # A name that is not UTF-8 can be shown, not sent.
        self.path = str(path.absolute()).encode(errors="backslashreplace").decode()
        self.state, self.words, self.lines = "", "", list[str]()
        self.begin: dict[str, Any] | None = None
        self.step = 0
        self._steps = Table(columns.steps([]), "step")
        self._epochs = Table(columns.epochs([]), "epochs.epoch")
        self._look: bytes | None = None

    def add(self, facts: Mapping[str, Any], arrays: Arrays) -> bytes:
        """Take a packet's facts and arrays; return the packet."""
        kind, packet = facts["kind"], pack(facts, arrays)
        self.step = facts.get("step", self.step)
        if kind == "begin":
            self.begin, self._look = dict(facts), None
            self._steps.begin(arrays, facts.get("every", 1))
            self._epochs.begin(arrays)
        elif kind == "steps":
            self._steps.add(arrays)
        elif kind == "epoch":
            numbers: list[Any] = [facts[name] for name in EpochRecord._fields]
            numbers = [np.nan if number is None else number for number in numbers]
            self._epochs.add(columns.epochs([EpochRecord(*numbers)]))
        elif kind == "look":
            self._look = packet
        elif kind == "state":
            self.state, self.words = facts["state"], facts.get("words", "")
            self.lines = list(facts.get("lines", []))
        return packet

    def facts(self) -> dict[str, Any]:
        """What a page is told of it, without its numbers."""
        names = ("run", "path", "where", "state", "words", "lines", "step", "command")
        return {name: getattr(self, name) for name in names}

    def packets(self) -> list[bytes]:
        """The packet "story", and the last look if there was one."""
        more = {"kind": "story", "detail": self.detail, "begin": self.begin}
        facts = {**self.facts(), **more, "every": self._steps.every}
        story = pack(facts, self._steps.arrays() | self._epochs.arrays())
        return [story] if self._look is None else [story, self._look]
