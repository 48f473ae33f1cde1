"""Turns in children of a fork, in signal handlers and after Ctrl-C."""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import pytest

from badak import optim
from badak.training.step import training_step
from badak.turns import Turns
from test_turns import LABELS, X, normed, within


def in_child(*calls: Callable[[], Any]) -> NoReturn:
    """Make some calls in a forked child, which must never return to pytest."""
    code = 1
    try:
        signal.alarm(20)
        for call in calls:
            call()
        code = 0
    finally:
        os._exit(code)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_does_not_wait_for_its_parents_threads() -> None:
    net, asked, leave = normed(), threading.Event(), threading.Event()

    def hold() -> None:
        with net._turns.writing():
            asked.set()
            leave.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    asked.wait()
    child = os.fork()
    if child == 0:  # pragma: no cover
        in_child(lambda: net(X[:2]))
    leave.set()
    holder.join()
    assert os.waitpid(child, 0)[1] == 0


def test_a_signal_handler_may_read_wherever_it_interrupts() -> None:
    """Also if its own thread holds the lock, or is first in the queue."""
    net, turns = normed(), Turns()
    asked, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with turns.writing():
            asked.set()
            leave.wait(20)

    def interrupted() -> None:
        with turns._changed, turns.reading():
            pass
        holder = threading.Thread(target=hold, daemon=True)
        holder.start()
        asked.wait()
        wait_for = turns._changed.wait_for

        def handler(condition: Callable[[], bool]) -> bool:
            turns._changed.wait_for = wait_for
            leave.set()
            with turns.reading():
                pass
            return wait_for(condition)

        turns._changed.wait_for = handler  # type: ignore[method-assign, assignment]
        with turns.writing():
            pass

    within(20, interrupted)
    np.testing.assert_array_equal(net(X[:2]), net(X[:2]))


@pytest.mark.parametrize("kind", ["reading", "writing"])
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_forked_within_a_turn_reads_and_writes_after_it(kind: str) -> None:
    net = normed()
    with getattr(net._turns, kind)():
        child = os.fork()
    if child == 0:  # pragma: no cover
        in_child(
            lambda: net(X[:2]),
            lambda: training_step(net, optim.SGD(0.01), X, LABELS),
            lambda: net(X[:2]),
        )
    assert os.waitpid(child, 0)[1] == 0


class InterruptedLock:
    """A lock: Ctrl-C arrives after its release at a place, as Python checks after each call."""

    def __init__(self, lock: Any, place: int) -> None:
        self.lock, self.left = lock, place

    def __enter__(self) -> None:
        self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.lock.release()
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("kind", ["reading", "writing"])
@pytest.mark.parametrize("place", [1, 2])
def test_ctrl_c_leaves_nobody_inside(kind: str, place: int) -> None:
    turns = Turns()
    turns._lock = InterruptedLock(turns._lock, place)  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt), getattr(turns, kind)():
        pass
    assert (turns._readers, turns._writer, len(turns._queue)) == ({}, None, 0)
