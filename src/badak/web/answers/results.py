"""Results: how well a network does on its test images, and which images are behind each number.

Letters: N images, K classes, B bins of confidence, M images of an answer.
"""

from typing import Any

import numpy as np

from badak import checks, inspect
from badak.errors import BadakError
from badak.inspect.explore import Answer
from badak.training.best import best_epoch
from badak.training.checkpoint import read_history
from badak.web.answers.judging import gallery, judge, waiting
from badak.web.evaluations import Progress
from badak.web.networks import OpenNetwork
from badak.web.session import Session

MOST_CLASSES = 2000  # a confusion matrix has 4 bytes for each pair of classes
TOP = 5  # of fewer classes than these and one more, "among the first five" says little


def results(session: Session, *, network: str = "", images: str = "") -> Answer:
    """Measure a network on its test images; all numbers are those of `badak.inspect`.

    Args:
        session: what is open.
        network: its id; "" is the one that the session began with.
        images: id of a network whose test images are used; the network's own if "".

    Returns:
        facts ``ready``; if it is False, ``done`` of ``total`` images are predicted: ask again.
        Arrays: confusion (K, K); right, support, precision, recall, f1, low and high (K,); and
        edges (B + 1,), counts, confidence and correct (B,) of the reliability diagram.

    Raises:
        BadakError: no such network, no test images, images that do not fit, or too many classes.
    """
    judged = judge(session, network, images)
    if isinstance(judged, Progress):
        return waiting(judged)
    found = judged.predictions
    k = len(found.class_names)
    if k > MOST_CLASSES:
        raise BadakError(
            f"the page shows results of at most {MOST_CLASSES:,} classes; the network has {k:,}: "
            "use badak evaluate"
        )
    of, classes = inspect.metrics(found), inspect.per_class_accuracy(found)
    bins = inspect.reliability(found)
    facts = {
        "ready": True,
        "data": judged.data.name,
        "best": _best(session.network(network)),
        "classes": list(found.class_names),
        "images": len(found),
        "total": len(judged.data),
        "wrong": int(found.wrong.sum()),
        "accuracy": of.accuracy,
        "interval": of.interval,
        "macro_precision": of.macro_precision,
        "macro_recall": of.macro_recall,
        "macro_f1": of.macro_f1,
        "f1_interval": of.f1_interval,
        "top": inspect.top_k_accuracy(found, k=TOP) if k > TOP else None,
        "calibration_error": bins.error,
        "mean_confidence": bins.mean_confidence,
    }
    arrays = {
        "confusion": inspect.confusion_matrix(found).counts,
        "right": classes.right,
        "low": classes.low,
        "high": classes.high,
        "support": of.support,
        "precision": of.precision,
        "recall": of.recall,
        "f1": of.f1,
        "edges": bins.edges,
        "counts": bins.counts,
        "confidence": bins.confidence,
        "correct": bins.accuracy,
    }
    return Answer(facts, arrays)


def _best(network: OpenNetwork) -> dict[str, Any] | None:
    """The epoch whose weights a run's network has, and the images that chose it."""
    if network.opened is None:
        return None
    run = network.opened.run
    if not run.best.exists() or not run.checkpoint.exists():
        return None
    epochs = read_history(run.checkpoint).epochs
    best = best_epoch(epochs)
    if best is None:
        return None
    on = network.opened.config.choosing
    return {"epoch": best.epoch, "epochs": len(epochs), "on": on}


def cell(
    session: Session,
    *,
    network: str = "",
    images: str = "",
    truth: int | None = None,
    predicted: int | None = None,
    start: int = 0,
    count: int = 24,
) -> Answer:
    """Return images of a cell of the confusion matrix, of a row, or of a column.

    The surest answers come first; in a cell where all are right, the least sure.

    Args:
        session: what is open.
        network: as for `results`.
        images: as for `results`.
        truth: the images' class; any if None.
        predicted: the answer; any if None.
        start: how many images to pass over.
        count: how many images to return, at most 48.

    Returns:
        see `gallery`.
    """
    judged = judge(session, network, images)
    if isinstance(judged, Progress):
        return waiting(judged)
    found = judged.predictions
    inside = np.ones(len(found), bool)
    for label, name, classes in (
        (truth, "truth", found.labels),
        (predicted, "predicted", found.predicted),
    ):
        if label is not None:
            checks.integer(label, name, maximum=len(found.class_names) - 1)
            inside &= classes == label
    rows = found.surest(inside)
    right = truth is not None and truth == predicted
    return gallery(judged, rows[::-1] if right else rows, start, count)


def mistakes(
    session: Session, *, network: str = "", images: str = "", start: int = 0, count: int = 24
) -> Answer:
    """Return wrong answers, the surest first, as `inspect.misclassified` orders them.

    Args:
        session: what is open.
        network: as for `results`.
        images: as for `results`.
        start: how many images to pass over.
        count: how many images to return, at most 48.

    Returns:
        see `gallery`.
    """
    judged = judge(session, network, images)
    if isinstance(judged, Progress):
        return waiting(judged)
    return gallery(judged, judged.predictions.surest(judged.predictions.wrong), start, count)
