"""The runs of the runs folder, as `badak runs` lists them."""

from typing import Any

from badak.cli.runs import Found, found_in
from badak.inspect.explore import Answer
from badak.web.session import RUN, Session

MOST = 500  # runs of an answer


def runs(session: Session) -> Answer:
    """List the runs, the best of each data set first.

    Args:
        session: what is open.

    Returns:
        facts ``folder``, ``runs``, at most 500 of the ``total``, and ``left_out``: what is wrong
        with folders that cannot be read. A run's ``accuracy`` is that of its best epoch, None if no
        epoch has ended; ``bytes`` of its model file is 0 if it has none yet; ``changed`` is in
        seconds since 1970.
    """
    found, left_out = found_in(session.runs_dir)
    return Answer(
        {
            "folder": str(session.runs_dir),
            "runs": [_row(run) for run in found[:MOST]],
            "total": len(found),
            "left_out": left_out[:MOST],
        }
    )


def _row(run: Found) -> dict[str, Any]:
    best = run.best
    return {
        "network": RUN + run.path.name,
        "name": run.path.name,
        "data": run.config.data_name,
        "model": run.config.model_name,
        "input": list(run.config.input_shape),
        "classes": len(run.config.class_names),
        "epochs": len(run.epochs),
        "of": run.config.epochs,
        "best": best.epoch if best else None,
        "accuracy": best.validation_accuracy if best else None,
        "bytes": run.size,
        "changed": run.changed,
    }
