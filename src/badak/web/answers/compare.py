"""Two networks side by side on the same test images.

Letters: E epochs.
"""

from typing import Any, Literal

import numpy as np

from badak import inspect, num_threads
from badak.arrays import Array
from badak.errors import BadakError
from badak.inspect.explore import Answer
from badak.web.answers.judging import gallery, judge, waiting
from badak.web.evaluations import Judged, Progress
from badak.web.networks import DIGITS, OpenNetwork
from badak.web.session import Session

COMPARED = 32  # images that are compared, to see whether two sets are the same
CURVES = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


def compare(session: Session, *, first: str = "", second: str = "", images: str = "") -> Answer:
    """Set two networks side by side; all numbers are those of `badak.inspect`.

    Args:
        session: what is open.
        first: a network's id; "" is the one that the session began with.
        second: another's.
        images: id of a network whose test images are used; the first's own, or the second's, if "".

    Returns:
        facts ``ready``; if it is False, ``done`` of ``total`` images are predicted: ask again.
        ``sides``, and how often they disagree. Arrays of each side that is a run: "0.epochs",
        "0.train_loss", ... and "1.epochs", ..., each (E,), NaN where nothing was measured.

    Raises:
        BadakError: no such network, or not the same images and classes.
    """
    both = _both(session, first, second, images)
    if isinstance(both, Progress):
        return waiting(both)
    disagree = inspect.compare(both[0].predictions, both[1].predictions)
    opened = [session.network(first), session.network(second)]
    facts = {
        "ready": True,
        "data": both[0].data.name,
        "classes": list(both[0].data.class_names),
        "source": images or next(one.id for one in opened if one.subject.load is not None),
        "images": len(both[0].predictions),
        "total": len(both[0].data),
        "sides": [_side(*side) for side in zip(opened, both, strict=True)],
        "only_first": len(disagree.only_first),
        "only_second": len(disagree.only_second),
        "both_right": disagree.both_right,
        "both_wrong": disagree.both_wrong,
        "p_value": disagree.p_value,
    }
    arrays: dict[str, Array] = {}
    for side, network in enumerate(opened):
        arrays |= {f"{side}.{name}": array for name, array in _curve(network).items()}
    return Answer(facts, arrays)


def disagreements(
    session: Session,
    *,
    first: str = "",
    second: str = "",
    images: str = "",
    right: Literal["first", "second"] = "first",
    start: int = 0,
    count: int = 24,
) -> Answer:
    """Return images that only one of two networks classifies correctly.

    Those come first on which the other is surest of its mistake.

    Args:
        session: what is open.
        first: as for `compare`.
        second: as for `compare`.
        images: as for `compare`.
        right: which of the two is right.
        start: how many images to pass over.
        count: how many images to return, at most 48.

    Returns:
        see `gallery`; what was ``predicted`` is the mistake of the other network.
    """
    both = _both(session, first, second, images)
    if isinstance(both, Progress):
        return waiting(both)
    disagree = inspect.compare(both[0].predictions, both[1].predictions)
    places = disagree.only_first if right == "first" else disagree.only_second
    wrong = both[1] if right == "first" else both[0]
    inside = np.zeros(len(wrong.predictions), bool)
    inside[places] = True
    return gallery(wrong, wrong.predictions.surest(inside), start, count)


def speed(session: Session, *, network: str = "") -> Answer:
    """Time a network on one image at a time, on the server's machine.

    The images are random numbers: what they show does not change the work.

    Args:
        session: what is open.
        network: its id.

    Returns:
        facts ``median``, ``low`` and ``high`` in seconds, ``rounds``, and ``threads``.
    """
    net = session.network(network).subject.net
    images = np.random.default_rng(0).random((8, *net.input_shape), np.float32)
    took = inspect.latency(net, images)
    facts = {name: getattr(took, name) for name in ("median", "low", "high", "rounds")}
    return Answer({**facts, "threads": num_threads()})


def _both(
    session: Session, first: str, second: str, images: str
) -> tuple[Judged, Judged] | Progress:
    """The predictions of both, of the same images, or how far they are."""
    sides = [session.network(first), session.network(second)]
    known = [side.id for side in sides if side.subject.load is not None]
    if images or len(known) < 2:
        judged = [judge(session, side.id, images or "".join(known)) for side in sides]
    else:
        _check_same(*sides)
        judged = [judge(session, side.id, "") for side in sides]
    ready = [one for one in judged if isinstance(one, Judged)]
    if len(ready) < 2:
        steps = [
            Progress(len(one.places), len(one.places)) if isinstance(one, Judged) else one
            for one in judged
        ]
        return Progress(sum(step.done for step in steps), sum(step.total for step in steps))
    return _shared(*ready)


def _check_same(first: OpenNetwork, second: OpenNetwork) -> None:
    names = [side.opened.config.data_name if side.opened else DIGITS for side in (first, second)]
    if names[0] != names[1] or first.subject.classes != second.subject.classes:
        raise BadakError(
            f"{first.title} and {second.title} were tested on images of different data sets, "
            f"{names[0]!r} and {names[1]!r}: choose two runs of one data set"
        )


def _shared(first: Judged, second: Judged) -> tuple[Judged, Judged]:
    """Both of the images that both were tested on: one run may have a limit."""
    count = min(len(first.places), len(second.places))
    first, second = first.first(count), second.first(count)
    if not np.array_equal(first.places, second.places) or not _are_alike(first, second):
        raise BadakError(
            "the two runs divided their data set in different ways, so that they were not tested "
            "on the same images: train both with the same options for the data"
        )
    return first, second


def _are_alike(first: Judged, second: Judged) -> bool:
    """Whether both judged the same images: equal labels alone may be those of two folds."""
    if not np.array_equal(first.predictions.labels, second.predictions.labels):
        return False
    some = first.places[:: -(-len(first.places) // COMPARED) or 1]
    digests = [side.data.digests for side in (first, second)]
    if digests[0] is not None and digests[1] is not None:
        return np.array_equal(digests[0][some], digests[1][some])
    one, other = first.data.images[some], second.data.images[some]
    return one.shape != other.shape or np.array_equal(one, other)


def _side(network: OpenNetwork, judged: Judged) -> dict[str, Any]:
    of = inspect.metrics(judged.predictions)
    opened = network.opened
    return {
        "network": network.id,
        "title": network.title,
        "model": opened.config.model_name if opened else "",
        "training": opened.config.about() if opened else "",
        "accuracy": of.accuracy,
        "interval": of.interval,
        "macro_f1": of.macro_f1,
        "calibration_error": inspect.reliability(judged.predictions).error,
        "parameters": network.subject.net.summary().parameters,
        "bytes": network.size,
    }


def _curve(network: OpenNetwork) -> dict[str, Array]:
    """A run's learning curve; of a file, or before the first epoch has ended, there is none."""
    if network.opened is None:
        return {}
    try:
        curve = inspect.learning_curve(network.opened.run)
    except BadakError:
        return {}
    return {name: getattr(curve, name) for name in ("epochs", *CURVES)}
