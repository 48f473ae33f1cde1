"""Job: a `badak train` that this server started, in a process of its own."""

import base64
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import IO, Any

from badak.arrays import Array
from badak.cli.chosen import words_of
from badak.cli.words import how_to_resume
from badak.errors import FormatError
from badak.page import unpack
from badak.page.frames import read_frames
from badak.terminal import printable
from badak.training import RunDirectory
from badak.web.channel import Channel
from badak.web.story import Story

LINES = 20  # of what the process printed
NICE = 5  # so that pages are answered while it trains
PRINTED = 2  # seconds to wait for its last lines
ALIVE = ("starting", "running", "paused", "stopping", "finishing")
STOPPED = tuple(128 + int(number) for number in (1, 2, 13, 15))  # by signals that end in order


class Job:
    """A training process; its channel tells what it does, and how it ends.

    It runs in a session of its own, so Ctrl-C in the server's terminal does not reach it. If the
    server dies, it stops with a checkpoint.

    Args:
        words: the arguments of `badak train`.
        run: its run directory.
        claim: what keeps the directory, closed when the process has ended.
    """

    def __init__(self, words: Sequence[str], run: RunDirectory, claim: ExitStack) -> None:
        self.run, self._claim = run, claim
        self._image, self._lines = "", deque[str](maxlen=LINES)
        self._stopped, self._ended = threading.Event(), threading.Event()
        packets, write = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "badak", "train", *words, *words_of({"live": write})],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[write],
                start_new_session=True,
            )
        except BaseException:
            os.close(packets)
            raise
        finally:
            os.close(write)
        with suppress(OSError):  # where nobody may do that, the page is slower
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICE)
        self._sender = Sender(self._process.stdin)
        command = shlex.join(["badak", "train", *words])
        self.channel = Channel(
            Story(run.path.name, "here", command, path=run.path), self._watch_begins
        )
        self.channel.state("starting")
        self._printer = threading.Thread(target=self._print, daemon=True)
        self._printer.start()
        threading.Thread(target=self._follow, args=[packets], daemon=True).start()

    @property
    def state(self) -> str:
        """What it does, or how it ended."""
        return self.channel.story.state

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def control(self, do: str) -> None:
        """Pause, resume, make one step, or stop."""
        if do == "stop":
            self.stop()
        else:
            self._sender.send({"do": do})

    def stop(self) -> None:
        """Ask it to finish its step, write a checkpoint and end."""
        if self.state not in ("starting", "running", "paused"):
            return
        begun = self.channel.story.begin is not None
        self._stopped.set()
        self.channel.state("stopping")
        if begun:
            self._sender.send({"do": "stop"})
        else:  # it may load or download images, and reads no commands yet
            self._process.terminate()

    def watch(self, image: Array | None) -> None:
        """Show the maps of an image, (C*H*W,); of the first test image if None."""
        self._image = (
            "" if image is None else base64.b64encode(image.astype("<f4").tobytes()).decode()
        )
        if self.channel.is_heard:
            self._sender.watch(self._image)

    def wait(self, seconds: float) -> bool:
        """Wait for its end, at most so long; whether it has ended."""
        return self._ended.wait(seconds)

    def kill(self) -> None:
        """End its process at once; its last checkpoint stays."""
        self._process.kill()

    def _watch_begins(self, watched: bool) -> None:
        self._sender.watch(self._image if watched else None)

    def _print(self) -> None:
        with self._process.stdout as stream:  # type: ignore[union-attr]  # it is a pipe
            for line in stream:
                self._lines.append(printable(line.decode(errors="replace").rstrip())[:500])

    def _follow(self, packets: int) -> None:
        """Hand on what the process tells, until it ends."""
        with os.fdopen(packets, "rb") as stream, suppress(FormatError):
            for packet in read_frames(stream):
                facts, arrays = unpack(packet)
                if facts["kind"] == "begin":
                    self.channel.tell({**facts, "run": self.run.path.name}, arrays)
                    self._begun()
                elif not (self._stopped.is_set() and facts["kind"] == "state"):
                    self.channel.tell(facts, arrays)
        code = self._process.wait()
        self._printer.join(PRINTED)
        self._sender.close()
        self._claim.close()
        self.channel.state(*self._end(code), list(self._lines))
        self._ended.set()

    def _begun(self) -> None:
        if self._stopped.is_set():  # it was asked to when it could not hear yet
            self._sender.send({"do": "stop"})
        else:
            self.channel.state("running")

    def _end(self, code: int) -> tuple[str, str]:
        """How it ended, and words about it."""
        last = self._lines[-1] if self._lines else ""
        if code == 0:
            return "finished", ""
        if code in STOPPED:
            return "stopped", last
        if code < 0 and self._stopped.is_set():
            return "stopped", f"stopped {self._position()}"
        if code < 0:
            name = signal.Signals(-code).name if -code in set(signal.Signals) else "unknown"
            return "died", f"the training process was killed by signal {-code} ({name}) " + (
                self._position()
            )
        for line in reversed(self._lines):
            if line.startswith("Error: "):
                return "failed", line.removeprefix("Error: ")
        return "failed", f"the training process ended with exit code {code}: {last}"

    def _position(self) -> str:
        step = self.channel.story.step
        if not self.run.checkpoint.exists():
            return f"after step {step}, before its first checkpoint"
        again = how_to_resume(self.run.path)
        return f"after step {step}; continue from its last checkpoint with: {again}"


class Sender:
    """Writes commands to a process, in a thread: one that does not read keeps nobody waiting."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        self._pipe = pipe
        self._changed = threading.Condition()
        self._waiting: list[dict[str, Any]] = []
        self._closed = False
        threading.Thread(target=self._write, daemon=True).start()

    def send(self, command: dict[str, Any]) -> None:
        """Write a command after those that wait."""
        with self._changed:
            self._waiting.append(command)
            self._changed.notify()

    def watch(self, image: str | None) -> None:
        """Say which image is watched; one that still waits is replaced."""
        with self._changed:
            self._waiting = [command for command in self._waiting if "watch" not in command]
            self._waiting.append({"watch": image})
            self._changed.notify()

    def close(self) -> None:
        """Write no more."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _write(self) -> None:
        with suppress(OSError), self._pipe as pipe:  # type: ignore[union-attr]  # it is one
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._waiting or self._closed)
                    if self._closed:
                        return
                    command = self._waiting.pop(0)
                pipe.write(json.dumps(command).encode() + b"\n")
                pipe.flush()
