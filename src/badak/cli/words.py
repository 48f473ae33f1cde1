"""The library's messages and warnings, with the names of command-line options."""

import re
import shlex
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from badak import launcher, terminal
from badak.languages import translated

DECODING = 5  # seconds between two messages of `Decoding`
# Advice, as in "skip_corrupt=True skips such images", but no part of a path or a call.
ASSIGNED = r"(?<![\w/\\.'\"(-])(\w+)=(True|[A-Z]+)(?![\w=/\\.])"
# The parameters that a message begins with, as in "image_size and skip_corrupt are for ...".
LEADING = r"(?:\w+(?:, | and ))*\w+(?= (?:must|is|are) )"


def in_options(words: str, command: click.Command | None = None) -> str:
    """Rewrite a message of the library with the options of the command that failed.

    The library names arguments as in Python. A name that begins the message becomes the command's
    option of that name, and so does advice such as ``name=True`` or ``name=VALUE`` anywhere in it;
    if only `badak train` or `badak export` has the option, that command is named too. Nothing else
    changes.

    Example:
        >>> from badak.cli.train import command as train
        >>> in_options("batch_size must be at least 1; got 0", train)
        '--batch-size must be at least 1; got 0'
        >>> in_options("a.png is damaged; skip_corrupt=True skips such images", train)
        'a.png is damaged; --skip-corrupt skips such images'
    """
    # Slow to load, and needed only for an error.
    from badak.cli.export import command as export
    from badak.cli.train import command as train

    if command is None:
        context = click.get_current_context(silent=True)
        command = context.command if context else train
    own = _options(command)
    others = {
        key: f"badak {name} {option}"
        for name, other in (("export", export), ("train", train))
        for key, option in _options(other).items()
    }

    def assigned(match: re.Match[str]) -> str:
        name, value = match.groups()
        if name not in own | others:
            return match[0]
        option = (others | own)[name] + ("" if value == "True" else f" {value}")
        return option if name in own else f"`{option}`"

    words = re.sub(ASSIGNED, assigned, words)
    if leading := re.match(LEADING, words):
        names = re.sub(r"\w+", lambda name: own.get(name[0], name[0]), leading[0])
        words = names + words[leading.end() :]
    return words


def _options(command: click.Command) -> dict[str, str]:
    """The long form of each option, by the name that Python has for it."""
    return {
        param.name: max(param.opts, key=len)
        for param in command.params
        if isinstance(param, click.Option) and param.name
    }


def follows() -> bool:
    """Whether this is one of the processes that MPI started, and another one speaks for all."""
    return launcher.world_size() > 1 and launcher.rank() > 0


def say(words: str, err: bool = False) -> None:
    """Print a message in the language in use; control characters in names are shown, not sent."""
    if follows():
        return
    click.echo(terminal.printable(translated(words)), err=err)


class Decoding:
    """Says every few seconds how many images of a folder are decoded; nothing if it is fast."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Take note that `done` of `total` images are decoded."""
        if time.monotonic() - self._told > DECODING:
            self._told = time.monotonic()
            say(f"decoding the images, once: {done:,} of {total:,}", err=True)


@contextmanager
def cautions() -> Iterator[None]:
    """Show each warning of the library in one line on standard error, and only once."""
    shown = set()

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        words = in_options(" ".join(str(message).split()))
        if words not in shown:
            shown.add(words)
            say(f"Caution: {words}", err=True)

    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = show
        yield


def how_to_resume(run: Path) -> str:
    """The command that continues a run, in a line that can be pasted.

    Example:
        >>> how_to_resume(Path("my runs/a"))
        "badak train --run-dir 'my runs/a' --resume"
    """
    return f"badak train --run-dir {shlex.quote(str(run))} --resume"


def next_steps(run: Path) -> str:
    """What to do with a run that is there, in a line that can be pasted.

    Example:
        >>> next_steps(Path("my runs/a"))
        "next: badak predict 'my runs/a' IMAGE    badak inspect 'my runs/a'"
    """
    place = shlex.quote(str(run))
    return f"next: badak predict {place} IMAGE    badak inspect {place}"
