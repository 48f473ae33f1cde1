"""What answers about test images share: the predictions, and images with what was predicted."""

from collections.abc import Callable

from badak import checks
from badak.arrays import Indices
from badak.data import Dataset
from badak.errors import BadakError
from badak.inspect.explore import Answer
from badak.web.evaluations import Judged, Progress
from badak.web.networks import OpenNetwork
from badak.web.pictures import pictures
from badak.web.session import Session

MOST_IMAGES = 48  # in one answer


def judge(session: Session, network: str, images: str) -> Judged | Progress:
    """Return the predictions of a network, or how far they are.

    Args:
        session: what is open.
        network: its id.
        images: id of a network whose test images are used; the network's own if "".

    Raises:
        BadakError: no such network, no images, or images that do not fit.
    """
    opened = session.network(network)
    source = session.network(images) if images else opened
    return session.evaluations.ask(opened.subject.net, source.id, test_of(source))


def test_of(source: OpenNetwork) -> Callable[[], Dataset]:
    """Return a function that reads a network's test images.

    Raises:
        BadakError: it came without any.
    """
    subject = source.subject
    if subject.load is None:
        raise BadakError(
            f"{source.title} came without test images: choose a run with images of "
            f"{subject.net.input_shape} and {subject.net.num_classes} classes to measure it by"
        )
    return lambda: subject.parts[1]


def waiting(progress: Progress) -> Answer:
    """Say how many images are predicted; of 0 while they are read."""
    return Answer({"ready": False, "done": progress.done, "total": progress.total})


def gallery(judged: Judged, rows: Indices, start: int, count: int) -> Answer:
    """Return some images, and what was predicted.

    Args:
        judged: the predictions.
        rows: indices of images in the predictions, in order.
        start: how many of them to pass over.
        count: how many of them to return, at most 48.

    Returns:
        facts ``total``, how many rows there are, and for each image its ``index`` in the test set,
        ``truth``, ``predicted``, their probabilities ``own`` and ``confidence``; and the array
        pictures.
    """
    checks.integer(start, "start")
    checks.integer(count, "count", minimum=1, maximum=MOST_IMAGES)
    found, chosen = judged.predictions, rows[start : start + count]
    images = [
        {
            "index": int(judged.places[row]),
            "truth": int(found.labels[row]),
            "predicted": int(found.predicted[row]),
            "own": float(found.probabilities[row, found.labels[row]]),
            "confidence": float(found.confidence[row]),
        }
        for row in chosen
    ]
    seen = pictures(judged.data.images[judged.places[chosen]])
    return Answer({"ready": True, "total": len(rows), "images": images}, {"pictures": seen})
