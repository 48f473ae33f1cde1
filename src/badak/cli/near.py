"""What was meant by a run directory that is none: the runs that lie near it."""

from pathlib import Path

from badak.errors import nearest_word

RUNS = Path("runs")  # where `badak train` puts those without a name


def near_run(path: Path) -> str:
    """Return the question which run was meant, or nothing if none lies near.

    Args:
        path: what is no run: a folder of runs, or a misspelt one.

    Returns:
        The question; it names the run most alike among its neighbours and those in runs/.

    Example:
        >>> near_run(Path("/nowhere/run"))
        ''
    """
    inside = _runs(path)
    if inside:
        more = f", one of {len(inside)} in it" if len(inside) > 1 else ""
        return f"did you mean {str(inside[0])!r}{more}?"
    # The later of two that share a name wins: the neighbour.
    known = {run.name: str(run) for run in (*_runs(RUNS), *_runs(path.parent))}
    name = nearest_word(path.name, known)
    return f"did you mean {known[name]!r}?" if name else ""


def _runs(folder: Path) -> list[Path]:
    """The run directories in a folder, in the order of their names."""
    try:
        return sorted(entry.parent for entry in folder.glob("*/config.toml"))
    except (OSError, ValueError):  # what cannot be looked into holds no help
        return []
