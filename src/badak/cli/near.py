"""Which run the user meant by a path that is not a run directory."""

from pathlib import Path

from badak.errors import nearest_word

RUNS = Path("runs")  # where `badak train` puts runs without --run-dir


def near_run(path: Path) -> str:
    """Return a question that names the run that was probably meant, or nothing.

    It names a run in the folder, or the run of the most similar name beside it or in runs/.

    Example:
        >>> near_run(Path("/nowhere/run"))
        ''
    """
    inside = _runs(path)
    if inside:
        more = f", one of {len(inside)} in it" if len(inside) > 1 else ""
        return f"did you mean {str(inside[0])!r}{more}?"
    # If two runs share a name, the neighbour wins.
    known = {run.name: str(run) for run in (*_runs(RUNS), *_runs(path.parent))}
    name = nearest_word(path.name, known)
    return f"did you mean {known[name]!r}?" if name else ""


def _runs(folder: Path) -> list[Path]:
    """The run directories in a folder, in the order of their names."""
    try:
        return sorted(entry.parent for entry in folder.glob("*/config.toml"))
    except (OSError, ValueError):  # a folder that cannot be listed
        return []
