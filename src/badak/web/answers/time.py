"""What the time machine asks: all that a run with snapshots recorded, or one moment of it."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.arrays import Array
from badak.errors import BadakError
from badak.inspect import timeline as moments_of
from badak.inspect.explore import Answer
from badak.inspect.history.curves import losses_at
from badak.inspect.history.timeline import Timeline
from badak.layers.walk import walk
from badak.network import Network
from badak.training import RunDirectory
from badak.training.checkpoint import read_history
from badak.web.networks import stamp_of
from badak.web.session import Session

MOST_BYTES = 32 * 2**20  # of filters, maps and confusion matrices in one answer

Arrays = dict[str, NDArray[Any]]


def timeline(session: Session, *, network: str = "") -> Answer:
    """Return the moments of a network's run.

    Args:
        session: the page's.
        network: its id; see `Session.network`.

    Returns:
        facts ``path`` of the run, None if the network has none; ``recorded``, whether there are
        snapshots. Only then also ``layers``, ``rectifiers`` and ``weights`` by name; ``scales``,
        the largest magnitude of each layer's filters and maps over all time; ``labels`` of the
        images; ``classes``; ``whole``, whether the arrays of `moment` came along for all moments,
        with T in front. Arrays ``steps``, ``accuracy``, ``dead.NAME``, ``ratios.NAME`` and, if
        there is a checkpoint, ``loss``, all (T,); ``images`` (I, C, H, W).
    """
    directory = _run(session, network)
    facts: dict[str, Any] = {"path": None if directory is None else str(directory.path)}
    if directory is None or not directory.snapshots.exists():
        return Answer({**facts, "recorded": False})
    moments = _moments(session, network, directory)
    tensors = {**_named("filters", moments.filters), **_named("maps", moments.maps)}
    heavy: Arrays = {"confusion": moments.confusion, **tensors}
    whole = sum(array.nbytes for array in heavy.values()) <= MOST_BYTES
    arrays: Arrays = {
        "steps": moments.steps,
        "accuracy": moments.accuracy,
        "images": moments.images,
        **_named("dead", moments.dead),
        **_named("ratios", moments.ratios),
    }
    if directory.checkpoint.exists():
        arrays["loss"] = losses_at(read_history(directory.checkpoint), moments.steps)
    subject = session.network(network).subject
    return Answer(
        {
            **facts,
            "recorded": True,
            "whole": whole,
            "scales": {name: _largest(array) for name, array in tensors.items()},
            "layers": _in_order(moments.filters, subject.net),
            "rectifiers": _in_order(moments.dead, subject.net),
            "weights": _in_order(moments.ratios, subject.net),
            "labels": moments.labels.tolist(),
            "classes": list(subject.classes),
        },
        {**arrays, **(heavy if whole else {})},
    )


def moment(session: Session, *, network: str = "", t: int) -> Answer:
    """Return what is large of one moment, for a run too large to send at once.

    Args:
        session: the page's.
        network: its id; see `Session.network`.
        t: the moment's number, from 0.

    Returns:
        arrays ``confusion`` (K, K), ``filters.NAME`` (F, C, KH, KW), ``maps.NAME`` (I, 8, OH, OW).
    """
    directory = _run(session, network)
    if directory is None:
        raise BadakError("this network has no run, and so no moments")
    moments = _moments(session, network, directory)
    chosen = moments[checks.integer(t, "t", maximum=len(moments) - 1)]
    return Answer(
        {"step": chosen.step},
        {
            "confusion": chosen.confusion,
            **_named("filters", chosen.filters),
            **_named("maps", chosen.maps),
        },
    )


def _run(session: Session, network: str) -> RunDirectory | None:
    opened = session.network(network).opened
    return None if opened is None else opened.run


def _moments(session: Session, network: str, run: RunDirectory) -> Timeline:
    """Read the snapshots, if they changed: a slider asks for one moment after another."""
    kept = session.network(network).subject
    return kept.once("moments", lambda: moments_of(run), stamp_of(run.snapshots))


def _named(kind: str, arrays: dict[str, Array]) -> dict[str, Array]:
    return {f"{kind}.{name}": array for name, array in arrays.items()}


def _in_order(names: Iterable[str], net: Network) -> list[str]:
    """Names of layers or parameters as the network has them; a file has them by the alphabet."""
    parameters = net.parameters()
    known = {visit.name: place for place, visit in enumerate(walk(net.layers, net.input_shape))}
    known |= {name: place for place, name in enumerate(parameters)}
    return sorted(names, key=lambda name: known.get(name, len(known)))


def _largest(array: Array) -> float:
    """The largest finite magnitude; 1 if all are 0 or none is finite."""
    magnitudes = np.abs(array[np.isfinite(array)])
    return float(magnitudes.max(initial=0)) or 1.0
