"""What the user meant: a run by a path that is none, or one of many names by a misspelt one."""

import tomllib
from collections.abc import Callable, Collection
from pathlib import Path

import click

from badak import files
from badak.errors import did_you_mean, nearest_word, shown

RUNS = Path("runs")  # where `badak train` puts runs without --run-dir
MAX_SIZE = 2**20  # bytes of a sweep's best.toml


def one_of(known: Collection[str]) -> Callable[[str], str]:
    """Return an option's type: one of many names; a misspelt one is answered by the most similar.

    Example:
        >>> one_of(["simple", "mobilenet-v2"])("mobilenetv2")
        Traceback (most recent call last):
        click.exceptions.BadParameter: 'mobilenetv2' is unknown: did you mean 'mobilenet-v2'?
    """

    def name(word: str) -> str:
        if word not in known:
            hint = did_you_mean(word, known) or f": expected one of {', '.join(known)}"
            raise click.BadParameter(f"{shown(word)} is unknown{hint}")
        return word

    return name


def near_run(path: Path) -> str:
    """Return a question that names the run that was probably meant, or nothing.

    It names a run in the folder, of a sweep's the best, or the run of the most similar name beside
    it or in runs/.

    Example:
        >>> near_run(Path("/nowhere/run"))
        ''
    """
    inside = runs_in(path)
    if inside:
        best = _best_trial(path)
        if best in inside:
            return f"did you mean {str(best)!r}, the best of {len(inside)} trials in it?"
        more = f", one of {len(inside)} in it" if len(inside) > 1 else ""
        return f"did you mean {str(inside[0])!r}{more}?"
    # If two runs share a name, the neighbour wins.
    known = {run.name: str(run) for run in (*runs_in(RUNS), *runs_in(path.parent))}
    name = nearest_word(path.name, known)
    return f"did you mean {known[name]!r}?" if name else ""


def _best_trial(folder: Path) -> Path | None:
    """The best trial, if the folder is that of a sweep that has ended."""
    try:
        content = files.read(folder / "best.toml", MAX_SIZE)
        name: str = tomllib.loads(content.decode("utf-8"))["trial"]
        return folder / name
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def runs_in(folder: Path) -> list[Path]:
    """The run directories in a folder, in the order of their names."""
    try:
        return sorted(entry.parent for entry in folder.glob("*/config.toml"))
    except (OSError, ValueError):  # a folder that cannot be listed
        return []
